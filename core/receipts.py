"""Who must be told what, when?

The sender's receipt card and the recipient's message follow what happens to a push. Cards are
shown after the answer that caused them, and a card that cannot be shown never undoes a push.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from core.audit import AuditEvent
from core.errors import Undeliverable, Unreachable
from core.identity import Member, Platform
from core.link import Link
from core.ports import AuditLog, Clock, Delivery, ReceiptBook
from core.promise import Announce, Promise, Tell
from core.receipt import Change, Happening, Hold, Invitation, Place, Receipt, Seen, State


class Receipts:
    """Keeps every card true to what its push has become."""

    def __init__(self, book: ReceiptBook, deliveries: Mapping[Platform, Delivery], audit: AuditLog, clock: Clock) -> None:
        self._book = book
        self._deliveries = deliveries
        self._audit = audit
        self._clock = clock
        self.on_change: list[Callable[[Change], None]] = []
        """Who else looks at what changes. They neither fail nor wait."""

    async def keep(self, promise: Promise, again: bool = False) -> None:
        """Do what was promised. `again`: an earlier try may have got halfway, and what it has noted is not done again.

        Raises Unreachable when the platform may be tried again later, and StoreUnavailable; then the promise still stands.
        """
        match promise:
            case Tell(happening):
                await self.follow(happening, again)
            case Announce(reference, link):
                await self._announce(reference, link, again)
            case _:
                return

    async def _announce(self, reference: str, link: Link | None, again: bool) -> None:
        """Invite the recipient of a bound push, and give the sender a card. What an earlier try has done already stays."""
        receipt = await self._book.find(reference)
        if receipt is None or (receipt.state is State.BURNED and receipt.card is None and not receipt.was_opened):
            return  # taken back before anybody heard of it, perhaps because its own creation failed
        if not again:
            self._changed(Change(None, receipt))
        if receipt.recipient and link and receipt.live and receipt.invitation is None and (again or not receipt.undeliverable):
            receipt = await self._invite(receipt, receipt.recipient, link)
        await self._bring_up_to_date(receipt)

    async def _invite(self, receipt: Receipt, recipient: Member, link: Link) -> Receipt:
        try:
            where = await self._deliver_to(recipient.workspace.platform).invite(Invitation(recipient, receipt, link))
        except Undeliverable as problem:
            receipt = await self._note_refused(receipt, problem)
            if isinstance(problem, Unreachable):
                # The sender hears it now, and may find another way; the invitation is tried again all the same.
                await self._bring_up_to_date(receipt)
                raise
            return receipt
        return await self._amend(receipt, invitation=where, undeliverable="")

    async def _note_refused(self, receipt: Receipt, problem: Undeliverable) -> Receipt:
        if receipt.undeliverable:
            return receipt
        before, receipt = receipt, await self._amend(receipt, undeliverable=problem.reason)
        self._changed(Change(before, receipt))
        with suppress(Undeliverable):  # the card says it as well
            await self._deliver_to(receipt.sender.workspace.platform).tell_refused(receipt)
        return receipt

    async def follow(self, happening: Happening, again: bool = False) -> None:
        """Note what happened, and bring the cards up to date."""
        before: Receipt | None = None

        def after(receipt: Receipt) -> Receipt:
            nonlocal before  # what the amendment itself started from: no second reading, and nobody can come in between
            before = receipt
            return receipt.after(happening)

        known = await self._book.amend(happening.reference, after)
        # An opening is told again with each redelivery, a hold or a sight with each try: the cards that showed it need no second edit.
        if known is None or (not again and happening.what in (State.OPENED, Hold.HELD, *Seen) and known == before):
            return
        self._changed(Change(before, known, None if again else happening))
        await self._bring_up_to_date(known)

    async def take_due(self, most: int) -> list[str]:
        """References of up to `most` pushes that have expired and whose cards may not say so yet."""
        return await self._book.take_due(most)

    async def tell_expired(self, reference: str) -> None:
        """Settle a push that has expired. See bot/sweeper.py."""
        before = await self._book.find(reference)
        await self.follow(Happening(reference, State.EXPIRED, self._clock()))
        if before is not None and before.state is State.WAITING:
            self._audit.record(AuditEvent("push.expired_unread", reference))
        await self._book.settle_due(reference)

    async def _bring_up_to_date(self, receipt: Receipt) -> Receipt:
        receipt = await self._show_what_is_so(receipt)
        if receipt.invitation is not None and receipt.recipient is not None and not receipt.live:
            await self._settle(receipt, receipt.recipient)
        return receipt

    async def _settle(self, receipt: Receipt, recipient: Member) -> None:
        try:
            await self._deliver_to(recipient.workspace.platform).settle_invitation(receipt)
        except Unreachable:
            raise
        except Undeliverable:
            return  # a message that was deleted must not stop the news of others

    async def _show_what_is_so(self, receipt: Receipt) -> Receipt:
        """Show the card, and again for as long as more has become known meanwhile.

        Two edits under way at once may arrive in the other order. Whoever looks last then sees that
        the card may be stale, and edits it once more.
        """
        shown = await self._show(receipt)
        while (known := await self._book.find(receipt.reference)) is not None and _news(known) != _news(shown):
            shown = await self._show(known)
        return shown

    async def _show(self, receipt: Receipt) -> Receipt:
        try:
            where = await self._deliver_to(receipt.sender.workspace.platform).show_receipt(receipt)
        except Unreachable:
            raise
        except Undeliverable:
            return receipt  # the form has already told the sender all that matters
        return receipt if where == receipt.card else await self._amend(receipt, card=where)

    async def _amend(self, receipt: Receipt, **changes: Place | str) -> Receipt:
        def change(known: Receipt) -> Receipt:
            return replace(known, **changes)  # type: ignore[arg-type]  # replace() of named fields

        return await self._book.amend(receipt.reference, change) or change(receipt)

    def _changed(self, change: Change) -> None:
        for look in self.on_change:
            look(change)

    def _deliver_to(self, platform: Platform) -> Delivery:
        try:
            return self._deliveries[platform]
        except KeyError:
            raise Undeliverable("no_such_platform") from None


def _news(receipt: Receipt) -> tuple[State, int, str, bool]:
    return receipt.state, receipt.views_left, receipt.undeliverable, receipt.held
