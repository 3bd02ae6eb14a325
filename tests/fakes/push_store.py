"""A PushStore in memory: the rules of the claim, written as plainly as they can be."""

from dataclasses import dataclass, field

from core.errors import OnHold, StoreFull
from core.identity import Member
from core.push import (
    PASSPHRASE_ATTEMPTS,
    Attempt,
    Burned,
    BurnOutcome,
    ClaimOutcome,
    Gone,
    Granted,
    Held,
    Millis,
    PushId,
    SealedPush,
    Status,
    TicketNeeded,
    WrongPassphrase,
)
from tests.fakes.small import ManualClock


@dataclass
class _Claim:
    open_until: Millis
    at: Millis
    ticket: bytes | None


@dataclass
class _Record:
    push: SealedPush
    expires_at: Millis
    views_left: int
    generation: int
    bound_to: Member | None
    claims: dict[bytes, _Claim] = field(default_factory=dict)
    wrong: set[bytes] = field(default_factory=set)
    ticket: bytes | None = None
    ticket_until: Millis = 0


@dataclass
class _Tombstone:
    """What is left for one grace, so that a repeated call hears the same answer."""

    link_proof: bytes
    until: Millis
    locked_by: bytes | None = None
    burned_by: bytes | None = None


class FakePushStore:
    def __init__(self, clock: ManualClock, *, grace_ms: int = 60_000, ticket_ms: int = 600_000) -> None:
        self._clock = clock
        self._grace_ms = grace_ms
        self._ticket_ms = ticket_ms
        self._records: dict[PushId, _Record] = {}
        self._tombs: dict[PushId, _Tombstone] = {}
        self._generation = 0
        self.fenced = True
        self.full = False

    async def keep(self, push: SealedPush) -> Millis | None:
        known = self._find(push.id)
        if known is not None:
            return known.expires_at if known.push == push else None
        if self._tomb(push.id) is not None:
            return None
        if self.full:
            raise StoreFull
        record = _Record(push, self._clock() + push.terms.expires_in * 1000, push.terms.views, self._generation, push.bound_to)
        self._records[push.id] = record
        return record.expires_at

    async def claim(self, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
        now, record = self._clock(), self._find(push_id)
        if record is None:
            return self._repeated_end(push_id, attempt)
        if attempt.link_proof != record.push.link_proof:
            return Gone()
        claim = record.claims.get(attempt.nonce)
        if claim is None and now >= record.expires_at:
            return Gone()
        if (claim or record.views_left) and self._held(record):
            return Held()
        if claim is not None:
            return self._again(record, claim, attempt)
        refusal = self._refusal(record, attempt)
        if refusal is not None:
            return refusal
        record.views_left -= 1
        record.claims[attempt.nonce] = claim = _Claim(now + self._grace_ms, now, attempt.ticket)
        record.wrong.clear()
        record.ticket = None
        return _granted(record, claim, redelivered=False)

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> bool:
        record = self._find(push_id)
        claim = record.claims.get(nonce) if record else None
        if claim is None or claim.open_until == 0:
            return False
        claim.open_until = 0
        return True

    async def burn(self, push_id: PushId) -> bool:
        known = self._find(push_id)
        self._records.pop(push_id, None)
        return known is not None

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt) -> BurnOutcome:
        record = self._find(push_id)
        if record is None:
            tomb = self._tomb(push_id)
            if tomb and tomb.burned_by == attempt.nonce:
                return Burned()
            return self._repeated_end(push_id, attempt)
        if not record.push.terms.recipient_may_burn:
            return Gone()
        if attempt.nonce not in record.claims:
            if attempt.link_proof != record.push.link_proof or self._clock() >= record.expires_at:
                return Gone()
            if record.views_left and self._held(record):
                return Held()
            refusal = self._refusal(record, attempt)
            if refusal is not None:
                return refusal
        self._end(record, burned_by=attempt.nonce)
        return Burned()

    async def mint_ticket(self, push_id: PushId, ticket: bytes, holder: Member) -> bool:
        record = self._find(push_id)
        if record is None or self._clock() >= record.expires_at or record.views_left < 1:
            return False
        if record.bound_to is None or record.bound_to.spelled() != holder.spelled():
            return False
        if self._held(record):
            raise OnHold
        record.ticket, record.ticket_until = ticket, self._clock() + self._ticket_ms
        return True

    async def release(self, push_id: PushId) -> bool:
        record = self._find(push_id)
        if record is not None:
            record.generation = self._generation
        return record is not None

    async def extend(self, push_id: PushId, until: Millis) -> Millis | None:
        record = self._find(push_id)
        if record is None or record.views_left < 1 or self._clock() >= record.expires_at:
            return None
        record.expires_at = max(record.expires_at, until)
        return record.expires_at

    async def unbind(self, push_id: PushId) -> bool:
        record = self._find(push_id)
        if record is not None:
            record.bound_to = record.ticket = None
        return record is not None

    async def status(self, push_id: PushId) -> Status | None:
        record = self._find(push_id)
        if record is None:
            return None
        return Status(record.views_left, record.expires_at, f"fake:{record.generation}", len(record.wrong), self._held(record))

    def come_back(self) -> None:
        """For tests: the server is another one, or the same one once more."""
        self._generation += 1

    def __len__(self) -> int:
        """For tests: how many pushes are kept."""
        return len(self._records)

    def expire(self, push_id: PushId) -> None:
        """For tests: its time is up now."""
        self._records[push_id].expires_at = self._clock()

    def _held(self, record: _Record) -> bool:
        return self.fenced and record.generation != self._generation

    def _find(self, push_id: PushId) -> _Record | None:
        record = self._records.get(push_id)
        if record is None:
            return None
        last = max((claim.at + self._grace_ms for claim in record.claims.values()), default=0)
        if self._clock() >= max(record.expires_at, last):
            del self._records[push_id]
            return None
        return record

    def _tomb(self, push_id: PushId) -> _Tombstone | None:
        tomb = self._tombs.get(push_id)
        return tomb if tomb and self._clock() < tomb.until else None

    def _again(self, record: _Record, claim: _Claim, attempt: Attempt) -> ClaimOutcome:
        fits = _passphrase_fits(record, attempt) and (record.bound_to is None or claim.ticket == attempt.ticket)
        return _granted(record, claim, redelivered=True) if fits and self._clock() < claim.open_until else Gone()

    def _refusal(self, record: _Record, attempt: Attempt) -> WrongPassphrase | TicketNeeded | Gone | None:
        now = self._clock()
        ticket_opens = attempt.ticket is not None and attempt.ticket == record.ticket and now < record.ticket_until
        if record.bound_to is not None and not ticket_opens:
            used_up = record.views_left < 1 and any(claim.ticket == attempt.ticket for claim in record.claims.values())
            return Gone() if used_up and attempt.ticket is not None else TicketNeeded()
        if not _passphrase_fits(record, attempt):
            return self._wrong(record, attempt.pass_proof)
        return Gone() if record.views_left < 1 else None

    def _wrong(self, record: _Record, said: bytes | None) -> WrongPassphrase:
        if said is None or said in record.wrong:
            return WrongPassphrase(PASSPHRASE_ATTEMPTS - len(record.wrong), counted=False)
        record.wrong.add(said)
        left = PASSPHRASE_ATTEMPTS - len(record.wrong)
        if left == 0:
            self._end(record, locked_by=said)
        return WrongPassphrase(left, counted=True)

    def _end(self, record: _Record, *, locked_by: bytes | None = None, burned_by: bytes | None = None) -> None:
        push = record.push
        del self._records[push.id]
        self._tombs[push.id] = _Tombstone(push.link_proof, self._clock() + self._grace_ms, locked_by, burned_by)

    def _repeated_end(self, push_id: PushId, attempt: Attempt) -> WrongPassphrase | Gone:
        tomb = self._tomb(push_id)
        if tomb and tomb.locked_by and tomb.locked_by == attempt.pass_proof and tomb.link_proof == attempt.link_proof:
            return WrongPassphrase(0, counted=True)
        return Gone()


def _passphrase_fits(record: _Record, attempt: Attempt) -> bool:
    return record.push.pass_proof is None or record.push.pass_proof == attempt.pass_proof


def _granted(record: _Record, claim: _Claim, *, redelivered: bool) -> Granted:
    push = record.push
    return Granted(
        sealed=push.sealed,
        views_left=record.views_left,
        expires_at=record.expires_at,
        redelivered=redelivered,
        burnable=push.terms.recipient_may_burn,
        claimed_at=claim.at,
        bound_to=record.bound_to,
    )
