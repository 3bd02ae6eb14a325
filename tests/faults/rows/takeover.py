"""What becomes of views when a replica takes over that has not heard of the last claims?

A pair of servers for each trial, and readers who ask all the while. In the same trial the fence is then
switched off, and strangers ask once more: so it is seen how many second readers it has prevented.
"""

import os
import secrets
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from adapters.redis_store.fence import Mode
from core.keyring import KeyRing
from core.push import Granted
from tests.faults.history import Doors, Reader, Watched, all_read, make, readers_of
from tests.faults.question import Found, Question, Tick
from tests.faults.rows.rollback import Moments, workers
from tests.servers import Server, ask, await_replicas, folder, until

_EACH = 4
"""Pushes read before the replica lags, read after that, and not read at all."""
FED_AT_ONCE = {"repl-diskless-sync": "no"}
"""Without a file between them, a replica hears of later writes only once it has spoken, up to a second after."""


class Pair:
    """A master and its replica."""

    def __init__(self) -> None:
        self._ring, self._closing = KeyRing([os.urandom(32)], os.urandom), AsyncExitStack()

    async def __aenter__(self) -> Self:
        at = self._closing.enter_context(folder())
        self.master, self.replica = Server(at / "a", **FED_AT_ONCE), Server(at / "b", **FED_AT_ONCE)
        for server in (self.master, self.replica):
            server.launch()
            self._closing.callback(server.__exit__, None, None, None)
        for server in (self.master, self.replica):
            server.await_ready()
        self.follow(self.replica, self.master)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def doors(self, server: Server, *, declared: Mode | None = None, replicas: int = 0) -> Doors:
        return await self._closing.enter_async_context(workers(server.url, self._ring, declared=declared, replicas=replicas))

    @staticmethod
    def follow(replica: Server, master: Server) -> None:
        """Attach it; returns once it has everything."""
        ask(replica.port, "REPLICAOF", "127.0.0.1", str(master.port))
        until(lambda: "state=online" in str(ask(master.port, "INFO", "replication")), "the replica was not attached")
        await_replicas(master.port, 1)

    @staticmethod
    def lag(replica: Server) -> None:
        """From now on it hears nothing more of its master."""
        ask(replica.port, "REPLICAOF", "127.0.0.1", "1")

    @staticmethod
    def promote(replica: Server) -> None:
        ask(replica.port, "REPLICAOF", "NO", "ONE")


@dataclass
class Tally:
    there: int = 0
    """Live pushes on the server that took over."""
    held: int = 0
    double: int = 0
    lost: int = 0
    """Views that nobody was shown after all had been released that had not been opened."""
    without: int = 0
    """Second readers on the same server once the fence, or WAIT, was switched off."""
    shown_alone: int = 0
    """Claims granted while the replica that should have had them lagged."""

    @property
    def all_held(self) -> bool:
        return self.there == self.held > 0


async def one_takeover(tally: Tally, *, failback: bool) -> None:
    async with Pair() as pair:
        old, new = pair.master, pair.replica
        on_old, on_new = await pair.doors(old), await pair.doors(new)
        doors = list(on_old)
        early, late, unread = [[await make(doors) for _ in range(_EACH)] for _ in range(3)]
        await all_read(readers_of(early), doors)
        await_replicas(old.port, 1)
        pair.lag(new)

        def take_over() -> None:
            if not failback:
                old.kill()
            pair.promote(new)
            doors[:] = on_new

        readers = readers_of(late)
        await all_read(readers, doors, Moments({1 + secrets.randbelow(len(readers)): [take_over]}).hear)
        if failback:
            pair.follow(old, new)  # with its old run id, and with views that nobody has spent
            pair.promote(old)
            doors[:] = on_old
        await judge(pair, old if failback else new, doors, [*early, *late, *unread], readers, tally)


