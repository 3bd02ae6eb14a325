"""How is a form that was sent answered: once, in time, and with words in it?

Slack waits three seconds for the answer and then lets the member press again, while the first press
may still be at work. So every press of one form hears the same answer, and what must be looked up
before has one deadline together.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from adapters.choice import GROUP_TROUBLE
from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Payload
from adapters.slack.render.blocks import context
from adapters.slack.render.recipients import group_trouble
from adapters.submission import Timed, TooSlow, why_nothing_was_made
from adapters.wording.catalog import Words
from adapters.wording.terms import not_sent_but_kept, refusal
from core.errors import BadInput, PushError, StillBusy, StoreUnavailable
from core.link import decode
from core.once import Told
from core.policy import Policy

LOOK_UPS_SECONDS = 1.5
"""Slack waits for three, and what is made takes its time too."""

log = structlog.get_logger(__name__)


class Submission(Timed):
    """One press of a form's button. The time for look-ups runs from here on."""

    def __init__(self, desk: Desk, payload: Payload) -> None:
        super().__init__(LOOK_UPS_SECONDS)
        self._desk = desk
        self.payload = payload
        self.view: Mapping[str, Any] = payload["view"]
        self.sender = parse.member(payload)

    async def words(self) -> Words:
        """The voice of whoever pressed; English when that cannot be known in time."""
        return await self.words_in_time(self._desk.words_for(self.payload), [])

    async def once(
        self,
        act: Callable[[], Awaitable[Answer]],
        *,
        lock: str = "",
        field: str = "secret",
        away: Callable[[Words], str] = not_sent_but_kept,
    ) -> Answer:
        """The answer of `act`, for every press of this form once one of them has replaced the form.

        `lock`: what lies in the form alone, see `core.once`. `field` is where errors stand; `away` says that the store is.
        """
        key = decode(lock) if lock else b""
        given = _digest(key, self.view["state"]["values"])

        async def told() -> Told:
            answer = await act()
            done = answer is not None and answer["response_action"] == "update"
            return Told(json.dumps({"answer": answer, "given": given}).encode(), done)

        try:
            kept = json.loads(await self._desk.once.told(f"{self.sender.spelled()} {self.view['id']}", told, key))
        except StillBusy as problem:
            return errors_at(self.view, field, refusal(await self.words(), problem, self._desk.policies.of_installation))
        except StoreUnavailable:
            log.warning("store_unavailable", during="submission")
            return errors_at(self.view, field, away(await self.words()))
        answer: Answer = kept["answer"]
        return answer if kept["given"] == given else _of_before(await self.words(), answer)


def _digest(key: bytes, values: Mapping[str, Any]) -> str:
    """What was typed and chosen, so that a change can be told from a repetition. Without `key`, nobody may be able to guess by it."""
    return hmac.digest(key, json.dumps(values, sort_keys=True).encode(), hashlib.sha256).hex()


def _of_before(words: Words, answer: Answer) -> Answer:
    """The first press was answered, and what was typed has changed since: nobody may believe that the change was sent."""
    if answer is None:
        return None
    said = words.say("This is what you sent first. What you changed after that was not sent.")
    return {**answer, "view": {**answer["view"], "blocks": [context(said), *answer["view"]["blocks"]]}}


def refused_in(view: Payload, words: Words, problem: StoreUnavailable | PushError | TooSlow, policy: Policy) -> Answer:
    """Why no push was made, said in the form, with all that was typed still in it."""
    if isinstance(problem, BadInput):
        return errors_at(view, problem.field, told_why_not(words, problem, policy))
    return errors_at(view, "secret", why_nothing_was_made(words, problem, policy))


def told_why_not(words: Words, problem: BadInput, policy: Policy) -> str:
    """What is wrong with an order, the groups in it included."""
    return group_trouble(words, problem) if problem.field == GROUP_TROUBLE else refusal(words, problem, policy)


def updated(view: dict[str, Any]) -> Answer:
    """`view` in place of the form."""
    return {"response_action": "update", "view": view}


def errors_at(view: Payload, field: str, text: str) -> Answer:
    """The form again, with `text` under the field, and all that was typed still in it."""
    blocks = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    at = next((block_id for block_id in blocks if block_id.split("_")[0] == field), blocks[0])
    return {"response_action": "errors", "errors": {at: text}}
