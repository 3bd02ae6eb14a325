"""What can go wrong on a line? A TCP proxy that delays, swallows, resets, refuses, loses answers, and says what passes by.

It stands before a Redis server, or before the service itself. A question is what one side sent
in one go, an answer what came back; clients that wait for each answer make the two alternate.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self

Mode = Literal["pass", "blackhole", "reset", "refuse"]
_RST = struct.pack("ii", 1, 0)
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Exchange:
    """The `number`th question since the proxy started or `count_from_here`; its answer, once there is one."""

    number: int
    question: bytes = field(repr=False)
    answer: bytes = field(default=b"", repr=False)


Hook = Callable[[Exchange], Awaitable[bool]]
"""Whether it may go on; else it is dropped, and the line is cut."""
Which = Callable[[bytes], bool]


def of_script(question: bytes) -> bool:
    """Whether the question runs a script: what claims, acknowledges, burns or keeps."""
    return question.split(b"\r\n", 3)[2:3] in ([b"EVALSHA"], [b"EVAL"])


@dataclass(eq=False)
class _Line:
    """One client, and its connection to the server behind."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    now: Exchange = field(default_factory=lambda: Exchange(0, b""))
    answered: bool = True
    doomed: bool = False
    """Its next answer gets lost."""
    deaf: bool = False
    """Something of it was swallowed: what comes later would make no sense."""

    def cut(self, *, reset: bool = False) -> None:
        for end in (self.client, self.server):
            reset_on_close(end) if reset and end is self.client else None
            end.transport.abort()


def reset_on_close(writer: asyncio.StreamWriter) -> None:
    """Closing it sends RST: the peer hears "connection reset", and what was under way is lost (socket(7), SO_LINGER)."""
    kernel = writer.get_extra_info("socket")
    with suppress(OSError):  # it is closed already
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)


class Proxy:
    """Listens on a loopback port, before `upstream`: a TCP port of this machine, or the path of a unix socket.

    `on_question` is awaited before a question goes on, `on_answer` before an answer is handed on.
    """

    def __init__(self, upstream: int | str) -> None:
        self._upstream = upstream
        self._listening: asyncio.Server | None = None
        self._lines: set[_Line] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._mode: Mode = "pass"
        self._question_delay = self._answer_delay = 0.0
        self._to_lose, self._which = 0, of_script
        self._number = self._seen = 0
        self.port = 0
        self.lost = 0
        self.on_question: Hook | None = None
        self.on_answer: Hook | None = None

    @property
    def url(self) -> str:
        """For a Redis behind it."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.set_mode("refuse")
        for task in list(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def set_mode(self, mode: Mode) -> None:
        """`pass`; `blackhole`: accepts and swallows; `reset`: RST to all there are and all that come; `refuse`: nobody listens."""
        self._mode = mode
        self._question_delay = self._answer_delay = 0.0
        if mode in ("reset", "refuse"):
            for line in list(self._lines):
                line.cut(reset=True)
        if mode == "refuse":
            if self._listening is not None:
                self._listening.close()
                self._listening = None
        elif self._listening is None:
            await self._listen()

    def lead_to(self, upstream: int | str) -> None:
        """From now on it stands before another server, as after a failover: the lines there are get reset."""
        self._upstream = upstream
        for line in list(self._lines):
            line.cut(reset=True)

    def delay(self, seconds: float, *, of: Literal["questions", "answers"] = "answers") -> None:
        """From now on each takes so much longer. A question that waits still gets there when its client has given up."""
        if of == "questions":
            self._question_delay = seconds
        else:
            self._answer_delay = seconds

    def lose_replies(self, number: int, of: Which = of_script) -> None:
        """The answers to the next `number` such questions are dropped, and the line is cut each time. The act is done."""
        self._to_lose, self._which = number, of

    def count_from_here(self) -> None:
        """The next question is number 1."""
        self._number = 0

    async def quiet(self, seconds: float = 0.01) -> None:
        """Returns once no question has come by for so long, and all are answered."""
        seen = -1
        while seen != self._seen or not all(line.answered for line in self._lines):
            seen = self._seen
            await asyncio.sleep(seconds)

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=_MOST)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if self._mode in ("reset", "refuse"):
            reset_on_close(client)
            client.transport.abort()
            return
        try:
            up_reader, server = await self._connect()
        except OSError:  # nobody behind us: the client must notice
            reset_on_close(client)
            client.transport.abort()
            return
        line = _Line(client, server)
        self._lines.add(line)
        for carrying in (self._carry_questions(line, reader), self._carry_answers(line, up_reader)):
            task = asyncio.create_task(self._until_cut(line, carrying))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, str):
            return await asyncio.open_unix_connection(self._upstream, limit=_MOST)
        return await asyncio.open_connection("127.0.0.1", self._upstream, limit=_MOST)

    async def _until_cut(self, line: _Line, carrying: Awaitable[None]) -> None:
        try:
            with suppress(OSError):  # either side may hang up at any moment
                await carrying
        finally:
            self._lines.discard(line)
            line.cut()

    async def _carry_questions(self, line: _Line, reader: asyncio.StreamReader) -> None:
        while question := await reader.read(_MOST):
            if line.answered:  # else it is the rest of a long question
                self._number, self._seen = self._number + 1, self._seen + 1
                line.now, line.answered = Exchange(self._number, question), False
                if self.on_question is not None and not await self.on_question(line.now):
                    return
            if self._question_delay:
                await asyncio.sleep(self._question_delay)
            if self._swallows(line):
                continue
            if self._to_lose and self._which(question):
                self._to_lose, line.doomed = self._to_lose - 1, True
            line.server.write(question)
            await line.server.drain()

    async def _carry_answers(self, line: _Line, reader: asyncio.StreamReader) -> None:
        while answer := await reader.read(_MOST):
            if self._answer_delay:
                await asyncio.sleep(self._answer_delay)
            if self._swallows(line):
                continue
            if line.doomed:
                self.lost += 1
                return
            if not line.answered:
                line.answered = True
                if self.on_answer is not None and not await self.on_answer(Exchange(line.now.number, line.now.question, answer)):
                    return
            line.client.write(answer)
            await line.client.drain()

    def _swallows(self, line: _Line) -> bool:
        line.deaf = line.deaf or self._mode == "blackhole"
        return line.deaf
