"""core/turns: many who want the same thing share it, and nobody goes without what they know."""

import asyncio

import pytest

from core.turns import Turns


async def test_all_who_come_during_a_turn_share_the_next_one():
    turns, free, done = Turns(), asyncio.Event(), 0

    async def work() -> None:
        nonlocal done
        await free.wait()
        done += 1

    asking = [asyncio.create_task(turns.share("card", work)) for _ in range(40)]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(*asking)
    assert done <= 2


async def test_who_comes_after_a_turn_began_gets_one_that_sees_their_news():
    turns, began, free = Turns(), asyncio.Event(), asyncio.Event()
    news: list[str] = []
    shown: list[list[str]] = []

    async def work() -> None:
        seen = list(news)
        began.set()
        await free.wait()
        shown.append(seen)

    first = asyncio.create_task(turns.share("card", work))
    await began.wait()
    news.append("opened")
    second = asyncio.create_task(turns.share("card", work))
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(first, second)
    assert shown == [[], ["opened"]]


async def test_a_turn_that_failed_serves_nobody_but_its_own_caller_hears_of_it():
    turns, tries = Turns(), 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)
        if tries == 1:
            raise ValueError

    outcomes = await asyncio.gather(turns.share("card", work), turns.share("card", work), return_exceptions=True)
    assert isinstance(outcomes[0], ValueError)
    assert outcomes[1] is None
    assert tries == 2


async def test_other_names_do_not_wait():
    turns, free = Turns(), asyncio.Event()

    async def work() -> None:
        await free.wait()

    async def nothing() -> None:
        return

    waiting = asyncio.create_task(turns.share("one", work))
    await asyncio.sleep(0)
    await turns.share("other", nothing)
    free.set()
    await waiting


@pytest.mark.parametrize("fails", [False, True])
async def test_nothing_is_remembered_of_a_turn_that_is_over(fails: bool):
    turns = Turns()

    async def work() -> None:
        if fails:
            raise ValueError

    await asyncio.gather(turns.share("card", work), return_exceptions=True)
    assert turns._turns == {}
