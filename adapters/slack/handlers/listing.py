"""What of mine is live, and how do I burn it from there? `/pushpw list`."""

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.answers import note
from adapters.slack.render.listing import BURN_LISTED, listing
from adapters.wording.catalog import Words
from adapters.wording.terms import not_burned, not_listed
from core.errors import PushError, StoreUnavailable
from core.receipt import Receipt

log = structlog.get_logger(__name__)


class ListingHandlers:
    """The list, for its member's eyes alone, redrawn in place when something in it is burned."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={BURN_LISTED: self.burn_listed})

    async def say_list(self, payload: Payload, words: Words, burned: Receipt | None = None) -> None:
        """The list as it is now; in place of the one that was clicked in."""
        try:
            live = await self._desk.engine.live_of(parse.member(payload))
        except StoreUnavailable:
            await self._desk.say(payload, note(not_listed(words)))
            return
        await self._desk.say(payload, listing(words, live, burned), in_place="actions" in payload)

    async def burn_listed(self, payload: Payload) -> Answer:
        """Burn in the list, already confirmed. Done before the answer."""
        burned = None
        try:
            burned = await self._desk.engine.burn(payload["actions"][0]["value"], parse.member(payload))
        except PushError as problem:
            log.info("burn_refused", code=problem.code)
        except StoreUnavailable:
            self._desk.later(self._say_not_burned(payload))
            return None
        self._desk.later(self._redraw(payload, burned))
        return None

    async def _redraw(self, payload: Payload, burned: Receipt | None) -> None:
        await self.say_list(payload, await self._desk.words_for(payload), burned)

    async def _say_not_burned(self, payload: Payload) -> None:
        await self._desk.say(payload, note(not_burned(await self._desk.words_for(payload))))
