"""What do all gestures need at hand?"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.teams import parse
from adapters.teams.conversations import Conversations
from adapters.teams.direct import PersonalChats
from adapters.teams.directory import TeamsDirectory
from adapters.teams.gestures import Payload
from adapters.teams.people import People
from adapters.teams.recipients import Recipients
from adapters.teams.render.blocks import Card, Names
from adapters.teams.replies import Replies
from adapters.wording.catalog import Words
from core.bridge import Bridge
from core.engine import PushEngine
from core.errors import StoreUnavailable, Undeliverable
from core.keyring import KeyRing
from core.once import Once
from core.policy import Policy
from core.ports import Clock, Limiter, Outbox, Policies, RandomBytes, SealedRecords, SeenBefore
from core.preferences import MemberPreferences
from core.receipt import Receipt

log = structlog.get_logger(__name__)

Later = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies ready, and the few things that every handler does with it. `later` runs what may be lost after the answer."""

    engine: PushEngine
    limiter: Limiter
    outbox: Outbox
    once: Once
    clock: Clock
    policies: Policies
    preferences: MemberPreferences
    records: SealedRecords
    seen: SeenBefore
    conversations: Conversations
    people: People
    recipients: Recipients
    directory: TeamsDirectory
    bridge: Bridge
    chats: PersonalChats
    replies: Replies
    ring: KeyRing
    random: RandomBytes
    base_url: str
    later: Later

    async def words_for(self, payload: Payload) -> Words:
        """The voice of whoever acts."""
        return await self.people.words_of(parse.member(payload))

    async def policy_for(self, payload: Payload) -> Policy:
        """What whoever acts may do. Raises StoreUnavailable."""
        return await self.policies.of(parse.workspace(payload))

    async def names_in(self, *receipts: Receipt) -> Names:
        """How the people on these receipts are called."""
        return await self.people.names_of(*(each for receipt in receipts for each in (receipt.sender, receipt.recipient)))

    async def reply(self, payload: Payload, card: Card, *, to_all: bool = False) -> None:
        """Say something where it was asked: where others read too, to whoever asked alone, unless it is meant for all."""
        try:
            await self.replies.reply(payload, card, to_all=to_all)
        except (Undeliverable, StoreUnavailable) as problem:
            log.warning("reply_not_delivered", code=getattr(problem, "reason", "store"))
