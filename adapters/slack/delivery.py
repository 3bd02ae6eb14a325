"""How is a notice carried to a person in Slack?"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from adapters import button
from adapters.slack.calls import Message
from adapters.slack.direct import DirectMessages
from adapters.slack.form import RECORD
from adapters.slack.people import People
from adapters.slack.render.answers import note
from adapters.slack.render.card import receipt_card, state_line
from adapters.slack.render.group_card import group_card
from adapters.slack.render.invitation import extended_line, invitation_ended, reminder
from adapters.slack.render.invitation import invitation as invitation_message
from adapters.slack.render.passing_on import offer, offered
from adapters.slack.responses import Responses
from adapters.slack.switchboard import Switchboard
from adapters.wording.catalog import Words
from core.errors import Undeliverable
from core.identity import Workspace
from core.keyring import KeyRing
from core.link import Link
from core.ports import Policies, SealedRecords
from core.receipt import Invitation, Place, Receipt


class SlackDelivery:
    """Direct messages from the bot: to the recipient a button, to the sender a receipt card."""

    def __init__(
        self, switchboard: Switchboard, responses: Responses, people: People, records: SealedRecords, ring: KeyRing, policies: Policies
    ) -> None:
        self._switchboard = switchboard
        self._direct = DirectMessages(switchboard)
        self._responses = responses
        self._people = people
        self._records = records
        self._ring = ring
        self._policies = policies

    async def invite(self, invitation: Invitation) -> Place:
        """The recipient's DM, in their own language."""
        home = await self._home_of(invitation.receipt)
        words = await self._people.words_of(invitation.recipient, home)
        value = button.sealed_value(self._ring, invitation.link)
        return await self._direct.post(home, invitation.recipient.id, invitation_message(words, invitation.receipt, value))

    async def show_receipt(self, receipt: Receipt) -> Place:
        """The sender's card: edited where it lies, or posted anew where Slack refuses the edit."""
        words = await self._people.words_of(receipt.sender)
        return await self._show(receipt, receipt_card(words, receipt))

    async def show_group(self, receipts: Sequence[Receipt]) -> Place:
        """The sender's one card for several pushes, edited or posted anew as a single one."""
        words = await self._people.words_of(receipts[0].sender)
        return await self._show(receipts[0], group_card(words, receipts))

    async def _show(self, receipt: Receipt, card: Message) -> Place:
        return await self._direct.show(receipt.sender.workspace, receipt.sender.id, receipt.card, card)

    async def settle_invitation(self, receipt: Receipt) -> None:
        """The recipient's DM without its button. Raises Undeliverable; the button itself will then say "gone"."""
        if receipt.recipient is None or receipt.invitation is None:
            return
        home = await self._home_of(receipt)
        words = await self._people.words_of(receipt.recipient, home)
        await (await self._switchboard.to(home)).edit(receipt.invitation, invitation_ended(words, receipt))

    async def nudge(self, receipt: Receipt) -> None:
        """A line that leads to the recipient's message: only that one has the button, for we hold no link any more."""
        await self._reply_to_invitation(receipt, reminder, broadcast=True)

    async def tell_extended(self, receipt: Receipt) -> None:
        """A quiet line under the recipient's message, which itself cannot be drawn anew: its button holds a link that we do not."""
        await self._reply_to_invitation(receipt, extended_line, broadcast=False)

    async def _reply_to_invitation(self, receipt: Receipt, line: Callable[[Words, Receipt], str], *, broadcast: bool) -> None:
        if receipt.recipient is None or receipt.invitation is None:
            return
        home = await self._home_of(receipt)
        words = await self._people.words_of(receipt.recipient, home)
        await (await self._switchboard.to(home)).reply(receipt.invitation, note(line(words, receipt)), broadcast=broadcast)

    async def tell_refused(self, receipt: Receipt, link: Link | None) -> None:
        """Where the command was typed, if that may still be answered; with a link to offer, in the conversation with the app as well."""
        words, home = await self._people.words_of(receipt.sender), receipt.sender.workspace
        may_pass_on = link is not None and not (await self._policies.of(home)).binding_required
        with suppress(Undeliverable):
            await self._answer_in_place(receipt, note(offered(words, receipt) if may_pass_on else state_line(words, receipt)))
        if link is not None:
            value = button.sealed_value(self._ring, link) if may_pass_on else ""
            await self._direct.post(home, receipt.sender.id, offer(words, receipt, value))

    async def _answer_in_place(self, receipt: Receipt, message: Message) -> None:
        response_url = await self._records.take(RECORD, receipt.asked_in) if receipt.asked_in else None
        if response_url is not None:
            await self._responses.respond(response_url.decode(), message)

    async def _home_of(self, receipt: Receipt) -> Workspace:
        """Whose app writes to the recipient: the sender's workspace's or, where that has none (an outsider answers a request), their own."""
        if receipt.recipient is not None and receipt.sender.workspace.platform != "slack":
            return receipt.recipient.workspace
        try:
            await self._switchboard.to(receipt.sender.workspace)
        except Undeliverable as problem:
            if problem.reason != "not_installed" or receipt.recipient is None:
                raise
            return receipt.recipient.workspace
        return receipt.sender.workspace
