"""How does Slack reach us where nothing may reach us? By a connection that we open: Socket Mode.

    apps.connections.open -> a websocket -> envelopes -> the reception, as from the door -> answers by envelope_id

docs.slack.dev/apis/events-api/using-socket-mode. slack_sdk's own client writes every envelope into its
log at DEBUG, drops what is under way when it closes, and dispatches to Bolt without the checks of the
reception; so only the protocol is kept here.
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import aiohttp
import structlog
from slack_bolt.response import BoltResponse

from adapters.pace import RateLimited
from adapters.slack.calls import SlackCalls
from adapters.slack.reception import Reception
from core.errors import StoreUnavailable, Undeliverable

log = structlog.get_logger(__name__)

_FRAME_MOST = 1024 * 1024
_HEARTBEAT_SECONDS = 20.0
_LINGER_SECONDS = 20.0
"""For how long a connection that Slack wants renewed is still listened to: what it sends meanwhile is answered there."""
_DRAIN_SECONDS = 8.0
_PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
_OK = 200


class SocketDoor:
    """Keeps one connection open, and another beside it while Slack renews the first."""

    def __init__(self, reception: Reception, *, app_token: str, api_url: str, session: aiohttp.ClientSession) -> None:
        self._reception = reception
        self._session = session
        self._calls = SlackCalls(token=app_token, api_url=api_url, session=session)
        self._connections: set[asyncio.Task[None]] = set()
        self._open: set[aiohttp.ClientWebSocketResponse] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._closing = False

    async def keep_connected(self) -> None:
        """Until cancelled. Neither Slack's absence nor one odd envelope ends it."""
        failed = 0
        while True:
            try:
                await self._one_connection()
                failed = 0
            except RateLimited as limited:
                await asyncio.sleep(max(limited.retry_after, _PAUSES[0]))
            except (Undeliverable, aiohttp.ClientError, TimeoutError, ValueError) as trouble:
                pause = _PAUSES[min(failed, len(_PAUSES) - 1)]
                failed += 1
                log.warning("slack_socket_not_open", cause=getattr(trouble, "reason", type(trouble).__name__), again_in=pause)
                await asyncio.sleep(pause)

    async def drain(self) -> None:
        """Answer what has come, take nothing more, and close. Slack gives what is not answered to another connection."""
        self._closing = True
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=_DRAIN_SECONDS)
        for socket in list(self._open):
            await socket.close()
        for task in self._connections | self._under_way:
            task.cancel()
        if left := self._connections | self._under_way:
            await asyncio.wait(left, timeout=1.0)

    async def _one_connection(self) -> None:
        """Returns when it is time for the next one."""
        url = await self._calls.socket_url()
        socket = await self._session.ws_connect(url, heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_FRAME_MOST)
        self._open.add(socket)
        leaving = asyncio.Event()
        self._start(self._connections, self._listen(socket, leaving))
        log.info("slack_socket_open")
        await leaving.wait()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, leaving: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(None) as until:
                async for message in socket:
                    if (
                        message.type is aiohttp.WSMsgType.TEXT
                        and self._heard(socket, message.data) == "disconnect"
                        and not leaving.is_set()
                    ):
                        leaving.set()
                        until.reschedule(asyncio.get_running_loop().time() + _LINGER_SECONDS)
        except TimeoutError:
            pass  # it has lingered long enough
        finally:
            leaving.set()
            if not self._closing:  # else `drain` closes it, once its last answers are out
                await socket.close()
            self._open.discard(socket)

    def _heard(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> str:
        """What kind of message it was. Envelopes are answered beside the listening."""
        try:
            envelope = json.loads(text)
            kind = str(envelope["type"])
        except (ValueError, KeyError, TypeError, RecursionError):
            log.warning("slack_envelope_refused")
            return ""
        if kind == "disconnect":
            log.info("slack_socket_renewed", reason=str(envelope.get("reason"))[:40])
        elif "envelope_id" in envelope and not self._closing:
            self._start(self._under_way, self._answer(socket, envelope))
        return kind

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
        payload = envelope.get("payload")
        try:
            answer = await self._reception.take(payload if _is_text(payload) else None, _delivery(envelope))
        except StoreUnavailable as trouble:  # not answered, so that Slack says so, or sends it again
            log.warning("store_unavailable", cause=type(trouble.__cause__).__name__)
            return
        except Exception:  # the error boundary: one odd envelope must not end the connection
            log.exception("slack_envelope_broke")
            return
        if answer.status != _OK:
            return
        try:
            await socket.send_json({"envelope_id": envelope["envelope_id"], **_body(answer, envelope)})
        except (ConnectionError, aiohttp.ClientError):
            log.warning("slack_envelope_answered_too_late")

    def _start(self, where: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        where.add(task)
        task.add_done_callback(where.discard)


def _is_text(payload: object) -> bool:
    """Whether it is an object, and all of it text: half a surrogate pair could not be sealed."""
    try:
        json.dumps(payload, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return False
    return isinstance(payload, dict)


def _delivery(envelope: dict[str, Any]) -> tuple[str, bytes]:
    """What the gesture is known by. Sent again over another connection it comes in a new envelope, with the same trigger."""
    payload = envelope.get("payload")
    trigger = payload.get("trigger_id") if isinstance(payload, dict) else None
    if trigger:
        return "slack_trigger", str(trigger).encode()
    return "slack_envelope", str(envelope["envelope_id"]).encode()


def _body(answer: BoltResponse, envelope: dict[str, Any]) -> dict[str, Any]:
    """The answer's own words, where Slack takes any."""
    if not answer.body or not envelope.get("accepts_response_payload"):
        return {}
    is_json = str(answer.first_headers().get("content-type", "")).startswith("application/json")
    return {"payload": json.loads(answer.body) if is_json else {"text": answer.body}}
