"""What becomes of views, and how soon is all well, when Sentinel or Cluster replaces a killed master under readers?

Real sentinels and real cluster nodes decide; the readers' stores know nothing but the address that an operator would set.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.redis_store.keys import Keys
from core.keyring import KeyRing
from tests.faults.history import PREFIX, Doors, Reader, Watched, all_read, make, readers_of
from tests.faults.question import Found, Question, Tick, Took
from tests.faults.rows.rollback import Moments, workers
from tests.servers import Server, ask, folder
from tests.topologies import Cluster, Sentinels

_PUSHES = 12
RECOVERY_BELOW = 5.0
_CHOICE_BELOW = 25.0
_ELECTIONS = 2


@dataclass
class Fall:
    """The master that will be killed, and how its successor is awaited."""

    old: Server
    await_successor: Callable[[], Server]
    killed_at: float = 0.0

    def kill(self) -> None:
        self.killed_at = time.monotonic()
        self.old.kill()


@dataclass
class Tally:
    pushes: int = 0
    double: int = 0
    lost: int = 0
    held: int = 0
    open: int = 0
    """Pushes that lay on the killed server, unread, and could be claimed on its successor without anybody's word."""
    tracebacks: int = 0
    """Failures that asyncio would log because nobody looked at them."""
    slowest_choice: float = 0.0
    """Seconds from the kill until the new master was known. The servers' own settings decide about that."""
    slowest_recovery: float = 0.0
    """Seconds from then until pushes were made and claims answered."""


async def one_fall(topology: Sentinels | Cluster, tally: Tally) -> None:
    async with workers(topology.url, KeyRing([os.urandom(32)], os.urandom)) as doors:
        pushes = [await make(doors) for _ in range(_PUSHES)]
        copies = len(topology.servers) // (topology.masters if isinstance(topology, Cluster) else 1)
        await reached(lambda: keys_on(topology.servers) == 2 * _PUSHES * copies)  # a record and sealed bytes for each
        fall, on_it = fall_of(topology, pushes)
        early = pushes[: _PUSHES // 2]
        readers = readers_of(early)
        reading = asyncio.create_task(all_read(readers, doors, Moments({len(readers) // 3: [fall.kill]}).hear))
        await reached(lambda: fall.killed_at > 0)
        await successor(fall)
        known_at = time.monotonic()
        await recovery(doors, on_it)
        tally.slowest_choice = max(tally.slowest_choice, known_at - fall.killed_at)
        tally.slowest_recovery = max(tally.slowest_recovery, time.monotonic() - known_at)
        await reading
        await judge(doors, pushes, readers, on_it, tally)


async def successor(fall: Fall) -> None:
    """Returns once it is known. A vote of sentinels may be split, and the next one waits for seconds: that is theirs."""
    for _ in range(_ELECTIONS - 1):
        with suppress(RuntimeError):
            await asyncio.to_thread(fall.await_successor)
            return
    await asyncio.to_thread(fall.await_successor)


def fall_of(topology: Sentinels | Cluster, pushes: list[Watched]) -> tuple[Fall, list[Watched]]:
    """Who will be killed, and the pushes that lie there: all, or those of its slots."""
    if isinstance(topology, Sentinels):
        master = topology.master
        return Fall(master, lambda: topology.await_successor(master)), pushes
    holders = [topology.holder(_key(watched)) for watched in pushes]
    old, key = holders[0], _key(pushes[0])
    return Fall(old, lambda: topology.await_successor(key, old)), [
        one for one, holder in zip(pushes, holders, strict=True) if holder is old
    ]


def _key(watched: Watched) -> str:
    return Keys(PREFIX).push(watched.id)[0]


def keys_on(servers: list[Server]) -> int:
    """Over all of them, so each key counts as often as there are copies."""
    return sum(int(str(ask(server.port, "DBSIZE"))) for server in servers)


async def reached(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not there():
            await asyncio.sleep(0.002)  # between two looks


async def recovery(doors: Doors, on_it: list[Watched]) -> None:
    """Returns once each worker has made a push and had an answer about one that lay on the killed server."""
    for number in range(len(doors)):
        await make(doors[number:])
        await on_it[-1].is_held(doors[number:])


async def judge(doors: Doors, pushes: list[Watched], readers: list[Reader], on_it: list[Watched], tally: Tally) -> None:
    """All ask again, and strangers come; the senders release what nobody has seen, and all ask once more."""
    everybody = [*readers, *readers_of(pushes)]
    unread = [watched for watched in on_it if watched.never]
    held = [watched for watched in pushes if await watched.is_held(doors)]
    tally.open += sum(watched not in held for watched in unread)
    await all_read(everybody, doors)
    tally.double += sum(watched.double for watched in pushes)
    for watched in held:
        if watched.never:
            await watched.release(doors)
    await all_read(everybody, doors)
    tally.double += sum(watched.double for watched in pushes)
    tally.lost += sum(watched.never for watched in pushes)
    tally.held, tally.pushes = tally.held + len(held), tally.pushes + len(pushes)


def falls(topology: Callable[[Path], Sentinels | Cluster]) -> Callable[[int, Tick], Awaitable[Found]]:
    async def measure(trials: int, tick: Tick) -> Found:
        tally = Tally()

        def complain(_: asyncio.AbstractEventLoop, __: object) -> None:
            tally.tracebacks += 1

        asyncio.get_running_loop().set_exception_handler(complain)
        for done in range(trials):
            with folder() as at, topology(at) as standing:
                await one_fall(standing, tally)
            tick(done + 1, trials)
        said = f"{tally.double} double, {tally.lost} lost; {tally.held} of {tally.pushes} pushes held, {tally.open} unread ones slipped by, {tally.tracebacks} tracebacks"
        took = Took("new master known after", tally.slowest_choice, _CHOICE_BELOW), Took("well", tally.slowest_recovery, RECOVERY_BELOW)
        return Found(said, not (tally.double or tally.lost or tally.open or tally.tracebacks) and tally.held > 0, took)

    return measure


_GOAL = "exactly one reader per view, all unread held, all well below 5 s after the new master is known"

QUESTIONS = [
    Question("sentinel", "Sentinel replaces a killed master (1 + 2 + 3)", _GOAL, 5, falls(Sentinels)),
    Question("cluster", "Cluster replaces a killed master (3 + 3)", _GOAL, 5, falls(Cluster)),
]
