"""What may a sender still do with a push? The buttons of the receipt card, and their spoken likes."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.handlers.push_form import PushFormHandlers
from adapters.slack.render.answers import note
from adapters.slack.render.card import AGAIN, BURN, NUDGE, RELEASE, state_line, title_of
from adapters.slack.render.group_card import BURN_GROUP
from adapters.wording.catalog import Words
from adapters.wording.terms import not_burned, not_opened_again, not_released, not_reminded, reminded_lately, too_late
from core.errors import NotYours, PushError, StoreUnavailable, TooLate, TooMany
from core.identity import Member

log = structlog.get_logger(__name__)


class CardHandlers:
    """Burn, release and remind; push again. Done before the answer: what a member saw done must not be lost with a process."""

    def __init__(self, desk: Desk, push_form: PushFormHandlers) -> None:
        self._desk = desk
        self._push_form = push_form

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        acts = {BURN: self.burn_push, BURN_GROUP: self.burn_group, RELEASE: self.release_push}
        return Gestures(actions=acts | {NUDGE: self.nudge_recipient, AGAIN: self.push_again})

    async def burn_push(self, payload: Payload) -> Answer:
        """Burn on the receipt card, already confirmed. The card itself shows that it is done."""
        return await self._act_on_card(payload, self._desk.engine.burn, "burn_refused", not_burned)

    async def burn_group(self, payload: Payload) -> Answer:
        """Burn all, below the card of pushes that were made together, already confirmed."""
        return await self._act_on_card(payload, self._desk.engine.burn_group, "burn_refused", not_burned)

    async def release_push(self, payload: Payload) -> Answer:
        """Release on the receipt card of a held push, already confirmed."""
        return await self._act_on_card(payload, self._desk.engine.release, "release_refused", not_released)

    async def nudge_recipient(self, payload: Payload) -> Answer:
        """Remind on the receipt card: promised before the answer."""
        return await self._act_on_card(payload, self._desk.engine.nudge, "nudge_refused", not_reminded)

    async def push_again(self, payload: Payload) -> Answer:
        """Push it again: the form with the same person, terms and label. The secret must be typed once more."""
        self._desk.later(self._open_again(payload))
        return None

    async def _open_again(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        try:
            receipt = await self._desk.engine.receipt_for(payload["actions"][0]["value"], parse.member(payload))
            await self._push_form.open_again(payload, words, receipt)
        except NotYours:
            log.info("push_again_refused", code=NotYours.code)
        except StoreUnavailable:
            await self._desk.say(payload, note(not_opened_again(words)))

    async def _act_on_card(
        self, payload: Payload, act: Callable[[str, Member], Awaitable[object]], refused: str, not_done: Callable[[Words], str]
    ) -> Answer:
        try:
            await act(payload["actions"][0]["value"], parse.member(payload))
        except TooMany as problem:
            self._desk.later(self._say(payload, partial(reminded_lately, wait=problem.retry_after)))
        except TooLate:
            self._desk.later(self._say(payload, too_late))
        except PushError as problem:
            log.info(refused, code=problem.code)
        except StoreUnavailable:
            self._desk.later(self._say(payload, not_done))
        return None

    async def _say(self, payload: Payload, text: Callable[[Words], str]) -> None:
        await self._desk.tell(payload, text(await self._desk.words_for(payload)))

    async def burn_spoken(self, payload: Payload, words: Words, reference: str) -> str:
        """`/pushpw burn <reference|all>`: what to say about it."""
        sender = parse.member(payload)
        try:
            match reference:
                case "":
                    return words.say("Say which: `/pushpw burn` and the reference on your receipt, or `/pushpw burn all`.")
                case "all":
                    burned = await self._desk.engine.burn_all(sender)
                    return words.count("{n} secret was burned.", "{n} secrets were burned.", len(burned))
                case _:
                    one = await self._desk.engine.burn(reference, sender)
                    return f"{title_of(words, one)}: {state_line(words, one)}"
        except NotYours:
            return words.say("You have no secret with that reference. You find it on your receipt in the conversation with this app.")
        except StoreUnavailable:
            return not_burned(words)
