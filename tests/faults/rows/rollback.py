"""What becomes of views when many read, the store is killed among them, and comes back with what its disk holds?

Each trial has a server of its own, and two workers over it. After as many answers as chance says it is
killed and started again on the same files; all who had asked ask again with their nonces, and others come.
Then the senders release what is held, and all ask once more.
"""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.fence import Fence, Mode
from adapters.redis_store.push_store import RedisPushStore
from core.keyring import KeyRing
from tests.faults.history import Doors, Watched, all_read, make, readers_of
from tests.faults.question import Found, Question, Tick
from tests.servers import DURABLE, EPHEMERAL, EVERY_SECOND, SNAPSHOTS, Server, ask, folder

WORKERS = 2
_ENOUGH = 10
_HALF = 12
"""Pushes made before a snapshot, and as many after it."""


@asynccontextmanager
async def workers(url: str, ring: KeyRing, *, declared: Mode | None = None, replicas: int = 0) -> AsyncIterator[Doors]:
    """Two stores as two processes would have them, each with its own connections and its own look at the fence."""
    clients = [connect(url) for _ in range(WORKERS)]
    try:
        yield [RedisPushStore(client, ring, fence=Fence(client, declared), replicas=replicas) for client in clients]
    finally:
        for client in clients:
            await client.aclose()


@dataclass
class Tally:
    """What came of all trials."""

    pushes: int = 0
    double: int = 0
    """Views shown to a second one that no sender had agreed to."""
    lost: int = 0
    """Views that nobody was ever shown, though everybody asked and every sender released."""
    broken: int = 0
    """Those of them that the mode says it keeps."""
    there: int = 0
    """Pushes that came back, unread or read."""
    held: int = 0
    slipped: int = 0
    """Pushes that came back, were not held, and should have been."""
    again: int = 0
    """Views shown to a second one because a sender released what had been opened: without a fence these would be double."""


@dataclass
class Moments:
    """What happens after so many answers, at once and within the hearing of them."""

    due: dict[int, list[Callable[[], object]]]
    heard: int = 0

    def hear(self, answered: bool) -> None:
        self.heard += answered
        for act in self.due.pop(self.heard, []):
            act()


