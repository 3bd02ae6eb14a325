"""What stands behind the door while a browser is in front? The real store, watched; limits on a clock in hand."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.redis_store.connect import connect
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from bot.ground import BUDGETS
from bot.wiring import system_clock
from core.engine import PushEngine
from core.errors import StoreUnavailable
from core.identity import Member
from core.keyring import KeyRing
from core.policy import Policy
from core.ports import PushStore
from core.push import Attempt, BurnOutcome, ClaimOutcome, Millis, PushId, SealedPush, Status
from tests.fakes import FakeLimiter, ManualClock, RecordingAudit, RecordingOutbox
from tests.fakes.policies import InstallationPolicies

HERE = "127.0.0.1"
"""The address from which every test asks."""


@dataclass
class WatchedStore:
    """Asks the real store; counts how often, remembers what was kept, and may be `away`."""

    real: PushStore
    touched: int = 0
    away: bool = False
    kept: dict[PushId, SealedPush] = field(default_factory=dict)

    def _reached(self) -> PushStore:
        self.touched += 1
        if self.away:
            raise StoreUnavailable("away")
        return self.real

    async def keep(self, push: SealedPush) -> Millis | None:
        self.kept[push.id] = push
        return await self._reached().keep(push)

    async def claim(self, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
        return await self._reached().claim(push_id, attempt)

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> bool:
        return await self._reached().acknowledge(push_id, nonce)

    async def burn(self, push_id: PushId) -> bool:
        return await self._reached().burn(push_id)

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt) -> BurnOutcome:
        return await self._reached().burn_as_claimant(push_id, attempt)

    async def mint_ticket(self, push_id: PushId, ticket: bytes, holder: Member) -> bool:
        return await self._reached().mint_ticket(push_id, ticket, holder)

    async def extend(self, push_id: PushId, until: Millis) -> Millis | None:
        return await self._reached().extend(push_id, until)

    async def unbind(self, push_id: PushId) -> bool:
        return await self._reached().unbind(push_id)

    async def status(self, push_id: PushId) -> Status | None:
        return await self._reached().status(push_id)

    async def views_left(self) -> list[int]:
        """Of each push that the store still has, oldest first."""
        known = [await self.real.status(push_id) for push_id in self.kept]
        return [status.views_left for status in known if status is not None]


@dataclass
class House:
    """An engine and what a test may look at behind it."""

    engine: PushEngine
    store: WatchedStore
    audit: RecordingAudit
    limits: FakeLimiter
    limits_clock: ManualClock

    async def use_up_tries(self, seconds: int) -> None:
        """Nobody may try from here for so many seconds of the limits' clock, at most 60."""
        while self.limits.spent("failed_claim", HERE) < BUDGETS["failed_claim"]:
            await self.limits.spend("failed_claim", HERE)
        self.limits_clock.advance(60_000 - seconds * 1000)


@asynccontextmanager
async def furnished(store_url: str) -> AsyncIterator[House]:
    """A house on the server at `store_url`, under a prefix of its own."""
    # More patient than in production: a loaded machine must not look like a broken store.
    async with connect(store_url, timeout=20) as redis:
        ring, prefix = KeyRing([os.urandom(32)], os.urandom), "test-" + os.urandom(6).hex()
        store, audit, clock = WatchedStore(RedisPushStore(redis, ring, prefix=prefix)), RecordingAudit(), ManualClock()
        limits = FakeLimiter(clock, BUDGETS | {"create": 100})
        engine = PushEngine(
            store=store,
            book=RedisReceiptBook(redis, ring, prefix=prefix),
            outbox=RecordingOutbox(),
            audit=audit,
            limiter=limits,
            clock=system_clock,
            random=os.urandom,
            policies=InstallationPolicies(Policy()),
        )
        yield House(engine, store, audit, limits, clock)
