"""The door: which of Slack's requests are let in?

    size and time cap -> signature on the bytes -> url_verification -> the reception

What slack_bolt is bad at is done before it: it would log the body of a badly signed request, crash on a
malformed one, and accept one twice.
"""

from typing import Any
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response

from adapters.bodies import BadBody, json_object, read_body
from adapters.slack.reception import Reception
from adapters.slack.signature import is_signed
from core.ports import Clock

PATH = "/slack/events"
BODY_MOST = 512 * 1024

log = structlog.get_logger(__name__)


class SlackDoor:
    """POST /slack/events: commands, shortcuts, clicks, submissions and events on one URL."""

    def __init__(self, reception: Reception, *, signing_secret: str, clock: Clock) -> None:
        self._reception = reception
        self.gestures = reception.gestures
        self._signing_secret = signing_secret
        self._clock = clock

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
        answer = await self._reception.take(payload, ("slack_signature", signature.encode("utf-8", "surrogateescape")))
        return await to_aiohttp_response(answer)


def _payload_of(content_type: str, body: bytes) -> dict[str, Any] | None:
    """What Slack says: a JSON event, a form with a JSON payload in it, or a form that is a command."""
    if content_type == "application/json":
        return json_object(body)
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        return None
    fields = {name: values[0] for name, values in found.items()}
    return json_object(fields["payload"]) if "payload" in fields else fields
