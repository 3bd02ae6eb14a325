"""Who asks in one turn of the event loop asks together, and each hears their own answer."""

import asyncio

import pytest

from adapters.redis_store.together import Together


class Store:
    """Answers each number with its double, when it is let."""

    def __init__(self, most: int = 64) -> None:
        self.asked: list[list[int]] = []
        self.let = asyncio.Event()
        self.let.set()
        self.trouble: Exception | None = None
        self.double: Together[int, int] = Together(self._answer, most=most)

    async def _answer(self, numbers: list[int]) -> list[int]:
        self.asked.append(list(numbers))
        await self.let.wait()
        if self.trouble:
            raise self.trouble
        return [2 * number for number in numbers]


async def test_who_asks_in_one_turn_asks_together():
    store = Store()
    assert await asyncio.gather(*map(store.double, range(5))) == [0, 2, 4, 6, 8]
    assert store.asked == [[0, 1, 2, 3, 4]]


async def test_who_comes_later_asks_anew_and_waits_for_nobody():
    store = Store()
    store.let.clear()
    first = asyncio.create_task(store.double(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.create_task(store.double(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert store.asked == [[1], [2]]
    store.let.set()
    assert [await first, await second] == [2, 4]


async def test_no_more_are_asked_together_than_may_be():
    store = Store(most=2)
    assert await asyncio.gather(*map(store.double, range(5))) == [0, 2, 4, 6, 8]
    assert store.asked == [[0, 1], [2, 3], [4]]


async def test_what_goes_wrong_is_raised_for_everybody_and_the_next_ask_anew():
    store = Store()
    store.trouble = ConnectionError("down")
    said = await asyncio.gather(*map(store.double, range(3)), return_exceptions=True)
    assert [type(each) for each in said] == [ConnectionError] * 3
    store.trouble = None
    assert await store.double(4) == 8


async def test_who_is_cancelled_takes_nobody_elses_answer_along():
    store = Store()
    store.let.clear()
    gone, staying = asyncio.create_task(store.double(1)), asyncio.create_task(store.double(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    store.let.set()
    assert await staying == 4
    assert store.asked == [[1, 2]]


async def test_a_question_that_ends_with_the_loop_leaves_nobody_waiting():
    store = Store()
    store.let.clear()
    waiting = asyncio.create_task(store.double(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    (question,) = store.double._under_way
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
