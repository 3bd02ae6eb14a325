"""How fast does a server answer? Requests made beforehand, down so many connections kept alive.

A client library would need as much of its core as the server of its own. Here a request is
bytes that lie ready, and of an answer no more is read than its status and its length.
"""

import asyncio
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_WITHIN_SECONDS = 60.0
_HEAD_END, _LENGTH = b"\r\n\r\n", b"\r\ncontent-length:"


@dataclass(slots=True)
class Load:
    """What came of it: milliseconds of each request, the seconds of all, and which share of them this process was busy.

    `sent`: when each was, in the order of the requests, by time.monotonic, which all processes of a machine share.
    """

    times: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds


async def drive(port: int, requests: Sequence[bytes], at_once: int, *, status: int = 200, seconds: float = math.inf) -> Load:
    """Send them to that loopback port, `at_once` of them at a time, and none after so many `seconds`. Raises RuntimeError unless each is answered with `status`."""
    loop, load = asyncio.get_running_loop(), Load()
    waiting = _until(time.monotonic() + seconds, requests)
    lines = [
        (await loop.create_connection(lambda: _Line(waiting, load, b"HTTP/1.1 %d " % status), "127.0.0.1", port))[1] for _ in range(at_once)
    ]
    began, used = time.perf_counter(), time.process_time()
    try:
        for line in lines:
            line.send_next()
        async with asyncio.timeout(_WITHIN_SECONDS):
            await asyncio.gather(*(line.done for line in lines))
        load.seconds = time.perf_counter() - began
        load.busy = (time.process_time() - used) / load.seconds
    finally:
        for line in lines:
            line.close()
    return load


def _until(deadline: float, requests: Sequence[bytes]) -> Iterator[bytes]:
    return itertools.takewhile(lambda _: time.monotonic() < deadline, requests)


class _Line(asyncio.Protocol):
    """One connection: a request, the whole of its answer, the next request."""

    def __init__(self, waiting: Iterator[bytes], load: Load, expected: bytes) -> None:
        self._waiting, self._load, self._expected = waiting, load, expected
        self._transport: asyncio.Transport
        self._began = 0.0
        self._read = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send_next(self) -> None:
        """The next of those that wait; when none does, this line is done."""
        request = next(self._waiting, None)
        if request is None:
            self.done.set_result(None)
            return
        self._began = time.monotonic()
        self._load.sent.append(self._began)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        length = length_of(self._read)
        if length is None or len(self._read) < length:
            return
        self._load.times.append((time.monotonic() - self._began) * 1000)
        answer, self._read = self._read, b""
        if answer.startswith(self._expected):
            self.send_next()
        else:
            self._fail(f"answered {answer[:40]!r} instead of {self._expected!r}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("the server hung up")

    def close(self) -> None:
        self._transport.close()

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


def length_of(begun: bytes) -> int | None:
    """How long the answer will be that begins so; None before its headers are whole. Raises ValueError when it does not say."""
    end = begun.find(_HEAD_END)
    if end < 0:
        return None
    _, found, rest = begun[:end].lower().partition(_LENGTH)
    if not found:
        raise ValueError("an answer without a length")
    return end + len(_HEAD_END) + int(rest.partition(b"\r\n")[0])
