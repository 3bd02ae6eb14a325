"""Which members want a message of its own when something happens to their push?"""

from adapters.slack.calls import Message
from adapters.slack.direct import DirectMessages
from adapters.slack.people import People
from adapters.slack.render.blocks import section
from adapters.slack.render.card import state_line, title_of
from adapters.slack.switchboard import Switchboard
from core.preferences import MemberPreferences, Preferences
from core.receipt import Change, State


class Notices:
    """A reply under the receipt card, for who chose it. The card says the same, so one that gets lost is no loss."""

    def __init__(self, switchboard: Switchboard, people: People, preferences: MemberPreferences) -> None:
        self._switchboard = switchboard
        self._direct = DirectMessages(switchboard)
        self._people = people
        self._preferences = preferences

    async def note(self, change: Change) -> None:
        """Tell the sender, if it is news of a kind that they want to hear. Raises Undeliverable or StoreUnavailable."""
        sender, receipt = change.after.sender, change.after
        if not is_news(change, await self._preferences.of(sender)):
            return
        words = await self._people.words_of(sender)
        text = f"{title_of(words, receipt)}. {state_line(words, receipt)}"
        message = Message(text, [section(text)])
        if receipt.card:
            await (await self._switchboard.to(sender.workspace)).reply(receipt.card, message, broadcast=False)
        else:
            await self._direct.post(sender.workspace, sender.id, message)


def is_news(change: Change, wished: Preferences) -> bool:
    """Whether this is one of the moments that the member wants to hear of."""
    before, after = change.before, change.after
    if before is None:
        return False
    if wished.tell_opened and after.views_left < before.views_left:
        return after.was_opened and after.state in (State.OPENED, State.CONFIRMED)
    return wished.tell_unread and after.state is State.EXPIRED and before.state is State.WAITING
