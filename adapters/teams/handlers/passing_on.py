"""What may a sender do whose recipient could not be reached? Get the link, and pass it on themselves."""

import structlog

from adapters import button
from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.render.answers import dialog, dialog_says
from adapters.teams.render.created import created_link
from adapters.teams.render.form import form_title
from adapters.teams.render.passing_on import PASS_ON
from adapters.wording.terms import not_passed_on
from core.errors import BadInput, Damaged, NotYours, StoreUnavailable

log = structlog.get_logger(__name__)


class PassingOnHandlers:
    """The button under "could not be delivered", already confirmed. Pressed again it shows the same link."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(openings={PASS_ON: self.pass_on})

    async def pass_on(self, payload: Payload) -> Answer:
        """A dialog with the link. The push is unbound before the answer."""
        words = await self._desk.words_for(payload)
        gone = words.say("This secret is gone. Push it again, and leave the field “For” empty to get a link.")
        try:
            link = button.link_in(self._desk.ring, parse.given(parse.values(payload), "value"))
            receipt = await self._desk.engine.pass_on(link, parse.member(payload))
        except BadInput as problem:
            log.info("not_passed_on", code=problem.code)
            return dialog_says(
                words, words.say("Your organization wants every secret to be for named people, so there is no link to pass on.")
            )
        except (Damaged, NotYours) as problem:
            log.info("not_passed_on", code=problem.code)
            return dialog_says(words, gone)
        except StoreUnavailable:
            return dialog_says(words, not_passed_on(words))
        if receipt is None:
            return dialog_says(words, gone)
        return dialog(form_title(words), created_link(words, receipt, link.url(self._desk.base_url)))
