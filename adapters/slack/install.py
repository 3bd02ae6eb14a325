"""How does a workspace get the app, and a member give their own permission? GET /slack/install and /slack/oauth_redirect.

    the page (nothing happens) -> ?begin (a state in the store, a cookie) -> Slack asks -> the redirect brings a code

A code counts only with a state that we gave to this very browser, not ten minutes ago and not used
before: else somebody could have a stranger's browser install the app into a workspace of their own.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import structlog
from aiohttp import web

from adapters.slack.installations import Installations
from adapters.slack.manifest import LINKS_SCOPE, OPTIONAL_USER_SCOPES, REDIRECT_PATH
from adapters.slack.oauth import OAuth
from adapters.slack.render import install as say
from adapters.slack.render.install import Said
from adapters.wording.catalog import Words, words_for_header
from core.errors import StoreUnavailable, TooMany, Undeliverable, Unreachable
from core.link import encode
from core.ports import Limiter, RandomBytes, SealedRecords

log = structlog.get_logger(__name__)

PATH = "/slack/install"
MEMBER_PATH = PATH + "?user=1"
BUDGET = "install"
_STATE, _STATE_SECONDS, _RANDOM_BYTES = "oauth_state", 600, 32
_COOKIE, _COOKIE_PATH = "pushpw_install", "/slack"
"""The path keeps it away from the pages where secrets are read."""
_SPELLED = re.compile(r"[A-Za-z0-9_-]{43}")


class Pages(Protocol):
    """Shows sentences as a page of the house."""

    def show(
        self,
        words: Words,
        *,
        title: str,
        lines: Sequence[str],
        points: Sequence[str],
        next_step: str,
        act: str,
        act_url: str,
        scene: str,
        status: int,
    ) -> web.Response:
        """The fields of a `Said`, as HTML."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a state was given out for: a member's own permission or a workspace's, and to which browser."""

    by_member: bool
    browser: str


