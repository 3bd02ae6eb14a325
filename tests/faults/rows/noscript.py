"""What do callers notice when the store forgets its scripts under their hands?"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from core.push import Attempt
from tests.faults.nursery import Nursery, Service
from tests.faults.proxy import Exchange, Proxy
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Made, Maker, Said, Visitor
from tests.servers import EPHEMERAL, Server, folder

AT_ONCE = 10


@dataclass
class Tally:
    flushes: int = 0
    missing: int = 0
    """Answers NOSCRIPT that went over the line."""
    acts: int = 0
    errors: int = 0
    lost: int = 0
    double: int = 0


async def flushed(trials: int, tick: Tick) -> Found:
    """SCRIPT FLUSH again and again, while in each trial ten people claim, fetch again, acknowledge and burn."""
    tally = Tally()
    async with AsyncExitStack() as closing:
        enter = closing.enter_async_context
        server = closing.enter_context(Server(closing.enter_context(folder()), **EPHEMERAL))
        line, nursery = await enter(Proxy(server.port)), await enter(Nursery())
        maker = await enter(Maker(server.url, nursery.seal_key, nursery.prefix))
        visitor, service = await enter(Visitor()), await nursery.start(line.url)

        async def listen(exchange: Exchange) -> bool:
            tally.missing += exchange.answer.startswith(b"-NOSCRIPT")
            return True

        line.on_answer = listen
        for done in range(trials):
            pushes = [await maker.make(views=2) for _ in range(AT_ONCE)]
            reading = asyncio.gather(*(one_reader(visitor, service, made, tally) for made in pushes))
            while not reading.done():
                await maker.redis.script_flush()
                tally.flushes += 1
            await reading
            tick(done + 1, trials)
        tracebacks = nursery.tracebacks
    said = (
        f"{tally.errors} errors in {tally.acts} acts, {tally.lost} lost, {tally.double} double; "
        f"{tally.flushes} flushes, {tally.missing} x NOSCRIPT, {tracebacks} tracebacks"
    )
    return Found(said, not (tally.errors or tally.lost or tally.double or tracebacks) and tally.missing >= trials)


async def one_reader(visitor: Visitor, service: Service, made: Made, tally: Tally) -> None:
    """Two readers of two views; the first fetches again and acknowledges, the second burns what is left, a third comes too late."""

    async def act(ask: Callable[..., Awaitable[Said]], attempt: Attempt) -> Said:
        tally.acts += 1
        for _ in range(50):  # as the page does
            said = await ask(service.url, made, attempt)
            if said.status not in (0, 500, 503):
                break
            tally.errors += 1
        return said

    one, two = made.attempt(), made.attempt()
    shown = [await act(visitor.claim, attempt) for attempt in (one, one, two)]
    closed = [await act(visitor.acknowledge, one), await act(visitor.burn, two)]
    late = [await act(visitor.claim, attempt) for attempt in (made.attempt(), one, two)]
    tally.lost += not all(said.shows(made) for said in shown) or [said.status for said in closed] != [204, 204]
    tally.double += any(said.status == 200 for said in late)


QUESTIONS = [Question("noscript", "SCRIPT FLUSH under claims, acks and burns", "0 errors, 0 lost, 0 double", 100, flushed, least=2)]
