"""What may a sender still do with a push? The buttons of the receipt card, and their spoken likes."""

from collections.abc import Awaitable, Callable

import structlog

from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.gestures import Answer, Gestures, Payload
from adapters.teams.render.answers import toast
from adapters.teams.render.blocks import Plainly
from adapters.teams.render.card import BURN, EXTEND, NUDGE, RELEASE
from adapters.teams.render.group_card import BURN_GROUP
from adapters.wording.catalog import Words
from adapters.wording.receipt_lines import state_line, title_of
from adapters.wording.terms import (
    not_burned,
    not_extended,
    not_released,
    not_reminded,
    refusal_to_extend,
    reminded_lately,
    too_late,
)
from core.errors import BadInput, NotYours, StoreUnavailable, TooLate, TooMany
from core.receipt import Receipt

log = structlog.get_logger(__name__)


class CardHandlers:
    """Done before the answer, which says so; the card itself is edited after it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        acts = {BURN: self.burn_push, BURN_GROUP: self.burn_group, RELEASE: self.release_push}
        return Gestures(verbs=acts | {NUDGE: self.nudge_recipient, EXTEND: self.extend_push})

    async def burn_push(self, payload: Payload) -> Answer:
        """Burn, already confirmed."""

        async def burn(words: Words, reference: str) -> str:
            return await self._summary(words, await self._desk.engine.burn(reference, parse.member(payload)))

        return await self._done(payload, burn, not_burned)

    async def burn_group(self, payload: Payload) -> Answer:
        """Burn all that were made together, already confirmed."""

        async def burn(words: Words, reference: str) -> str:
            return burned_line(words, len(await self._desk.engine.burn_group(reference, parse.member(payload))))

        return await self._done(payload, burn, not_burned)

    async def release_push(self, payload: Payload) -> Answer:
        """Release a held push, already confirmed."""

        async def release(words: Words, reference: str) -> str:
            return await self._summary(words, await self._desk.engine.release(reference, parse.member(payload)))

        return await self._done(payload, release, not_released)

    async def nudge_recipient(self, payload: Payload) -> Answer:
        """Remind the recipient: promised before the answer."""

        async def nudge(words: Words, reference: str) -> str:
            await self._desk.engine.nudge(reference, parse.member(payload))
            return words.say("They will be reminded.")

        return await self._done(payload, nudge, not_reminded)

    async def extend_push(self, payload: Payload) -> Answer:
        """Extend, for the time that was chosen beside it."""

        async def extend(words: Words, reference: str) -> str:
            seconds = parse.whole("expiry", parse.given(parse.values(payload), "expiry"))
            receipt = await self._desk.engine.extend(reference, parse.member(payload), seconds)
            return words.say("It expires {moment} now.", moment=Plainly(words, {}).when(words, receipt.expires_at))

        return await self._done(payload, extend, not_extended)

    async def _done(self, payload: Payload, act: Callable[[Words, str], Awaitable[str]], not_done: Callable[[Words], str]) -> Answer:
        """What to say of it: what is so now, or why not. A card that was copied does nothing for others."""
        words = await self._desk.words_for(payload)
        try:
            return toast(await act(words, parse.given(parse.values(payload), "reference")))
        except NotYours:
            log.info("act_on_card_refused", code=NotYours.code)
            return toast(words.say("Only who pushed this secret can do that."))
        except TooMany as problem:
            return toast(reminded_lately(words, problem.retry_after))
        except (TooLate, BadInput) as problem:
            if parse.verb(payload) == EXTEND:
                return toast(refusal_to_extend(words, problem, self._desk.policies.of_installation))
            return toast(too_late(words))
        except StoreUnavailable:
            return toast(not_done(words))

    async def _summary(self, words: Words, receipt: Receipt) -> str:
        """What has become of a push, in one line without marks."""
        plainly = Plainly(words, await self._desk.names_in(receipt))
        return f"{title_of(words, plainly, receipt)}: {state_line(words, plainly, receipt)}"

    async def burn_spoken(self, payload: Payload, words: Words, reference: str) -> str:
        """`burn <reference|all>`: what to say about it."""
        sender = parse.member(payload)
        try:
            match reference:
                case "":
                    return words.say("Say which: “burn” and the reference on your receipt, or “burn all”.")
                case "all":
                    return burned_line(words, len(await self._desk.engine.burn_all(sender)))
                case _:
                    return await self._summary(words, await self._desk.engine.burn(reference, sender))
        except NotYours:
            return words.say("You have no secret with that reference. You find it on your receipt in your chat with this app.")
        except StoreUnavailable:
            return not_burned(words)


def burned_line(words: Words, count: int) -> str:
    """How many were burned."""
    if not count:
        return words.say("You have no live secrets, so there was nothing to burn.")
    return words.count("{n} secret was burned.", "{n} secrets were burned.", count)
