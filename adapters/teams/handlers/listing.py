"""What of mine is live, and how do I burn it from there?"""

import structlog

from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.render.answers import for_this_user, toast
from adapters.teams.render.blocks import Card, told
from adapters.teams.render.listing import LIST_BURN, LIST_PAGE, listing
from adapters.wording.catalog import Words
from adapters.wording.terms import not_burned, not_listed
from core.errors import NotYours, StoreUnavailable
from core.receipt import Receipt

log = structlog.get_logger(__name__)


class ListingHandlers:
    """The list, for its member's eyes alone, redrawn in place for whoever presses in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(verbs={LIST_BURN: self.burn_listed, LIST_PAGE: self.turn_page})

    async def spoken(self, payload: Payload, words: Words) -> Card:
        """`list`: the card that answers it."""
        try:
            live = await self._desk.engine.live_of(parse.member(payload))
        except StoreUnavailable:
            return told(words, not_listed(words))
        return listing(words, live, await self._desk.names_in(*live))

    async def turn_page(self, payload: Payload) -> Answer:
        """Previous, Next: whoever presses sees their own list, whoever asked for the card."""
        return await self._drawn(payload, await self._desk.words_for(payload))

    async def burn_listed(self, payload: Payload) -> Answer:
        """Burn in the list, already confirmed."""
        words, burned = await self._desk.words_for(payload), None
        try:
            burned = await self._desk.engine.burn(parse.given(parse.values(payload), "reference"), parse.member(payload))
        except NotYours:
            log.info("burn_refused", code=NotYours.code)
        except StoreUnavailable:
            return toast(not_burned(words))
        return await self._drawn(payload, words, burned)

    async def _drawn(self, payload: Payload, words: Words, burned: Receipt | None = None) -> Answer:
        page = parse.values(payload).get("page")
        try:
            live = await self._desk.engine.live_of(parse.member(payload))
        except StoreUnavailable:
            return toast(not_listed(words))
        names = await self._desk.names_in(*live, *([burned] if burned else []))
        return for_this_user(listing(words, live, names, page if isinstance(page, int) else 0, burned))
