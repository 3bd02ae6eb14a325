"""How many of a thousand readers at once get a view?"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from itertools import cycle, islice

from tests.faults.nursery import ROOT
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Maker
from tests.integration.claimants import Orders
from tests.servers import EPHEMERAL, Server, folder

READERS = 1000
PROCESSES = 2


class Crowd:
    """Processes that live as long as the row, each with its own connections, and its half of the readers."""

    def __init__(self, processes: list[asyncio.subprocess.Process], orders: Orders) -> None:
        self._processes, self._orders = processes, orders

    async def rush(self, push_id: bytes, link_proof: bytes) -> Counter[str]:
        """All of them at once; what they were told. Both halves are ready before either starts."""
        orders = {**asdict(self._orders), "push_id": push_id.hex(), "link_proof": link_proof.hex()}
        for process in self._processes:
            _say(process, json.dumps(orders))
        for process in self._processes:
            assert await _hear(process) == "ready"
        for process in self._processes:
            _say(process, "go")
        told = [json.loads(await _hear(process)) for process in self._processes]
        return Counter(outcome for half in told for outcome in half)


def _say(process: asyncio.subprocess.Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")


async def _hear(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 60)
    if not line:
        raise RuntimeError("a process of readers ended")
    return line.decode().strip()


@asynccontextmanager
async def crowd(store_url: str, seal_key: bytes, prefix: str) -> AsyncIterator[Crowd]:
    command, pipe = (sys.executable, "-m", "tests.integration.claimants"), asyncio.subprocess.PIPE
    processes = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT, limit=1 << 20) for _ in range(PROCESSES)]
    try:
        yield Crowd(processes, Orders(store_url, prefix, seal_key.hex(), "", "", READERS // PROCESSES, guess=False))
    finally:
        for process in processes:
            process.kill()
            await process.communicate()


async def trials_of(views: list[int], tick: Tick) -> tuple[int, Counter[int]]:
    """How many trials gave exactly as many views as there were, and how often how many readers got one."""
    right, granted, key, prefix = 0, Counter[int](), os.urandom(32), "faults"
    with folder() as at, Server(at, **EPHEMERAL) as server:
        async with Maker(server.url, key, prefix) as maker, crowd(server.url, key, prefix) as readers:
            for done, number in enumerate(views, 1):
                made = await maker.make(views=number)
                told = await readers.rush(made.push.id, made.push.link_proof)
                right += told == {"granted": number, "gone": READERS - number}
                granted[told["granted"]] += 1
                tick(done, len(views))
    return right, granted


async def one_view(trials: int, tick: Tick) -> Found:
    right, granted = await trials_of([1] * trials, tick)
    most, least = max(granted), min(granted)
    shown = f"exactly {most}" if most == least else f"{least} to {most}"
    return Found(f"{shown} of {READERS} got it; as promised in {right} of {trials} trials", right == trials)


async def some_views(trials: int, tick: Tick) -> Found:
    views = list(islice(cycle((2, 5, 17, 100)), trials))
    right, granted = await trials_of(views, tick)
    shown = ", ".join(f"{number}: {times} x" for number, times in sorted(granted.items()))
    return Found(f"granted {shown}; as promised in {right} of {trials} trials", right == trials)


QUESTIONS = [
    Question("one-view", "1,000 readers of one view, through 2 processes", "exactly 1, in every trial", 100, one_view, least=5),
    Question("k-views", "1,000 readers of k views, k in {2, 5, 17, 100}", "exactly k, in every trial", 40, some_views, least=4),
]
