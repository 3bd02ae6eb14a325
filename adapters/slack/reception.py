"""What happens to a payload of Slack's once it is in, by whichever door?

    sound? -> seen before? -> handlers -> slack_bolt's ack

Our own tables say whose a gesture is, and slack_bolt says how an answer is spelled. Both doors, signed requests and
sockets, give the same payloads here.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
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
        # A gesture that we do not know is an old button of ours: nothing to do.
        handler = self._handler_of(payload)
        answer = await handler(payload) if handler else None
        if answer is None:
            return BoltResponse(status=200)
        ack = AsyncAck()  # type: ignore[no-untyped-call]  # the library gives its arguments types, but not itself
        return await ack(**answer)

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
