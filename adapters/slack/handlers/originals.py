"""What becomes of a message once it is pushed? Its author is shown the way to get rid of it. Nobody else's is ever touched.

A token of a workspace's admin could delete what others wrote. So the author is compared here: who
wrote the message, and who chose it, come from the signed shortcut and lie sealed in the store
meanwhile, never in the form.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render import originals as say
from adapters.slack.render.blocks import Block
from adapters.slack.render.originals import ALLOW, DELETE
from adapters.wording.catalog import Words
from core.errors import StoreUnavailable, Undeliverable
from core.identity import Member
from core.policy import Policy
from core.receipt import Place

ORIGINAL = "slack_original"
ORIGINAL_SECONDS = 3600.0
_PATIENCE_SECONDS = 0.7

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Original:
    """The message that was pushed, and who chose it."""

    message: parse.ChosenMessage
    chosen_by: str

    def belongs_to(self, member: Member) -> bool:
        """Whether this member both chose and wrote it."""
        return self.chosen_by == member.spelled() and self.message.author == member.id

    def spelled(self) -> bytes:
        """The original, for its sealed record."""
        return json.dumps({"message": asdict(self.message), "chosen_by": self.chosen_by}).encode()

    @classmethod
    def read(cls, spelled: bytes) -> "Original":
        """The original that `spelled` wrote."""
        found = json.loads(spelled)
        return cls(parse.ChosenMessage(**found["message"]), found["chosen_by"])


_Act = Callable[[Original, Member, str, Words], Awaitable[list[Block]]]


class OriginalHandlers:
    """From the message shortcut to the end of the message. `leave_url`: where members give their leave; empty when nowhere."""

    def __init__(self, desk: Desk, leave_url: str) -> None:
        self._desk = desk
        self._leave_url = leave_url

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={DELETE: self.delete_original, ALLOW: self.allow_deleting})

    async def remember(self, payload: Payload, form_id: str) -> None:
        """A form opens: if it was on a message, note which. Raises StoreUnavailable."""
        message = parse.chosen_message(payload)
        if message is not None:
            await self._keep(form_id, Original(message, parse.member(payload).spelled()))

    async def below(self, view: dict[str, Any], payload: Payload, form_id: str, words: Words, policy: Policy) -> dict[str, Any]:
        """`view`, which says that the push is made; below that, if it was made of a message, how the original goes away."""
        try:
            kept = await self._desk.records.take(ORIGINAL, form_id)
        except StoreUnavailable:
            return view
        if kept is None:
            return view
        offered = await self._offered(Original.read(kept), parse.member(payload), form_id, words) if policy.help_deleting else []
        return {**view, "blocks": [*view["blocks"], *offered, say.rotation(words)]}

    async def _offered(self, original: Original, acting: Member, form_id: str, words: Words) -> list[Block]:
        if not original.belongs_to(acting):
            return say.of_another(words, original.message.author)
        own = self._shown(original, form_id)
        try:
            await self._keep(form_id, original)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                has_leave = await self._desk.tokens.user_token(acting) is not None
        except TimeoutError:
            has_leave = True  # it has ended and is being renewed: Slack waits for our answer, and the press comes later
        except Undeliverable:
            has_leave = False
        except StoreUnavailable:
            return say.deleted_by_hand(words, replace(own, leave_url=""))
        return say.deletable(words, own) if has_leave else say.deleted_by_hand(words, own)

    async def _keep(self, form_id: str, original: Original) -> None:
        await self._desk.records.keep(ORIGINAL, form_id, original.spelled(), ORIGINAL_SECONDS)

    def _shown(self, original: Original, name: str) -> say.OwnMessage:
        return say.OwnMessage(original.message.written_at, name, self._leave_url)

    # Pressed ---------------------------------------------------------------------------------

    async def allow_deleting(self, payload: Payload) -> Answer:
        """The button that leads to the browser was pressed: the modal offers what will then be possible."""
        self._desk.later(self._redrawn_after(payload, self._waiting))
        return None

    async def delete_original(self, payload: Payload) -> Answer:
        """Already confirmed. The modal says that it is deleted once it is."""
        self._desk.later(self._redrawn_after(payload, self._deleted))
        return None

    async def _redrawn_after(self, payload: Payload, act: _Act) -> None:
        words, acting, name = await self._desk.words_for(payload), parse.member(payload), payload["actions"][0]["value"]
        try:
            original = await self._own(name, acting)
            blocks = await act(original, acting, name, words) if original else say.forgotten(words)
        except StoreUnavailable:
            blocks = say.away(words, payload["view"])
        await self._desk.redraw(payload, say.redrawn(payload["view"], [*blocks, say.rotation(words)]), if_unchanged=False)

    async def _waiting(self, original: Original, acting: Member, name: str, words: Words) -> list[Block]:
        return say.waiting_for_leave(words, self._shown(original, name))

    async def _deleted(self, original: Original, acting: Member, name: str, words: Words) -> list[Block]:
        own = self._shown(original, name)
        try:
            calls = await self._desk.switchboard.as_member(acting)
            if calls is None:
                return say.without_leave(words, own)
            await calls.delete(Place(original.message.conversation, original.message.ts))
        except Undeliverable as problem:
            return say.not_deleted(words, own, problem.reason)
        log.info("original_deleted")
        return say.deleted(words, own)

    async def _own(self, name: str, acting: Member) -> Original | None:
        """The original of that name, if the acting member both chose and wrote it. Raises StoreUnavailable."""
        kept = await self._desk.records.read(ORIGINAL, name)
        original = Original.read(kept) if kept is not None else None
        return original if original is not None and original.belongs_to(acting) else None
