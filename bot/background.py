"""What runs beside the requests, and may be lost with the process? Drained at shutdown. What must not be lost: bot/promises.py."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from contextvars import Context, copy_context
from typing import Any

import structlog

from core.errors import StoreUnavailable, Undeliverable

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 10.0
_CANCEL_SECONDS = 1.0
_PATIENCE_SECONDS = 0.75
"""How long work waits for a turn in which nothing else is to be done. A form must open within three seconds."""
_IDLE_TURN_SECONDS = 0.000_1
"""A turn of the event loop in which a request was answered takes longer; one without anything to do, a tenth of that."""
_TIMES_MOST = 3


class Background:
    """Runs coroutines beside the requests. One that fails is logged by kind and harms no other.

    Requests go first: work is begun, one by one, in turns of the event loop that had nothing else to do. In a
    rush without such turns it waits, but not for long: then each turn begins as much as came in it and one more,
    and up to three times that where it falls behind. Never all at once: that would hold up every request, and the
    work itself until the store's patience is over.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: deque[tuple[float, Coroutine[Any, Any, None], Context]] = deque()
        self._came = 0
        self._turned = 0.0
        self._turns = False
        self._draining = False

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work` soon; nobody waits for it."""
        now = time.monotonic()
        self._waiting.append((now, work, copy_context()))  # its log lines name the request that it came from
        self._came += 1
        if not self._turns:
            self._turns, self._turned = True, now
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Begin what this turn has room for; look again in the next as long as something waits."""
        now = time.monotonic()
        took, self._turned = now - self._turned, now
        came, self._came = self._came, 0
        late = now - self._waiting[0][0] - _PATIENCE_SECONDS if self._waiting else 0.0
        count = int(came * min(1 + late, _TIMES_MOST)) + 1 if late > 0 else int(took < _IDLE_TURN_SECONDS or self._draining)
        for _ in range(min(count, len(self._waiting))):
            _, work, context = self._waiting.popleft()
            self._begin(work, context)
        self._turns = bool(self._waiting)
        if self._turns:
            asyncio.get_running_loop().call_soon(self._turn)

    def _begin(self, work: Coroutine[Any, Any, None], context: Context) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work), context=context)
        self._tasks.add(task)  # asyncio itself keeps only weak references
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before it began, Python would complain

    async def drain(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Wait for what is under way, work that it starts included; what takes longer is cancelled and logged."""
        self._draining = True  # no request comes before it any more
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
            if left:
                await asyncio.wait(left, timeout=_CANCEL_SECONDS)
        finally:
            self._draining = False

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        name = getattr(work, "__qualname__", "work")
        try:
            await work
        except (StoreUnavailable, Undeliverable) as trouble:
            log.warning("background_work_failed", work=name, cause=type(trouble).__name__)
        except Exception:  # the error boundary of work that nobody waits for
            log.exception("background_work_broke", work=name)