async def judge(pair: Pair, stands: Server, doors: Doors, pushes: list[Watched], readers: list[Reader], tally: Tally) -> None:
    """All ask again, and strangers come; the senders release what nobody has seen; then the fence is switched off."""
    everybody = [*readers, *readers_of(pushes)]
    await all_read(everybody, doors)
    left = [watched for watched in pushes if await watched.is_there(doors) and await has_views(watched, doors)]
    held = [watched for watched in left if await watched.is_held(doors)]
    tally.there, tally.held = tally.there + len(left), tally.held + len(held)
    tally.double += sum(watched.double for watched in pushes)
    for watched in held:
        if watched.never:
            await watched.release(doors)
    await all_read(everybody, doors)
    tally.double += sum(watched.double for watched in pushes)
    tally.lost += sum(watched.never for watched in pushes)
    tally.without += await second_readers(pushes, await pair.doors(stands, declared="ephemeral"))


async def has_views(watched: Watched, doors: Doors) -> bool:
    known = await doors[0].status(watched.id)
    return known is not None and known.views_left > 0


async def second_readers(pushes: Iterable[Watched], doors: Doors) -> int:
    """How many get a view that was shown already."""
    strangers = readers_of([watched for watched in pushes if not watched.never])
    return sum(isinstance(outcome, Granted) for outcome in await all_read(strangers, doors))


async def one_wait(tally: Tally, *, lags: bool) -> None:
    """The operator's word is taken, and each act waits for the replica. Beside it, stores that do not wait."""
    async with Pair() as pair:
        old, new = pair.master, pair.replica
        on_old = await pair.doors(old, declared="ephemeral", replicas=1)
        on_new, careless = await pair.doors(new, declared="ephemeral"), await pair.doors(old, declared="ephemeral")
        doors = list(on_old)
        pushes, unguarded = [[await make(doors) for _ in range(_EACH)] for _ in range(2)]
        await_replicas(old.port, 1)
        if lags:
            pair.lag(new)
            await all_read(readers_of(unguarded), careless)

        readers, tries = readers_of(pushes), 0

        def take_over() -> None:
            old.kill()
            pair.promote(new)
            doors[:] = on_new

        moments = Moments({1 + secrets.randbelow(len(readers)): [take_over]})

        def hear(answered: bool) -> None:
            nonlocal tries
            tries += 1
            if not lags:
                moments.hear(answered)
            elif tries == len(readers):
                tally.shown_alone += sum(len(watched.shown) for watched in pushes)
                take_over()

        await all_read(readers, doors, hear)
        await all_read([*readers, *readers_of(pushes)], doors)
        tally.there += len(pushes)
        tally.double += sum(watched.double for watched in pushes)
        tally.lost += sum(watched.never for watched in pushes)
        if lags:
            tally.without += await second_readers(unguarded, on_new)


def takeovers(*, failback: bool) -> Callable[[int, Tick], Awaitable[Found]]:
    async def measure(trials: int, tick: Tick) -> Found:
        tally = Tally()
        for done in range(trials):
            await one_takeover(tally, failback=failback)
            tick(done + 1, trials)
        said = f"{tally.double} double; {tally.held} of {tally.there} unread pushes held, {tally.lost} lost once released"
        reached = tally.all_held and not (tally.double or tally.lost) and tally.without > 0
        return Found(f"{said}; with the fence off {tally.without} second readers", reached)

    return measure


async def waiting(trials: int, tick: Tick) -> Found:
    tally = Tally()
    for done in range(trials):
        await one_wait(tally, lags=done % 2 == 0)
        tick(done + 1, trials)
    said = f"{tally.double} double, {tally.lost} lost of {tally.there} pushes; {tally.shown_alone} shown while the replica lagged"
    reached = not (tally.double or tally.lost or tally.shown_alone) and tally.without > 0
    return Found(f"{said}; without WAIT {tally.without} second readers", reached)


QUESTIONS = [
    Question("takeover", "readers, failover to a lagging replica", "0 double, all unread held", 25, takeovers(failback=False), least=2),
    Question("takeover-and-back", "readers, failover and failback", "0 double, all unread held", 25, takeovers(failback=True), least=2),
    Question(
        "takeover-wait",
        "readers, failover, WAIT in place of the fence; every second time the replica lags",
        "0 double, 0 lost, nothing shown while it lags",
        50,
        waiting,
        least=2,
    ),
]
