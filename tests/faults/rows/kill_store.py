"""What becomes of pushes when the store is killed and comes back with what it had kept?

Each trial has pushes in every state that a kill can find them in. What a mode does not promise to
keep is taken away: SIGKILL alone leaves what was written but not synced, and a power cut does not.
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from core.push import Attempt
from tests.faults.nursery import Nursery
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Made, Maker, Said, Visitor
from tests.servers import DURABLE, EPHEMERAL, EVERY_SECOND, SNAPSHOTS, Server, folder


@dataclass
class Tally:
    lost: int = 0
    """Live pushes that did not open, and nonces that did not get their view again; neither is held."""
    held: int = 0
    """Pushes that wait for their sender's word: it may be that somebody has read them."""
    double: int = 0
    """Views that somebody else got again, though they had been shown, confirmed or burned."""
    guesses: int = 0
    """Wrong passphrases that were forgotten."""
    pushes: int = 0


class Scene:
    """A store with its files, and the service over it."""

    def __init__(self, options: dict[str, str]) -> None:
        self._options, self._closing = options, AsyncExitStack()

    async def __aenter__(self) -> Self:
        enter = self._closing.enter_async_context
        at = self._closing.enter_context(folder())
        self.server = self._closing.enter_context(Server(at / "store", **self._options))
        self._kept = at / "kept"
        self._nursery = await enter(Nursery())
        self.maker = await enter(Maker(self.server.url, self._nursery.seal_key, self._nursery.prefix))
        self._visitor = await enter(Visitor())
        self._service = await self._nursery.start(self.server.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    @property
    def tracebacks(self) -> int:
        return self._nursery.tracebacks

    async def claim(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.claim(self._service.url, made, attempt)

    async def acknowledge(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.acknowledge(self._service.url, made, attempt)

    async def burn(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.burn(self._service.url, made, attempt)

    async def until_answered(self, made: Made, attempt: Attempt) -> Said:
        """As the page asks while the store comes back."""
        async with asyncio.timeout(20):
            while (said := await self.claim(made, attempt)).status in (0, 503):
                await asyncio.sleep(0.01)  # between two tries
        return said

    async def reaches_the_disk(self) -> None:
        """What lies in memory now is what a crash will find, where the mode promises no more."""
        if self._options is SNAPSHOTS:
            await self.maker.redis.save()
        if self._options is EVERY_SECOND:
            shutil.rmtree(self._kept, ignore_errors=True)
            shutil.copytree(self.server.at / "appendonlydir", self._kept)

    def crash(self) -> None:
        """SIGKILL; where a power cut may lose a second of the file, it does."""
        self.server.kill()
        if self._options is EVERY_SECOND:
            shutil.rmtree(self.server.at / "appendonlydir")
            shutil.copytree(self._kept, self.server.at / "appendonlydir")


async def one_crash(scene: Scene, tally: Tally) -> None:
    """A live push, one shown, one confirmed, one burned, one guessed at, and one whose claim is under way."""
    live, shown, confirmed, burned, under_way = [await scene.maker.make() for _ in range(5)]
    guessed = await scene.maker.make(passphrase=True)
    mine = {made.path: made.attempt() for made in (live, shown, confirmed, burned, guessed, under_way)}
    await scene.reaches_the_disk()
    first = {made.path: await scene.claim(made, mine[made.path]) for made in (shown, confirmed, burned)}
    assert all(said.status == 200 for said in first.values())
    await scene.acknowledge(confirmed, mine[confirmed.path])
    await scene.burn(burned, mine[burned.path])
    await scene.claim(guessed, guessed.attempt(pass_proof=os.urandom(32)))
    asking = asyncio.create_task(scene.claim(under_way, mine[under_way.path]))
    await asyncio.sleep(0.003 * (tally.pushes // 6 % 5))  # another moment each time
    await asyncio.to_thread(scene.crash)
    was_told = await asking
    await asyncio.to_thread(scene.server.start)
    await judge(scene, tally, [shown, confirmed, burned], mine)
    status = await scene.maker.store.status(guessed.push.id)
    tally.guesses += status is None or status.failed_attempts != 1
    again = await scene.until_answered(under_way, mine[under_way.path])
    other = await scene.until_answered(under_way, under_way.attempt())
    if not was_told.shows(under_way):
        await missing(scene, tally, under_way, again)
    tally.double += other.status == 200
    if await missing(scene, tally, live, await scene.until_answered(live, mine[live.path])):
        await scene.maker.store.release(live.push.id)  # its sender knows that nobody has read it
        tally.lost += not (await scene.until_answered(live, mine[live.path])).shows(live)
    tally.pushes += 6


async def judge(scene: Scene, tally: Tally, spent: list[Made], mine: dict[str, Attempt]) -> None:
    """Nobody else gets what was shown, confirmed or burned; who was shown it may fetch it again, unless it was confirmed."""
    shown, *over = spent
    others = [await scene.until_answered(made, made.attempt()) for made in spent]
    tally.double += sum(said.status == 200 for said in others)
    await missing(scene, tally, shown, await scene.until_answered(shown, mine[shown.path]))
    tally.double += sum([(await scene.until_answered(made, mine[made.path])).status == 200 for made in over])


async def missing(scene: Scene, tally: Tally, made: Made, said: Said) -> bool:
    """Count the push as held or lost, unless it was shown; whether it is held."""
    if said.shows(made):
        return False
    status = await scene.maker.store.status(made.push.id)
    held = status is not None and status.held
    tally.held += held
    tally.lost += not held
    return held


async def crashes(options: dict[str, str], trials: int, tick: Tick, *, keeps: bool) -> Found:
    """`keeps`: what reached the disk is not lost."""
    tally = Tally()
    async with Scene(options) as scene:
        for done in range(trials):
            await one_crash(scene, tally)
            tick(done + 1, trials)
        tracebacks = scene.tracebacks
    said = (
        f"{tally.double} double, {tally.lost} lost, {tally.held} held, {tally.guesses} guesses forgotten; "
        f"{tally.pushes} pushes in {trials} crashes, {tracebacks} tracebacks"
    )
    missed = tally.double + tracebacks + (tally.lost if keeps else 0)
    if options is DURABLE:
        missed += tally.held + tally.guesses
    return Found(said, not missed)


def in_mode(options: dict[str, str], *, keeps: bool) -> Callable[[int, Tick], Awaitable[Found]]:
    async def measure(trials: int, tick: Tick) -> Found:
        return await crashes(options, trials, tick, keeps=keeps)

    return measure


QUESTIONS = [
    Question("crash-durable", "store killed: appendfsync always", "0 double, 0 lost, 0 held", 25, in_mode(DURABLE, keeps=True), least=2),
    Question("crash-ephemeral", "store killed: nothing kept", "0 double", 25, in_mode(EPHEMERAL, keeps=False), least=2),
    Question(
        "crash-everysec",
        "store killed: everysec, a second lost",
        "0 double; held, not lost",
        25,
        in_mode(EVERY_SECOND, keeps=True),
        least=2,
    ),
    Question(
        "crash-snapshots", "store killed: Debian's snapshots", "0 double; held, not lost", 25, in_mode(SNAPSHOTS, keeps=True), least=2
    ),
]
