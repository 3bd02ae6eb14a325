"""Does what runs beside the requests come to an end?"""

import asyncio

import pytest

from bot.background import cancelled


async def test_a_task_that_loses_its_first_cancellation_ends_all_the_same() -> None:
    lost = 0

    async def go_on_for_ever() -> None:
        nonlocal lost
        for_ever = asyncio.Event()
        try:
            await for_ever.wait()
        except asyncio.CancelledError:
            lost += 1
        await for_ever.wait()

    task = asyncio.create_task(go_on_for_ever())
    await asyncio.wait({task}, timeout=0)
    await cancelled(task, ask_again=0.01)
    assert lost == 1
    assert task.cancelled()


async def test_a_task_that_broke_is_not_kept_quiet() -> None:
    async def breaks() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(breaks())
    await asyncio.wait({task})
    with pytest.raises(ZeroDivisionError):
        await cancelled(task)
