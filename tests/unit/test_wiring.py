"""A task that is to end does end."""

import asyncio
from contextlib import suppress

from bot.wiring import _cancelled


async def test_a_task_that_loses_its_first_cancellation_is_ended_all_the_same():
    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await asyncio.wait([task], timeout=0)
    await asyncio.wait_for(_cancelled(task), 5)
    assert task.cancelled()