class InstallDoor:
    """The way to Slack and back."""

    def __init__(
        self,
        oauth: OAuth,
        installations: Installations,
        *,
        pages: Pages,
        records: SealedRecords,
        limiter: Limiter,
        random: RandomBytes,
        address_of: Callable[[web.Request], str],
        scopes: Sequence[str],
        base_url: str,
        name: str,
    ) -> None:
        """`scopes`: the bot's; `name`: what the app is called here."""
        self._oauth = oauth
        self._installations = installations
        self._pages = pages
        self._records = records
        self._limiter = limiter
        self._random = random
        self._address_of = address_of
        self._scopes = scopes
        self._redirect_uri = base_url + REDIRECT_PATH
        self._name = name
        self._https = base_url.startswith("https:")
        # The prefix makes browsers refuse it from anybody but this very host, by https alone.
        self._cookie = "__Secure-" + _COOKIE if self._https else _COOKIE

    def mount(self, app: web.Application) -> None:
        """Put the door into the house."""
        app.router.add_get(PATH, self.show)
        app.router.add_get(REDIRECT_PATH, self.come_back, allow_head=False)

    async def show(self, request: web.Request) -> web.Response:
        """The page that says what will happen, or with `begin` the way to Slack. `user=1` is for a member's own permission."""
        words, by_member = _words_of(request), request.query.get("user") == "1"
        if "begin" in request.query and request.method == "GET":
            return await self._begin(request, words, by_member)
        begin = _begin_at(by_member)
        if by_member:
            return self._page(words, say.ask_member(words, begin))
        return self._page(words, say.ask_admin(words, self._name, begin, sees_links=LINKS_SCOPE in self._scopes))

    async def _begin(self, request: web.Request, words: Words, by_member: bool) -> web.Response:
        if "prefetch" in request.headers.get("Sec-Purpose", ""):
            return web.Response(status=503)
        browser = self._browser_of(request) or encode(self._random(_RANDOM_BYTES))
        state = encode(self._random(_RANDOM_BYTES))
        begun = _Begun(by_member, hashlib.sha256(browser.encode()).hexdigest())
        try:
            await self._limiter.spend(BUDGET, self._address_of(request))
            await self._records.keep(_STATE, state, json.dumps(asdict(begun)).encode(), _STATE_SECONDS)
        except TooMany as refusal:
            answer = self._page(words, say.problem(words, "too_many", _begin_at(by_member)))
            answer.headers["Retry-After"] = str(refusal.retry_after)
            return answer
        except StoreUnavailable:
            return self._page(words, say.problem(words, "store_unavailable", _begin_at(by_member)))
        asked = {"user_scopes": OPTIONAL_USER_SCOPES} if by_member else {"scopes": self._scopes}
        there = self._oauth.consent_page(state=state, redirect_uri=self._redirect_uri, **asked)
        answer = web.Response(status=302, headers={"Location": there, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        # Lax: the browser brings it along when Slack sends it back here, and to nothing that another site merely embeds.
        answer.set_cookie(
            self._cookie, browser, max_age=_STATE_SECONDS, path=_COOKIE_PATH, secure=self._https, httponly=True, samesite="Lax"
        )
        return answer

    async def come_back(self, request: web.Request) -> web.Response:
        """What Slack sent the browser back with."""
        words = _words_of(request)
        try:
            begun = await self._begun(request)
            if begun is None:
                return self._page(words, say.problem(words, "invalid_state", PATH))
            said = await self._finish(request, words, begun)
        except StoreUnavailable:
            log.warning("store_unavailable", during="installation")
            return self._page(words, say.problem(words, "store_unavailable", PATH))
        answer = self._page(words, said)
        # It has done what it was for. Whoever begins again gets another.
        answer.del_cookie(self._cookie, path=_COOKIE_PATH, secure=self._https, httponly=True, samesite="Lax")
        return answer

    async def _begun(self, request: web.Request) -> _Begun | None:
        """What this browser began with the state that it brings; None when there is no such thing. Good once."""
        state, browser = request.query.get("state", ""), self._browser_of(request)
        if browser is None or not _SPELLED.fullmatch(state):
            return None
        # Read first: a state that another browser brings, a link scanner's perhaps, must not be used up by that.
        kept = await self._records.read(_STATE, state)
        if kept is None or not hmac.compare_digest(json.loads(kept)["browser"], hashlib.sha256(browser.encode()).hexdigest()):
            return None
        taken = await self._records.take(_STATE, state)
        return _Begun(**json.loads(taken)) if taken is not None else None

    async def _finish(self, request: web.Request, words: Words, begun: _Begun) -> Said:
        begin, code = _begin_at(begun.by_member), request.query.get("code", "")
        if not code:
            denied = request.query.get("error") == "access_denied"
            return say.problem(words, "access_denied" if denied else "no_code", begin)
        try:
            consent = await self._oauth.redeem(code, self._redirect_uri)
            if begun.by_member:
                await self._installations.allow(consent)
                log.info("slack_member_allowed")
                return say.allowed(words)
            found = await self._installations.install(consent)
        except Unreachable:
            return say.problem(words, "unreachable", begin)
        except Undeliverable as refusal:
            log.warning("slack_not_installed", code=refusal.reason)
            return say.problem(words, refusal.reason, begin)
        log.info("slack_installed", org_wide=found.org_wide)
        return say.installed(words, self._name, found.name, app_id=found.app_id, team_id="" if found.org_wide else found.team_id)

    def _browser_of(self, request: web.Request) -> str | None:
        """What we have called this browser; None when it brings nothing that we could have given it."""
        said = request.cookies.get(self._cookie, "")
        return said if _SPELLED.fullmatch(said) else None

    def _page(self, words: Words, said: Said) -> web.Response:
        return self._pages.show(words, **asdict(said))


def _words_of(request: web.Request) -> Words:
    return words_for_header(request.headers.get("Accept-Language", ""))


def _begin_at(by_member: bool) -> str:
    return f"{PATH}?{'user=1&' if by_member else ''}begin=1"
