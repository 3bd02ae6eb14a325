"""Who is this, and in which language do they read?"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Self

from adapters.slack.switchboard import Switchboard
from adapters.wording.catalog import Words, words_for
from core.address import address_in
from core.errors import StoreUnavailable, Undeliverable
from core.identity import Member, Workspace
from core.policy import Standing
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
    name: str
    enterprise: str
    is_app: bool
    is_deactivated: bool
    is_stranger: bool
    is_guest: bool
    is_admin: bool
    """Of the workspace, owners included."""
    email: str = field(default="", repr=False)
    """Told only to who has the scope users:read.email."""
    is_confirmed: bool = False
    """Whether Slack has seen that the address is theirs, and they have joined."""

    @classmethod
    def told(cls, user: dict[str, Any]) -> Self:
        """The person in Slack's answer."""
        return cls(
            locale=str(user.get("locale") or ""),
            team_id=str(user.get("team_id") or ""),
            name=str(user.get("real_name") or (user.get("profile") or {}).get("real_name") or user.get("name") or ""),
            enterprise=str((user.get("enterprise_user") or {}).get("enterprise_id") or ""),
            is_app=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
            is_deactivated=bool(user.get("deleted")),
            is_stranger=bool(user.get("is_stranger")),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
            email=address_in(str((user.get("profile") or {}).get("email") or "")),
            is_confirmed=user.get("is_email_confirmed") is True and not user.get("is_invited_user"),
        )

    def why_never(self) -> str:
        """Why nobody may push to this person, whatever the policy: a reason of `BadInput`; empty when it can be."""
        if self.is_app:
            return "not_a_person"
        return "deactivated" if self.is_deactivated else ""

    def standing(self, home: Workspace) -> Standing:
        """How they stand to `home`. People of another workspace of the same organisation are members."""
        same_organisation = bool(self.enterprise) and self.enterprise == home.enterprise
        if self.is_stranger or (self.team_id not in ("", home.id) and not same_organisation):
            return Standing.OUTSIDER
        return Standing.GUEST if self.is_guest else Standing.MEMBER

    def as_member(self, user_id: str, home: Workspace) -> Member:
        """As whom their clicks will name them: a click carries the clicking person's own team, wherever the button stands."""
        if self.team_id.startswith("T") and self.team_id != home.id:
            return Member(Workspace("slack", self.team_id), user_id)
        return Member(home, user_id)


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
