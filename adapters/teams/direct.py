"""How does the app write to one person, and keep a message of its own up to date?

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages, and for who is
the only reader of a message: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/targeted-messages.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from adapters.teams.conversations import Conversations
from adapters.teams.refusals import NOT_INSTALLED, NOTHING_ELSE_HELPS, in_our_words, reason_of
from adapters.teams.render.answers import message
from adapters.teams.render.blocks import Card
from core.errors import Undeliverable, Unreachable
from core.identity import Member, Workspace
from core.receipt import Place

FADES_SECONDS = 24 * 3600
"""So long Teams shows a message that one person alone sees in a conversation; then it takes it away."""
_TARGETED = ";to="


def fades(place: Place | None) -> bool:
    """Whether Teams takes the message there away after a day."""
    return place is not None and _TARGETED in place.message


class Wire(Protocol):
    """Of the connector, what writes."""

    async def create_conversation(self, service_url: str, tenant_id: str, member_id: str) -> str: ...

    async def post(self, service_url: str, conversation_id: str, activity: Mapping[str, Any], targeted_to: str | None = None) -> str: ...

    async def update(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Mapping[str, Any], *, targeted: bool = False
    ) -> None: ...


class PersonalChats:
    """The chats between the app and single people. Every method may raise Undeliverable or StoreUnavailable."""

    def __init__(self, wire: Wire, conversations: Conversations) -> None:
        self._wire = wire
        self._conversations = conversations

    async def post(self, member: Member, card: Card) -> Place:
        """Write to this person; where the message lies. Their chat with the app is made where nobody has heard of one."""
        chat = (await self._conversations.of(member)).chat
        async with self._calls_to(member.workspace) as url:
            if chat:
                try:
                    return Place(chat, await self._wire.post(url, chat, message(card)))
                except Undeliverable as problem:
                    # Who took the app away and has it again may have another chat with it.
                    if isinstance(problem, Unreachable) or reason_of(problem) != NOT_INSTALLED:
                        raise
            made = await self._wire.create_conversation(url, member.workspace.id, member.id)
            where = Place(made, await self._wire.post(url, made, message(card)))
        if made != chat:
            await self._conversations.found_chat(member, made)
        return where

    async def reaches(self, member: Member) -> bool:
        """Whether the app can write to this person, as far as that shows before it is tried. Raises Unreachable, StoreUnavailable."""
        if (await self._conversations.of(member)).chat:
            return True
        try:
            async with self._calls_to(member.workspace) as url:
                made = await self._wire.create_conversation(url, member.workspace.id, member.id)
        except Unreachable:
            raise
        except Undeliverable:
            return False
        await self._conversations.found_chat(member, made)
        return True

    async def post_targeted(self, workspace: Workspace, conversation: str, reader: str, card: Card) -> Place:
        """A message in a shared conversation that only `reader` (29:...) sees, for a day."""
        async with self._calls_to(workspace) as url:
            made = await self._wire.post(url, conversation, message(card), reader)
        return Place(conversation, f"{made}{_TARGETED}{reader}")

    async def post_beside(self, workspace: Workspace, place: Place, card: Card) -> None:
        """A message of its own where that one lies, for whoever sees that one."""
        _, targeted, reader = place.message.partition(_TARGETED)
        async with self._calls_to(workspace) as url:
            await self._wire.post(url, place.conversation, message(card), reader if targeted else None)

    async def edit(self, workspace: Workspace, place: Place, card: Card) -> None:
        """Put this in the place of a message of ours."""
        name, targeted, _ = place.message.partition(_TARGETED)
        async with self._calls_to(workspace) as url:
            await self._wire.update(url, place.conversation, name, message(card), targeted=bool(targeted))

    async def show(self, member: Member, place: Place | None, card: Card) -> Place:
        """Edit the message at `place`, or post it anew where there is none, or where it can never be edited again; where it lies now."""
        if place is not None:
            try:
                await self.edit(member.workspace, place, card)
            except Undeliverable as problem:
                if isinstance(problem, Unreachable) or problem.reason in NOTHING_ELSE_HELPS:
                    raise
            else:
                return place
        return await self.post(member, card)

    @asynccontextmanager
    async def _calls_to(self, workspace: Workspace) -> AsyncIterator[str]:
        """The address of that tenant's connector; what it refuses is refused in our words."""
        url = await self._conversations.service_url(workspace)
        if not url:
            raise Undeliverable(NOT_INSTALLED)
        try:
            yield url
        except Undeliverable as problem:
            raise in_our_words(problem) from None
