"""How do many who need the same thing get it fetched once?"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

What = TypeVar("What")


class Flight(Generic[What]):
    """One fetch at a time. Whoever comes while it runs shares its outcome, its failure too."""

    def __init__(self, fetch: Callable[[], Awaitable[What]]) -> None:
        self._fetch = fetch
        self._under_way: asyncio.Task[What] | None = None

    def begin(self) -> "asyncio.Task[What]":
        """The fetch that is under way, or a new one."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._run())
            self._under_way.add_done_callback(_noticed)
        return self._under_way

    @property
    def is_under_way(self) -> bool:
        """Whether somebody fetches just now."""
        return self._under_way is not None and not self._under_way.done()

    async def share(self) -> What:
        """The outcome. Raises what the fetch raises. Who is cancelled cancels nobody else."""
        return await asyncio.shield(self.begin())

    async def _run(self) -> What:
        return await self._fetch()


def _noticed(task: "asyncio.Task[What]") -> None:
    if not task.cancelled():
        task.exception()  # perhaps nobody waits any more
