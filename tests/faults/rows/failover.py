"""Who gets a view when another server takes over, and does not know all that the first one did?

The service reaches its store through a proxy that leads to whoever is master; a second proxy stands
between master and replica, and a replica behind a black hole lags. What is counted is who was shown what.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from adapters.redis_store.connect import connect
from core.push import Attempt
from tests.faults.nursery import Nursery
from tests.faults.proxy import Proxy
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Made, Maker, Said, Visitor
from tests.servers import EPHEMERAL, Server, folder


@dataclass
class Witness:
    """Everything that anybody was shown."""

    shown: dict[str, set[bytes]] = field(default_factory=dict)
    held: int = 0

    @property
    def double(self) -> int:
        return sum(len(nonces) > 1 for nonces in self.shown.values())

    @property
    def lost(self) -> int:
        return sum(not nonces for nonces in self.shown.values())


class Scene:
    """A service whose store may become another one."""

    def __init__(self) -> None:
        self._closing = AsyncExitStack()
        self.witness = Witness()

    async def __aenter__(self) -> Self:
        enter = self._closing.enter_async_context
        self.folder: Path = self._closing.enter_context(folder())
        self.line = await enter(Proxy(0))
        self.between = await enter(Proxy(0))
        self._nursery = await enter(Nursery())
        self.maker = await enter(Maker(self.line.url, self._nursery.seal_key, self._nursery.prefix))
        self._visitor = await enter(Visitor())
        self._service = await self._nursery.start(self.line.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    @property
    def tracebacks(self) -> int:
        return self._nursery.tracebacks

    async def make(self) -> Made:
        made = await self.maker.make()
        self.witness.shown[made.path] = set()
        return made

    async def claim(self, made: Made, attempt: Attempt) -> Said:
        """Asked until there is an answer, as the page does."""
        async with asyncio.timeout(20):
            while (said := await self._visitor.claim(self._service.url, made, attempt)).status in (0, 503):
                await asyncio.sleep(0.01)  # between two tries
        if said.shows(made):
            self.witness.shown[made.path].add(attempt.nonce)
        return said

    async def release(self, *pushes: Made) -> None:
        """Those that nobody was shown and that wait for their sender's word get it, and are opened."""
        for made in pushes:
            status = await self.maker.store.status(made.push.id)
            if not self.witness.shown[made.path] and status is not None and status.held:
                self.witness.held += 1
                await self.maker.store.release(made.push.id)
                await self.claim(made, made.attempt())

    async def acknowledge(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.acknowledge(self._service.url, made, attempt)


async def follow(replica: Server, port: int) -> None:
    """`replica` copies whoever listens there; returns once it has all."""
    redis = connect(replica.url, timeout=20)
    await redis.replicaof("127.0.0.1", str(port))
    async with asyncio.timeout(20):
        while (await redis.info("replication")).get("master_link_status") != "up":
            await asyncio.sleep(0.005)  # between two looks
    await redis.aclose()


async def caught_up(master: Server) -> None:
    """Returns once the replica has all that was written. WAIT speaks of what its own connection wrote, so this one writes."""
    redis = connect(master.url, timeout=20, pool=1)
    await redis.set("marker", 1, px=60_000)
    assert await redis.wait(1, 10_000) == 1
    await redis.aclose()


async def promote(server: Server) -> None:
    redis = connect(server.url, timeout=20)
    await redis.replicaof("NO", "ONE")
    await redis.aclose()


async def lagging(scene: Scene, number: int) -> None:
    """Views are spent and shown on the master, the replica hears nothing of it, the master dies, the replica takes over."""
    with ExitStack() as closing:
        master, replica = (closing.enter_context(Server(scene.folder / f"{number}-{name}", **EPHEMERAL)) for name in ("a", "b"))
        scene.line.lead_to(master.port)
        scene.between.lead_to(master.port)
        await scene.between.set_mode("pass")
        await follow(replica, scene.between.port)
        live, shown, confirmed = [await scene.make() for _ in range(3)]
        await caught_up(master)
        await scene.between.set_mode("blackhole")
        mine = {made.path: made.attempt() for made in (shown, confirmed)}
        for made in (shown, confirmed):
            await scene.claim(made, mine[made.path])
        await scene.acknowledge(confirmed, mine[confirmed.path])
        master.kill()
        await promote(replica)
        scene.line.lead_to(replica.port)
        for made in (shown, confirmed, live):
            await scene.claim(made, made.attempt())
        await scene.claim(shown, mine[shown.path])
        await scene.release(live)


async def and_back(scene: Scene, number: int) -> None:
    """The replica takes over and serves; then the first master is back: every second time with what it knew before."""
    with ExitStack() as closing:
        first, second = (closing.enter_context(Server(scene.folder / f"{number}-{name}", **EPHEMERAL)) for name in ("a", "b"))
        scene.line.lead_to(first.port)
        await follow(second, first.port)
        early = [await scene.make() for _ in range(3)]
        await scene.claim(early[0], early[0].attempt())
        await caught_up(first)
        await promote(second)  # the first lives on, cut off from the service
        scene.line.lead_to(second.port)
        late = [await scene.make() for _ in range(2)]
        for made in (early[0], early[1], late[0]):
            await scene.claim(made, made.attempt())
        if number % 2:
            await follow(first, second.port)
            await promote(first)
        scene.line.lead_to(first.port)
        for made in (*early, *late):
            await scene.claim(made, made.attempt())
        await scene.release(*early, *late)


async def trials_of(what: Callable[[Scene, int], Awaitable[None]], trials: int, tick: Tick) -> Found:
    async with Scene() as scene:
        for done in range(trials):
            await what(scene, done)
            tick(done + 1, trials)
        seen, tracebacks = scene.witness, scene.tracebacks
    said = f"{seen.double} double, {seen.lost} lost, {seen.held} held and released; {len(seen.shown)} pushes in {trials} trials, {tracebacks} tracebacks"
    # What was made on a server that is gone for good is gone with it, as with any replica that follows a little behind.
    return Found(said, not (seen.double or tracebacks) and seen.lost <= made_on_the_lost(what, trials))


def made_on_the_lost(what: Callable[[Scene, int], Awaitable[None]], trials: int) -> int:
    """Of each failback to a server that knew nothing of the time between, the pushes of that time that nobody had opened."""
    return (trials + 1) // 2 if what is and_back else 0


async def with_a_lagging_replica(trials: int, tick: Tick) -> Found:
    return await trials_of(lagging, trials, tick)


async def failover_and_failback(trials: int, tick: Tick) -> Found:
    return await trials_of(and_back, trials, tick)


QUESTIONS = [
    Question("lag", "failover to a replica that lags", "0 double; held, not lost", 25, with_a_lagging_replica, least=2),
    Question("failback", "failover and failback", "0 double; lost only what nobody else had", 25, failover_and_failback, least=2),
]
