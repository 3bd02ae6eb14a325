"""Who was shown what, whatever happened to the store meanwhile?"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from adapters.redis_store.push_store import RedisPushStore
from core.errors import StoreUnavailable
from core.push import Attempt, ClaimOutcome, Granted, PushId, SealedPush, Terms
from tests.faults.visitors import Made

PREFIX = "pushpw"
_PATIENCE = 30.0
Doors = list[RedisPushStore]
"""The stores that people are sent to, in turn, as by two workers; changed in place when the address leads elsewhere."""

T = TypeVar("T")
Hear = Callable[[bool], None]
"""Told of each try: whether there was an answer, or the store is away."""


def unheard(_: bool) -> None:
    """Nobody listens."""


@dataclass(eq=False)
class Watched:
    """A push, and the nonces that its bytes were shown to: since its sender last released it, and before."""

    made: Made
    shown: set[bytes] = field(default_factory=set, repr=False)
    earlier: set[bytes] = field(default_factory=set, repr=False)

    @property
    def views(self) -> int:
        return self.made.push.terms.views

    @property
    def needs_passphrase(self) -> bool:
        return self.made.push.pass_proof is not None

    @property
    def id(self) -> PushId:
        return self.made.push.id

    @property
    def double(self) -> int:
        """Views shown to more than one, without a release in between."""
        return max(0, len(self.shown) - self.views)

    @property
    def again(self) -> int:
        """Views shown to a second one because the sender released what had been opened."""
        return max(0, len(self.earlier | self.shown) - self.views)

    @property
    def never(self) -> int:
        """Views that nobody was shown."""
        return max(0, self.views - len(self.earlier | self.shown))

    async def release(self, doors: Doors) -> None:
        """The sender's wish: from here on its views are counted anew."""
        await persist(doors, 0, lambda store: store.release(self.id))
        self.earlier, self.shown = self.earlier | self.shown, set()

    async def is_there(self, doors: Doors) -> bool:
        return await persist(doors, 0, lambda store: store.status(self.id)) is not None

    async def is_held(self, doors: Doors) -> bool:
        """Whether nobody may claim it, though it is there."""
        known = await persist(doors, 0, lambda store: store.status(self.id))
        return known is not None and known.held


@dataclass
class Reader:
    """Somebody with a nonce of their own, who asks as the page does: again and again until there is an answer."""

    watched: Watched
    number: int
    acknowledges: bool = False
    guesses: list[bytes] = field(default_factory=list, repr=False)
    nonce: bytes = field(default_factory=lambda: os.urandom(16), repr=False)

    async def read(self, doors: Doors, hear: Hear = unheard) -> ClaimOutcome:
        """The last answer."""
        made = self.watched.made
        for guess in self.guesses:
            await self._claim(doors, made.attempt(nonce=self.nonce, pass_proof=guess), hear)
        outcome = await self._claim(doors, made.attempt(nonce=self.nonce), hear)
        if isinstance(outcome, Granted):
            assert outcome.sealed == made.push.sealed
            self.watched.shown.add(self.nonce)
            if self.acknowledges:
                await persist(doors, self.number, lambda store: store.acknowledge(self.watched.id, self.nonce))
        return outcome

    async def _claim(self, doors: Doors, attempt: Attempt, hear: Hear) -> ClaimOutcome:
        return await persist(doors, self.number, lambda store: store.claim(self.watched.id, attempt), hear)


async def persist(doors: Doors, number: int, act: Callable[[RedisPushStore], Awaitable[T]], hear: Hear = unheard) -> T:
    """The answer of whatever store is there when one is."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            try:
                answer = await act(doors[number % len(doors)])
            except StoreUnavailable:
                hear(False)
                await asyncio.sleep(0.01)  # between two tries, as the page does
            else:
                hear(True)
                return answer


async def make(doors: Doors, *, views: int = 1, passphrase: bool = False) -> Watched:
    """A push as the engine keeps it: what lies there is random bytes."""
    push = SealedPush(
        PushId(os.urandom(16)), os.urandom(200), os.urandom(32), os.urandom(32) if passphrase else None, Terms(600, views), None
    )
    assert await persist(doors, 0, lambda store: store.keep(push))
    return Watched(Made(push))


def readers_of(pushes: Iterable[Watched], *, guess: bool = False) -> list[Reader]:
    """For each push one more than it has views. Every second one acknowledges.

    Where a passphrase is needed, with `guess`, the first one has it wrong four times: once more would burn the push.
    """
    return [
        Reader(
            watched, number, acknowledges=bool(number % 2), guesses=_wrong(4) if guess and number == 0 and watched.needs_passphrase else []
        )
        for watched in pushes
        for number in range(watched.views + 1)
    ]


def _wrong(number: int) -> list[bytes]:
    return [os.urandom(32) for _ in range(number)]


async def all_read(readers: Iterable[Reader], doors: Doors, hear: Hear = unheard) -> list[ClaimOutcome]:
    """All of them at once; their last answers."""
    return list(await asyncio.gather(*(reader.read(doors, hear) for reader in readers)))
