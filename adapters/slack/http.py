"""The door: which of Slack's requests are let in?

    size and time cap -> signature on the bytes -> url_verification -> sound? -> seen before? -> slack_bolt -> handlers

slack_bolt does the parsing of payload kinds and the answers; what it is bad at is done before it:
it would log the body of a badly signed request, crash on a malformed one, and accept one twice.
"""

import json
import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from adapters.bodies import BadBody, read_body
from adapters.slack.gestures import Handler
from adapters.slack.handlers import SlackHandlers
from adapters.slack.shape import is_sound
from adapters.slack.signature import is_signed
from core.errors import StoreUnavailable
from core.ports import Clock, SeenBefore

PATH = "/slack/events"
BODY_MOST = 512 * 1024
REMEMBERED_SECONDS = 600.0
_MAYBE_HALF = re.compile(r"\\u[dD][89a-fA-F]")

log = structlog.get_logger(__name__)


class SlackDoor:
    """POST /slack/events: commands, shortcuts, clicks, submissions and events on one URL."""

    def __init__(self, handlers: SlackHandlers, *, signing_secret: str, bot_token: str, seen: SeenBefore, clock: Clock) -> None:
        self._signing_secret = signing_secret
        self._seen = seen
        self._clock = clock
        self._handlers = handlers
        self._app = _bolt_app(bot_token)
        _listen(self._app, handlers)
        self.gestures = handlers.gestures

    def mount(self, app: web.Application) -> None:
        """Put the door into the house."""
        app.router.add_post(PATH, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """One request of Slack's. Business errors are 200 with words in them, never 5xx."""
        try:
            body = await read_body(request, BODY_MOST)
        except BadBody as refusal:
            log.warning("slack_body_refused", reason=refusal.reason)
            return web.Response(status=refusal.status, text="The body is not one that Slack sends.")
        signature = request.headers.get("X-Slack-Signature", "")
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not is_signed(self._signing_secret, timestamp, signature, body, self._clock() / 1000):
            log.warning("slack_signature_refused")
            return web.Response(status=401, text="The signature is not Slack's.")
        payload = _payload_of(request.content_type, body)
        if payload is not None and payload.get("type") == "url_verification":
            return web.json_response({"challenge": str(payload.get("challenge", ""))})
        if payload is None or not is_sound(payload):
            log.warning("slack_payload_refused")
            return web.Response(status=400, text="The body is not one that Slack sends.")
        try:
            if not await self._first_time(payload, signature):
                log.info("slack_request_seen_before")
                return web.Response()
        except StoreUnavailable:
            log.warning("store_unavailable", during="replay guard")
            answer = self._handlers.nothing_was_sent(payload)
            return web.json_response(answer) if answer else web.Response()
        # Handed on as we read it: two readings of one body could differ.
        bolt_request = AsyncBoltRequest(body=payload, mode="socket_mode")
        return await to_aiohttp_response(await self._app.async_dispatch(bolt_request))

    async def _first_time(self, payload: Mapping[str, Any], signature: str) -> bool:
        # Slack repeats an event with a new timestamp and so a new signature; its event_id stays.
        if event_id := payload.get("event_id"):
            return await self._seen.first_time("slack_event", str(event_id).encode(), REMEMBERED_SECONDS)
        return await self._seen.first_time("slack_signature", signature.encode("utf-8", "surrogateescape"), REMEMBERED_SECONDS)


def _payload_of(content_type: str, body: bytes) -> dict[str, Any] | None:
    """What Slack says: a JSON event, a form with a JSON payload in it, or a form that is a command."""
    try:
        text = body.decode("utf-8")  # json would guess other encodings
        if content_type != "application/json":
            found = parse_qs(text, keep_blank_values=True, max_num_fields=100, errors="strict")
            fields = {name: values[0] for name, values in found.items()}
            if "payload" not in fields:
                return fields
            text = fields["payload"]
        said = json.loads(text)
        # Half a surrogate pair is no text, and could not be sealed. What was UTF-8 holds none but by an escape of JSON's own.
        if _MAYBE_HALF.search(text):
            json.dumps(said, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _bolt_app(bot_token: str) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_token=bot_token)

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
