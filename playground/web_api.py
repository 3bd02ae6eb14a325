"""What does Slack's Web API answer? The HTTP side: tokens, scopes, arguments, refusals."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

from playground.manifest import Manifest
from playground.methods import METHODS, Call, House
from playground.refusals import Json, RateLimited, Refused
from playground.workspace import BOT

_STRUCTURED = ("blocks", "view", "metadata", "attachments")


class WebApi:
    """Slack's methods under /api. Tests may make it refuse: see `fail_with` and `limit_rate`."""

    def __init__(self, house: House, manifest: Manifest, bot_token: str) -> None:
        self._house = house
        self.scopes = set(manifest.scopes)
        self.tokens = {bot_token: BOT}
        self.calls: Counter[str] = Counter()
        self.on_change: Callable[[], None] = lambda: None
        self._planned: dict[str, list[Exception]] = {}
        self._held: dict[str, asyncio.Event] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/{method}", self._answer), web.get("/api/{method}", self._answer)]

    def fail_with(self, method: str, error: str, times: int = 1) -> None:
        """The next `times` calls of `method` are refused with Slack's `error`."""
        self._planned.setdefault(method, []).extend(Refused(error) for _ in range(times))

    def limit_rate(self, method: str, retry_after: int, times: int = 1) -> None:
        """The next `times` calls of `method` get HTTP 429 with Retry-After in seconds."""
        self._planned.setdefault(method, []).extend(RateLimited(retry_after) for _ in range(times))

    def hold(self, method: str) -> asyncio.Event:
        """Calls of `method` wait until the event is set: a slow Slack."""
        return self._held.setdefault(method, asyncio.Event())

    def give_user_token(self, user: str, token: str) -> None:
        """As if `user` had gone through OAuth: `token` acts for them."""
        self.tokens[token] = user

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] += 1
        self.on_change()
        if method in self._held:
            await self._held[method].wait()
        try:
            answer = self._call(method, await _arguments(request), request.headers.get("Authorization", ""))
        except RateLimited as limited:
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(limited.retry_after)})
        except Refused as refused:
            return web.json_response(refused.answer())
        self.on_change()
        return web.json_response({"ok": True, **answer})

    def _call(self, method: str, arguments: Json, authorization: str) -> Json:
        known = METHODS.get(method)
        if known is None:
            raise Refused("unknown_method", req_method=method)
        token = authorization.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))
        actor = self._actor(token)
        self._need_scope(actor, known.scopes)
        if self._planned.get(method):
            raise self._planned[method].pop(0)
        return known.act(self._house, Call(actor, arguments))

    def _actor(self, token: str) -> str:
        if not token:
            raise Refused("not_authed")
        if token not in self.tokens:
            raise Refused("invalid_auth")
        return self.tokens[token]

    def _need_scope(self, actor: str, scopes: tuple[str, ...]) -> None:
        # A user token was granted for what it is used for; only the bot's scopes come from the manifest.
        if actor == BOT and scopes and not self.scopes.intersection(scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(self.scopes)))


async def _arguments(request: web.Request) -> Json:
    """A call's arguments: query, form or JSON. In a form, objects are JSON in a string."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        given |= json.loads(body) if body else {}
    elif request.method == "POST":
        given |= {name: str(value) for name, value in (await request.post()).items()}
    for name in _STRUCTURED:
        if isinstance(given.get(name), str):
            given[name] = _structure(name, given[name])
    return given


def _structure(name: str, spelled: str) -> Any:
    try:
        return json.loads(spelled) if spelled else []
    except ValueError:
        raise Refused("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None
