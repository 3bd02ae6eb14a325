"""How is one thing done once, though its answer got lost and it is asked for again?

Chat platforms wait some seconds for the answer to a form and then offer to send it again, while the first
is still at work or long done. What was said to the first is kept for a while, for whoever asks again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from core.errors import Damaged, StillBusy, StoreUnavailable
from core.keyring import KeyRing
from core.ports import Locks, RandomBytes, SealedRecords

KEY_BYTES = 32
_KIND = "once"
_REMEMBERED_SECONDS = 2 * 3600.0
"""Longer than anything that vouches for a request is good for: Slack's signature for minutes, Microsoft's token for an hour."""
_LOCK_SECONDS = 30.0
"""Longer than anything that is done here takes."""
_PATIENCE_SECONDS, _LOOK_AGAIN_SECONDS = 1.0, 0.1
"""Whoever comes second waits for the first no longer than a chat has patience left, however slow the store is."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is answered. `done`: the thing is done, and must not be done again; else it may be asked for anew."""

    answer: bytes = field(repr=False)
    done: bool


class Once:
    """Does a thing once by its name, whichever process is asked."""

    def __init__(self, records: SealedRecords, locks: Locks, random: RandomBytes) -> None:
        self._records = records
        self._locks = locks
        self._random = random

    async def told(self, name: str, act: Callable[[], Awaitable[Told]], key: bytes = b"") -> bytes:
        """The answer of `act`; where the thing is done already, the answer of then.

        With `key` (32 bytes that only who asks keeps) the answer lies locked by that too: an answer may hold a link, and
        the store, with all of its keys, must not open one. Raises StillBusy when another is at it, StoreUnavailable before
        anything began, and what `act` raises.
        """
        async with self._locks.held(f"once/{name}", _LOCK_SECONDS) as mine:
            if mine:
                return await self._first(name, act, key)
        try:
            return await self._after_another(name, act, key)
        except StoreUnavailable:  # of it people would hear that nothing was done, and the other may have done it by now
            raise StillBusy from None

    async def _after_another(self, name: str, act: Callable[[], Awaitable[Told]], key: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_SECONDS
        while (known := await self._known(name, key)) is None:
            if loop.time() >= until:
                raise StillBusy
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            async with self._locks.held(f"once/{name}", _LOCK_SECONDS) as mine:
                if mine:  # the other did not do it
                    return await self._first(name, act, key)
        return known

    async def _first(self, name: str, act: Callable[[], Awaitable[Told]], key: bytes) -> bytes:
        if (known := await self._known(name, key)) is not None:
            return known
        told = await act()
        if told.done:
            with suppress(StoreUnavailable):  # it is done: whoever asked must hear so
                await self._records.keep(_KIND, name, self._locked(name, told.answer, key), _REMEMBERED_SECONDS)
        return told.answer

    async def _known(self, name: str, key: bytes) -> bytes | None:
        kept = await self._records.read(_KIND, name)
        if kept is None or not key:
            return kept
        try:
            return KeyRing([key], self._random).unwrap(_KIND, kept, name.encode())
        except Damaged:
            raise StillBusy from None  # done, but told to somebody else: never again for this asker

    def _locked(self, name: str, answer: bytes, key: bytes) -> bytes:
        return KeyRing([key], self._random).wrap(_KIND, answer, name.encode()) if key else answer
