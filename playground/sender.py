"""How does Slack call the service? Signed requests, as docs.slack.dev/authentication/verifying-requests says."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from playground.answer import Answer as Answer
from playground.refusals import Json
from playground.sockets import Sockets

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request exactly as it went out, for tests that send it again or spoil it."""

    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The v0 signature: HMAC-SHA256 over `v0:timestamp:body`, in hexadecimal."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class Sender:
    """Signs and sends to the service's POST /slack/events, or over its socket; gives up after three seconds."""

    def __init__(
        self, signing_secret: str, service_url: str, now: Callable[[], float], sockets: Sockets, *, only_sockets: bool = False
    ) -> None:
        self._sockets = sockets
        self.only_sockets = only_sockets
        self._secret = signing_secret
        self.service_url = service_url.rstrip("/")
        self._now = now
        self._session: ClientSession | None = None
        self.patience = PATIENCE_SECONDS
        self.sent: list[SignedRequest] = []

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def signed(self, body: bytes, content_type: str, **more: str) -> SignedRequest:
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **more,
        }
        return SignedRequest(body, headers)

    async def command(self, fields: dict[str, str]) -> Answer:
        """A slash command: a form of its own."""
        if self._by_socket:
            return await self._sockets.send("slash_commands", dict(fields), self.patience)
        return await self._form(fields)

    async def interaction(self, payload: Json) -> Answer:
        """A shortcut, click or form: JSON in the form field `payload`."""
        if self._by_socket:
            return await self._sockets.send("interactive", payload, self.patience)
        return await self._form({"payload": json.dumps(payload, separators=(",", ":"))})

    async def event(self, body: Json, retry: int = 0, reason: str = "") -> Answer:
        """An event, or url_verification: JSON. `retry` counts from 1; its reason is http_timeout or http_error."""
        if self._by_socket:
            more_facts = {"retry_attempt": retry, "retry_reason": reason.replace("http_", "")}
            return await self._sockets.send("events_api", body, self.patience, **more_facts)
        more = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}
        return await self.send(self.signed(json.dumps(body).encode(), "application/json", **more))

    @property
    def _by_socket(self) -> bool:
        return self.only_sockets or self._sockets.connected > 0

    async def _form(self, fields: dict[str, str]) -> Answer:
        return await self.send(self.signed(urlencode(fields).encode(), "application/x-www-form-urlencoded"))

    async def send(self, request: SignedRequest) -> Answer:
        """Send it and wait for the answer, as long as Slack does."""
        self.sent.append(request)
        self._session = self._session or ClientSession()
        try:
            async with self._session.post(
                f"{self.service_url}/slack/events",
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
                timeout=ClientTimeout(total=self.patience),
            ) as response:
                return _judged(response.status, await response.text())
        except TimeoutError:
            return Answer(problem="operation_timeout")
        except ClientError:
            return Answer(problem="dispatch_failed")


def _judged(status: int, text: str) -> Answer:
    if status >= 500:
        return Answer(status, text, "http_service_error")
    if status >= 300:
        return Answer(status, text, "http_client_error")
    return Answer(status, text)
