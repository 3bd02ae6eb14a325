"""Who of those who were chosen may be sent to? Asked of Teams for each of them, and judged by the policy."""

import asyncio
from collections.abc import Sequence

from adapters.choice import Choice, Chosen
from adapters.teams.conversations import Conversations
from adapters.teams.parse import is_entra_id
from adapters.teams.people import People
from core.creation import RECIPIENTS_MOST
from core.errors import BadInput, StoreUnavailable
from core.identity import Member
from core.policy import Policy, Standing, refusal_of


class Recipients:
    """Looks people up. Who may not be sent to is told by name."""

    def __init__(self, people: People, conversations: Conversations) -> None:
        self._people = people
        self._conversations = conversations

    async def choice(self, sender: Member, policy: Policy, users: Sequence[str], seen_in: str = "") -> Choice:
        """What `sender` chose, by Entra id or Teams' own; `seen_in`: the conversation at hand, when the app is in it. Raises BadInput for too many."""
        wanted = list(dict.fromkeys(users))
        if len(wanted) > RECIPIENTS_MOST:
            raise BadInput("recipient", "too_many")
        found = await asyncio.gather(*(self._look_up(each, sender, policy, seen_in) for each in wanted))
        # A mention and the picker name one person in two ways.
        return Choice(tuple({each.member.spelled(): each for each in found}.values()))

    async def _look_up(self, who: str, sender: Member, policy: Policy, seen_in: str) -> Chosen:
        home = sender.workspace
        person = await self._people.find(who, home, seen_in)
        if person is None:
            return await self._unknown(Member(home, who), policy)
        standing = person.standing(home)
        why_not = person.why_never() or refusal_of(policy, standing) or ("" if person.entra else "not_known")
        return Chosen(person.as_member(home), person.name, standing, why_not)

    async def _unknown(self, member: Member, policy: Policy) -> Chosen:
        """Teams did not say. The picker offers people of the sender's own directory, and bound to it nobody of another can open it.

        But its guests can, so where those are refused nobody unknown is sent to; nor is one whose Entra id nobody told.
        """
        why_not = "not_known" if refusal_of(policy, Standing.GUEST) or not is_entra_id(member.id) else ""
        try:
            name = (await self._conversations.of(member)).name
        except StoreUnavailable:
            name = ""
        return Chosen(Member(member.workspace, member.id, name), name, Standing.MEMBER, why_not)
