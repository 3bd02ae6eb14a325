"""What runs after the answer? Work that was promised, in one task group, drained at shutdown."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from core.errors import StoreUnavailable, Undeliverable
from core.receipt import Happening

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 10.0
_CANCEL_SECONDS = 1.0
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between tries: a restart of the store takes some seconds."""


class Background:
    """Runs coroutines beside the requests. One that fails is logged by kind and harms no other."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work` now; nobody waits for it."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)  # asyncio itself keeps only weak references
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Wait for what is under way, work that it starts included; what takes longer is cancelled and logged."""
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        except TimeoutError:
            log.warning("background_work_cancelled", tasks=len(self._tasks))
            left = set(self._tasks)
            for task in left:
                task.cancel()
            # What they use is closed next. Not waited for longer: one that does not listen must not keep the process.
            await asyncio.wait(left, timeout=_CANCEL_SECONDS)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        name = getattr(work, "__qualname__", "work")
        try:
            await work
        except (StoreUnavailable, Undeliverable) as trouble:
            log.warning("background_work_failed", work=name, cause=type(trouble).__name__)
        except Exception:  # the error boundary of work that nobody waits for
            log.exception("background_work_broke", work=name)


class PromptOutbox:
    """Keeps the promise of telling people by telling them at once, after the answer; again and again while the store is away."""

    def __init__(
        self, later: Background, follow: Callable[[Happening], Coroutine[Any, Any, None]], *, pauses: Sequence[float] = _PAUSES
    ) -> None:
        self._later = later
        self._follow = follow
        self._pauses = pauses

    def promise(self, happening: Happening) -> None:
        """Tell the people concerned, soon."""
        self._later(self._persist(happening))

    async def _persist(self, happening: Happening) -> None:
        for pause in self._pauses:
            try:
                return await self._follow(happening)
            except StoreUnavailable:
                await asyncio.sleep(pause)
        return await self._follow(happening)
