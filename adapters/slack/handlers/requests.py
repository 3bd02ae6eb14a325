"""How does one member ask another for a secret, and how is it sent?"""

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import STEP, Answer, Gestures, Payload
from adapters.slack.handlers.submission import Submission, errors_at, updated
from adapters.slack.render.answers import note
from adapters.slack.render.blocks import Block, told
from adapters.slack.render.request import (
    ASK_FOR_SECRET,
    DECLINE,
    VIEW_ASK,
    WITHDRAW,
    ask_form,
    asked_note,
    open_rows,
)
from adapters.submission import TooSlow
from adapters.wording.catalog import Words, words_for
from adapters.wording.terms import not_asked, not_asked_in_time, refusal
from core.errors import BadInput, PushError, StoreUnavailable, TooMany
from core.identity import Member, Workspace
from core.secret_requests import Question, SecretRequests

log = structlog.get_logger(__name__)


class RequestHandlers:
    """`/pushpw request`, the form behind it, and the buttons of the messages that follow."""

    def __init__(self, desk: Desk, requests: SecretRequests) -> None:
        self._desk = desk
        self._requests = requests

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            actions={
                DECLINE: self.decline,
                WITHDRAW: self.withdraw,
                ASK_FOR_SECRET: self.open_ask,
            },
            views={VIEW_ASK: self.submit_ask},
            events={"function_executed": self.step},
        )

    async def open_rows(self, member: Member, words: Words) -> list[Block]:
        """What the member has asked for and not got yet, for their Home tab."""
        return open_rows(words, await self._requests.open_of(member))

    # Asking ----------------------------------------------------------------------------------

    async def ask_spoken(self, payload: Payload, words: Words, wish: parse.Ask) -> None:
        """`/pushpw request @jane what for`; with less than that the form opens."""
        if not (wish.asked and wish.what):
            await self._open_ask_form(payload, words, wish)
            return
        try:
            question = await self._question(parse.member(payload), parse.installed_in(payload), wish.asked, wish.what)
            request = await self._requests.ask(question)
        except StoreUnavailable:
            said = not_asked(words)
        except (BadInput, TooMany) as problem:
            said = refusal(words, problem, self._desk.policies.of_installation)
        else:
            said = asked_note(words, request)
        await self._desk.say(payload, note(said))

    async def open_ask(self, payload: Payload) -> Answer:
        """The button "Ask for a secret": the empty form."""
        self._desk.later(self._open_ask_later(payload))
        return None

    async def _open_ask_later(self, payload: Payload) -> None:
        await self._open_ask_form(payload, await self._desk.words_for(payload), parse.Ask())

    async def _open_ask_form(self, payload: Payload, words: Words, wish: parse.Ask) -> None:
        if not await self._desk.open_modal(payload, ask_form(words, wish.asked, wish.what)):
            await self._desk.say(payload, note(words.say("The form did not open, and nobody was asked. Try the command again.")))

    async def submit_ask(self, payload: Payload) -> Answer:
        """The form is sent: the person is asked, and the form says so."""
        sent = Submission(self._desk, payload)
        return await sent.once(lambda: self._asked(sent), field="what", away=not_asked)

    async def _asked(self, sent: Submission) -> Answer:
        words, view, home = await sent.words(), sent.view, parse.installed_in(sent.payload)
        given = parse.field_values(view)
        try:
            async with sent.looking_up():
                question = await self._question(sent.sender, home, given.get("asked") or "", given.get("what") or "")
            request = await self._requests.ask(question)
        except TooSlow:
            return errors_at(view, "what", not_asked_in_time(words))
        except StoreUnavailable:
            return errors_at(view, "what", not_asked(words))
        except (BadInput, TooMany) as problem:
            field = problem.field if isinstance(problem, BadInput) else "what"
            return errors_at(view, field, refusal(words, problem, self._desk.policies.of_installation))
        return updated(told(words, asked_note(words, request), words.say("Ask for a secret")))

    async def _question(self, requester: Member, home: Workspace, asked: str, what: str, step: str = "") -> Question:
        """Raises BadInput."""
        if not asked:
            raise BadInput("asked", "empty")
        person = await self._desk.people.find(asked, home)
        if person is None:  # Slack did not say; each click is checked anyway
            return Question(requester, Member(home, asked), what, step=step)
        if reason := person.why_never():
            raise BadInput("asked", reason)
        return Question(requester, person.as_member(asked, home), what, person.standing(home), step=step)

    async def step(self, payload: Payload) -> Answer:
        """The workflow step "Ask for a secret". Kept before the answer; the workflow hears the rest when the person was asked."""
        event = payload["event"]
        if event["function"]["callback_id"] != STEP:
            return None
        run, inputs = event["function_execution_id"], event["inputs"]
        home, words = parse.installed_in(payload), words_for([])  # a workflow's author reads it, and nobody knows who that is
        try:
            question = await self._question(Member(home, inputs["requester"]), home, inputs["person"], inputs["what"], run)
            await self._requests.ask(question)
        except (BadInput, TooMany) as problem:
            self._desk.later(self._fail_step(home, run, refusal(words, problem, self._desk.policies.of_installation)))
        except StoreUnavailable:  # the event has been seen: when Slack sends it again, nobody would answer the workflow
            self._desk.later(self._fail_step(home, run, not_asked(words)))
        return None

    async def _fail_step(self, home: Workspace, run: str, said: str) -> None:
        await (await self._desk.switchboard.to(home)).fail_step(run, said)

    # Ended -----------------------------------------------------------------------------------

    async def decline(self, payload: Payload) -> Answer:
        """Decline, already confirmed. The message itself shows that it is done."""
        return await self._end(payload, "request_not_declined")

    async def withdraw(self, payload: Payload) -> Answer:
        """Withdraw, already confirmed."""
        return await self._end(payload, "request_not_withdrawn")

    async def _end(self, payload: Payload, refused: str) -> Answer:
        pressed, member = payload["actions"][0], parse.member(payload)
        act = self._requests.decline if pressed["action_id"] == DECLINE else self._requests.withdraw
        try:
            await act(pressed["value"], member)
        except PushError as problem:
            log.info(refused, code=problem.code)
        except StoreUnavailable:
            self._desk.later(self._say_not_done(payload))
        return None

    async def _say_not_done(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        await self._desk.tell(payload, words.say("The store is not answering. Press the button again in a minute."))
