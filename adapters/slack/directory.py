"""Who has which e-mail address in Slack?

Needs the scope users:read.email. What counts is what Slack has confirmed, of full members: not of guests, strangers, apps, of who was
invited only or has left. https://docs.slack.dev/reference/methods/users.lookupByEmail, and
https://docs.slack.dev/reference/objects/user-object for what is said of a person.
"""

from collections.abc import Sequence

from adapters.slack.calls import SlackCalls
from adapters.slack.people import Person
from adapters.slack.switchboard import Switchboard
from core.errors import Undeliverable
from core.identity import Member, Workspace
from core.policy import Standing

_NOBODY = frozenset({"users_not_found", "user_not_found", "not_installed"})
"""Slack's codes for an address that nobody has there, and ours for a workspace that took the app away."""


class SlackDirectory:
    """The people of the one workspace or, where there are many, of those that the operator has named."""

    def __init__(self, switchboard: Switchboard, named: Sequence[str], *, many: bool) -> None:
        """`named`: ids of workspaces, or of organisations that have the app as a whole, in the order in which they are asked."""
        self._switchboard = switchboard
        self._named = named
        self._many = many
        self._only: Workspace | None = None

    def is_named(self, workspace: Workspace) -> bool:
        """As the port says; the only one is named by its token."""
        return not self._many or workspace.id in self._named or (workspace.enterprise or "") in self._named

    async def vouched(self, member: Member) -> Member | None:
        """As the port says. Slack is asked as of the member's own workspace: no other's word counts for them."""
        home = member.workspace
        calls = await self._switchboard.to(home)
        return _vouched(Person.told(await calls.user(member.id)), member.id, home)

    async def find(self, address: str) -> Member | None:
        """As the port says; of several workspaces, the first that knows the address."""
        for home in await self._homes():
            try:
                calls = await self._switchboard.to(home)
                found = await self._owner(calls, address, home)
            except Undeliverable as problem:
                if problem.reason not in _NOBODY:
                    raise
                continue
            if found is not None:
                return found
        return None

    async def _owner(self, calls: SlackCalls, address: str, home: Workspace) -> Member | None:
        user_id = await calls.user_by_email(address)
        found = _vouched(Person.told(await calls.user(user_id)), user_id, home)
        return found if found is not None and found.address == address else None

    async def _homes(self) -> list[Workspace]:
        if self._many:
            return [Workspace("slack", each, each if each.startswith("E") else None) for each in self._named]
        if self._only is None:
            here = await (await self._switchboard.to(Workspace("slack", ""))).identity()
            self._only = Workspace("slack", str(here["team_id"]), here["enterprise_id"] or None)
        return [self._only]


def _vouched(person: Person, user_id: str, home: Workspace) -> Member | None:
    if person.why_never() or not person.is_confirmed or person.standing(home) is not Standing.MEMBER:
        return None
    there = person.as_member(user_id, home).workspace
    # Where an organisation has the app as a whole, its token is found by its id alone.
    workspace = Workspace("slack", there.id, home.enterprise if there == home else person.enterprise or None)
    return Member(workspace, user_id, person.name, person.email)
