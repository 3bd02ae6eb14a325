"""Who may open a bound push? Whoever pressed is checked, and gets a link that works for ten minutes."""

import structlog

from adapters import button
from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.blocks import View, told
from adapters.slack.render.invitation import OPEN, OPENED_IN_BROWSER, open_in_browser, show_again
from adapters.wording.catalog import Words
from adapters.wording.terms import gone, not_opened, on_hold
from core.errors import Damaged, OnHold, StoreUnavailable
from core.link import Link
from core.reveal import NotShown, Pass

log = structlog.get_logger(__name__)


class OpeningHandlers:
    """The Open button in the recipient's conversation, and what follows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={OPEN: self.open_push, OPENED_IN_BROWSER: self.opened_in_browser})

    async def open_push(self, payload: Payload) -> Answer:
        """Open in the recipient's DM: whoever pressed is checked, and gets a ticketed link."""
        self._desk.later(self._open_checked(payload))
        return None

    async def _open_checked(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        try:
            link = self._link_behind(payload["actions"][0]["value"])
            view = await self._offered(payload, words, link) if link else None
        except StoreUnavailable:
            log.warning("push_not_opened", cause="store")
            view = told(words, not_opened(words))
        except OnHold:
            view = told(words, on_hold(words))
        await self._desk.open_modal(payload, view or told(words, gone(words)))

    async def _offered(self, payload: Payload, words: Words, link: Link) -> View | None:
        """The ways to read it, for whom the platform has just vouched; None when there is none. Raises OnHold, StoreUnavailable."""
        member = parse.member(payload)
        ticketed = await self._desk.engine.hand_out_ticket(link, member)
        offered = await self._desk.reveals.offer(link, ticketed, member, parse.installed_in(payload))
        value = button.sealed_pass(self._desk.ring, offered, member) if isinstance(offered, Pass) else ""
        if ticketed:
            return open_in_browser(words, ticketed.url(self._desk.base_url), value, passphrase=offered is NotShown.PASSPHRASE)
        return show_again(words, value) if value else None

    def _link_behind(self, value: str) -> Link | None:
        """The link of an Open button; None when its seal key has left the ring, so that it opens nothing any more."""
        try:
            return button.link_in(self._desk.ring, value)
        except Damaged:
            log.warning("push_not_opened", cause="button")
            return None

    async def opened_in_browser(self, payload: Payload) -> Answer:
        """The URL button was pressed: Slack cannot close the modal, so it says that it may be closed."""
        self._desk.later(self._say_opened(payload))
        return None

    async def _say_opened(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        await self._desk.redraw(payload, told(words, words.say("Opened in your browser. You can close this.")), if_unchanged=False)
