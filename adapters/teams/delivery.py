"""How is a notice carried to a person in Teams?"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from adapters import button
from adapters.teams.conversations import Conversations, Opened
from adapters.teams.direct import FADES_SECONDS, PersonalChats, fades
from adapters.teams.people import People
from adapters.teams.refusals import NOT_INSTALLED
from adapters.teams.render.blocks import Card
from adapters.teams.render.card import receipt_card
from adapters.teams.render.group_card import group_card
from adapters.teams.render.invitation import extended, invitation_ended, reminder
from adapters.teams.render.invitation import invitation as invitation_card
from adapters.teams.render.passing_on import offer, offer_ended, offered
from adapters.wording.catalog import Words
from core.errors import Undeliverable, Unreachable
from core.identity import Member
from core.keyring import KeyRing
from core.link import Link
from core.policy import longer_expiries
from core.ports import Clock, Policies
from core.receipt import Invitation, Place, Receipt

_Drawing = Callable[[Words, Receipt, Mapping[str, str]], Card]


class TeamsDelivery:
    """Messages from the app in personal chats: to the recipient a button, to the sender a receipt card.

    Whoever of the two is in another chat is there by name only. Who has no personal chat with the app is
    written to where the form was opened, so that only they see it, as far as they and the app are there.
    """

    def __init__(
        self, chats: PersonalChats, people: People, conversations: Conversations, ring: KeyRing, policies: Policies, clock: Clock
    ) -> None:
        self._chats = chats
        self._people = people
        self._conversations = conversations
        self._ring = ring
        self._policies = policies
        self._clock = clock

    async def invite(self, invitation: Invitation) -> Place:
        """The recipient's message, in their own language."""
        recipient, receipt = invitation.recipient, invitation.receipt
        words, names = await self._people.words_of(recipient), await self._names(receipt)
        value = button.sealed_value(self._ring, invitation.link)
        try:
            return await self._chats.post(recipient, invitation_card(words, receipt, names, value))
        except Undeliverable as problem:
            if problem.reason != NOT_INSTALLED:
                raise
            card = invitation_card(words, receipt, names, value, fading=True)
            return await self._invite_where_it_was_made(receipt, recipient, card, problem)

    async def _invite_where_it_was_made(self, receipt: Receipt, recipient: Member, card: Card, problem: Undeliverable) -> Place:
        where, home = await self._shared(receipt), receipt.sender.workspace
        if where is None:
            raise problem
        try:
            if reader := await self._people.reader_in(where.conversation.id, recipient, home):
                return await self._chats.post_targeted(home, where.conversation.spelled(), reader, card)
        except Unreachable:
            raise
        except Undeliverable:
            pass  # the app is not there; why it is not with the person matters more
        raise problem

    async def show_receipt(self, receipt: Receipt) -> Place:
        """The sender's card: edited where it lies, or posted anew where it can never be edited again."""
        policy = await self._policies.of(receipt.sender.workspace)
        offered = longer_expiries(policy, receipt.created_at, receipt.expires_at, self._clock())
        words, names = await self._people.words_of(receipt.sender), await self._names(receipt)
        return await self._chats.show(receipt.sender, receipt.card, receipt_card(words, receipt, names, offered, fading=_fades(receipt)))

    async def show_group(self, receipts: Sequence[Receipt]) -> Place:
        """The sender's one card for several pushes, edited or posted anew as a single one."""
        first = receipts[0]
        words, names = await self._people.words_of(first.sender), await self._names(*receipts)
        return await self._chats.show(
            first.sender, first.card, group_card(words, receipts, names, fading=[each.reference for each in receipts if _fades(each)])
        )

    async def settle_invitation(self, receipt: Receipt) -> None:
        """The recipient's message without its button. Raises Undeliverable; the button itself will then say "gone"."""
        if receipt.recipient is None or receipt.invitation is None:
            return
        words, names = await self._people.words_of(receipt.recipient), await self._names(receipt)
        await self._chats.edit(receipt.recipient.workspace, receipt.invitation, invitation_ended(words, receipt, names))

    async def nudge(self, receipt: Receipt) -> None:
        """A line below the recipient's message: only that one has the button, for we hold no link any more."""
        await self._say_below(receipt, reminder)

    async def tell_extended(self, receipt: Receipt) -> None:
        """A line below the recipient's message, which itself cannot be drawn anew: its button holds a link that we do not."""
        await self._say_below(receipt, extended)

    async def _say_below(self, receipt: Receipt, drawing: _Drawing) -> None:
        if receipt.recipient is None or receipt.invitation is None:
            return
        words, names = await self._people.words_of(receipt.recipient), await self._names(receipt)
        await self._chats.post_beside(receipt.recipient.workspace, receipt.invitation, drawing(words, receipt, names))

    async def tell_refused(self, receipt: Receipt, link: Link | None) -> None:
        """Where the form was opened, for the sender alone; with a link to offer, in their chat with the app as well.

        Who has no such chat gets the offer where the form was opened. Raises Undeliverable when nothing of it could be said.
        """
        words, home = await self._people.words_of(receipt.sender), receipt.sender.workspace
        names = await self._names(receipt)
        if link is None:
            await self._tell_in_place(receipt, offer_ended(words, receipt, names))
            return
        may_pass_on = not (await self._policies.of(home)).binding_required
        card = offer(words, receipt, names, button.sealed_value(self._ring, link) if may_pass_on else "")
        try:
            await self._chats.post(receipt.sender, card)
        except Unreachable:
            raise
        except Undeliverable:
            await self._tell_in_place(receipt, card, must=True)
        else:
            with suppress(Undeliverable):
                await self._tell_in_place(receipt, (offered if may_pass_on else offer_ended)(words, receipt, names))

    async def _tell_in_place(self, receipt: Receipt, card: Card, *, must: bool = False) -> None:
        where = await self._shared(receipt)
        if where is not None:
            await self._chats.post_targeted(receipt.sender.workspace, where.conversation.spelled(), where.by, card)
        elif must:
            raise Undeliverable(NOT_INSTALLED)

    async def _shared(self, receipt: Receipt) -> Opened | None:
        """Where the form was opened, when others are there too: what is written there must be for one reader."""
        if receipt.sender.workspace.platform != "teams":
            return None
        where = await self._conversations.opened_in(receipt.asked_in)
        return where if where is not None and where.conversation.shared else None

    async def _names(self, *receipts: Receipt) -> Mapping[str, str]:
        return await self._people.names_of(receipts[0].sender, *(each.recipient for each in receipts))


def _fades(receipt: Receipt) -> bool:
    """Whether its button goes before the push does."""
    return fades(receipt.invitation) and receipt.expires_at - receipt.created_at > FADES_SECONDS * 1000
