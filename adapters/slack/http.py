"""The door: which of Slack's requests are let in?

    size and time cap -> signature on the bytes -> url_verification, ssl_check -> the reception

What slack_bolt is bad at is not left to it: it would log the body of a badly signed request, crash on a
malformed one, and accept one twice.
"""

from typing import Any
from urllib.parse import quote, unquote

import structlog
from aiohttp import web
from slack_bolt.response import BoltResponse

from adapters.bodies import BadBody, json_object, read_body
from adapters.slack.reception import Reception
from adapters.slack.signature import is_signed
from core.ports import Clock

PATH = "/slack/events"
BODY_MOST = 512 * 1024
_FIELDS_MOST = 100
_LONG = 200
_OFTEN = [(quote(character, safe=""), character) for character in '"{}[]:,\\/']
"""What JSON is full of: so many escapes are worth a search each."""

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
        if payload is not None and payload.get("ssl_check") == "1":
            return web.Response()  # Slack looks at our certificate, and wants to hear that somebody is there
        answer = await self._reception.take(payload, ("slack_signature", signature.encode("utf-8", "surrogateescape")))
        return _as_told(answer)


def _as_told(answer: BoltResponse) -> web.Response:
    """Bolt's own way looks for cookies as well, and would have every empty answer say a type."""
    if not answer.body:
        return web.Response(status=answer.status)
    content_type, _, _ = answer.first_headers()["content-type"].partition(";")
    return web.Response(status=answer.status, text=answer.body, content_type=content_type)


def fields_of(text: str) -> dict[str, str]:
    """The fields of a form (application/x-www-form-urlencoded), of those named alike the first. Raises ValueError for more than a hundred, and for what is no UTF-8.

    As urllib.parse.parse_qs reads them, at a fifth of its price: half of what a member sends is escaped punctuation of JSON.
    """
    if text.count("&") >= _FIELDS_MOST:
        raise ValueError("too many fields")
    fields: dict[str, str] = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            fields.setdefault(_unescaped(name), _unescaped(value))
    return fields


def _unescaped(text: str) -> str:
    text = text.replace("+", " ")
    if len(text) > _LONG:
        # What is put in is no hexadecimal digit and no %, so it cannot make an escape of what was none.
        for escape, character in _OFTEN:
            text = text.replace(escape, character)
    return unquote(text, errors="strict") if "%" in text else text


def _payload_of(content_type: str, body: bytes) -> dict[str, Any] | None:
    """What Slack says: a JSON event, a form with a JSON payload in it, or a form that is a command."""
    if content_type == "application/json":
        return json_object(body)
    try:
        fields = fields_of(body.decode("utf-8"))
    except ValueError:
        return None
    return json_object(fields["payload"]) if "payload" in fields else fields
