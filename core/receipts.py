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
from core.promise import Announce, Nudge, Promise, Tell
from core.receipt import Change, Happening, Hold, Invitation, Place, Receipt, Seen, State
from core.turns import Turns

_TOLD_OFTEN = (State.OPENED, Hold.HELD, Seen.SCANNED, Seen.REFUSED)


class Receipts:
    """Keeps every card true to what its push has become."""

    def __init__(self, book: ReceiptBook, deliveries: Mapping[Platform, Delivery], audit: AuditLog, clock: Clock) -> None:
        self._book = book
        self._deliveries = deliveries
        self._audit = audit
        self._clock = clock
        self._turns = Turns()
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
            case Nudge(reference):
                await self._nudge(reference)
            case _:
                return

    async def _announce(self, reference: str, link: Link | None, again: bool) -> None:
        """Invite the recipient of a bound push, and give the sender a card. What an earlier try has done already stays."""
        receipt = await self._book.find(reference)
        if receipt is None or await self._was_never_announced(receipt):
            return  # taken back before anybody heard of it, perhaps because its own creation failed
        if not again:
            self._changed(Change(None, receipt))
        if receipt.recipient and link and receipt.live and receipt.invitation is None and (again or not receipt.undeliverable):
            receipt = await self._invite(receipt, receipt.recipient, link)
        if not receipt.group or _is_first(receipt) or receipt.undeliverable or receipt.passed_on_at:
            await self._bring_up_to_date(receipt)  # of a group, the first one's brings the card; the others' change nothing on it

    async def _was_never_announced(self, receipt: Receipt) -> bool:
        if receipt.state is not State.BURNED or receipt.card is not None or receipt.was_opened:
            return False
        others = await self._book.find_each(receipt.group)
        return all(each.state is State.BURNED and each.card is None for each in others)

    async def _invite(self, receipt: Receipt, recipient: Member, link: Link) -> Receipt:
        try:
            where = await self._deliver_to(recipient.workspace.platform).invite(Invitation(recipient, receipt, link))
        except Undeliverable as problem:
            receipt = await self._note_refused(receipt, problem, link)
            if isinstance(problem, Unreachable):
                # The sender hears it now, and may find another way; the invitation is tried again all the same.
                await self._bring_up_to_date(receipt)
                raise
            return receipt
        return await self._amend(receipt, invitation=where, undeliverable="")

    async def _note_refused(self, receipt: Receipt, problem: Undeliverable, link: Link) -> Receipt:
        tried_again = isinstance(problem, Unreachable)
        if receipt.undeliverable and (tried_again or receipt.undeliverable == problem.reason):
            return receipt  # the sender has heard it
        refused = replace(receipt, undeliverable=problem.reason)
        try:
            await self._deliver_to(receipt.sender.workspace.platform).tell_refused(refused, None if tried_again else link)
        except Undeliverable as trouble:  # the card says it as well; but only this offers the link
            if isinstance(trouble, Unreachable) and not tried_again:
                raise
        noted = await self._amend(receipt, undeliverable=problem.reason)
        self._changed(Change(receipt, noted))
        return noted

    async def _nudge(self, reference: str) -> None:
        """Remind the recipient once for each nudge. It is noted before, so that a promise that comes again finds it done."""
        mine = False

        def taken(known: Receipt) -> Receipt:
            nonlocal mine
            mine = known.remindable and known.nudged_at not in (None, known.reminded_at)
            return replace(known, reminded_at=known.nudged_at) if mine else known

        receipt = await self._book.amend(reference, taken)
        if receipt is None or receipt.recipient is None or not mine:
            return
        try:
            await self._deliver_to(receipt.recipient.workspace.platform).nudge(receipt)
        except Unreachable:
            # Perhaps it arrived all the same: twice reminded is better than never, against the sender's card.
            await self._amend(receipt, reminded_at=None)
            raise
        except Undeliverable as problem:
            receipt = await self._amend(receipt, nudge_failed=problem.reason)
        await self._bring_up_to_date(receipt)

    async def follow(self, happening: Happening, again: bool = False) -> None:
        """Note what happened, and bring the cards up to date."""
        before: Receipt | None = None

        def after(receipt: Receipt) -> Receipt:
            nonlocal before  # what the amendment itself started from: no second reading, and nobody can come in between
            before = receipt
            return receipt.after(happening)

        known = await self._book.amend(happening.reference, after)
        # An opening is told again with each redelivery, a hold or a sight with each try: the cards that showed it need no second edit.
        # One more attempt in a long row of them is none either.
        if known is None or (not again and happening.what in _TOLD_OFTEN and before is not None and _news(known) == _news(before)):
            return
        self._changed(Change(before, known, None if again else happening))
        await self._bring_up_to_date(known)
        if happening.what is Seen.EXTENDED and known.remindable and known.recipient is not None:
            with suppress(Undeliverable):  # the button works as long as the push lives, whatever was told
                await self._deliver_to(known.recipient.workspace.platform).tell_extended(known)

    async def take_due(self, most: int) -> list[str]:
        """References of up to `most` pushes that have expired and whose cards may not say so yet."""
        return await self._book.take_due(most)

    async def tell_expired(self, reference: str) -> None:
        """Settle a push that has expired. See bot/sweeper.py."""
        before = await self._book.find(reference)
        await self.follow(Happening(reference, State.EXPIRED, self._clock()))
        if before is not None and before.state is State.WAITING:
            self._audit.record(AuditEvent("push.expired_unread", reference))
        known = await self._book.find(reference)
        if known is None or not known.live:  # else it was extended just now, and is due later
            await self._book.settle_due(reference)

    async def _bring_up_to_date(self, receipt: Receipt) -> None:
        if receipt.group:
            await self._show_group(receipt)
        else:
            await self._show_what_is_so(receipt)
        if receipt.invitation is not None and receipt.recipient is not None and not receipt.live:
            await self._settle(receipt, receipt.recipient)

    async def _settle(self, receipt: Receipt, recipient: Member) -> None:
        try:
            await self._deliver_to(recipient.workspace.platform).settle_invitation(receipt)
        except Unreachable:
            raise
        except Undeliverable:
            return  # a message that was deleted must not stop the news of others

    async def _show_what_is_so(self, receipt: Receipt) -> None:
        """Show the card, and again for as long as more has become known meanwhile.

        Two edits under way at once may arrive in the other order. Whoever looks last then sees that
        the card may be stale, and edits it once more. Here they take turns: where a card must be posted
        anew, the second must know where the first has put it.
        """
        await self._turns.share(receipt.reference, lambda: self._show_until_true(receipt))

    async def _show_until_true(self, receipt: Receipt) -> None:
        shown = await self._show(await self._book.find(receipt.reference) or receipt)
        while (known := await self._book.find(receipt.reference)) is not None and _news(known) != _news(shown):
            shown = await self._show(known)

    async def _show(self, receipt: Receipt) -> Receipt:
        try:
            where = await self._deliver_to(receipt.sender.workspace.platform).show_receipt(receipt)
        except Unreachable:
            raise
        except Undeliverable:
            return receipt  # the form has already told the sender all that matters
        return receipt if where == receipt.card else await self._amend(receipt, card=where)

    async def _show_group(self, receipt: Receipt) -> None:
        """The card of all that were made together. News that come at once share an edit: forty openings are not forty edits."""
        first = receipt if _is_first(receipt) else await self._book.find(receipt.group[0])
        if first is None or (first.card is None and not _is_first(receipt)):
            return  # the announcement of the first one posts the card, and then looks once more for what came meanwhile
        await self._turns.share(first.reference, lambda: self._draw_group(receipt.group))

    async def _draw_group(self, group: tuple[str, ...]) -> None:
        rows = await self._book.find_each(group)
        shown: list[Receipt] = []
        while rows and rows[0].reference == group[0] and [*map(_news, rows)] != [*map(_news, shown)]:
            first, shown = rows[0], rows
            try:
                where = await self._deliver_to(first.sender.workspace.platform).show_group(rows)
            except Unreachable:
                raise
            except Undeliverable:
                return  # the form has already told the sender all that matters
            if where != first.card:
                await self._amend(first, card=where)
            rows = await self._book.find_each(group)

    async def _amend(self, receipt: Receipt, **changes: Place | str | None) -> Receipt:
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


def _is_first(receipt: Receipt) -> bool:
    return receipt.reference == receipt.group[0]


def _news(receipt: Receipt) -> tuple[object, ...]:
    """All that a card shows and that may change."""
    seen = (receipt.scanned_at, receipt.refused_about, receipt.passed_on_at is not None)
    wished = (receipt.expires_at, receipt.reminded_at, receipt.nudge_failed)
    return receipt.state, receipt.views_left, receipt.undeliverable, receipt.held, *seen, *wished
