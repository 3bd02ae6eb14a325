"""How is a notice carried to a person in Slack?"""

from adapters.slack import button, render
from adapters.slack.calls import Message, SlackCalls
from adapters.slack.form import RECORD
from adapters.slack.people import People
from core.errors import Undeliverable
from core.keyring import KeyRing
from core.ports import SealedRecords
from core.receipt import Invitation, Place, Receipt

_CANNOT_EDIT = frozenset({"edit_window_closed", "message_not_found", "cant_update_message"})


class SlackDelivery:
    """Direct messages from the bot: to the recipient a button, to the sender a receipt card."""

    def __init__(self, calls: SlackCalls, people: People, records: SealedRecords, ring: KeyRing) -> None:
        self._calls = calls
        self._people = people
        self._records = records
        self._ring = ring

    async def invite(self, invitation: Invitation) -> Place:
        """The recipient's DM, in their own language."""
        user_id = invitation.recipient.id
        words = await self._people.words_of(user_id)
        value = button.sealed_value(self._ring, invitation.link)
        return await self._post_to(user_id, render.invitation(words, invitation.receipt, value))

    async def show_receipt(self, receipt: Receipt) -> Place:
        """The sender's card: edited where it lies, or posted anew where Slack refuses the edit."""
        words = await self._people.words_of(receipt.sender.id)
        card = render.receipt_card(words, receipt)
        if receipt.card is not None:
            try:
                await self._calls.edit(receipt.card, card)
            except Undeliverable as problem:
                if problem.reason not in _CANNOT_EDIT:
                    raise
            else:
                return receipt.card
        return await self._post_to(receipt.sender.id, card)

    async def settle_invitation(self, receipt: Receipt) -> None:
        """The recipient's DM without its button. Raises Undeliverable; the button itself will then say "gone"."""
        if receipt.recipient is None or receipt.invitation is None:
            return
        words = await self._people.words_of(receipt.recipient.id)
        await self._calls.edit(receipt.invitation, render.invitation_ended(words, receipt))

    async def tell_refused(self, receipt: Receipt) -> None:
        """Where the command was typed, if that may still be answered."""
        response_url = await self._records.take(RECORD, receipt.asked_in) if receipt.asked_in else None
        if response_url is None:
            return
        words = await self._people.words_of(receipt.sender.id)
        await self._calls.respond(response_url.decode(), render.note(render.state_line(words, receipt)))

    async def _post_to(self, user_id: str, message: Message) -> Place:
        return await self._calls.post(await self._calls.conversation_with(user_id), message)
