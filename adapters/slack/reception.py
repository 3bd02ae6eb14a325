"""What happens to a payload of Slack's once it is in, by whichever door?

    sound? -> seen before? -> slack_bolt -> handlers

slack_bolt does the parsing of payload kinds and the answers. Both doors, signed requests and sockets,
give it the same payloads here.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from adapters.slack.gestures import Handler
from adapters.slack.handlers import SlackHandlers
from adapters.slack.shape import is_sound
from core.errors import StoreUnavailable
from core.ports import SeenBefore

REMEMBERED_SECONDS = 600.0
UNSOUND, AGAIN = 400, 503
"""Statuses beside 200: this is nothing that Slack sends; and: send it again, nothing was done."""

log = structlog.get_logger(__name__)


class Reception:
    """Takes payloads whose sender is known to be Slack."""

    def __init__(self, handlers: SlackHandlers, seen: SeenBefore) -> None:
        self._handlers = handlers
        self.gestures = handlers.gestures
        self._seen = seen
        self._app = _bolt_app(_Tables(handlers))

    async def take(self, payload: Mapping[str, Any] | None, delivery: tuple[str, bytes]) -> BoltResponse:
        """The answer. `delivery`, a kind and a mark, is what the door knows this one by; an event has a better one of its own."""
        if payload is None or not is_sound(payload):
            log.warning("slack_payload_refused")
            return BoltResponse(status=UNSOUND, body="The body is not one that Slack sends.")
        # Slack repeats an event with a new timestamp and so a new signature; its event_id stays.
        kind, mark = ("slack_event", str(payload["event_id"]).encode()) if payload.get("event_id") else delivery
        try:
            if not await self._seen.first_time(kind, mark, REMEMBERED_SECONDS):
                log.info("slack_request_seen_before")
                return BoltResponse(status=200)
        except StoreUnavailable:
            log.warning("store_unavailable", during="replay guard")
            if kind == "slack_event":
                return BoltResponse(status=AGAIN)  # nobody waits for it, and Slack sends it again by itself
            return BoltResponse(status=200, body=self._handlers.nothing_was_sent(payload) or "")
        # Handed on as we read it: two readings of one body could differ.
        response: BoltResponse | None = await self._app.async_dispatch(AsyncBoltRequest(body=dict(payload), mode="socket_mode"))
        return response or BoltResponse(status=200)


def _bolt_app(tables: AsyncMiddleware) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        # No token: what handlers say to Slack goes through the switchboard, which knows whose installation answers.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)

    # Bolt's own messages hold whole request bodies: they go nowhere. It gives the level to the logger of the app's name
    # as well, so that must not be the name above ours.
    silent = logging.getLogger("slack_bolt.of_pushpw")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    silent.setLevel(logging.CRITICAL)
    app = AsyncApp(
        name=silent.name,
        logger=silent,
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        process_before_response=True,
    )

    @app.error
    async def on_bug(error: Exception) -> None:
        raise error  # to the house's own error boundary; Bolt would answer 500 and say nothing

    app.use(tables)
    return app


class _Tables(AsyncMiddleware):
    """Our own tables, in the place where Bolt would try one listener after another and look up the arguments of each."""

    def __init__(self, handlers: SlackHandlers) -> None:
        self._handlers = handlers

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """Let the handler answer. A gesture that we do not know is an old button of ours: nothing to do."""
        handler = self._handler_of(req.body)
        answer = await handler(req.body) if handler else None
        acknowledged: BoltResponse = await (req.context.ack(**answer) if answer else req.context.ack())
        return acknowledged

    def _handler_of(self, payload: Mapping[str, Any]) -> Handler | None:
        gestures = self._handlers.gestures
        match payload.get("type"):
            case None:
                return self._handlers.command
            case "shortcut" | "message_action":
                return gestures.shortcuts.get(payload["callback_id"])
            case "block_actions":
                return gestures.actions.get(payload["actions"][0]["action_id"])
            case "view_submission":
                return gestures.views.get(payload["view"].get("callback_id") or "")
            case "block_suggestion":
                return gestures.options.get(payload["action_id"])
            case "event_callback":
                return gestures.events.get(payload["event"]["type"])
            case _:
                return None
