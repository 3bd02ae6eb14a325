"""How is a dialog that was sent answered: once, in time, and with words in it?

Teams waits five seconds, and sends the same twice more. So every press of one form hears the same
answer, and what must be looked up before has one deadline together.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from adapters.submission import Timed, TooSlow, why_nothing_was_made
from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.form import Form
from adapters.teams.gestures import Answer, Payload
from adapters.teams.render.answers import dialog_says
from adapters.teams.render.form import Remarks
from adapters.wording.catalog import Words
from adapters.wording.terms import not_sent_but_kept, refusal
from core.errors import BadInput, Damaged, PushError, StillBusy, StoreUnavailable
from core.link import decode
from core.once import Told
from core.policy import Policy

LOOK_UPS_SECONDS = 2.5
"""Teams waits for five, and what is made takes its time too."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What a form is answered with. `done`: the thing is done; else the form is there again."""

    answer: Answer
    done: bool


class Submission(Timed):
    """One press of a form's button. The time for look-ups runs from here on."""

    def __init__(self, desk: Desk, payload: Payload) -> None:
        """Raises Damaged when the form is not this member's, or its seal key has left the ring."""
        super().__init__(LOOK_UPS_SECONDS)
        self._desk = desk
        self.payload = payload
        self.values = parse.values(payload)
        self.sender = parse.member(payload)
        self.form = Form.recalled(desk.ring, parse.given(self.values, "form"), self.sender)

    @property
    def act(self) -> str:
        """Which of the form's other buttons it was; empty for the one that sends it."""
        return parse.given(self.values, "act")

    async def words(self) -> Words:
        """The voice of whoever pressed; as their client says when more cannot be known in time."""
        return await self.words_in_time(self._desk.words_for(self.payload), [parse.locale(self.payload)])

    async def once(self, act: Callable[[], Awaitable[Said]], again: Callable[[str], Awaitable[Answer]]) -> Answer:
        """The answer of `act`, for every press of this form once one of them was done.

        `again`: the form with all that was typed, and why it must be sent once more. It asks nobody: the store may be away.
        """

        async def told() -> Told:
            said = await act()
            return Told(json.dumps(said.answer).encode(), said.done)

        try:
            name = f"{self.sender.spelled()} {self.form.id}"
            answer: Answer = json.loads(await self._desk.once.told(name, told, decode(self.form.lock)))
        except StillBusy as problem:
            return await again(refusal(await self.words(), problem, self._desk.policies.of_installation))
        except StoreUnavailable:
            log.warning("store_unavailable", during="submission")
            return await again(not_sent_but_kept(await self.words()))
        return answer


async def submitted(desk: Desk, payload: Payload) -> Submission | Answer:
    """The submission, or what to say where the form is nobody's of ours."""
    try:
        return Submission(desk, payload)
    except Damaged:
        log.warning("form_not_recalled")
        words = await desk.words_for(payload)
        return dialog_says(words, words.say("This form is too old, or it was opened by somebody else. Nothing was sent. Open it anew."))


def remarks_on(words: Words, problem: StoreUnavailable | PushError | TooSlow, policy: Policy) -> Remarks:
    """Why nothing was made, to be said in the form, with all that was typed still in it."""
    field = problem.field if isinstance(problem, BadInput) else "secret"
    return Remarks(why_nothing_was_made(words, problem, policy), field)
