"""Who may open a bound push? Whoever pressed is checked, and gets, alone, a link that works for ten minutes."""

from urllib.parse import urlsplit

import structlog

from adapters import button
from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.render.answers import for_this_user
from adapters.teams.render.blocks import Names
from adapters.teams.render.invitation import OPEN, not_opened_card, view_in_browser
from adapters.wording.terms import gone, not_opened, on_hold
from core.errors import Damaged, OnHold, StoreUnavailable
from core.identity import Member
from core.link import Link
from core.push import reference
from core.receipt import Receipt

log = structlog.get_logger(__name__)


class OpeningHandlers:
    """The Open button in the recipient's chat, or on a card that its sender has shared."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(verbs={OPEN: self.open_push})

    async def open_push(self, payload: Payload) -> Answer:
        """Open: the answer is for whoever pressed, and nobody else ever sees it."""
        words, value, member = await self._desk.words_for(payload), parse.given(parse.values(payload), "value"), parse.member(payload)
        try:
            ticketed = await self._ticketed(value, member)
        except StoreUnavailable:
            log.warning("push_not_opened", cause="store")
            return for_this_user(not_opened_card(words, not_opened(words), value))
        except Waits as waits:
            return for_this_user(not_opened_card(words, on_hold(words), value, *await self._sent(waits.reference, member)))
        if ticketed is None:
            return for_this_user(not_opened_card(words, gone(words)))
        base_url = self._desk.base_url
        url, host = ticketed.url(base_url), urlsplit(base_url).netloc
        return for_this_user(view_in_browser(words, *await self._sent(reference(ticketed.push_id), member), url, host, value))

    async def _sent(self, push_reference: str, member: Member) -> tuple[Receipt | None, Names]:
        """What was sent, and by whom. What cannot be read now is left out: the way to the secret matters more."""
        try:
            receipt = await self._desk.engine.receipt_held_by(push_reference, member)
        except StoreUnavailable:
            return None, {}
        return receipt, await self._desk.names_in(receipt) if receipt else {}

    async def _ticketed(self, value: str, member: Member) -> Link | None:
        """Of the links behind the button, the one that is for this member. Raises Waits, StoreUnavailable."""
        try:
            links = button.links_in(self._desk.ring, value)
        except Damaged:  # not ours, or its seal key has left the ring
            log.warning("push_not_opened", cause="button")
            return None
        for link in links:
            try:
                if (ticketed := await self._desk.engine.hand_out_ticket(link, member)) is not None:
                    return ticketed
            except OnHold:
                raise Waits(reference(link.push_id)) from None
        return None


class Waits(Exception):
    """The push of this reference is on hold."""

    def __init__(self, push_reference: str) -> None:
        super().__init__(push_reference)
        self.reference = push_reference
