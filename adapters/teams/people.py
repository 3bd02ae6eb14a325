"""Who is this, and in which language do they read?

Teams tells of a person only by the roster of a conversation that has the app in it:
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from adapters.teams.conversations import Conversations
from adapters.teams.parse import is_entra_id
from adapters.wording.catalog import Words, words_for
from adapters.wording.marks import across
from core.errors import StoreUnavailable, Undeliverable
from core.identity import Member, Workspace
from core.policy import Standing
from core.ports import Clock
from core.preferences import MemberPreferences

_REMEMBERED_MILLIS = 3600 * 1000
_REMEMBERED_MOST = 10_000
_PATIENCE_SECONDS = 1.5
_FROM_OUTSIDE = "#ext#"
"""Stands in the user principal name of everybody whose account is another directory's."""


class Rosters(Protocol):
    """Of the connector, what tells who is in a conversation."""

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Person:
    """What we need of a roster's entry. `entra` is empty for who has no account that Entra knows."""

    entra: str
    chat_id: str
    """The id that Teams gave them for this bot (29:...)."""
    name: str = field(repr=False)
    email: str = field(repr=False)
    """As Teams tells it; it may be a mere user name, which nobody has proven."""
    upn: str = field(repr=False)
    """What they sign in as; the address of no mailbox by itself."""
    tenant: str
    is_app: bool
    is_anonymous: bool
    is_guest: bool

    @classmethod
    def told(cls, entry: Mapping[str, Any]) -> Self:
        """The person in the roster's entry."""
        said = {name: value if isinstance(value := entry.get(name), str) else "" for name in _READ}
        entra, role = (said["aadObjectId"] or said["objectId"]).lower(), said["userRole"].lower()
        return cls(
            entra=entra if is_entra_id(entra) else "",
            chat_id=said["id"],
            name=said["name"],
            email=said["email"].lower(),
            upn=said["userPrincipalName"].lower(),
            tenant=said["tenantId"].lower(),
            is_app=said["id"].startswith("28:") or role == "bot",
            is_anonymous=role == "anonymous" or not is_entra_id(entra),
            is_guest=role == "guest" or _FROM_OUTSIDE in said["userPrincipalName"].lower(),
        )

    def why_never(self) -> str:
        """Why nobody may push to this person, whatever the policy: a reason of `BadInput`; empty when it can be."""
        return "not_a_person" if self.is_app else ""

    def standing(self, home: Workspace) -> Standing:
        """How they stand to `home`. Who is signed in nowhere is nobody's member."""
        if self.is_anonymous or self.tenant not in ("", home.id):
            return Standing.OUTSIDER
        return Standing.GUEST if self.is_guest else Standing.MEMBER

    def as_member(self, home: Workspace) -> Member:
        """As whom their presses will name them."""
        return Member(Workspace("teams", self.tenant) if self.tenant not in ("", home.id) else home, self.entra, self.name)


def _name_told(member: Member) -> str:
    """As it came with the member; whoever is in another chat with their address."""
    return member.name if member.workspace.platform == "teams" else across(member)


_READ = ("id", "aadObjectId", "objectId", "name", "email", "userPrincipalName", "tenantId", "userRole")


class People:
    """Remembers people for an hour, so that a form opens well within Teams' five seconds."""

    def __init__(self, rosters: Rosters, conversations: Conversations, preferences: MemberPreferences, clock: Clock) -> None:
        self._rosters = rosters
        self._conversations = conversations
        self._preferences = preferences
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[int, Person]] = OrderedDict()

    async def words_of(self, member: Member) -> Words:
        """The member's own voice: as they chose, or as their Teams last said; English when nobody knows."""
        try:
            language = (await self._preferences.of(member)).language or (await self._conversations.of(member)).locale
        except StoreUnavailable:  # what could not be said in the right language must still be said
            language = ""
        return words_for([language] if language else [])

    async def names_of(self, *members: Member | None) -> dict[str, str]:
        """How they are called, by id; who is not in it is known by no name."""
        found = {each.id: _name_told(each) or await self._name_heard(each) for each in members if each is not None}
        return {who: name for who, name in found.items() if name}

    async def _name_heard(self, member: Member) -> str:
        if member.workspace.platform != "teams":
            return ""
        try:
            return (await self._conversations.of(member)).name
        except StoreUnavailable:
            return ""

    async def reader_in(self, conversation: str, member: Member, workspace: Workspace) -> str:
        """Their own id there (29:...), when they are in that conversation of `workspace` now; else empty. Raises Undeliverable or StoreUnavailable."""
        entry = await self._rosters.member(await self._conversations.service_url(workspace), conversation, member.id)
        person = Person.told(entry) if entry is not None else None
        return person.chat_id if person is not None and person.entra == member.id else ""

    async def find(self, who: str, workspace: Workspace, seen_in: str = "") -> Person | None:
        """Who that is, by an Entra id or one of Teams' own (29:...); None when Teams does not say, or not soon enough.

        `seen_in`: the conversation at hand, when the app is in it. Their own chat with the app is asked first: of one
        conversation one may not ask often.
        """
        until, person = self._known.get((workspace.id, who), (0, None))
        if person is not None and until > self._clock():
            return person
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                person = await self._ask(who, workspace, seen_in)
        except (Undeliverable, StoreUnavailable, TimeoutError):
            return None
        if person is not None:
            self._remember(workspace, who, person)
        return person

    async def _ask(self, who: str, workspace: Workspace, seen_in: str) -> Person | None:
        url = await self._conversations.service_url(workspace)
        own = (await self._conversations.of(Member(workspace, who))).chat if is_entra_id(who) else ""
        for conversation in dict.fromkeys(each for each in (own, seen_in) if url and each):
            try:
                entry = await self._rosters.member(url, conversation, who)
            except Undeliverable:  # not our conversation, or not any more: another may know
                continue
            person = Person.told(entry) if entry is not None else None
            if person is not None and (person.entra == who or not is_entra_id(who)):
                return person
        return None

    def _remember(self, workspace: Workspace, who: str, person: Person) -> None:
        until = self._clock() + _REMEMBERED_MILLIS
        for name in {who, person.entra, person.chat_id} - {""}:
            self._known[workspace.id, name] = (until, person)
            self._known.move_to_end((workspace.id, name))
        while len(self._known) > _REMEMBERED_MOST:
            self._known.popitem(last=False)
