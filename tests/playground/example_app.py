"""A small Slack app made of real SDK parts, to prove the pretend workspace with: a push without the push."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

SECRET = "a signing secret for tests"
TOKEN = "xoxb-for-tests"
PAGE = """<!doctype html><title>pushpw</title><h1>Someone sent you a secret</h1><button>Show it</button><script src="/ran.js"></script>"""


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def form(secret: str = "", recipient: str = "") -> dict[str, Any]:
    day = option("1 day", "1d")
    typed = {"initial_value": secret} if secret else {}
    chosen = {"initial_user": recipient} if recipient else {}
    return {
        "type": "modal",
        "callback_id": "push",
        "title": plain("Push a secret"),
        "submit": plain("Push"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "blocks": [
            {
                "type": "input",
                "block_id": "secret",
                "label": plain("Secret"),
                "hint": plain("It is locked before it is kept."),
                "element": {"type": "plain_text_input", "action_id": "secret", "multiline": True, "max_length": 3000, **typed},
            },
            {
                "type": "input",
                "block_id": "recipient",
                "optional": True,
                "label": plain("For"),
                "element": {"type": "users_select", "action_id": "recipient", "placeholder": plain("Anyone with the link"), **chosen},
            },
            {
                "type": "input",
                "block_id": "expiry",
                "label": plain("Forget it after"),
                "element": {
                    "type": "static_select",
                    "action_id": "expiry",
                    "options": [option("1 hour", "1h"), day, option("7 days", "7d")],
                    "initial_option": day,
                },
            },
            {
                "type": "input",
                "block_id": "views",
                "optional": True,
                "label": plain("Views"),
                "element": {
                    "type": "number_input",
                    "action_id": "views",
                    "is_decimal_allowed": False,
                    "initial_value": "1",
                    "min_value": "1",
                    "max_value": "100",
                },
            },
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "Opening it *uses it up*. `/pushpw help` tells more."}]},
        ],
    }


def told(text: str, *more: dict[str, Any]) -> dict[str, Any]:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}, *more]
    return {"type": "modal", "callback_id": "told", "title": plain("Push a secret"), "close": plain("Close"), "blocks": blocks}


def button(text: str, action_id: str, value: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": value, **more}


class ExampleApp:
    """The app: POST /slack/events, and a page at /p/<id> that only a click could spend."""

    def __init__(self, api_url: str, now: Callable[[], float]) -> None:
        clock = Clock()
        clock.now = now
        self._verifier = SignatureVerifier(SECRET, clock)
        self.client = AsyncWebClient(token=TOKEN, base_url=api_url)
        self.token = TOKEN
        self.url = ""
        self.seen: list[dict[str, Any]] = []
        self.fetched: list[tuple[str, str, str]] = []
        self.suggestions: dict[str, Any] = {}
        self.broken = False
        self.silent = False
        self.closed = 0
        self._runner: web.AppRunner | None = None

        async def authorize(**_: Any) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T0PRETEND", bot_token=self.token, bot_id="B0PUSHPW", bot_user_id="U0PUSHPW")

        self.bolt = AsyncApp(
            client=self.client,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            process_before_response=True,
            authorize=authorize,
        )
        self._listen()

    async def start(self) -> None:
        application = web.Application()
        application.add_routes([web.post("/slack/events", self._door), web.route("*", "/{path:.*}", self._page)])
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _door(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=503)
        if self.silent:
            await asyncio.Event().wait()
        body = await request.read()
        if not self._verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        return await to_aiohttp_response(await self.bolt.async_dispatch(await to_bolt_request(request)))

    async def _page(self, request: web.Request) -> web.Response:
        self.fetched.append((request.method, request.path, request.headers.get("User-Agent", "")))
        if request.path == "/ran.js":
            return web.Response(
                text="fetch('/ran' + location.hash.replace('#', '/'), {method: location.hash === '#POST' ? 'POST' : 'GET'})",
                content_type="text/javascript",
            )
        return web.Response(text=PAGE, content_type="text/html")

    def _listen(self) -> None:
        bolt = self.bolt
        bolt.command("/pushpw")(self._command)
        bolt.shortcut("push_secret")(self._shortcut)
        bolt.shortcut("push_message")(self._message_shortcut)
        bolt.view("push")(self._submit)
        bolt.view_closed("push")(self._closed)
        bolt.action("open")(self._open)
        bolt.action("browse")(self._browse)
        bolt.action("burn")(self._burn)
        bolt.options("who")(self._suggest)
        bolt.event("app_home_opened")(self._home)
        for other in ("app_uninstalled", "tokens_revoked", "team_access_revoked", "user_change", "link_shared"):
            bolt.event(other)(self._heard)
        bolt.function("ask_for_a_secret")(self._step)

    async def _command(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        self.seen.append(body)
        text = body.get("text", "")
        if text == "help":
            await ack("`/pushpw @jane` pushes a secret to Jane.")
        elif text == "later":
            await ack()
            await respond("Said later.", unfurl_links=False, unfurl_media=False)
        else:
            await ack()
            recipient = text[2:].split("|")[0] if text.startswith("<@") else ""
            await client.views_open(trigger_id=body["trigger_id"], view=form(recipient=recipient))

    async def _shortcut(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    async def _message_shortcut(self, ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        self.seen.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(secret=body["message"]["text"]))
        await respond("Delete the original when it is pushed.")

    async def _submit(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        values = body["view"]["state"]["values"]
        secret, recipient = values["secret"]["secret"]["value"], values["recipient"]["recipient"]["selected_user"]
        if secret == "too weak":
            await ack(response_action="errors", errors={"secret": "This is too weak."})
            return
        if secret == "stack":
            await ack(response_action="push", view=told("On top."))
            return
        link = f"{self.url}/p/AAAAAAAAAAAAAAAAAAAAAA#1oKEY"
        if not recipient:
            field = {"type": "plain_text_input", "action_id": "link", "initial_value": link}
            shown = {"type": "input", "block_id": "link", "optional": True, "label": plain("Link"), "element": field}
            await ack(response_action="update", view=told("Ready. Copy the link.", shown) | {"submit": plain("Done")})
            return
        await ack(response_action="update", view=told(f"Sent to <@{recipient}>."))
        sender = body["user"]["id"]
        dm = await client.conversations_open(users=recipient)
        await client.chat_postMessage(
            channel=dm["channel"]["id"],
            text="Someone sent you a secret",
            unfurl_links=False,
            unfurl_media=False,
            blocks=[
                {"type": "section", "text": {"type": "mrkdwn", "text": f"*<@{sender}> sent you a secret.*"}},
                {"type": "context", "elements": [{"type": "mrkdwn", "text": "1 view, until <!date^1800000000^{date_short} {time}|later>"}]},
                {"type": "actions", "block_id": "do", "elements": [button("Open", "open", "sealed", style="primary")]},
            ],
        )
        confirm = {"title": plain("Burn it?"), "text": plain("Nobody can open it then."), "confirm": plain("Burn"), "deny": plain("Keep")}
        own = await client.conversations_open(users=sender)
        await client.chat_postMessage(
            channel=own["channel"]["id"],
            text="Waiting",
            unfurl_links=False,
            unfurl_media=False,
            blocks=[
                {"type": "section", "text": {"type": "mrkdwn", "text": f"*Waiting* for <@{recipient}>"}},
                {"type": "actions", "elements": [button("Burn", "burn", "ref", style="danger", confirm=confirm)]},
            ],
        )

    async def _open(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        await ack()
        url = f"{self.url}/p/AAAAAAAAAAAAAAAAAAAAAA#1oKEY.TICKET"
        actions = {"type": "actions", "elements": [button("Open in browser", "browse", "x", url=url, style="primary")]}
        await client.views_open(trigger_id=body["trigger_id"], view=told("It is ready for you.", actions))

    async def _browse(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=told("Opened in your browser. You can close this."))

    async def _burn(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        self.seen.append(body)
        await ack()
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="Burned by you", blocks=[])

    async def _suggest(self, ack: Any, body: dict[str, Any]) -> None:
        self.seen.append(body)
        await ack(**(self.suggestions or {"options": [option(body["value"].title(), "u1")]}))

    async def _closed(self, ack: Any) -> None:
        self.closed += 1
        await ack()

    async def _heard(self, body: dict[str, Any]) -> None:
        self.seen.append(body)

    async def _step(self, body: dict[str, Any], complete: Any, fail: Any, inputs: dict[str, Any]) -> None:
        self.seen.append(body)
        if inputs.get("what") == "nothing":
            await fail("There is nothing to ask for.")
        else:
            await complete({"link": f"{self.url}/r/1"})

    async def _home(self, event: dict[str, Any], client: AsyncWebClient, body: dict[str, Any]) -> None:
        self.seen.append(body)
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("pushpw")}]}
        await client.views_publish(user_id=event["user"], view=view)
