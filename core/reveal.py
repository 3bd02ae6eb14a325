"""How is a push read inside the chat platform, where its workspace allows that?

The page stays the normal way: there the secret never passes the platform. Here this process opens the
seal itself and hands the text to the platform, so only a workspace that has chosen so gets the offer.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.audit import AuditEvent
from core.engine import PushEngine
from core.errors import Damaged, NewerVersion, TooMany
from core.identity import Member, Workspace
from core.link import Link
from core.payload import unframe
from core.ports import AuditLog, Policies, RandomBytes, ReceiptBook, SealedRecords
from core.push import NONCE_BYTES, Attempt, Gone, Granted, Held, PushId, TicketNeeded, WrongPassphrase, reference
from core.sealing import input_key, link_proof, open_seal

_BEGUN = "reveal"
_BEGUN_SECONDS = 60.0
"""As long as the store's grace: after that nothing is given again."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One showing of one push to one person: the link with its ticket, and the nonce of the claim. Used twice, it is the same claim."""

    link: Link
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revealed:
    """What was pushed, exactly. `by`: the pass whose claim it is, for `done`."""

    text: str = field(repr=False)
    views_left: int
    by: Pass | None = field(default=None, repr=False, compare=False)


class NotShown(StrEnum):
    """Why a push is not shown in chat."""

    OFF = "off"
    PASSPHRASE = "passphrase"  # noqa: S105  # a reason, no password
    """It has one, and that would have to pass the platform too."""
    ELSEWHERE = "elsewhere"
    """It is too long for a window in chat, or no plain text."""
    TICKET = "ticket"
    """The check of the person is too old, or a newer one has replaced it."""
    GONE = "gone"
    HELD = "held"


class Reveals:
    """Shows pushes in chat. A lost answer loses nothing: for as long as the grace runs, the same person gets the same claim again."""

    def __init__(
        self, *, engine: PushEngine, book: ReceiptBook, policies: Policies, records: SealedRecords, audit: AuditLog, random: RandomBytes
    ) -> None:
        self._engine = engine
        self._book = book
        self._policies = policies
        self._records = records
        self._audit = audit
        self._random = random

    async def offer(self, link: Link, ticketed: Link | None, member: Member, workspace: Workspace) -> Pass | NotShown:
        """Whether the member whom the platform vouches for may read it in chat, by the policy of `workspace`, whose app this is.

        `ticketed`: the link with its ticket, None when no new one is given any more. Spends nothing. Raises StoreUnavailable.
        """
        if not (await self._policies.of(workspace)).reveal_in_chat:
            return NotShown.OFF
        if link.mode == "p":
            return NotShown.PASSPHRASE
        receipt = await self._book.find(reference(link.push_id))
        if receipt is None or not receipt.showable:
            return NotShown.ELSEWHERE
        if receipt.sender.workspace.platform != workspace.platform:
            return NotShown.OFF  # whoever sent it from another chat has not agreed that this one sees it
        if begun := await self._begun(link, member):
            return begun
        return Pass(ticketed, self._random(NONCE_BYTES)) if ticketed else NotShown.GONE

    async def reveal(self, shown: Pass, member: Member, workspace: Workspace) -> Revealed | NotShown:
        """Claim a view and open the seal. Until `done` is said, every pass of this person gives the same again. Raises StoreUnavailable: then too."""
        link = shown.link
        if not (await self._policies.of(workspace)).reveal_in_chat:
            return NotShown.OFF
        if link.mode == "p":
            return NotShown.PASSPHRASE
        # What another window of theirs has claimed comes first: this pass would be refused, and its record would take the place of that one's.
        begun = await self._begun(link, member)
        if begun is not None and begun != shown:
            outcome = await self._claimed(begun, member)
            if isinstance(outcome, Revealed):
                return outcome
        return await self._claimed(shown, member)

    async def _begun(self, link: Link, member: Member) -> Pass | None:
        """The pass by which this person has begun to claim, not a minute ago."""
        kept = await self._records.read(_BEGUN, _name(link.push_id, member))
        return Pass(link.with_ticket(kept[NONCE_BYTES:]), kept[:NONCE_BYTES]) if kept else None

    async def _claimed(self, shown: Pass, member: Member) -> Revealed | NotShown:
        link, ticket = shown.link, shown.link.ticket or b""
        # Before the claim: whoever loses the answer finds the nonce of their claim again, however they come back.
        await self._records.keep(_BEGUN, _name(link.push_id, member), shown.nonce + ticket, _BEGUN_SECONDS)
        outcome = await self._claim(link, Attempt(shown.nonce, link_proof(link.key, link.push_id), ticket=ticket), member)
        if isinstance(outcome, NotShown):
            await self._records.drop(_BEGUN, _name(link.push_id, member))
            return outcome
        return replace(outcome, by=shown)

    async def _claim(self, link: Link, attempt: Attempt, member: Member) -> Revealed | NotShown:
        try:
            outcome = await self._engine.claim(link.push_id, attempt, member.spelled())
        except TooMany:
            return NotShown.ELSEWHERE
        match outcome:
            case Granted():
                return _opened(link, outcome)
            case Gone():
                return NotShown.GONE
            case Held():
                return NotShown.HELD
            case TicketNeeded():
                return NotShown.TICKET
            case WrongPassphrase():
                return NotShown.PASSPHRASE

    async def done(self, shown: Pass, member: Member) -> None:
        """It was shown: forget what the claim still holds. Raises StoreUnavailable."""
        self._audit.record(AuditEvent("push.revealed", reference(shown.link.push_id)))
        await self._engine.acknowledge(shown.link.push_id, shown.nonce)
        await self._records.drop(_BEGUN, _name(shown.link.push_id, member))


def _opened(link: Link, granted: Granted) -> Revealed | NotShown:
    try:
        return Revealed(unframe(open_seal(granted.sealed, input_key(link.key), link.mode, link.push_id)).text(), granted.views_left)
    except (Damaged, NewerVersion):
        return NotShown.ELSEWHERE


def _name(push_id: PushId, member: Member) -> str:
    return f"{reference(push_id)} {member.spelled()}"
