"""How do people use the pretend workspace? One page with a client for each person, fed by server-sent events."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aiohttp import web

from playground.hands import Hands
from playground.refusals import Json, Refused
from playground.sender import Answer
from playground.snapshot import snapshot
from playground.views import View
from playground.workspace import ALICE, Message

if TYPE_CHECKING:
    from playground.double import PretendSlack

_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PING_SECONDS = 15.0


class Page:
    """The page's routes: the page itself, what is to be seen (/live) and what people do (/act)."""

    def __init__(self, slack: "PretendSlack") -> None:
        self._slack = slack
        self._closing = False

    def add_to(self, application: web.Application) -> None:
        application.add_routes(
            [
                web.get("/", self._file),
                web.get("/static/{name}", self._file),
                web.get("/live", self._live),
                web.post("/act", self._act),
            ]
        )
        application.on_shutdown.append(self._close)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        source = files(__package__) / "static" / name
        # The route matches one path segment, so no name can lead out of the folder.
        if not source.is_file():
            raise web.HTTPNotFound
        return web.Response(body=source.read_bytes(), content_type=_KINDS[name.rpartition(".")[2]], charset="utf-8", headers=_HEADERS)

    async def _close(self, _application: web.Application) -> None:
        self._closing = True
        self._slack.changed()

    async def _live(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the visitor closed the page
            await self._keep_showing(response)
        return response

    async def _keep_showing(self, response: web.StreamResponse) -> None:
        last = ""
        while not self._closing:
            pulse = self._slack.pulse
            shown = json.dumps(snapshot(self._slack))
            if shown != last:
                await response.write(f"data: {shown}\n\n".encode())
                last = shown
            try:
                await asyncio.wait_for(pulse.wait(), _PING_SECONDS)
            except TimeoutError:
                await response.write(b": still here\n\n")

    async def _act(self, request: web.Request) -> web.Response:
        # Another site's page cannot send JSON here without a preflight that nobody answers.
        if request.content_type != "application/json" or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise web.HTTPForbidden
        asked: Json = await request.json()
        try:
            act = _GESTURES[asked["gesture"]]
            answer = await act(self._slack, self._slack.as_user(asked.get("as", ALICE)), asked)
        except Refused as refused:
            return web.json_response({"ok": False, "problem": refused.code})
        except (LookupError, TypeError, ValueError):
            return web.json_response({"ok": False, "problem": "invalid_gesture"}, status=422)
        self._slack.changed()
        return web.json_response(answer)


def _said(answer: Answer | None) -> Json:
    return {"ok": answer is None or answer.ok, "problem": answer.problem if answer else ""}


async def _say(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    text: str = asked["text"].strip()
    thread_ts: str = asked.get("thread_ts", "")
    if not text.startswith("/"):
        if thread_ts:
            hands.reply(slack.workspace.find(asked["channel"], thread_ts), text, broadcast=asked.get("broadcast") is True)
        else:
            hands.say(asked["channel"], text)
        return _said(None)
    if thread_ts:
        raise Refused("no_commands_in_threads")
    name, _, rest = text.partition(" ")
    return _said(await hands.command(name, rest.strip(), asked["channel"]))


async def _shortcut(_slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    if "ts" in asked:
        return _said(await hands.message_shortcut(asked["callback_id"], asked["channel"], asked["ts"]))
    return _said(await hands.shortcut(asked["callback_id"]))


async def _click(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    where = _where(slack, hands, asked)
    return _said(await hands.click(where, asked["action_id"], asked.get("option"), block_id=asked["block_id"]))


async def _choose(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    where = _where(slack, hands, asked)
    return _said(await hands.choose(where, asked["action_id"], asked["value"], block_id=asked["block_id"]))


async def _suggest(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    where = _where(slack, hands, asked)
    return {"ok": True, "offered": await hands.offered(where, asked["action_id"], asked["typed"], asked["block_id"])}


async def _submit(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    view = _where(slack, hands, asked)
    return _said(await hands.submit(view)) if isinstance(view, View) else _said(None)


async def _close(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    view = _where(slack, hands, asked)
    return _said(await hands.close(view, all_of_them=asked.get("all", False))) if isinstance(view, View) else _said(None)


async def _home(_slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    return _said(await hands.open_home(asked.get("tab", "home")))


async def _read(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    slack.workspace.mark_read(hands.user, asked["channel"])
    return _said(None)


async def _delete(slack: "PretendSlack", hands: Hands, asked: Json) -> Json:
    message = slack.workspace.find(asked["channel"], asked["ts"], ephemeral=asked.get("only_you", False))
    hands.delete(message)
    return _said(None)


async def _robot(slack: "PretendSlack", _hands: Hands, asked: Json) -> Json:
    slack.robot.eager = asked["eager"] is True
    for message in slack.workspace.messages:  # it may now look at what it had to pass by
        slack.robot.saw_message("posted", message)
    return _said(None)


async def _start_over(slack: "PretendSlack", _hands: Hands, _asked: Json) -> Json:
    slack.start_over()
    return _said(None)


def _where(slack: "PretendSlack", hands: Hands, asked: Json) -> Message | View:
    """The message or view that a gesture is about, with what was typed into the view put in."""
    if "view_id" not in asked:
        found = [m for m in hands.messages(asked["channel"]) if m.ts == asked["ts"]]
        return found[0]
    view = slack.house.views.find(asked["view_id"])
    if view.user != hands.user:
        raise Refused("not_found")
    values: dict[str, dict[str, Any]] = asked.get("values", {})
    hands.fill_in(view, values)
    return view


_Gesture = Callable[["PretendSlack", Hands, Json], Awaitable[Json]]
_GESTURES: dict[str, _Gesture] = {
    "say": _say,
    "shortcut": _shortcut,
    "click": _click,
    "choose": _choose,
    "suggest": _suggest,
    "submit": _submit,
    "close": _close,
    "home": _home,
    "read": _read,
    "delete": _delete,
    "robot": _robot,
    "start_over": _start_over,
}
