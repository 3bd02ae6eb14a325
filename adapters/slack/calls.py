"""How do we speak to Slack? One shared session, short timeouts, and never an unfurled link."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.pace import WAIT_MOST_SECONDS, Newest, Pace, Rate, RateLimited
from core.errors import Undeliverable, Unreachable
from core.receipt import Place

TIMEOUT_SECONDS = 5
RATE = Rate(burst=10.0, per_second=1.0)
"""Of messages to one conversation (https://docs.slack.dev/apis/web-api/rate-limits)."""
SERVER_ERROR = 500
MAY_PASS = frozenset({"no_answer", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
"""Slack's codes, and ours, for what another try may find gone (https://api.slack.com/methods/chat.postMessage#errors)."""
NO_TOKEN = frozenset({"account_inactive", "invalid_auth", "token_revoked", "token_expired", "not_authed"})
"""Slack's codes for a token that opens nothing any more (https://api.slack.com/methods/auth.test#errors)."""
_WAITS_MOST = 3
NO_PREVIEW = {"unfurl_links": False, "unfurl_media": False}

log = structlog.get_logger(__name__)


Renew = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `text` for notifications and screen readers, `blocks` for the eyes."""

    text: str = field(repr=False)
    blocks: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def body(self) -> dict[str, Any]:
        """The fields that chat.postMessage and a response_url share."""
        return {"text": self.text, **({"blocks": self.blocks} if self.blocks else {})}


def _retry_after(refusal: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in (getattr(refusal.response, "headers", None) or {}).items()}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """What all calls to one workspace share, whichever token they go out with."""

    pace: Pace = field(default_factory=lambda: Pace(RATE))
    edits: Newest[Message] = field(default_factory=Newest)


class SlackCalls:
    """The Web API, with one workspace's token.

    Raises Undeliverable with Slack's own error code when Slack refuses or does not answer. What opens in
    front of a waiting member goes out at once; messages and edits wait their turn.
    """

    def __init__(
        self, *, token: str, api_url: str, session: aiohttp.ClientSession, line: Line | None = None, renew: Renew | None = None
    ) -> None:
        """`renew` gives another token in place of one that has expired."""
        self._client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])
        self._line = line or Line()
        self._renew = renew

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> str:
        """Open a modal; its id."""
        answer = await self._call("views.open", trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])

    async def update_view(self, view_id: str, view: dict[str, Any], seen_hash: str = "") -> None:
        """Change an open modal; with `seen_hash`, only if nobody else has meanwhile."""
        await self._call("views.update", view_id=view_id, view=view, **({"hash": seen_hash} if seen_hash else {}))

    async def publish_home(self, user_id: str, view: dict[str, Any]) -> None:
        """Show this as somebody's Home tab, in place of what was there."""
        await self._patiently("views.publish", user_id=user_id, view=view)

    async def post(self, conversation: str, message: Message) -> Place:
        """Post a message; where it lies. Messages to one conversation arrive in the order of these calls."""
        return await self._post(conversation, message)

    async def _post(self, conversation: str, message: Message, **thread: Any) -> Place:
        fields = {"channel": conversation, **thread, **message.body(), **NO_PREVIEW}
        pace, deadline = self._line.pace, self._deadline()
        for _ in range(_WAITS_MOST):
            async with pace.turn("chat.postMessage", conversation, deadline):
                try:
                    return _place(await self._call("chat.postMessage", **fields))
                except RateLimited as limited:
                    pace.shut("chat.postMessage", conversation, limited.retry_after)
        async with pace.turn("chat.postMessage", conversation, deadline):
            return _place(await self._call("chat.postMessage", **fields))

    async def reply(self, place: Place, message: Message, *, broadcast: bool) -> None:
        """Post under a message of ours; `broadcast`: it shows in the conversation too, and leads there."""
        await self._post(place.conversation, message, thread_ts=place.message, reply_broadcast=broadcast)

    async def edit(self, place: Place, message: Message) -> None:
        """Change a message of ours. Of several changes that wait for the same message, the newest is made."""
        deadline = self._deadline()

        async def ready() -> None:
            await self._line.pace.wait("chat.update", deadline)

        async def act(newest: Message) -> None:
            await self._patiently("chat.update", deadline, channel=place.conversation, ts=place.message, **newest.body(), **NO_PREVIEW)

        await self._line.edits.do(place, message, ready, act)

    async def delete(self, place: Place) -> None:
        """Delete a message, as far as the token's owner may."""
        await self._patiently("chat.delete", channel=place.conversation, ts=place.message)

    async def unfurl(self, where: dict[str, str], cards: dict[str, dict[str, Any]]) -> None:
        """Put cards under links, by URL. `where`: channel and ts, or unfurl_id and source, as the event said."""
        await self._call("chat.unfurl", **where, unfurls=cards)

    async def conversation_with(self, user_id: str) -> str:
        """The DM between the bot and this person."""
        answer = await self._patiently("conversations.open", users=user_id)
        return str(answer["channel"]["id"])

    async def user(self, user_id: str) -> dict[str, Any]:
        """What Slack says of a person, language included."""
        answer = await self._call("users.info", user=user_id, include_locale=True)
        return dict(answer["user"])

    async def user_by_email(self, address: str) -> str:
        """The id of whoever has that address in the workspace. Raises Undeliverable("users_not_found")."""
        answer = await self._call("users.lookupByEmail", email=address)
        return str(answer["user"]["id"])

    async def permalink(self, place: Place) -> str:
        """The address of a message of ours; only who may see it gets anywhere with it."""
        answer = await self._call("chat.getPermalink", channel=place.conversation, message_ts=place.message)
        return str(answer["permalink"])

    async def complete_step(self, run: str, outputs: dict[str, str]) -> None:
        """A workflow's step is done; what it hands on."""
        await self._patiently("functions.completeSuccess", function_execution_id=run, outputs=outputs)

    async def fail_step(self, run: str, error: str) -> None:
        """A workflow's step could not be done; a sentence for whoever made the workflow."""
        await self._patiently("functions.completeError", function_execution_id=run, error=error)

    async def user_groups(self, team_id: str) -> list[dict[str, Any]]:
        """The workspace's groups of people that are in use. Slack wants the team named where a token is good for many."""
        answer = await self._call("usergroups.list", team_id=team_id)
        return list(answer["usergroups"])

    async def members_of_group(self, group_id: str, team_id: str) -> list[str]:
        """The ids of the people in a group, as of now."""
        answer = await self._call("usergroups.users.list", usergroup=group_id, team_id=team_id)
        return [str(user_id) for user_id in answer["users"]]

    async def identity(self) -> dict[str, Any]:
        """Who the token says we are: auth.test. Raises Undeliverable with a code of `NO_TOKEN` when it is none any more."""
        answer = await self._call("auth.test")
        return {name: answer.get(name) for name in ("team", "team_id", "enterprise_id", "user_id")}

    async def socket_url(self) -> str:
        """Where a socket may be opened, once: for the app's own token (apps.connections.open)."""
        return str((await self._call("apps.connections.open"))["url"])

    async def scopes(self) -> set[str]:
        """What the token may do, as Slack says beside every answer (X-OAuth-Scopes)."""
        answer = await self._call("auth.test")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",") if scope.strip()}

    def _deadline(self) -> float:
        return self._line.pace.now() + WAIT_MOST_SECONDS

    async def _patiently(self, method: str, by: float | None = None, /, **fields: Any) -> AsyncSlackResponse:
        """As `_call`, for what runs after the answer: a short wait that Slack asks for is waited, a few times."""
        pace, deadline = self._line.pace, by or self._deadline()
        for _ in range(_WAITS_MOST):
            await pace.wait(method, deadline)
            try:
                return await self._call(method, **fields)
            except RateLimited as limited:
                pace.shut(method, "", limited.retry_after)
        await pace.wait(method, deadline)
        return await self._call(method, **fields)

    async def _call(self, method: str, **fields: Any) -> AsyncSlackResponse:
        try:
            return await self._call_once(method, **fields)
        except Undeliverable as refusal:
            if refusal.reason != "token_expired" or self._renew is None:
                raise
        token = await self._renew(self._client.token or "")
        if token is None:
            raise Undeliverable("token_expired")
        self._client.token = token
        return await self._call_once(method, **fields)

    async def _call_once(self, method: str, **fields: Any) -> AsyncSlackResponse:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):  # with a session of ours, the SDK's own timeout does nothing
                return await self._client.api_call(method, json=fields)
        except SlackApiError as refusal:
            said = getattr(refusal.response, "data", None)
            code = str(said.get("error", "refused")) if isinstance(said, dict) else "no_answer"
            if code == "ratelimited":
                raise RateLimited(_retry_after(refusal)) from None
        except (aiohttp.ClientError, TimeoutError, AttributeError):
            # AttributeError: a gateway of Slack's answered in plain text, which the SDK takes for an object.
            code = "no_answer"
        # Neither logged nor chained with its cause: the SDK's error text holds the request.
        log.warning("slack_call_refused", method=method, code=code)
        raise (Unreachable if code in MAY_PASS else Undeliverable)(code)


def _place(answer: AsyncSlackResponse) -> Place:
    return Place(str(answer["channel"]), str(answer["ts"]))
