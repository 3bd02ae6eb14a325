"""A small Teams bot made of aiohttp alone, to prove the pretend Microsoft with: a push without the push."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientSession, web

APP_SECRET = "a client secret for tests"
LINK = "https://push.example.com/p/AAAAAAAAAAAAAAAAAAAAAA#1oKEY"
CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": words, "wrap": True, **more}


def card(*body: dict[str, Any], actions: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "fallbackText": "A card", "body": list(body), "actions": actions or [], **more}


def attached(made: dict[str, Any]) -> dict[str, Any]:
    return {"contentType": CARD_TYPE, "content": made}


def form(secret: str = "") -> dict[str, Any]:
    people = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    return card(
        {
            "type": "Input.Text",
            "id": "secret",
            "label": "Secret",
            "style": "Password",
            "isRequired": True,
            "errorMessage": "Nothing to push.",
            "maxLength": 30,
            "value": secret,
        },
        {"type": "Input.ChoiceSet", "id": "to", "label": "For", "choices": [], "choices.data": people},
        {
            "type": "Input.ChoiceSet",
            "id": "expiry",
            "label": "Forget it after",
            "value": "1d",
            "choices": [{"title": "1 hour", "value": "1h"}, {"title": "1 day", "value": "1d"}],
        },
        {"type": "Container", "id": "more", "isVisible": False, "items": [{"type": "Input.Text", "id": "label", "label": "Label"}]},
        actions=[
            {"type": "Action.ToggleVisibility", "title": "More", "targetElements": ["more"]},
            {"type": "Action.Submit", "title": "Push", "style": "positive", "data": {"dialog": "push", "form": "sealed"}},
        ],
    )


def invitation() -> dict[str, Any]:
    note = card(
        {"type": "Input.Text", "id": "note", "label": "Why"},
        actions=[{"type": "Action.Execute", "title": "Decline", "verb": "decline", "data": {"push": "ref"}}],
    )
    return card(
        text("Somebody sent you a secret"),
        actions=[
            {"type": "Action.Execute", "title": "Open", "verb": "open", "style": "positive", "data": {"push": "ref"}},
            {"type": "Action.Submit", "title": "Again", "data": {"dialog": "again", "msteams": {"type": "task/fetch"}}},
            {"type": "Action.Submit", "title": "Say thanks", "data": {"say": "thanks"}},
            {"type": "Action.ShowCard", "title": "Decline it", "card": note},
        ],
    )


class ExampleTeamsBot:
    """Answers on /api/messages; `seen` are the activities as they came, `tokens` the bearers."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.app_id = self.login_url = self.service_url = ""
        self.answer: Any = None
        """What to answer to the next invokes instead of the usual."""
        self.status = 200
        self.before_answering: Callable[[], Awaitable[Any]] | None = None
        """What to do while an invoke waits."""
        self._session: ClientSession
        self._runner: web.AppRunner

    async def start(self) -> str:
        application = web.Application()
        application.add_routes([web.post("/api/messages", self._heard)])
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._session = ClientSession()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/messages"

    async def stop(self) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def token(self, **instead: str) -> tuple[int, dict[str, Any]]:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.app_id,
            "client_secret": APP_SECRET,
            "scope": "https://api.botframework.com/.default",
        }
        async with self._session.post(f"{self.login_url}/botframework.com/oauth2/v2.0/token", data=asked | instead) as response:
            return response.status, await response.json()

    async def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """The connector's answer: status and body."""
        bearer = (await self.token())[1]["access_token"] if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"}
        async with self._session.request(method, f"{self.service_url}v3/conversations{path}", json=body, headers=headers) as response:
            said = await response.text()
            return response.status, json.loads(said) if said else None

    async def post(self, conversation: str, made: dict[str, Any], query: str = "", **more: Any) -> tuple[int, Any]:
        body = {"type": "message", "attachments": [attached(made)], **more}
        return await self.call("POST", f"/{conversation}/activities{query}", body)

    async def _heard(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        self.seen.append(activity)
        if activity["type"] != "invoke":
            if activity.get("text", "").endswith("invite"):
                await self.post(activity["conversation"]["id"], invitation())
            return web.Response(status=self.status)
        if self.before_answering is not None:
            await self.before_answering()
        answer = self.answer if self.answer is not None else self._usual(activity)
        return web.json_response(answer, status=self.status) if answer else web.Response(status=self.status)

    def _usual(self, activity: dict[str, Any]) -> Any:
        value = activity["value"]
        match activity["name"]:
            case "composeExtension/fetchTask" | "task/fetch":
                secret = value.get("messagePayload", {}).get("body", {}).get("content", "")
                return continued("Push a secret", form(secret))
            case "composeExtension/submitAction":
                if not value["data"].get("to"):
                    field = {"type": "Input.Text", "id": "link", "label": "Link", "value": LINK}
                    done = {"type": "Action.Submit", "title": "Done", "data": {"dialog": "done"}}
                    return continued("Ready", card(field, actions=[done]))
                return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": [attached(invitation())]}}
            case "task/submit":
                return {"task": {"type": "message", "value": "Pushed."}}
            case "adaptiveCard/action":
                opened = card(text("Ready"), actions=[{"type": "Action.OpenUrl", "title": "View in push.example.com", "url": LINK}])
                return {"statusCode": 200, "type": CARD_TYPE, "value": opened}
        raise AssertionError(activity["name"])


def continued(title: str, made: dict[str, Any]) -> dict[str, Any]:
    return {"task": {"type": "continue", "value": {"title": title, "height": "medium", "width": "medium", "card": attached(made)}}}
