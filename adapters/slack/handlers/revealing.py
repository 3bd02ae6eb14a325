"""How is a secret shown in Slack itself? The button "Show it here", where the workspace wants one."""

import structlog

from adapters import button
from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.blocks import told
from adapters.slack.render.invitation import REVEAL, press_again
from adapters.slack.render.reveal import revealed, why_not_shown
from adapters.wording.catalog import Words
from core.errors import Damaged, StoreUnavailable
from core.reveal import NotShown, Pass, Revealed

log = structlog.get_logger(__name__)

_TRIES = 2


class RevealingHandlers:
    """Runs after the answer and may be lost with the process: until it was shown, the same button gives the same view again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={REVEAL: self.show_here})

    async def show_here(self, payload: Payload) -> Answer:
        """Claim a view, and show the secret in the modal that was clicked in."""
        self._desk.later(self._show(payload))
        return None

    async def _show(self, payload: Payload) -> None:
        words, member = await self._desk.words_for(payload), parse.member(payload)
        try:
            shown = button.pass_in(self._desk.ring, payload["actions"][0]["value"], member)
            outcome = await self._desk.reveals.reveal(shown, member, parse.installed_in(payload))
        except Damaged:
            log.warning("push_not_revealed", cause="button")
            await self._desk.redraw(payload, told(words, why_not_shown(words, NotShown.GONE)))
        except StoreUnavailable:
            log.warning("push_not_revealed", cause="store")
            await self._desk.redraw(payload, press_again(words, payload["actions"][0]["value"]))
        else:
            await self._hand_over(payload, words, shown, outcome)

    async def _hand_over(self, payload: Payload, words: Words, shown: Pass, outcome: Revealed | NotShown) -> None:
        if isinstance(outcome, NotShown):
            log.info("push_not_revealed", cause=outcome.value)
            # Only if nobody has redrawn it: a second click must not put "gone" over what the first has just shown.
            await self._desk.redraw(payload, told(words, why_not_shown(words, outcome)))
            return
        view = revealed(words, outcome)
        for _ in range(_TRIES):
            if await self._desk.redraw(payload, view, if_unchanged=False):
                await self._desk.reveals.done(outcome.by or shown, parse.member(payload))
                return
        log.warning("push_claimed_but_not_shown")
