"""Who may open a bound push? Whoever pressed is checked, and gets a link that works for ten minutes."""

import structlog

from adapters.slack import button, parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.blocks import told
from adapters.slack.render.invitation import OPEN, OPENED_IN_BROWSER, open_in_browser
from adapters.wording.terms import not_opened, on_hold
from core.errors import Damaged, OnHold, StoreUnavailable
from core.link import Link

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
            ticketed = await self._desk.engine.hand_out_ticket(link, parse.member(payload)) if link else None
        except StoreUnavailable:
            log.warning("push_not_opened", cause="store")
            view = told(words, not_opened(words))
        except OnHold:
            view = told(words, on_hold(words))
        else:
            gone = words.say("This secret is gone, or it is for somebody else. If you still need it, ask the sender for a new one.")
            view = open_in_browser(words, ticketed.url(self._desk.base_url)) if ticketed else told(words, gone)
        await self._desk.open_modal(payload, view)

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
