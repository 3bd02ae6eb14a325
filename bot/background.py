"""What runs beside the requests, and may be lost with the process? Drained at shutdown. What must not be lost: bot/promises.py."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from core.errors import StoreUnavailable, Undeliverable

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 10.0
_CANCEL_SECONDS = 1.0


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
