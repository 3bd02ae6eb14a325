"""What becomes of a push when the service is killed at one exact point between it and the store?

A real process gets a real SIGKILL, before the k-th question of the act reaches the store, or after
its answer and before the service hears it. Then the page asks again, at a new process.
"""

import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from adapters.redis_store.keys import Keys
from core.push import Attempt
from tests.fakes import BOB
from tests.faults.nursery import Nursery, Service
from tests.faults.proxy import Exchange, Proxy
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Made, Maker, Said, Visitor
from tests.servers import EPHEMERAL, Server, folder


class Scene:
    """Store, proxy, and the service of the moment; a killed one is replaced by the next."""

    def __init__(self) -> None:
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        enter = self._closing.enter_async_context
        server = self._closing.enter_context(Server(self._closing.enter_context(folder()), **EPHEMERAL))
        self.line = await enter(Proxy(server.port))
        self._nursery = await enter(Nursery())
        self.maker = await enter(Maker(server.url, self._nursery.seal_key, self._nursery.prefix))
        self._visitor = await enter(Visitor())
        self.service: Service = await self._nursery.start(self.line.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    @property
    def tracebacks(self) -> int:
        return self._nursery.tracebacks

    async def claim(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.claim(self.service.url, made, attempt)

    async def acknowledge(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.acknowledge(self.service.url, made, attempt)

    async def burn(self, made: Made, attempt: Attempt) -> Said:
        return await self._visitor.burn(self.service.url, made, attempt)

    async def nothing_lies_there(self, made: Made) -> bool:
        """Whether the sealed bytes have been forgotten."""
        return not await self.maker.redis.exists(Keys(self._nursery.prefix).push(made.push.id)[1])

    async def killed_during(self, point: "Point", act: Callable[[], Awaitable[Said]]) -> bool:
        """Do the act; the service dies at that point of it. Whether it did. Afterwards there is a new one."""
        victim, killed = self.service, False

        async def strike(exchange: Exchange) -> bool:
            nonlocal killed
            if exchange.number != point.exchange or killed:
                return True
            killed = True
            victim.kill_now()
            await victim.is_dead()
            return False

        await self.line.quiet()
        self.line.count_from_here()
        if point.side == "question":
            self.line.on_question = strike
        else:
            self.line.on_answer = strike
        await act()
        await self.line.quiet()  # what follows the answer may be where it dies
        self.line.on_question = self.line.on_answer = None
        if killed:
            self.service = await self._nursery.start(self.line.url)
        return killed


@dataclass(frozen=True)
class Point:
    """During which act, at which of its exchanges, and on which side of the store."""

    act: str
    exchange: int
    side: Literal["question", "answer"]

    @property
    def act_was_done(self) -> bool:
        """Whether the store had done the act's own script when the service died."""
        return self.side == "answer" or self.exchange > 1


@dataclass
class Tally:
    kills: int = 0
    faults: list[str] = field(default_factory=list)
    """lost, double, miscounted: each with its point."""

    def note(self, point: Point, **judged: bool) -> None:
        self.faults += [f"{what} ({point.act} {point.exchange} {point.side})" for what, so in judged.items() if so]

    def count(self, what: str) -> int:
        return sum(fault.startswith(what) for fault in self.faults)


async def claiming(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make()
    mine = made.attempt()
    tally.kills += await scene.killed_during(point, lambda: scene.claim(made, mine))
    early = await scene.claim(made, made.attempt()) if point.act_was_done else Said(410)
    again, other = await scene.claim(made, mine), await scene.claim(made, made.attempt())
    tally.note(point, lost=not again.shows(made), double=200 in (early.status, other.status))


async def claiming_one_of_two(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make(views=2)
    mine = made.attempt()
    tally.kills += await scene.killed_during(point, lambda: scene.claim(made, mine))
    told = [await scene.claim(made, attempt) for attempt in (mine, made.attempt(), made.attempt())]
    tally.note(point, lost=not (told[0].shows(made) and told[1].shows(made)), double=told[2].status == 200)


async def claiming_with_a_ticket(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make(bound_to=BOB)
    mine = made.attempt(ticket=os.urandom(16))
    assert mine.ticket
    assert await scene.maker.store.mint_ticket(made.push.id, mine.ticket, BOB)
    tally.kills += await scene.killed_during(point, lambda: scene.claim(made, mine))
    again = await scene.claim(made, mine)
    others = [await scene.claim(made, made.attempt(ticket=ticket)) for ticket in (mine.ticket, None, os.urandom(16))]
    tally.note(point, lost=not again.shows(made), double=any(other.status == 200 for other in others))


async def fetching_again(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make()
    mine = made.attempt()
    first = await scene.claim(made, mine)
    tally.kills += await scene.killed_during(point, lambda: scene.claim(made, mine))
    again, other = await scene.claim(made, mine), await scene.claim(made, made.attempt())
    tally.note(point, lost=not (first.shows(made) and again.shows(made)), double=other.status == 200)


async def acknowledging(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make()
    mine = made.attempt()
    first = await scene.claim(made, mine)
    tally.kills += await scene.killed_during(point, lambda: scene.acknowledge(made, mine))
    said = await scene.acknowledge(made, mine)
    late = [await scene.claim(made, attempt) for attempt in (mine, made.attempt())]
    lies_there = not await scene.nothing_lies_there(made)
    tally.note(point, lost=not first.shows(made) or said.status != 204, double=any(one.status == 200 for one in late) or lies_there)


async def guessing(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make(passphrase=True)
    wrong = made.attempt(pass_proof=os.urandom(32))
    tally.kills += await scene.killed_during(point, lambda: scene.claim(made, wrong))
    said, status = await scene.claim(made, wrong), await scene.maker.store.status(made.push.id)
    right, other = await scene.claim(made, made.attempt()), await scene.claim(made, made.attempt())
    counted = (said.status, said.body.get("attempts_left"), status.failed_attempts if status else None)
    tally.note(point, miscounted=counted != (403, 4, 1), lost=not right.shows(made), double=other.status == 200)


async def guessing_for_the_last_time(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make(passphrase=True)
    for _ in range(4):
        await scene.maker.store.claim(made.push.id, made.attempt(pass_proof=os.urandom(32)))
    wrong = made.attempt(pass_proof=os.urandom(32))
    tally.kills += await scene.killed_during(point, lambda: scene.claim(made, wrong))
    said, right = await scene.claim(made, wrong), await scene.claim(made, made.attempt())
    tally.note(point, miscounted=(said.status, said.body.get("attempts_left")) != (403, 0), double=right.status == 200)


async def burning(scene: Scene, point: Point, tally: Tally) -> None:
    made = await scene.maker.make(views=2)
    mine = made.attempt()
    first = await scene.claim(made, mine)
    bare = replace(mine, link_proof=b"", pass_proof=None)
    tally.kills += await scene.killed_during(point, lambda: scene.burn(made, bare))
    said = await scene.burn(made, bare)
    late = [await scene.claim(made, attempt) for attempt in (mine, made.attempt())]
    tally.note(point, lost=not first.shows(made) or said.status != 204, double=any(one.status == 200 for one in late))


ACTS: dict[str, tuple[Callable[[Scene, Point, Tally], Awaitable[None]], int]] = {
    "claim": (claiming, 2),
    "claim of one of two views": (claiming_one_of_two, 1),
    "claim with a ticket": (claiming_with_a_ticket, 1),
    "redelivery": (fetching_again, 1),
    "acknowledgement": (acknowledging, 2),
    "wrong passphrase": (guessing, 1),
    "fifth wrong passphrase": (guessing_for_the_last_time, 1),
    "burn": (burning, 1),
}
"""Each act, and at how many of its exchanges with the store the service dies: from the second on the page has its answer."""

POINTS = [
    Point(act, exchange, side)
    for act, (_, exchanges) in ACTS.items()
    for exchange in range(1, exchanges + 1)
    for side in ("question", "answer")
]


async def kills(trials: int, tick: Tick) -> Found:
    tally = Tally()
    async with Scene() as scene:
        for done in range(trials):
            point = POINTS[done % len(POINTS)]
            await ACTS[point.act][0](scene, point, tally)
            tick(done + 1, trials)
        tracebacks = scene.tracebacks
    said = (
        f"{tally.count('lost')} lost, {tally.count('double')} double, {tally.count('miscounted')} guesses miscounted; "
        f"{tally.kills} kills at {len(POINTS)} points, {tracebacks} tracebacks"
    )
    if tally.faults:
        said += f"; first: {tally.faults[0]}"
    return Found(said, not tally.faults and tally.kills == trials and not tracebacks)


QUESTIONS = [
    Question("kill-app", "SIGKILL the service at 20 points x 20", "0 lost, 0 double, guesses counted once", 400, kills, least=len(POINTS))
]
