"""How does the app write to one person, and keep a message of its own up to date?"""

from adapters.slack.calls import Message
from adapters.slack.switchboard import Switchboard
from core.errors import Undeliverable
from core.identity import Workspace
from core.receipt import Place

_CANNOT_EDIT = frozenset({"edit_window_closed", "message_not_found", "cant_update_message"})
"""Slack's codes for a message that will never be edited again."""


class DirectMessages:
    """The conversations between the app and single people. Every method may raise Undeliverable or StoreUnavailable."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard

    async def post(self, home: Workspace, user_id: str, message: Message) -> Place:
        """Write to this person, as the app of `home`; where the message lies."""
        calls = await self._switchboard.to(home)
        return await calls.post(await calls.conversation_with(user_id), message)

    async def show(self, home: Workspace, user_id: str, place: Place | None, message: Message) -> Place:
        """Edit the message at `place`, or post it anew where there is none, or where Slack refuses the edit; where it lies now."""
        if place is not None:
            try:
                await (await self._switchboard.to(home)).edit(place, message)
            except Undeliverable as problem:
                if problem.reason not in _CANNOT_EDIT:
                    raise
            else:
                return place
        return await self.post(home, user_id, message)