class Crash:
    """A server, what of its files a crash leaves, and which pushes its mode says it keeps."""

    def __init__(self, options: dict[str, str], number: int) -> None:
        self._options, self._odd, self._closing = options, number % 2, AsyncExitStack()
        self.kept: list[Watched] = []

    async def __aenter__(self) -> Self:
        at = self._closing.enter_context(folder())
        self.server = self._closing.enter_context(Server(at / "store", **self._options))
        self._earlier = at / "earlier"
        self._line = await self._closing.enter_async_context(Redis.from_url(self.server.url))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def make(self, doors: Doors) -> list[Watched]:
        """One view or three, some with a passphrase; half of them before the snapshot."""
        pushes = await self._some(doors)
        if self._options is SNAPSHOTS:
            await self._line.save()
            self.kept = list(pushes)
        pushes += await self._some(doors)
        if self._options in (DURABLE, EVERY_SECOND):
            self.kept = pushes
        return pushes

    def moments(self, answers: int) -> Moments:
        """The kill, and somewhere before it what a later crash will find."""
        kill_at = answers // 4 + secrets.randbelow(answers - answers // 4)  # not so early that there is nothing to roll back
        due: dict[int, list[Callable[[], object]]] = {}
        if self._odd and self._options in (SNAPSHOTS, EVERY_SECOND):
            due[1 + secrets.randbelow(kill_at // 2)] = [self._begin_snapshot if self._options is SNAPSHOTS else self._copy_log]
        due.setdefault(kill_at, []).append(self._kill)
        return Moments(due)

    @staticmethod
    async def _some(doors: Doors) -> list[Watched]:
        return [await make(doors, views=3 if n % 6 == 0 else 1, passphrase=n % 6 == 1) for n in range(_HALF)]

    def _begin_snapshot(self) -> None:
        ask(self.server.port, "BGSAVE")  # whether it ends before the kill is up to chance

    def _copy_log(self) -> None:
        shutil.copytree(self.server.at / "appendonlydir", self._earlier)

    def _kill(self) -> None:
        self.server.kill()
        if self._earlier.exists():  # SIGKILL leaves what was written and not synced; a power cut does not
            shutil.rmtree(self.server.at / "appendonlydir")
            shutil.move(self._earlier, self.server.at / "appendonlydir")
        self.server.launch()


async def one_kill(options: dict[str, str], number: int, tally: Tally) -> None:
    ring = KeyRing([os.urandom(32)], os.urandom)
    async with Crash(options, number) as crash, workers(crash.server.url, ring) as doors:
        pushes = await crash.make(doors)
        readers = readers_of(pushes, guess=True)
        await all_read(readers, doors, crash.moments(len(readers)).hear)
        await all_read(readers, doors)
        await all_read(readers_of(pushes), doors)
        held = [watched for watched in pushes if await watched.is_held(doors)]
        there = [watched for watched in pushes if await watched.is_there(doors)]
        tally.double += sum(watched.double for watched in pushes)
        for watched in held:
            await watched.release(doors)
        await all_read([*readers_of(pushes), *readers], doors)  # strangers first: each view that came back may be theirs
        tally.double += sum(watched.double for watched in held)
    tally.pushes += len(pushes)
    tally.held += len(held)
    tally.there += len(there)
    tally.slipped += 0 if options is DURABLE else len(there) - len(held)
    tally.lost += sum(watched.never for watched in pushes)
    tally.broken += sum(watched.never for watched in crash.kept)
    tally.again += sum(watched.again for watched in pushes)


async def kills(options: dict[str, str], trials: int, tick: Tick) -> Tally:
    tally = Tally()
    for done in range(trials):
        await one_kill(options, done, tally)
        tick(done + 1, trials)
    return tally


async def durable(trials: int, tick: Tick) -> Found:
    tally = await kills(DURABLE, trials, tick)
    said = f"{tally.double} double, {tally.lost} lost, {tally.held} held of {tally.pushes} pushes"
    return Found(said, not (tally.double or tally.lost or tally.held))


async def ephemeral(trials: int, tick: Tick) -> Found:
    tally = await kills(EPHEMERAL, trials, tick)
    said = f"{tally.double} double, {tally.there} of {tally.pushes} pushes came back, {tally.lost} views lost"
    return Found(said, not (tally.double or tally.there))


def fenced(options: dict[str, str]) -> Callable[[int, Tick], Awaitable[Found]]:
    async def measure(trials: int, tick: Tick) -> Found:
        tally = await kills(options, trials, tick)
        said = (
            f"{tally.double} double; {tally.held} of {tally.there} pushes that came back held; "
            f"{tally.again} views shown again after a release, {tally.lost} lost"
        )
        # A second showing after a release is what the fence prevented before it: without any, the row could not have failed.
        # Chance decides where a file is cut, so a few trials may well have none.
        could_fail = tally.held > 0 and (tally.again > 0 or trials < _ENOUGH)
        return Found(said, could_fail and not (tally.double or tally.slipped or tally.broken))

    return measure


QUESTIONS = [
    Question("rollback-durable", "readers, store SIGKILLed: durable", "0 double, 0 lost, 0 held", 25, durable),
    Question("rollback-ephemeral", "readers, store SIGKILLed: ephemeral", "0 double, all unread lost", 25, ephemeral),
    Question(
        "rollback-snapshots",
        "readers, store SIGKILLed: Debian's snapshots",
        "0 double, all held, lost only since the snapshot",
        25,
        fenced(SNAPSHOTS),
        least=2,
    ),
    Question(
        "rollback-everysec",
        "readers, store SIGKILLed: everysec, or a part cut off",
        "0 double, all held, 0 lost",
        25,
        fenced(EVERY_SECOND),
        least=2,
    ),
]
