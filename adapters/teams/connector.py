"""How do we speak to Teams? A few calls of the Bot connector's REST API, patiently, and only to hosts of Microsoft's.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference. What may be
tried again, and how often one may post: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import quote

import aiohttp
import structlog

from adapters.pace import WAIT_MOST_SECONDS, Pace, Rate, RateLimited
from adapters.teams.asking import Said, ask
from adapters.teams.service_urls import ServiceUrls
from adapters.teams.tokens import TokenSource
from core.errors import Undeliverable, Unreachable
from core.ports import RandomBytes

RATES = (Rate(burst=6.0, per_second=1.0), Rate(burst=60.0, per_second=0.48))
"""To one conversation Teams takes 7 messages in any second, 8 in two, 60 in thirty, 1,800 in an hour; these two keep all four."""
TRIES = 4
AGAIN = frozenset({412, 429, 502, 504})
"""Nothing was done, and the same may be sent once more."""
_UNAUTHORIZED, _NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 401, 404, 429, 500
_FIRST_WAIT_SECONDS, _RETRY_AFTER_MOST_SECONDS = 0.5, 15.0
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")

log = structlog.get_logger(__name__)


class Connector:
    """The connector, wherever a conversation's `service_url` says it is.

    Raises Undeliverable with Microsoft's own code when it refuses, Unreachable when it does not answer,
    RateLimited when it asks for more patience than a promise may have.
    """

    def __init__(
        self,
        tokens: TokenSource,
        session: aiohttp.ClientSession,
        *,
        app_id: str,
        service_urls: ServiceUrls,
        random: RandomBytes,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`now`, in seconds, never goes back; the event loop's time where none is given."""
        self._tokens = tokens
        self._session = session
        self._bot = {"id": f"28:{app_id}"}
        self._service_urls = service_urls
        self._random = random
        self._pace = Pace(*RATES, now=now, sleep=sleep)
        self._sleep = sleep

    async def create_conversation(self, service_url: str, tenant_id: str, member_id: str) -> str:
        """The id of the chat between the app and this person, which is there from now on. `member_id`: a 29: id or an Entra id."""
        body = {
            "isGroup": False,
            "bot": self._bot,
            "members": [{"id": member_id}],
            "tenantId": tenant_id,
            "channelData": {"tenant": {"id": tenant_id}},
        }
        return _id_in(await self._patiently("POST", service_url, "v3/conversations", member_id, body))

    async def post(self, service_url: str, conversation_id: str, activity: Mapping[str, Any], targeted_to: str | None = None) -> str:
        """Post a message; its id. With `targeted_to`, a member's id, that one alone sees it, for a day."""
        path = f"v3/conversations/{_part(conversation_id)}/activities"
        if targeted_to is not None:
            path += "?isTargetedActivity=true"
            activity = {**activity, "recipient": {"id": targeted_to, "isTargeted": True}}
        return _id_in(await self._patiently("POST", service_url, path, conversation_id, activity))

    async def update(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Mapping[str, Any], *, targeted: bool = False
    ) -> None:
        """Put this in the place of a message of ours; `targeted`: of one that a single person sees, who then is not named again."""
        path = f"v3/conversations/{_part(conversation_id)}/activities/{_part(activity_id)}{'?isTargetedActivity=true' if targeted else ''}"
        await self._patiently("PUT", service_url, path, conversation_id, {**activity, "id": activity_id})

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> Mapping[str, Any] | None:
        """What Teams says of somebody in a conversation; None when they are not in it."""
        path = f"v3/conversations/{_part(conversation_id)}/members/{_part(member_id)}"
        try:
            return await self._patiently("GET", service_url, path, f"members of {conversation_id}", None)
        except Undeliverable as refusal:
            if refusal.reason in ("MemberNotFoundInConversation", f"http_{_NOT_FOUND}"):
                return None
            raise

    async def _patiently(self, method: str, service_url: str, path: str, lane: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """In turn, and again where Microsoft says that it may be tried again."""
        if not self._service_urls.allow(service_url):
            # The token must not go where nobody vouches for the host; the address might be anybody's, so it is not logged.
            log.warning("teams_service_url_refused")
            raise Undeliverable("service_url")
        url, deadline = f"{service_url.rstrip('/')}/{path}", self._pace.now() + WAIT_MOST_SECONDS
        wait = _FIRST_WAIT_SECONDS
        for trial in range(1, TRIES + 1):
            async with self._pace.turn(method, lane, deadline):
                said = await self._once(method, url, body)
                if said.status < 300:
                    return said.body
                if said.status not in AGAIN or trial == TRIES:
                    _refuse(method, said)
                delay = _retry_after(said) or wait * (0.5 + self._random(1)[0] / 255)
                if self._pace.now() + delay > deadline:
                    raise RateLimited(delay)
                await self._sleep(delay)  # nobody else need try in the same conversation meanwhile
                wait *= 2
        raise AssertionError("the last trial answers or refuses")

    async def _once(self, method: str, url: str, body: Mapping[str, Any] | None) -> Said:
        """One call; one more with another token where this one is not taken."""
        token = await self._tokens.token()
        said = await self._call(method, url, body, token)
        if said.status != _UNAUTHORIZED or not token:
            return said
        self._tokens.spoil(token)
        return await self._call(method, url, body, await self._tokens.token())

    async def _call(self, method: str, url: str, body: Mapping[str, Any] | None, token: str) -> Said:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            return await ask(self._session, method, url, headers=headers, json=body)
        except Unreachable:
            log.warning("teams_call_refused", method=method, code="no_answer")
            raise


def _part(name: str) -> str:
    """An id as one part of a path. They hold `@`, `;` and `=`; a slash must not lead elsewhere, nor dots. Raises Undeliverable."""
    if not name.strip("."):
        raise Undeliverable("no_such_place")
    return quote(name, safe="@:;=")


def _refuse(method: str, said: Said) -> NoReturn:
    code = _code_of(said)
    # Neither logged nor chained in its own words: those can hold what was sent.
    log.warning("teams_call_refused", method=method, status=said.status, code=code)
    if said.status == _TOO_MANY:
        raise RateLimited(_retry_after(said) or 1.0)
    raise (Unreachable if said.status in AGAIN or said.status >= _SERVER_ERROR else Undeliverable)(code)


def _code_of(said: Said) -> str:
    """Microsoft's own code, or else the status."""
    error = said.body.get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else f"http_{said.status}"


def _retry_after(said: Said) -> float:
    """Seconds, no more than a promise can wait; 0 where it says nothing of use."""
    try:
        return min(max(0.0, float(said.headers.get("Retry-After", ""))), _RETRY_AFTER_MOST_SECONDS)
    except ValueError:
        return 0.0


def _id_in(body: Mapping[str, Any]) -> str:
    found = body.get("id")
    if not isinstance(found, str) or not found:
        raise Unreachable("no_answer")
    return found
