"""Does the first good answer win, and does nobody hear of the others?"""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

from redis.exceptions import ConnectionError as ConnectionBroken

from adapters.redis_store.race import Race


async def answer(said: str) -> str:
    return said


async def fail() -> str:
    raise ConnectionBroken


async def test_the_first_good_answer_wins_over_failures():
    assert await Race().run([fail(), answer("here"), fail()]) == "here"
    assert await Race().run([fail(), fail()]) is None


async def test_a_failure_beside_a_good_answer_is_not_logged_as_one_that_nobody_saw():
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    for _ in range(5):
        race, gate = Race(), asyncio.Event()
        asks = [after(gate, answer("here")), *(after(gate, fail()) for _ in range(10))]
        said, _ = await asyncio.gather(race.run(asks), opened(gate))
        assert said == "here"
        await race.aclose()
    gc.collect()
    assert told == []


async def after(gate: asyncio.Event, then: Coroutine[Any, Any, str]) -> str:
    await gate.wait()
    return await then


async def opened(gate: asyncio.Event) -> None:
    for _ in range(40):
        await asyncio.sleep(0)  # until all have been asked
    gate.set()
