"""How does a sender give a push more time? Extend on the receipt card, a small modal, and its answer."""

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.handlers.submission import errors_at, updated
from adapters.slack.render.blocks import told
from adapters.slack.render.card import EXTEND
from adapters.slack.render.extension import VIEW_EXTEND, extension
from adapters.wording.terms import not_extended, refusal_to_extend
from core.errors import BadInput, NotYours, StoreUnavailable, TooLate
from core.policy import longer_expiries

log = structlog.get_logger(__name__)


class ExtendingHandlers:
    """Extending is done before the answer: what a member saw done must not be lost with a process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={EXTEND: self.extend_push}, views={VIEW_EXTEND: self.submit_extension})

    async def extend_push(self, payload: Payload) -> Answer:
        """Extend on the receipt card: ask for how long."""
        self._desk.later(self._ask(payload))
        return None

    async def _ask(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        try:
            receipt = await self._desk.engine.receipt_for(payload["actions"][0]["value"], parse.member(payload))
            policy = await self._desk.policy_for(payload)
        except NotYours:
            log.info("extend_refused", code=NotYours.code)
            return
        except StoreUnavailable:
            await self._desk.tell(payload, not_extended(words))
            return
        offered = longer_expiries(policy, receipt.created_at, receipt.expires_at, self._desk.clock())
        if receipt.live and offered:
            view = extension(words, receipt, offered)
        else:
            problem = BadInput("expiry", "out_of_range") if receipt.live else TooLate()
            view = told(words, refusal_to_extend(words, problem, policy))
        await self._desk.open_modal(payload, view)

    async def submit_extension(self, payload: Payload) -> Answer:
        """The modal is sent. It closes; the card and the recipient's message say until when."""
        view = payload["view"]
        try:
            reference, seconds = parse.extension(view)
            await self._desk.engine.extend(reference, parse.member(payload), seconds)
        except (BadInput, NotYours, TooLate, StoreUnavailable) as problem:
            return await self._not_done(payload, problem)
        return None

    async def _not_done(self, payload: Payload, problem: BadInput | NotYours | TooLate | StoreUnavailable) -> Answer:
        words = await self._desk.words_for(payload)
        match problem:
            case StoreUnavailable():
                return errors_at(payload["view"], "expiry", not_extended(words))
            case BadInput():
                try:
                    policy = await self._desk.policy_for(payload)
                except StoreUnavailable:
                    policy = self._desk.policies.of_installation
                return errors_at(payload["view"], "expiry", refusal_to_extend(words, problem, policy))
            case _:
                return updated(told(words, refusal_to_extend(words, TooLate(), self._desk.policies.of_installation)))
