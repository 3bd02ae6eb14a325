"""Who of those who were chosen may be sent to? Asked of Slack for each of them, and judged by the policy."""

import asyncio
from collections.abc import Iterable, Sequence

from adapters.choice import GROUP_TROUBLE, Choice, Chosen
from adapters.slack.groups import Groups
from adapters.slack.people import People
from core.creation import RECIPIENTS_MOST
from core.errors import BadInput
from core.identity import Member
from core.policy import Policy, Standing, refusal_of

_GROUPS_MOST = 20
"""Each is one call to Slack, of which a workspace has few a minute: one member must not use them up."""
_LOOKED_UP_MOST = 2 * RECIPIENTS_MOST
"""More are too many, whoever of them is an app or has left; so no giant group has us ask Slack for thousands."""


class Recipients:
    """Looks people up. Who was chosen by name and may not is told; who came with a group and may not is left out."""

    def __init__(self, people: People, groups: Groups) -> None:
        self._people = people
        self._groups = groups

    async def choice(self, sender: Member, policy: Policy, users: Sequence[str], groups: Iterable[str]) -> Choice:
        """What `sender` chose: people, and groups with their people as of now. Raises BadInput for a group, or too many."""
        wanted = list(dict.fromkeys(groups))
        if len(wanted) > _GROUPS_MOST:
            raise BadInput("recipient", "too_many")
        expanded = await asyncio.gather(*(self._groups.members(group, sender.workspace) for group in wanted))
        by_name = list(dict.fromkeys(users))
        by_group = [user for user in dict.fromkeys(user for each in expanded for user in each) if user not in by_name]
        if len(by_name) + len(by_group) > _LOOKED_UP_MOST:
            raise BadInput("recipient", "too_many")
        found = await asyncio.gather(*(self._look_up(user, sender, policy) for user in (*by_name, *by_group)))
        named, grouped = found[: len(by_name)], found[len(by_name) :]
        left_out = [(each, "yourself" if each.id == sender.id else each.why_not) for each in grouped]
        people = (*named, *(each for each, why in left_out if not why))
        if wanted and not people:
            raise BadInput(GROUP_TROUBLE, "empty")
        if len(people) > RECIPIENTS_MOST:
            raise BadInput("recipient", "too_many")
        return Choice(people, tuple((each.id, why) for each, why in left_out if why), bool(wanted))

    async def may_receive(self, user_id: str, sender: Member, policy: Policy) -> bool:
        """Whether a form may be filled in with this person."""
        return not (await self._look_up(user_id, sender, policy)).why_not

    async def _look_up(self, user_id: str, sender: Member, policy: Policy) -> Chosen:
        home = sender.workspace
        person = await self._people.find(user_id, home)
        if person is None:
            # Slack did not say. Bound to the sender's own workspace no outsider could open it: their click names another.
            # A guest's does not, so where guests are refused, nobody unknown is sent to.
            why_not = "not_known" if refusal_of(policy, Standing.GUEST) else ""
            return Chosen(Member(home, user_id), "", Standing.MEMBER, why_not)
        standing = person.standing(home)
        why_not = person.why_never() or refusal_of(policy, standing)
        return Chosen(person.as_member(user_id, home), person.name, standing, why_not)
