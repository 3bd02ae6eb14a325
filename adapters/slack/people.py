"""Who is this, and in which language do they read?"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Self

from adapters.slack.switchboard import Switchboard
from adapters.wording.catalog import Words, words_for
from core.errors import BadInput, StoreUnavailable, Undeliverable
from core.identity import Member, Workspace
from core.ports import Clock
from core.preferences import MemberPreferences

_REMEMBERED_MILLIS = 3600 * 1000
_REMEMBERED_MOST = 10_000
_PATIENCE_SECONDS = 0.7


@dataclass(frozen=True, slots=True)
class Person:
    """What we need of users.info."""

    locale: str
    team_id: str
    is_app: bool
    is_deactivated: bool
    is_stranger: bool
    is_admin: bool
    """Of the workspace, owners included."""

    @classmethod
    def told(cls, user: dict[str, Any]) -> Self:
        """The person in Slack's answer."""
        return cls(
            locale=str(user.get("locale") or ""),
            team_id=str(user.get("team_id") or ""),
            is_app=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
            is_deactivated=bool(user.get("deleted")),
            is_stranger=bool(user.get("is_stranger")),
            is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        )

    def why_not(self, team_id: str) -> str:
        """Why a push cannot be bound to this person by a member of `team_id`; empty when it can.

        A click carries the clicking person's own team. Somebody of another team could never open it.
        """
        if self.is_app:
            return "not_a_person"
        if self.is_deactivated:
            return "deactivated"
        return "outsider" if self.is_stranger or (self.team_id and self.team_id != team_id) else ""


class People:
    """Remembers people for an hour, so that a form opens well within Slack's three seconds."""

    def __init__(self, switchboard: Switchboard, preferences: MemberPreferences, clock: Clock) -> None:
        self._switchboard = switchboard
        self._preferences = preferences
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[int, Person]] = OrderedDict()

    async def words_of(self, member: Member, seen_from: Workspace | None = None) -> Words:
        """The member's own voice: as they chose, or as Slack says; English when it does not, or not soon enough.

        `seen_from`: the workspace that has the app, when it is not the member's own.
        """
        home = seen_from or member.workspace
        if chosen := await self._language_of(member):
            return words_for([chosen])
        person = await self.find(member.id, home)
        return words_for([person.locale] if person and person.locale else [])

    async def _language_of(self, member: Member) -> str:
        try:
            return (await self._preferences.of(member)).language
        except StoreUnavailable:  # what could not be said in the right language must still be said
            return ""

    async def is_admin(self, member: Member) -> bool:
        """Whether Slack says, now, that the member is an admin of their workspace. What was known before does not count."""
        person = await self._ask(member.id, member.workspace)
        return person is not None and person.is_admin

    async def may_receive(self, user_id: str, workspace: Workspace) -> bool:
        """Whether a push may be bound to this person. Also when Slack does not say: each click is checked anyway."""
        person = await self.find(user_id, workspace)
        return person is None or not person.why_not(workspace.id)

    async def check_recipient(self, user_id: str, workspace: Workspace) -> None:
        """Raise BadInput when a push bound to this person could never be opened."""
        person = await self.find(user_id, workspace)
        if person is not None and (reason := person.why_not(workspace.id)):
            raise BadInput("recipient", reason)

    async def find(self, user_id: str, workspace: Workspace) -> Person | None:
        """Who that is, as seen from `workspace`; None when Slack does not say, or not soon enough."""
        until, person = self._known.get((workspace.id, user_id), (0, None))
        if person is not None and until > self._clock():
            return person
        return await self._ask(user_id, workspace)

    async def _ask(self, user_id: str, workspace: Workspace) -> Person | None:
        now, name = self._clock(), (workspace.id, user_id)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                person = Person.told(await (await self._switchboard.to(workspace)).user(user_id))
        except (Undeliverable, StoreUnavailable, TimeoutError):
            return None
        self._known[name] = (now + _REMEMBERED_MILLIS, person)
        self._known.move_to_end(name)
        while len(self._known) > _REMEMBERED_MOST:
            self._known.popitem(last=False)
        return person
