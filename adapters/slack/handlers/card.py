"""What may a sender still do with a push? The buttons of the receipt card, and their spoken likes."""

from collections.abc import Awaitable, Callable

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.answers import note
from adapters.slack.render.card import BURN, RELEASE, state_line
from adapters.slack.render.group_card import BURN_GROUP
from adapters.wording.catalog import Words
from adapters.wording.terms import not_burned, not_released
from core.errors import NotYours, PushError, StoreUnavailable
from core.identity import Member

log = structlog.get_logger(__name__)


class CardHandlers:
    """Burn and release. Done before the answer: what a member saw done must not be lost with a process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={BURN: self.burn_push, BURN_GROUP: self.burn_group, RELEASE: self.release_push})

    async def burn_push(self, payload: Payload) -> Answer:
        """Burn on the receipt card, already confirmed. The card itself shows that it is done."""
        return await self._act_on_card(payload, self._desk.engine.burn, "burn_refused", not_burned)

    async def burn_group(self, payload: Payload) -> Answer:
        """Burn all, below the card of pushes that were made together, already confirmed."""
        return await self._act_on_card(payload, self._desk.engine.burn_group, "burn_refused", not_burned)

    async def release_push(self, payload: Payload) -> Answer:
        """Release on the receipt card of a held push, already confirmed."""
        return await self._act_on_card(payload, self._desk.engine.release, "release_refused", not_released)

    async def _act_on_card(
        self, payload: Payload, act: Callable[[str, Member], Awaitable[object]], refused: str, not_done: Callable[[Words], str]
    ) -> Answer:
        try:
            await act(payload["actions"][0]["value"], parse.member(payload))
        except PushError as problem:
            log.info(refused, code=problem.code)
        except StoreUnavailable:
            self._desk.later(self._say(payload, not_done))
        return None

    async def _say(self, payload: Payload, text: Callable[[Words], str]) -> None:
        await self._desk.say(payload, note(text(await self._desk.words_for(payload))))

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
                    return state_line(words, await self._desk.engine.burn(reference, sender))
        except NotYours:
            return words.say("You have no secret with that reference. You find it on your receipt in the conversation with this app.")
        except StoreUnavailable:
            return not_burned(words)
