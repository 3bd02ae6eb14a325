"""What runs beside the requests, and may be lost with the process? Drained at shutdown. What must not be lost: bot/promises.py."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

import structlog

from core.errors import StoreUnavailable, Undeliverable

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 10.0
_CANCEL_SECONDS = 1.0
_PATIENCE_SECONDS = 1.0


class Background:
    """Runs coroutines beside the requests. One that fails is logged by kind and harms no other.

    Requests go first: one is begun in each turn of the event loop, and a turn takes all requests that
    have come meanwhile. In a rush of them, work waits for a second at most: a form must open within three.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[float, Coroutine[Any, Any, None]]] = deque()
        self._begins = False

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work` soon; nobody waits for it."""
        loop = asyncio.get_running_loop()
        self._waiting.append((loop.time(), work))
        if not self._begins:
            self._begins = True
            loop.call_soon(self._begin)

    def _begin(self) -> None:
        """The first of those that wait, and all that have waited too long; the next in the loop's next turn."""
        loop = asyncio.get_running_loop()
        due, first = loop.time() - _PATIENCE_SECONDS, True
        while self._waiting and (first or self._waiting[0][0] < due):
            _, work = self._waiting.popleft()
            task = loop.create_task(self._guarded(work))
            self._tasks.add(task)  # asyncio itself keeps only weak references
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(lambda _, work=work: work.close())  # type: ignore[misc]  # cancelled before it began, Python would complain
            first = False
        self._begins = bool(self._waiting)
        if self._begins:
            loop.call_soon(self._begin)

    async def drain(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Wait for what is under way, work that it starts included; what takes longer is cancelled and logged."""
        try:
            async with asyncio.timeout(seconds):
                while self._tasks or self._waiting:
                    await (asyncio.wait(set(self._tasks)) if self._tasks else asyncio.sleep(0))
        except TimeoutError:
            log.warning("background_work_cancelled", tasks=len(self._tasks) + len(self._waiting))
            left = set(self._tasks)
            while self._waiting:
                self._waiting.popleft()[1].close()
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
