"""What can be done with a push? create, claim, acknowledge, burn, release, hand out a ticket.

The engine decides nothing that must be atomic: the store does, in one act each. The engine
has pushes made (core/creation.py), keeps budgets, and sees to it that what happened is remembered
and told.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from core.audit import AuditEvent, AuditName
from core.creation import Created, Creation, Order, Recipient
from core.errors import BadInput, NotYours, OnHold, StoreUnavailable, TooLate, TooMany
from core.identity import Member
from core.link import Link
from core.policy import SHORTEST_EXPIRY, Standing, check_longer
from core.ports import AuditLog, Clock, Limiter, Outbox, Policies, PushStore, RandomBytes, ReceiptBook
from core.promise import Announce, Nudge, Promise, Tell
from core.push import (
    TICKET_BYTES,
    Attempt,
    Burned,
    BurnOutcome,
    ClaimOutcome,
    Gone,
    Granted,
    Held,
    PushId,
    TicketNeeded,
    WrongPassphrase,
    reference,
)
from core.receipt import Happening, Hold, Receipt, Seen, State

NUDGE_AGAIN_SECONDS = 3600
"""A recipient is reminded of one push at most once in that time."""


class PushEngine:
    """The one way in for every door."""

    def __init__(
        self,
        *,
        store: PushStore,
        book: ReceiptBook,
        outbox: Outbox,
        audit: AuditLog,
        limiter: Limiter,
        clock: Clock,
        random: RandomBytes,
        policies: Policies,
    ) -> None:
        self._store = store
        self._book = book
        self._outbox = outbox
        self._audit = audit
        self._limiter = limiter
        self._clock = clock
        self._random = random
        self._policies = policies
        self._creation = Creation(
            store=store, book=book, outbox=outbox, audit=audit, limiter=limiter, clock=clock, random=random, policies=policies
        )

    async def create(self, order: Order) -> Created:
        """One push, for the order's recipient or, without one, for whoever has its link. Raises as `create_each`."""
        named = [Recipient(order.recipient, order.standing)] if order.recipient else []
        (created,) = await self.create_each(order, named)
        return created

    async def create_each(self, order: Order, recipients: Sequence[Recipient]) -> list[Created]:
        """A push for each of `recipients`, all of them or none; the order's own recipient is not looked at.

        Raises BadInput, TooMany, StoreFull or StoreUnavailable; then nothing was kept that anybody could open.
        """
        return await self._creation.create_each(order, recipients)

    async def check(self, order: Order, standings: Sequence[Standing]) -> None:
        """Whether an order for people who stand so to its sender would be taken. Raises BadInput or StoreUnavailable."""
        await self._creation.check(order, standings)

    async def claim(self, push_id: PushId, attempt: Attempt, address: str) -> ClaimOutcome:
        """Spend a view, or hear why not. `address` is the claimant's, for the budget of failed tries.

        The store is asked first: offices share an address, and who holds a link, or asks again for
        what was granted, must not lose it to the failures of others. Guesses are counted by the push itself.
        """
        outcome = await self._store.claim(push_id, attempt)
        if isinstance(outcome, Granted):
            self._remember("push.redelivered" if outcome.redelivered else "push.claimed", push_id)
            # Told on a redelivery too: whoever granted it may have died before it could tell. Old news changes nothing.
            await self._tell(push_id, State.OPENED, outcome.views_left)
        else:
            await self._note_refusal(push_id, outcome, address)
        return outcome

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> None:
        """The page has opened the seal: forget what this claim still holds."""
        if await self._store.acknowledge(push_id, nonce):
            self._remember("push.acknowledged", push_id)
            await self._tell(push_id, State.CONFIRMED)

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt, address: str) -> BurnOutcome:
        """The recipient has it safe and wants it forgotten."""
        outcome = await self._store.burn_as_claimant(push_id, attempt)
        if isinstance(outcome, Burned):
            self._remember("push.burned", push_id, "recipient")
            await self._tell(push_id, State.BURNED_BY_RECIPIENT)
        else:
            await self._note_refusal(push_id, outcome, address)
        return outcome

    async def burn(self, push_reference: str, sender: Member) -> Receipt:
        """The sender takes it back. Raises NotYours when there is no such push of theirs."""
        receipt = await self._receipt_of(push_reference, sender)
        what = State.BURNED
        if await self._store.burn(receipt.push_id):
            self._remember("push.burned", receipt.push_id, "sender")
        elif self._clock() >= receipt.expires_at:
            what = State.EXPIRED
        return await self._note(receipt, what)

    async def burn_group(self, push_reference: str, sender: Member) -> list[Receipt]:
        """The sender takes back what is still live of all that was made together with this one. Raises NotYours."""
        receipt = await self._receipt_of(push_reference, sender)
        made_together = await self._book.find_each(receipt.group or (push_reference,))
        return list(await asyncio.gather(*(self.burn(each.reference, sender) for each in made_together if each.live)))

    async def pass_on(self, link: Link, sender: Member) -> Receipt | None:
        """Whoever has the link may open it from now on, at the wish of its sender, whose recipient could not be reached.

        None when it is gone. Raises NotYours, and BadInput where every push must be for a named person.
        """
        receipt = await self._receipt_of(reference(link.push_id), sender)
        if (await self._policies.of(sender.workspace)).binding_required:
            raise BadInput("recipient", "required")
        now = self._clock()
        if not receipt.live or now >= receipt.expires_at or not await self._store.unbind(receipt.push_id):
            return None
        self._remember("push.passed_on", receipt.push_id)
        noted = None
        with suppress(StoreUnavailable):  # what was asked for is done: to say otherwise would be wrong
            noted = await self._book.amend(receipt.reference, lambda known: replace(known, passed_on_at=known.passed_on_at or now))
            await self._outbox.promise(Announce(receipt.reference))
        return noted or replace(receipt, passed_on_at=now)

    async def release(self, push_reference: str, sender: Member) -> Receipt:
        """A held push may be claimed again: the sender accepts that it may have been read before. Raises NotYours."""
        receipt = await self._receipt_of(push_reference, sender)
        # What was read to the end is over, whatever a store that went back in time still offers.
        if not receipt.live:
            return receipt
        if not await self._store.release(receipt.push_id):
            return await self._note(receipt, State.EXPIRED if self._clock() >= receipt.expires_at else State.LOST)
        self._remember("push.released", receipt.push_id)
        return await self._note(receipt, Hold.RELEASED)

    async def extend(self, push_reference: str, sender: Member, seconds: int) -> Receipt:
        """The push ends `seconds` from now instead of earlier, as far as the policy allows a push to live.

        Raises NotYours, TooLate when it has ended, BadInput("expiry"), and StoreUnavailable: then it may
        or may not be extended, and the same may be wished again.
        """
        receipt, now = await self.receipt_for(push_reference, sender), self._clock()
        if not receipt.live:
            raise TooLate
        check_longer(await self._policies.of(sender.workspace), receipt.created_at, receipt.expires_at, now, seconds)
        until = await self._store.extend(receipt.push_id, now + seconds * 1000)
        if until is None:
            raise TooLate
        self._remember("push.extended", receipt.push_id)
        is_news = True

        def extended(known: Receipt) -> Receipt:
            nonlocal is_news
            is_news = until >= known.expires_at + SHORTEST_EXPIRY * 1000
            return known.extended(until, now)

        # Not taken lightly as other news: with the old end in the book, the sender would hear that it has expired while it lives.
        noted = await self._book.amend(push_reference, extended) or receipt.extended(until, now)
        if is_news:  # pressed twice it gains a moment, of which the recipient is not told again
            await self._promise(Tell(Happening(push_reference, Seen.EXTENDED, now)), receipt.push_id)
        return noted

    async def nudge(self, push_reference: str, sender: Member) -> Receipt:
        """Remind the recipient. Raises NotYours, TooLate when there is nothing to remind of, TooMany, or StoreUnavailable: then nobody is reminded."""
        receipt, now = await self.receipt_for(push_reference, sender), self._clock()

        def nudged(known: Receipt) -> Receipt:
            if not known.remindable:
                raise TooLate
            since = (now - known.nudged_at) // 1000 if known.nudged_at is not None else NUDGE_AGAIN_SECONDS
            if since < NUDGE_AGAIN_SECONDS:
                raise TooMany(retry_after=NUDGE_AGAIN_SECONDS - since)
            return replace(known, nudged_at=now, nudge_failed="")

        noted = await self._book.amend(push_reference, nudged) or nudged(receipt)
        try:
            await self._outbox.promise(Nudge(push_reference))
        except StoreUnavailable:
            with suppress(StoreUnavailable):  # else the sender would have to wait an hour for nothing
                await self._book.amend(push_reference, lambda known: replace(known, nudged_at=receipt.nudged_at))
            raise
        self._remember("push.nudged", receipt.push_id)
        return noted

    async def note_scanned(self, push_id: PushId) -> None:
        """A program that looks at links fetched the page; the sender may hear of it. Nothing happens for what is no push. Raises StoreUnavailable."""
        receipt = await self._book.find(reference(push_id))
        if receipt is not None and receipt.push_id == push_id and receipt.live and receipt.scanned_at is None:
            await self._outbox.promise(Tell(Happening(receipt.reference, Seen.SCANNED, self._clock())))

    async def receipt_for(self, push_reference: str, sender: Member) -> Receipt:
        """What the sender may know of their push. Raises NotYours when there is no such push of theirs."""
        return await self._receipt_of(push_reference, sender)

    async def receipt_held_by(self, push_reference: str, recipient: Member) -> Receipt | None:
        """What the named recipient may know of a push for them: who sent it, and on which terms. None for everybody else."""
        receipt = await self._book.find(push_reference)
        mine = receipt is not None and receipt.recipient is not None and receipt.recipient.spelled() == recipient.spelled()
        return receipt if mine else None

    async def live_of(self, sender: Member) -> list[Receipt]:
        """What the sender has pushed and somebody may still open, soonest to expire first."""
        return await self._book.live_of(sender)

    async def burn_all(self, sender: Member) -> list[Receipt]:
        """The sender takes back everything that is still live."""
        return [await self.burn(receipt.reference, sender) for receipt in await self._book.live_of(sender)]

    async def hand_out_ticket(self, link: Link, holder: Member) -> Link | None:
        """The link for a person whom the platform has just vouched for, good for ten minutes; None when gone. Raises OnHold."""
        ticket = self._random(TICKET_BYTES)
        try:
            if not await self._store.mint_ticket(link.push_id, ticket, holder):
                return None
        except OnHold:
            self._remember("push.refused", link.push_id, "Held")
            await self._tell(link.push_id, Hold.HELD)
            raise
        self._remember("ticket.minted", link.push_id)
        return link.with_ticket(ticket)

    async def _receipt_of(self, push_reference: str, sender: Member) -> Receipt:
        receipt = await self._book.find(push_reference)
        if receipt is None or receipt.sender.spelled() != sender.spelled():
            raise NotYours
        return receipt

    async def _note(self, receipt: Receipt, what: State | Hold) -> Receipt:
        """Told, and noted here as well, so that a list asked for at once already knows.

        Not noted before it is promised: what is noted as over is not wished again, and would stay untold for good.
        """
        news = Happening(receipt.reference, what, self._clock())
        noted = None
        with suppress(StoreUnavailable):  # what was asked for is done: to say otherwise would be wrong
            if await self._promise(Tell(news), receipt.push_id):
                noted = await self._book.amend(receipt.reference, lambda known: known.after(news))
        return noted or receipt.after(news)

    async def _note_refusal(self, push_id: PushId, outcome: WrongPassphrase | TicketNeeded | Gone | Held, address: str) -> None:
        match outcome:
            case Held():
                self._remember("push.refused", push_id, "Held")
                await self._tell(push_id, Hold.HELD)
            case WrongPassphrase(attempts_left=0, counted=True):
                self._remember("push.locked", push_id)
                await self._tell(push_id, State.LOCKED)
            case _:
                self._remember("push.refused", push_id, type(outcome).__name__)
        # The store has answered: trouble in counting, say with its memory full, must not replace that answer.
        with suppress(StoreUnavailable):
            # A missing ticket or passphrase, or a repeated typo, is no guess.
            if isinstance(outcome, Gone) or (isinstance(outcome, WrongPassphrase) and outcome.counted):
                await self._limiter.spend("failed_claim", address)
            else:
                await self._limiter.check("failed_claim", address)
            await self._tell_refused(push_id, outcome)

    async def _tell_refused(self, push_id: PushId, outcome: WrongPassphrase | TicketNeeded | Gone | Held) -> None:
        """Who has the link and is turned away is news to the sender; who has not says nothing about the push."""
        guessed = isinstance(outcome, WrongPassphrase) and outcome.counted and outcome.attempts_left > 0
        if not (guessed or isinstance(outcome, TicketNeeded)):
            return
        # A missing ticket costs no address anything, so the push itself has a budget of such news.
        with suppress(TooMany):
            await self._limiter.spend("told_refused", reference(push_id))
            await self._tell(push_id, Seen.REFUSED)

    def _remember(self, name: AuditName, push_id: PushId, reason: str = "") -> None:
        self._audit.record(AuditEvent(name, reference(push_id), reason))

    async def _tell(self, push_id: PushId, what: State | Hold | Seen, views_left: int | None = None) -> None:
        await self._promise(Tell(Happening(reference(push_id), what, self._clock(), views_left)), push_id)

    async def _promise(self, what: Promise, push_id: PushId) -> bool:
        """Whether it is promised."""
        try:
            await self._outbox.promise(what)
        except StoreUnavailable:
            # The push's own part of the store has answered, and whoever asked must hear it: what was granted would be lost.
            self._remember("push.untold", push_id)
            return False
        return True
