"""Who keeps what was promised? Every process does, whichever promised it, and what a dead one left undone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from core.errors import StoreUnavailable, Undeliverable
from core.promise import Lent, Promise

log = structlog.get_logger(__name__)

AT_ONCE = 16
_GIVE_UP_AFTER_SECONDS = 86_400.0


class Waiting(Protocol):
    """Where promises wait."""

    async def take(self, most: int) -> list[Lent]:
        """Up to `most`, lent to the caller alone for a while."""

    async def done(self, number: str) -> None:
        """It was kept, or is given up."""


class Keeper:
    """Takes promises as they come, keeps up to `AT_ONCE` of them at a time, and says which are done."""

    def __init__(self, waiting: Waiting, keep: Callable[[Promise, bool], Awaitable[None]], *, look_every: float, within: float) -> None:
        """`keep` is told the promise and whether it was lent before. `look_every` seconds it also looks for what others left; one promise may take `within` seconds, less than its lease."""
        self._waiting = waiting
        self._keep = keep
        self._look_every = look_every
        self._within = within
        self._called = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    def call(self) -> None:
        """Something was promised just now: do not wait for the next look."""
        self._called.set()

    async def keep_for_ever(self) -> None:
        """Until cancelled. Neither a store that is away nor one odd promise ends it."""
        while True:
            self._called.clear()
            try:
                while await self._take_some():
                    pass
            except StoreUnavailable as trouble:
                log.warning("promises_postponed", cause=type(trouble.__cause__).__name__)
            except Exception:  # the error boundary: without it nobody would ever be told again
                log.exception("promises_broke")
            try:
                async with asyncio.timeout(self._look_every):
                    await self._called.wait()
            except TimeoutError:
                continue

    async def drain(self, seconds: float) -> None:
        """Take what waits and wait for what is under way; what takes longer is left to whoever comes next."""
        try:
            async with asyncio.timeout(seconds):
                while await self._take_some() or self._under_way:
                    await asyncio.wait(self._under_way)
        except (TimeoutError, StoreUnavailable):
            log.info("promises_left_for_others", under_way=len(self._under_way))
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=1.0)

    async def _take_some(self) -> bool:
        """Whether there was anything. Waits for room first: what is taken must begin within its lease."""
        while len(self._under_way) >= AT_ONCE:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        lent = await self._waiting.take(AT_ONCE - len(self._under_way))
        for one in lent:
            task = asyncio.get_running_loop().create_task(self._keep_one(one))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return bool(lent)

    async def _keep_one(self, lent: Lent) -> None:
        what = type(lent.promise).__name__
        try:
            async with asyncio.timeout(self._within):
                await self._keep(lent.promise, lent.again)
            await self._waiting.done(lent.number)
        except (StoreUnavailable, Undeliverable, TimeoutError) as trouble:
            # It comes again when its lease is over.
            log.warning("promise_not_kept_yet", what=what, cause=type(trouble).__name__)
            await self._give_up_if_old(lent)
        except Exception:  # the error boundary of work that nobody waits for
            log.exception("promise_broke", what=what)
            await self._give_up_if_old(lent)

    async def _give_up_if_old(self, lent: Lent) -> None:
        if lent.age_seconds < _GIVE_UP_AFTER_SECONDS:
            return
        log.error("promise_given_up", what=type(lent.promise).__name__)
        try:
            await self._waiting.done(lent.number)
        except StoreUnavailable:
            return  # it comes again, and is given up then
