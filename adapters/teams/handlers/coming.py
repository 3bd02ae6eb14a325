"""What happens when the app comes to somebody, or is taken away?"""

from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.render.help import introduction, welcome
from core.promise import Parting

_WELCOMED, _WELCOMED_SECONDS = "teams_welcomed", 3600.0
"""Teams tells of one installation in several ways, and again when somebody looks; it is answered once."""
_LEFT, _LEFT_SECONDS = "teams_left", 2 * _WELCOMED_SECONDS
"""What was taken away is welcomed anew when it comes back, however soon; longer than any token vouches for what is told."""


class ComingHandlers:
    """A welcome in a personal chat, an introduction in a group: once each."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        came = {"installed": self.installed, "members_added": self.members_added}
        return Gestures(events=came | {"removed": self.removed, "members_removed": self.members_removed})

    async def installed(self, payload: Payload) -> Answer:
        """The app was added: to somebody's chats, to a group, to a team."""
        self._desk.later(self._welcome(payload))
        return None

    async def members_added(self, payload: Payload) -> Answer:
        """Somebody came. Of people we take no note; the app itself says what it is."""
        if parse.concerns_bot(payload, "membersAdded"):
            self._desk.later(self._welcome(payload))
        return None

    async def _welcome(self, payload: Payload) -> None:
        where, left = parse.conversation(payload), await self._desk.records.read(_LEFT, _place(payload)) or b""
        if not await self._desk.seen.first_time(_WELCOMED, _place(payload).encode() + left, _WELCOMED_SECONDS):
            return
        words = await self._desk.words_for(payload)
        await self._desk.reply(payload, introduction(words) if where.shared else welcome(words), to_all=where.shared)

    async def removed(self, payload: Payload) -> Answer:
        """The app was taken away from there: promised before the answer, so that no crash keeps what was to be erased.

        The reception lets it in as often as it is told. Noted only after the promise, it is done at least once; what is
        told or played back later finds it noted, so nothing is erased that began after the app came back.
        """
        told, place = f"{_place(payload)} {payload.get('id', '')}", _place(payload)
        if await self._desk.records.read(_LEFT, told) is not None:
            return None
        member = parse.member(payload)
        if not parse.conversation(payload).shared and parse.is_entra_id(member.id):
            await self._desk.outbox.promise(Parting(member, self._desk.clock()))
        await self._desk.records.keep(_LEFT, told, b"1", _LEFT_SECONDS)
        await self._desk.records.keep(_LEFT, place, self._desk.random(8), _LEFT_SECONDS)
        return None

    async def members_removed(self, payload: Payload) -> Answer:
        """Somebody left; of that only the app's own leaving matters."""
        return await self.removed(payload) if parse.concerns_bot(payload, "membersRemoved") else None


def _place(payload: Payload) -> str:
    return f"{parse.tenant(payload)} {parse.conversation(payload).id}"
