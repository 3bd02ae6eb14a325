"""Who of several servers answers first, when some may hang?"""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from redis.exceptions import RedisError

T = TypeVar("T")


class Race:
    """Asks several and takes the first good answer. `aclose` when no more is asked."""

    def __init__(self) -> None:
        self._losers: set[asyncio.Task[Any]] = set()

    async def run(self, asks: Iterable[Coroutine[Any, Any, T]], *, head_start: float = 0) -> T | None:
        """The first answer; None when all failed. Each may raise RedisError or OSError.

        `head_start` seconds pass between one and the next, unless the one has failed by then.
        """
        waiting, asking = list(asks), set[asyncio.Task[T]]()
        try:
            while waiting or asking:
                if waiting:
                    asking.add(asyncio.create_task(waiting.pop(0)))
                done, asking = await asyncio.wait(asking, timeout=head_start if waiting else None, return_when=asyncio.FIRST_COMPLETED)
                good = [
                    task for task in done if _is_good(task)
                ]  # each is looked at: asyncio logs a traceback for a failure that nobody saw
                if good:
                    return good[0].result()
        finally:
            for unasked in waiting:
                unasked.close()
            self._leave(asking)
        return None

    async def aclose(self) -> None:
        """Wait until nobody is asked any more."""
        self._leave(set(self._losers))
        await asyncio.gather(*self._losers, return_exceptions=True)

    def _leave(self, losers: Iterable[asyncio.Task[Any]]) -> None:
        # Not waited for: the client can lose a cancellation among its own timeouts, and then it takes as long as they do.
        for task in losers:
            self._losers.add(task)
            task.cancel()
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._losers.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told of it


def _is_good(task: asyncio.Task[Any]) -> bool:
    problem = task.exception()
    if problem is not None and not isinstance(problem, (RedisError, OSError)):
        raise problem
    return problem is None
