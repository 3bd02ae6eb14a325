"""How does Slack reach an app behind a firewall?  Socket Mode, as docs.slack.dev/apis/events-api/using-socket-mode says."""

import asyncio
import json
import secrets
from collections.abc import Callable

from aiohttp import WSMsgType, web

from playground.answer import Answer
from playground.refusals import Json, Refused
from playground.tokens import Token
from playground.workspace import APP_ID

CONNECTIONS_MOST = 10
_HOST = {"host": "applink-pretend", "build_number": 1, "approximate_connection_time": 18060}


class Sockets:
    """The app's open connections. Each envelope goes to one of them, in turn; the answer comes back with its envelope_id.

    `sent` are all envelopes, oldest first.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Answer]]] = {}
        self.base_url = ""
        self.sent: list[Json] = []

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/link", self._connect)]

    def issue(self, token: Token, _arguments: Json) -> Json:
        """apps.connections.open: an address that is good for one connection."""
        if token.kind != "app":
            raise Refused("not_allowed_token_type")
        if "connections:write" not in token.scopes:
            raise Refused("missing_scope", needed="connections:write", provided=",".join(sorted(token.scopes)))
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return {"url": f"{self.base_url.replace('http', 'ws', 1)}/link?ticket={ticket}&app_id={APP_ID}"}

    async def send(self, kind: str, payload: Json, patience: float, **more: object) -> Answer:
        """Send an envelope of `kind` (slash_commands, interactive, events_api); the answer, as long as Slack waits."""
        if not self._open:
            return Answer(problem="dispatch_failed")
        socket = self._open[len(self.sent) % len(self._open)]
        envelope: Json = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
            **more,
        }
        self.sent.append(envelope)
        heard: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = socket, heard
        try:
            async with asyncio.timeout(patience):
                await socket.send_json(envelope)
                return await heard
        except TimeoutError:
            return Answer(problem="operation_timeout")
        except ConnectionError:
            return Answer(problem="dispatch_failed")
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come anew, as Slack does every few hours, and close it. With `warning` it stays for now."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST["host"]}})
            if reason != "warning":
                self._drop(socket)

    async def close(self) -> None:
        """End all connections."""
        for socket in list(self._open):
            self._drop(socket)
            await socket.close()

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self._open) >= CONNECTIONS_MOST:
            return web.Response(status=408 if ticket in self._tickets else 404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(socket)
        hello = {"type": "hello", "num_connections": len(self._open), "debug_info": _HOST, "connection_info": {"app_id": APP_ID}}
        await socket.send_json(hello)
        self._changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(socket, message.data)
        finally:
            self._drop(socket)
        return socket

    def _drop(self, socket: web.WebSocketResponse) -> None:
        """Nothing more is sent over it, and what still waits for its answer waits no longer."""
        if socket in self._open:
            self._open.remove(socket)
        for asked, heard in self._waiting.values():
            if asked is socket and not heard.done():
                heard.set_result(Answer(problem="dispatch_failed"))
        self._changed()

    def _hear(self, socket: web.WebSocketResponse, text: str) -> None:
        try:
            body = json.loads(text)
            asked, heard = self._waiting[body["envelope_id"]]
        except (ValueError, KeyError, TypeError):
            return  # late, or no answer at all: Slack does not mind
        if asked is socket and not heard.done():
            payload = body.get("payload")
            heard.set_result(Answer(200, json.dumps(payload) if payload else ""))
