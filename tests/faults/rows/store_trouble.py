"""What do people hear while the store is in trouble, and how soon is all well again?"""

import asyncio
import resource
import shlex
import time
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from redis.exceptions import RedisError

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import find_binary
from bot.settings import load
from bot.wiring import open_house
from core.creation import Order
from core.errors import StoreUnavailable
from core.identity import Member, Workspace
from core.payload import Payload
from core.push import Attempt
from tests.faults.nursery import Nursery, Service
from tests.faults.proxy import Proxy
from tests.faults.question import Found, Question, Tick, Took
from tests.faults.visitors import Made, Maker, Said, Visitor
from tests.servers import DURABLE, EPHEMERAL, EVERY_SECOND, Server, folder

AT_ONCE = 20
"""Readers, each of a push of their own."""
ANSWER_BELOW, RECOVERY_BELOW = 1.0, 5.0
_GIVE_UP = 30.0


class Stage:
    """Server, proxy, service, an engine beside it: what a fault happens to."""

    def __init__(self, options: dict[str, str], binary: Path | None = None) -> None:
        self._options, self._binary, self._closing = options, binary, AsyncExitStack()
        self._orders = 0

    async def __aenter__(self) -> Self:
        enter = self._closing.enter_async_context
        at = self._closing.enter_context(folder())
        self.server = self._closing.enter_context(Server(at, binary=self._binary, **self._options))
        self.line = await enter(Proxy(self.server.port))
        self.nursery = await enter(Nursery(sweep_seconds=0.2))
        self.maker = await enter(Maker(self.server.url, self.nursery.seal_key, self.nursery.prefix))
        self.visitor = await enter(Visitor(patience=_GIVE_UP))
        self._house = await enter(open_house(load(None, **self.nursery.settings(self.line.url)), prefix=self.nursery.prefix))
        self.service: Service = await self.nursery.start(self.line.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self.server.runs:
            self.server.start()  # what still waits in the house may end
        await self.line.set_mode("pass")
        await self._closing.aclose()

    async def claim(self, made: Made, attempt: Attempt) -> tuple[Said, float]:
        """The answer, and how long it took."""
        began = time.monotonic()
        said = await self.visitor.claim(self.service.url, made, attempt)
        return said, time.monotonic() - began

    async def create(self) -> tuple[bool, float]:
        """Whether a push could be made, and how long that took."""
        self._orders += 1
        sender = Member(Workspace("slack", "T0FAULTS"), f"U{self._orders:05}")
        began = time.monotonic()
        try:
            await self._house.engine.create(Order(Payload.of_text("a secret"), sender))
        except StoreUnavailable:
            return False, time.monotonic() - began
        return True, time.monotonic() - began


class Fault(ABC):
    """Something that befalls the store, and ends."""

    options = EPHEMERAL
    claims_work = False
    binary: Path | None = None

    @abstractmethod
    async def begin(self, stage: Stage) -> None: ...

    @abstractmethod
    async def end(self, stage: Stage) -> None: ...


class OnTheLine(Fault):
    def __init__(self, mode: Literal["blackhole", "reset", "refuse"]) -> None:
        self._mode: Literal["blackhole", "reset", "refuse"] = mode

    async def begin(self, stage: Stage) -> None:
        await stage.line.set_mode(self._mode)

    async def end(self, stage: Stage) -> None:
        await stage.line.set_mode("pass")


class Slow(Fault):
    """Questions or answers take 2 s: either way the act is done after the service has given up."""

    def __init__(self, of: Literal["questions", "answers"]) -> None:
        self._of: Literal["questions", "answers"] = of

    async def begin(self, stage: Stage) -> None:
        stage.line.delay(2.0, of=self._of)

    async def end(self, stage: Stage) -> None:
        await stage.line.set_mode("pass")


class Restart(Fault):
    options = DURABLE

    async def begin(self, stage: Stage) -> None:
        await asyncio.to_thread(stage.server.stop)

    async def end(self, stage: Stage) -> None:
        await asyncio.to_thread(stage.server.start)


class OutOfMemory(Fault):
    """Full and some more, as the buffers of clients may take it; the scripts forgotten, so that a claim must bring its own along."""

    claims_work = True

    async def begin(self, stage: Stage) -> None:
        redis = stage.maker.redis
        used = int((await redis.info("memory"))["used_memory"])
        await redis.config_set("maxmemory", used + 1024 * 1024)
        with suppress(RedisError):
            for number in range(1000):
                await redis.set(f"filler:{number}", bytes(16 * 1024))
        await redis.script_flush()
        await redis.config_set("maxmemory", used + 512 * 1024)

    async def end(self, stage: Stage) -> None:
        redis = stage.maker.redis
        await redis.config_set("maxmemory", 0)
        await redis.delete(*[name async for name in redis.scan_iter("filler:*")])


class DiskFull(Fault):
    """No file of the server may grow: writing gives EFBIG, as ENOSPC does on a full disk.

    With `appendfsync always` the server ends itself and must be started anew; else it says MISCONF until there is room.
    """

    def __init__(self, options: dict[str, str], at: Path) -> None:
        self.options = options
        self.binary = at / "server"
        # The limit's signal would end the server; ignored, the limit is an error of write(2), see setrlimit(2).
        self.binary.write_text(f"#!/bin/sh\ntrap '' XFSZ\nexec {shlex.quote(str(find_binary()))} \"$@\"\n")
        self.binary.chmod(0o755)

    async def begin(self, stage: Stage) -> None:
        full = max(path.stat().st_size for path in stage.server.at.rglob("*") if path.is_file())
        resource.prlimit(stage.server.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        impatient = connect(stage.server.url, timeout=5)
        with suppress(RedisError):
            while True:  # until it notices
                await impatient.set("filler", bytes(full + 1), px=60_000)
        await impatient.aclose()

    async def end(self, stage: Stage) -> None:
        if stage.server.runs:
            resource.prlimit(stage.server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        else:
            await asyncio.to_thread(stage.server.start)


@dataclass
class Tally:
    refused: int = 0
    granted: int = 0
    pages: int = 0
    wrong: str = ""
    lost: int = 0
    double: int = 0
    slowest_answer: float = 0.0
    slowest_recovery: float = 0.0

    def note(self, wrong: str) -> None:
        self.wrong = self.wrong or wrong


async def one_round(stage: Stage, fault: Fault, tally: Tally) -> None:
    """Trouble begins, people ask, trouble ends, the same people ask again, and others after them."""
    pushes = [(made, made.attempt()) for made in [await stage.maker.make() for _ in range(AT_ONCE)]]
    await fault.begin(stage)
    told = await asyncio.gather(*(stage.claim(made, mine) for made, mine in pushes))
    for (made, _), (said, took) in zip(pushes, told, strict=True):
        judge(said, made, fault, tally)
        tally.slowest_answer = max(tally.slowest_answer, took)
    pages = [await stage.visitor.page(stage.service.url, made) for made, _ in pushes]
    tally.pages += sum(status == 200 for status in pages)
    created, took = await stage.create()
    tally.slowest_answer = max(tally.slowest_answer, took)
    if created:
        tally.note("a push was created")
    await fault.end(stage)
    tally.slowest_recovery = max(tally.slowest_recovery, await recovery(stage, *pushes[0]))
    again = [(await stage.claim(made, mine))[0] for made, mine in pushes]
    others = [(await stage.claim(made, made.attempt()))[0] for made, _ in pushes]
    tally.lost += sum(not said.shows(made) for said, (made, _) in zip(again, pushes, strict=True))
    tally.double += sum(said.status == 200 for said in others)


def judge(said: Said, made: Made, fault: Fault, tally: Tally) -> None:
    tally.granted += said.shows(made)
    tally.refused += (said.status, said.code, said.body.get("content_type")) == (503, "store_unavailable", "application/problem+json")
    if said.status not in (200, 503) or (said.status == 200) is not fault.claims_work:
        tally.note(f"an answer {said.status}")


async def recovery(stage: Stage, made: Made, mine: Attempt) -> float:
    """Seconds until a claim is answered and a push can be made."""
    began = time.monotonic()
    while time.monotonic() - began < _GIVE_UP:
        said, _ = await stage.claim(made, mine)
        if said.status != 503 and (await stage.create())[0]:
            break
        await asyncio.sleep(0.02)  # between two tries, as the page does
    return time.monotonic() - began


async def befallen(fault: Fault, rounds: int, tally: Tally, tick: Any) -> int:
    """So many rounds; how many tracebacks the service wrote."""
    async with Stage(fault.options, fault.binary) as stage:
        await stage.create()
        await recovery(stage, made := await stage.maker.make(), made.attempt())
        for _ in range(rounds):
            await one_round(stage, fault, tally)
            tick()
        return stage.nursery.tracebacks


async def all_of(faults: list[Fault], trials: int, tick: Tick) -> Found:
    tally, tracebacks, done = Tally(), 0, 0
    rounds = max(1, trials // len(faults))

    def one_more() -> None:
        nonlocal done
        done += 1
        tick(done, rounds * len(faults))

    for fault in faults:
        tracebacks += await befallen(fault, rounds, tally, one_more)
    asked = AT_ONCE * rounds * len(faults)
    works = faults[0].claims_work
    said = (
        f"{tally.granted if works else tally.refused} of {asked} claims {'granted' if works else '503'}, {tally.pages} pages; "
        f"{tally.lost} lost, {tally.double} double, {tracebacks} tracebacks"
    )
    right = (tally.granted if works else tally.refused) == asked == tally.pages and not (tally.lost or tally.double or tracebacks)
    took = (Took("slowest answer", tally.slowest_answer, ANSWER_BELOW), Took("recovery", tally.slowest_recovery, RECOVERY_BELOW))
    return Found(f"{said}; {tally.wrong}" if tally.wrong else said, right and not tally.wrong, took)


async def slow(trials: int, tick: Tick) -> Found:
    return await all_of([Slow("answers"), Slow("questions")], trials, tick)


async def blackholed(trials: int, tick: Tick) -> Found:
    return await all_of([OnTheLine("blackhole")], trials, tick)


async def broken(trials: int, tick: Tick) -> Found:
    return await all_of([OnTheLine("reset"), OnTheLine("refuse")], trials, tick)


async def restarted(trials: int, tick: Tick) -> Found:
    return await all_of([Restart()], trials, tick)


async def out_of_memory(trials: int, tick: Tick) -> Found:
    return await all_of([OutOfMemory()], trials, tick)


async def disk_full(trials: int, tick: Tick) -> Found:
    if not hasattr(resource, "prlimit"):
        return Found("not measured: this system has no prlimit(2)", reached=True)
    with folder() as one, folder() as other:
        return await all_of([DiskFull(EVERY_SECOND, one), DiskFull(DURABLE, other)], trials, tick)


_TROUBLE = "503 below 1 s, page served, all well below 5 s, 0 lost, 0 double, no traceback"
_FULL = "claims granted, creating refused, both below 1 s, all well below 5 s, 0 lost, 0 double, no traceback"

QUESTIONS = [
    Question("slow", "store takes 2 s for each answer", _TROUBLE, 20, slow, least=2),
    Question("blackhole", "store swallows everything", _TROUBLE, 20, blackholed),
    Question("broken", "store's line reset, or refused", _TROUBLE, 20, broken, least=2),
    Question("restart", "store stopped and started (durable)", _TROUBLE, 20, restarted),
    Question("memory", "store out of memory", _FULL, 20, out_of_memory),
    Question("disk", "store's disk full (everysec; always)", _TROUBLE, 20, disk_full, least=2),
]
