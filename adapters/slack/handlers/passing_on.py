"""What may a sender do whose recipient could not be reached? Get the link, and pass it on themselves."""

from collections.abc import Callable

import structlog

from adapters import button
from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.blocks import View, told
from adapters.slack.render.outcome import created_link
from adapters.slack.render.passing_on import GET_LINK, not_delivered, offer_ended, passed_on_line
from adapters.wording.catalog import Words
from adapters.wording.terms import not_passed_on
from core.errors import BadInput, Damaged, NotYours, StoreUnavailable, Undeliverable
from core.link import Link
from core.receipt import Place, Receipt

log = structlog.get_logger(__name__)


class PassingOnHandlers:
    """The button under "could not be delivered". The push is unbound before the answer; the link is shown after it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={GET_LINK: self.pass_on})

    async def pass_on(self, payload: Payload) -> Answer:
        """Get a link to pass on, already confirmed."""
        try:
            link = button.link_in(self._desk.ring, payload["actions"][0]["value"])
            receipt = await self._desk.engine.pass_on(link, parse.member(payload))
        except (BadInput, Damaged, NotYours) as problem:
            log.info("not_passed_on", code=problem.code)
            self._desk.later(self._say(payload, _refused if isinstance(problem, BadInput) else _gone))
        except StoreUnavailable:
            self._desk.later(self._say(payload, not_passed_on))
        else:
            self._desk.later(self._show(payload, link, receipt))
        return None

    async def _say(self, payload: Payload, text: Callable[[Words], str]) -> None:
        words = await self._desk.words_for(payload)
        await self._desk.open_modal(payload, told(words, text(words)))

    async def _show(self, payload: Payload, link: Link, receipt: Receipt | None) -> None:
        words = await self._desk.words_for(payload)
        view: View = created_link(words, receipt, link.url(self._desk.base_url)) if receipt else told(words, _gone(words))
        if not await self._desk.open_modal(payload, view):
            return  # nobody else has the link: the button stays, and pressed again it shows it
        said = "\n".join([not_delivered(words, receipt), passed_on_line(words, receipt)]) if receipt else _gone(words)
        await self._take_the_button_away(payload, words, said)

    async def _take_the_button_away(self, payload: Payload, words: Words, said: str) -> None:
        container = payload.get("container") or {}
        place = Place(str(container.get("channel_id") or ""), str(container.get("message_ts") or ""))
        try:
            await (await self._desk.switchboard.to(parse.installed_in(payload))).edit(place, offer_ended(said))
        except (Undeliverable, StoreUnavailable) as problem:  # pressed again, it says what is so
            log.info("offer_not_ended", code=getattr(problem, "reason", "store"))


def _gone(words: Words) -> str:
    return words.say("This secret is gone. Push it again, and leave the field “For” empty to get a link.")


def _refused(words: Words) -> str:
    return words.say("This workspace wants every secret to be for named people, so there is no link to pass on.")
