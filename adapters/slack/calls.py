"""How do we speak to Slack? One shared session, short timeouts, and never an unfurled link."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from core.errors import Undeliverable, Unreachable
from core.receipt import Place

TIMEOUT_SECONDS = 5
SERVER_ERROR = 500
_MAY_PASS = frozenset({"no_answer", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
"""Slack's codes, and ours, for what another try may find gone (https://api.slack.com/methods/chat.postMessage#errors)."""
_WAIT_MOST_SECONDS, _WAITS_MOST = 20.0, 3
NO_PREVIEW = {"unfurl_links": False, "unfurl_media": False}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `text` for notifications and screen readers, `blocks` for the eyes."""

    text: str = field(repr=False)
    blocks: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def body(self) -> dict[str, Any]:
        """The fields that chat.postMessage and a response_url share."""
        return {"text": self.text, **({"blocks": self.blocks} if self.blocks else {})}


class RateLimited(Unreachable):
    """Slack wants us to wait `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def _retry_after(refusal: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in (getattr(refusal.response, "headers", None) or {}).items()}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return 1.0


class SlackCalls:
    """The Web API, with one workspace's token.

    Raises Undeliverable with Slack's own error code when Slack refuses or does not answer.
    """

    def __init__(self, *, token: str, api_url: str, session: aiohttp.ClientSession) -> None:
        self._client = AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[])

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> str:
        """Open a modal; its id."""
        answer = await self._call("views.open", trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])

    async def update_view(self, view_id: str, view: dict[str, Any], seen_hash: str = "") -> None:
        """Change an open modal; with `seen_hash`, only if nobody else has meanwhile."""
        await self._call("views.update", view_id=view_id, view=view, **({"hash": seen_hash} if seen_hash else {}))

    async def post(self, conversation: str, message: Message) -> Place:
        """Post a message; where it lies."""
        answer = await self._patiently("chat.postMessage", channel=conversation, **message.body(), **NO_PREVIEW)
        return Place(str(answer["channel"]), str(answer["ts"]))

    async def edit(self, place: Place, message: Message) -> None:
        """Change a message of ours."""
        await self._patiently("chat.update", channel=place.conversation, ts=place.message, **message.body(), **NO_PREVIEW)

    async def conversation_with(self, user_id: str) -> str:
        """The DM between the bot and this person."""
        answer = await self._patiently("conversations.open", users=user_id)
        return str(answer["channel"]["id"])

    async def user(self, user_id: str) -> dict[str, Any]:
        """What Slack says of a person, language included."""
        answer = await self._call("users.info", user=user_id, include_locale=True)
        return dict(answer["user"])

    async def user_groups(self, team_id: str) -> list[dict[str, Any]]:
        """The workspace's groups of people that are in use. Slack wants the team named where a token is good for many."""
        answer = await self._call("usergroups.list", team_id=team_id)
        return list(answer["usergroups"])

    async def members_of_group(self, group_id: str, team_id: str) -> list[str]:
        """The ids of the people in a group, as of now."""
        answer = await self._call("usergroups.users.list", usergroup=group_id, team_id=team_id)
        return [str(user_id) for user_id in answer["users"]]

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

    async def identity(self) -> dict[str, Any]:
        """Who the token says we are: auth.test."""
        answer = await self._call("auth.test")
        return {"team": answer.get("team"), "team_id": answer.get("team_id"), "user_id": answer.get("user_id")}

    async def _patiently(self, method: str, **fields: Any) -> AsyncSlackResponse:
        """As `_call`, for what runs after the answer: a short wait that Slack asks for is waited, a few times."""
        for _ in range(_WAITS_MOST):
            try:
                return await self._call(method, **fields)
            except RateLimited as limited:
                if limited.retry_after > _WAIT_MOST_SECONDS:
                    raise
                await asyncio.sleep(limited.retry_after)
        return await self._call(method, **fields)

    async def _call(self, method: str, **fields: Any) -> AsyncSlackResponse:
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
        raise (Unreachable if code in _MAY_PASS else Undeliverable)(code)
