"""What do all gestures need at hand?"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.slack import parse
from adapters.slack.calls import Message
from adapters.slack.groups import Groups
from adapters.slack.home import HomeTabs
from adapters.slack.people import People
from adapters.slack.recipients import Recipients
from adapters.slack.render.answers import note
from adapters.slack.render.blocks import told
from adapters.slack.responses import Responses
from adapters.slack.switchboard import Switchboard, Tokens
from adapters.wording.catalog import Words
from core.bridge import Bridge
from core.engine import PushEngine
from core.errors import StoreUnavailable, Undeliverable
from core.keyring import KeyRing
from core.once import Once
from core.policies import WorkspacePolicies
from core.policy import Policy
from core.ports import Clock, Outbox, RandomBytes, SealedRecords
from core.preferences import MemberPreferences
from core.reveal import Reveals

log = structlog.get_logger(__name__)

Payload = Mapping[str, Any]
Later = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies ready, and the few things that every handler does with it. `later` runs what may be lost after the answer."""

    engine: PushEngine
    reveals: Reveals
    outbox: Outbox
    tokens: Tokens
    clock: Clock
    policies: WorkspacePolicies
    preferences: MemberPreferences
    records: SealedRecords
    switchboard: Switchboard
    responses: Responses
    people: People
    home: HomeTabs
    groups: Groups
    recipients: Recipients
    bridge: Bridge
    once: Once
    ring: KeyRing
    random: RandomBytes
    base_url: str
    later: Later

    async def words_for(self, payload: Payload) -> Words:
        """The voice of whoever acts."""
        return await self.people.words_of(parse.member(payload), parse.installed_in(payload))

    async def policy_for(self, payload: Payload) -> Policy:
        """What whoever acts may do: of the workspace that the engine will ask about. Raises StoreUnavailable."""
        return await self.policies.of(parse.member(payload).workspace)

    async def say(self, payload: Payload, message: Message, *, in_place: bool = False) -> None:
        """Say something where the gesture was made, to whoever made it. A global shortcut has no such place."""
        if response_url := payload.get("response_url"):
            await self.answer_at(response_url, message, in_place=in_place)

    async def tell(self, payload: Payload, text: str) -> None:
        """Say one thing: where the gesture was made or, where nothing can be said (the Home tab), in a modal."""
        if payload.get("response_url"):
            await self.say(payload, note(text))
        else:
            await self.open_modal(payload, told(await self.words_for(payload), text))

    async def answer_at(self, response_url: str, message: Message, *, in_place: bool = False) -> None:
        """Say something at an address that came with a gesture."""
        try:
            await self.responses.respond(response_url, message, in_place=in_place)
        except Undeliverable as problem:
            log.warning("answer_not_delivered", code=problem.reason)

    async def open_modal(self, payload: Payload, view: dict[str, Any]) -> bool:
        """A modal in front of whoever acted, within Slack's three seconds; whether it opened."""
        try:
            calls = await self.switchboard.to(parse.installed_in(payload))
            await calls.open_view(payload["trigger_id"], view)
        except (Undeliverable, StoreUnavailable) as problem:
            log.warning("modal_not_opened", code=getattr(problem, "reason", "store"))
            return False
        return True

    async def redraw(self, payload: Payload, view: dict[str, Any], *, if_unchanged: bool = True) -> bool:
        """Other blocks in the modal that was clicked in; with `if_unchanged`, only if nobody else has redrawn it since. Whether they are there."""
        shown = payload["view"]
        try:
            calls = await self.switchboard.to(parse.installed_in(payload))
            await calls.update_view(shown["id"], view, shown.get("hash", "") if if_unchanged else "")
        except (Undeliverable, StoreUnavailable) as problem:
            log.warning("modal_not_redrawn", code=getattr(problem, "reason", "store"))
            return False
        return True
