"""What does Slack's Web API answer? The HTTP side: tokens, scopes, arguments, refusals."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

from playground.house import Call, House
from playground.methods import METHODS
from playground.refusals import Json, RateLimited, Refused
from playground.tokens import Token, Tokens

_STRUCTURED = ("blocks", "view", "metadata", "attachments", "unfurls", "outputs")

Tokenless = Callable[[Json, str], Json]
"""A method that takes no token: its arguments and the Authorization header."""

OfToken = Callable[[Token, Json], Json]
"""A method that is about the token itself."""


class WebApi:
    """Slack's methods under /api. Tests may make it refuse: see `fail_with`, `limit_rate` and `strict_rate`.

    `scopes` are those of the first workspace's bot token; change them as a workspace's administrator would.
    """

    def __init__(self, houses: dict[str, House], tokens: Tokens, scopes: set[str], now: Callable[[], float]) -> None:
        self._houses = houses
        self._now = now
        self.tokens = tokens
        self.scopes = scopes
        self.calls: Counter[str] = Counter()
        self.on_change: Callable[[], None] = lambda: None
        self.tokenless: dict[str, Tokenless] = {}
        self.of_token: dict[str, OfToken] = {}
        self.strict_rate: float | None = None
        self._posted: dict[str, float] = {}
        self._planned: dict[tuple[str, str], list[Exception]] = {}
        self._held: dict[str, asyncio.Event] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/{method}", self._answer), web.get("/api/{method}", self._answer)]

    def fail_with(self, method: str, error: str, times: int = 1, *, channel: str = "") -> None:
        """The next `times` calls of `method`, of one channel only if given, are refused with Slack's `error`."""
        self._planned.setdefault((method, channel), []).extend(Refused(error) for _ in range(times))

    def limit_rate(self, method: str, retry_after: int, times: int = 1, *, channel: str = "") -> None:
        """The next `times` calls of `method`, of one channel only if given, get HTTP 429 with Retry-After in seconds."""
        self._planned.setdefault((method, channel), []).extend(RateLimited(retry_after) for _ in range(times))

    def hold(self, method: str) -> asyncio.Event:
        """Calls of `method` wait until the event is set: a slow Slack."""
        return self._held.setdefault(method, asyncio.Event())

    def give_user_token(self, user: str, token: str, scopes: frozenset[str] = frozenset({"chat:write"})) -> None:
        """As if `user` had gone through OAuth: `token` acts for them, in their workspace."""
        team = next(name for name, house in self._houses.items() if user in house.workspace.people)
        self.tokens.add(Token(token, user, set(scopes), {team}, "user"))

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] += 1
        self.on_change()
        if method in self._held:
            await self._held[method].wait()
        headers: dict[str, str] = {}
        try:
            answer = self._call(method, await _arguments(request), request.headers.get("Authorization", ""), headers)
        except RateLimited as limited:
            headers["Retry-After"] = str(limited.retry_after)
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        except Refused as refused:
            return web.json_response(refused.answer(), headers=headers)
        self.on_change()
        return web.json_response({"ok": True, **answer}, headers=headers)

    def _call(self, method: str, arguments: Json, authorization: str, headers: dict[str, str]) -> Json:
        """Do it. `headers` are filled in as soon as they are known: a refusal carries them too."""
        if method in self.tokenless:
            self._refuse_as_planned(method, arguments)
            return self.tokenless[method](arguments, authorization)
        known = METHODS.get(method)
        if known is None and method not in self.of_token:
            raise Refused("unknown_method", req_method=method)
        token = self.tokens.find(authorization.removeprefix("Bearer ").strip() or str(arguments.pop("token", "")))
        headers |= {"x-oauth-scopes": ",".join(sorted(token.scopes)), "x-accepted-oauth-scopes": ",".join(known.scopes if known else ())}
        if known is None:
            self._refuse_as_planned(method, arguments)
            return self.of_token[method](token, arguments)
        house = self._house(token, arguments)
        actor = token.actor or house.team.bot
        self._may(token, house, known.scopes)
        self._refuse_as_planned(method, arguments)
        return known.act(house, Call(actor, arguments, token.org_wide, frozenset(token.scopes)))

    def _house(self, token: Token, arguments: Json) -> House:
        """Where the call acts: the token's workspace, or of an organisation's the one that the arguments belong to."""
        reached = [self._houses[name] for name in self._houses if name in token.teams]
        if not token.org_wide:
            return reached[0]
        if arguments.get("team_id"):
            if arguments["team_id"] not in token.teams:
                raise Refused("team_access_not_granted")
            return self._houses[arguments["team_id"]]
        return next((house for house in reached if _is_about(house, arguments)), reached[0])

    def _may(self, token: Token, house: House, scopes: tuple[str, ...]) -> None:
        if token.kind == "app":
            raise Refused("not_allowed_token_type")
        if token.kind == "user" and token.actor in house.workspace.people and house.workspace.people[token.actor].deleted:
            raise Refused("token_revoked")
        if scopes and not token.scopes.intersection(scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(token.scopes)))

    def _refuse_as_planned(self, method: str, arguments: Json) -> None:
        channel = str(arguments.get("channel", ""))
        for planned in (self._planned.get((method, channel)), self._planned.get((method, ""))):
            if planned:
                raise planned.pop(0)
        if self.strict_rate is not None and method == "chat.postMessage":
            if self._now() - self._posted.get(channel, 0.0) < self.strict_rate:
                raise RateLimited(1)
            self._posted[channel] = self._now()


def _is_about(house: House, arguments: Json) -> bool:
    """Whether a call's arguments name something of this workspace."""
    workspace = house.workspace
    people = [str(arguments.get(name, "")) for name in ("user", "users", "user_id", "channel")]
    return (
        str(arguments.get("channel", "")) in workspace.conversations
        or any(person.email and person.email == arguments.get("email") for person in workspace.people.values())
        or any(user in workspace.people and not workspace.is_stranger(workspace.people[user]) for user in people)
        or house.passes.knows_trigger(str(arguments.get("trigger_id", "")))
        or house.views.has(str(arguments.get("view_id", "")), str(arguments.get("external_id", "")))
    )


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
