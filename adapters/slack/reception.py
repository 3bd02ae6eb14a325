"""What happens to a payload of Slack's once it is in, by whichever door?

    sound? -> seen before? -> slack_bolt -> handlers

slack_bolt does the parsing of payload kinds and the answers. Both doors, signed requests and sockets,
give it the same payloads here.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
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
        self._app = _bolt_app()
        _listen(self._app, handlers)

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


def _bolt_app() -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        # No token: what handlers say to Slack goes through the switchboard, which knows whose installation answers.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)

    # Bolt's own messages hold whole request bodies: they go nowhere. It gives the level to the logger of the app's name
    # as well, so that must not be the name above ours.
    silent = logging.getLogger("slack_bolt.of_pushpw")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    silent.setLevel(logging.CRITICAL)
    return AsyncApp(
        name=silent.name,
        logger=silent,
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        process_before_response=True,
    )


def _listen(app: AsyncApp, handlers: SlackHandlers) -> None:
    """One listener for each kind of payload, since Bolt tries them one after another; then our own tables."""
    gestures = handlers.gestures
    anything = re.compile(".*")

    @app.error
    async def on_bug(error: Exception) -> None:
        raise error  # to the house's own error boundary; Bolt would answer 500 and say nothing

    @app.command(anything)
    async def on_command(ack: Any, body: Any) -> None:
        await _answer(ack, handlers.command, body)

    @app.shortcut(anything)
    async def on_shortcut(ack: Any, body: Any) -> None:
        await _answer(ack, gestures.shortcuts.get(body["callback_id"]), body)

    @app.action(anything)
    async def on_action(ack: Any, body: Any) -> None:
        await _answer(ack, gestures.actions.get(body["actions"][0]["action_id"]), body)

    @app.view_submission(anything)
    async def on_view_submission(ack: Any, body: Any) -> None:
        await _answer(ack, gestures.views.get(body["view"]["callback_id"]), body)

    @app.event(anything)
    async def on_event(ack: Any, body: Any) -> None:
        await _answer(ack, gestures.events.get(body["event"]["type"]), body)

    @app.options(anything)
    async def on_options(ack: Any, body: Any) -> None:
        await _answer(ack, gestures.options.get(body["action_id"]), body)


async def _answer(ack: Any, handler: Handler | None, body: Mapping[str, Any]) -> None:
    """Let the handler answer. A gesture that we do not know is an old button of ours: nothing to do."""
    answer = await handler(body) if handler else None
    await (ack(**answer) if answer else ack())
