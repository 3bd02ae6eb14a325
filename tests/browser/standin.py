"""What stands behind the engine while a browser is in front? The least that keeps the promises, in memory."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.audit import AuditEvent
from core.engine import PushEngine
from core.errors import StoreUnavailable, TooMany
from core.identity import Member
from core.policy import Policy
from core.push import (
    PASSPHRASE_ATTEMPTS,
    Attempt,
    Burned,
    BurnOutcome,
    ClaimOutcome,
    Gone,
    Granted,
    Millis,
    PushId,
    SealedPush,
    Status,
    TicketNeeded,
    WrongPassphrase,
)
from core.receipt import Happening, Receipt


def now() -> Millis:
    return time.time_ns() // 1_000_000


@dataclass
class _Record:
    push: SealedPush
    expires_at: Millis
    views_left: int
    grants: dict[bytes, Millis] = field(default_factory=dict)
    closed: set[bytes] = field(default_factory=set)
    wrong: set[bytes] = field(default_factory=set)
    ticket: bytes | None = None


class Store:
    """One process is one reader at a time: nothing here awaits between looking and spending."""

    def __init__(self, grace: Millis = 60_000) -> None:
        self.records: dict[PushId, _Record] = {}
        self.touched = 0
        self.away = False
        self._grace = grace

    def _look(self) -> None:
        self.touched += 1
        if self.away:
            raise StoreUnavailable("away")

    async def keep(self, push: SealedPush) -> Millis | None:
        self._look()
        expires_at = now() + push.terms.expires_in * 1000
        self.records[push.id] = _Record(push, expires_at, push.terms.views)
        return expires_at

    async def claim(self, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
        self._look()
        record = self.records.get(push_id)
        if record is None or attempt.link_proof != record.push.link_proof or record.expires_at <= now():
            return Gone()
        if attempt.nonce in record.grants:
            fits = attempt.pass_proof == record.push.pass_proof
            held = attempt.nonce not in record.closed and record.grants[attempt.nonce] + self._grace > now()
            return self._granted(record, attempt.nonce, True) if fits and held else Gone()
        if record.push.bound_to is not None and (record.ticket is None or attempt.ticket != record.ticket):
            return TicketNeeded()
        if attempt.pass_proof != record.push.pass_proof:
            return self._wrong(push_id, record, attempt.pass_proof)
        if record.views_left == 0:
            return Gone()
        record.views_left -= 1
        record.wrong.clear()
        record.grants[attempt.nonce] = now()
        return self._granted(record, attempt.nonce, False)

    def _wrong(self, push_id: PushId, record: _Record, proof: bytes | None) -> WrongPassphrase:
        counted = proof is not None and proof not in record.wrong
        if proof is not None:
            record.wrong.add(proof)
        left = PASSPHRASE_ATTEMPTS - len(record.wrong)
        if left == 0:
            del self.records[push_id]
        return WrongPassphrase(left, counted)

    def _granted(self, record: _Record, nonce: bytes, again: bool) -> Granted:
        may_burn = record.push.terms.recipient_may_burn
        return Granted(record.push.sealed, record.views_left, record.expires_at, again, may_burn, record.grants[nonce])

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> bool:
        self._look()
        record = self.records.get(push_id)
        if record is None or nonce not in record.grants or nonce in record.closed:
            return False
        record.closed.add(nonce)
        return True

    async def burn(self, push_id: PushId) -> bool:
        self._look()
        return self.records.pop(push_id, None) is not None

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt) -> BurnOutcome:
        self._look()
        record = self.records.get(push_id)
        if record is None or attempt.nonce not in record.grants:
            return Gone()
        del self.records[push_id]
        return Burned()

    async def mint_ticket(self, push_id: PushId, ticket: bytes, holder: Member) -> bool:
        self._look()
        record = self.records.get(push_id)
        if record is None or record.push.bound_to != holder:
            return False
        record.ticket = ticket
        return True

    async def status(self, push_id: PushId) -> Status | None:
        self._look()
        record = self.records.get(push_id)
        return record and Status(record.views_left, record.expires_at, "", len(record.wrong))

    def views_left(self) -> list[int]:
        return [record.views_left for record in self.records.values()]


class Book:
    """Receipts are not this page's business."""

    async def enter(self, receipt: Receipt) -> None: ...
    async def find(self, reference: str) -> Receipt | None: ...
    async def amend(self, reference: str, change: Callable[[Receipt], Receipt]) -> Receipt | None: ...
    async def live_of(self, sender: Member) -> list[Receipt]:
        return []

    async def count_live_of(self, sender: Member) -> int:
        return 0

    async def take_due(self, most: int) -> list[str]:
        return []

    async def settle_due(self, reference: str) -> None: ...


class Audit:
    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    def record(self, event: AuditEvent) -> None:
        self.names[event.name] += 1


class Outbox:
    def __init__(self) -> None:
        self.told: list[Happening] = []

    def promise(self, happening: Happening) -> None:
        self.told.append(happening)


class Limits:
    """Counts per address what a page's claims cost; `full` addresses hear "too many"."""

    def __init__(self) -> None:
        self.spent: Counter[tuple[str, str]] = Counter()
        self.asked: list[str] = []
        self.retry_after = 0

    async def spend(self, budget: str, who: str) -> None:
        self.spent[budget, who] += 1

    async def check(self, budget: str, who: str) -> None:
        self.asked.append(who)
        if self.retry_after:
            raise TooMany(self.retry_after)


@dataclass
class House:
    """An engine and all that stands behind it, for a test to look at."""

    store: Store = field(default_factory=Store)
    audit: Audit = field(default_factory=Audit)
    outbox: Outbox = field(default_factory=Outbox)
    limits: Limits = field(default_factory=Limits)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)

    def engine(self) -> PushEngine:
        return PushEngine(
            store=self.store,
            book=Book(),
            outbox=self.outbox,
            audit=self.audit,
            limiter=self.limits,
            clock=now,
            random=os.urandom,
            policy=Policy(),
        )
