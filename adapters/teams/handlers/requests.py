"""How does one member ask another for a secret, and how is it sent?"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import structlog

from adapters.commands import Ask
from adapters.submission import TooSlow
from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.form import Form
from adapters.teams.gestures import ANSWER, REQUEST, Answer, Gestures, Payload
from adapters.teams.handlers.submission import Said, Submission, remarks_on, submitted
from adapters.teams.render.answers import dialog, dialog_says, toast
from adapters.teams.render.blocks import Card, told
from adapters.teams.render.created import created as created_card
from adapters.teams.render.form import GENERATE, LINES, Remarks
from adapters.teams.render.request import (
    DECLINE,
    TAKE_BACK,
    answer_form,
    answer_title,
    ask_form,
    ask_title,
    asked_note,
)
from adapters.teams.render.waiting import ask_waits
from adapters.wording.catalog import Words
from adapters.wording.terms import not_asked, opened_long_ago, refusal
from core.answering import answer
from core.creation import Order
from core.errors import BadInput, NotYours, StoreUnavailable, TooMany
from core.generator import generate
from core.identity import Member
from core.payload import Payload as Secret
from core.policy import LABEL_MOST, Policy, Standing, refusal_of
from core.secret_request import SecretRequest
from core.secret_requests import Question, SecretRequests

log = structlog.get_logger(__name__)


class RequestHandlers:
    """`request`, the form behind it, and the buttons of the messages that follow."""

    def __init__(self, desk: Desk, requests: SecretRequests) -> None:
        self._desk = desk
        self._requests = requests

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            openings={REQUEST: self.open_ask, ANSWER: self.open_answer},
            submits={REQUEST: self.submit_ask, ANSWER: self.submit_answer},
            verbs={DECLINE: self.decline, TAKE_BACK: self.take_back},
        )

    # Asking ----------------------------------------------------------------------------------

    async def spoken(self, payload: Payload, words: Words, wish: Ask) -> Card:
        """`request @jane what for`; with less than that, a card whose button opens the form."""
        if not (wish.asked and wish.what):
            form = self._new(REQUEST, what=wish.what, recipients=(wish.asked,) if parse.is_entra_id(wish.asked) else ())
            return ask_waits(words, form.sealed(self._desk.ring, parse.member(payload)))
        try:
            return await self._asked_note(words, await self._requests.ask(await self._question(payload, wish.asked, wish.what)))
        except StoreUnavailable:
            return told(words, not_asked(words))
        except (BadInput, TooMany) as problem:
            return told(words, refusal(words, problem, self._desk.policies.of_installation))

    async def open_ask(self, payload: Payload) -> Answer:
        """The form, empty or as a command has prepared it."""
        words, form = await self._desk.words_for(payload), self._new(REQUEST)
        if parse.given(parse.values(payload), "form"):
            waiting = await submitted(self._desk, payload)
            if not isinstance(waiting, Submission):
                return waiting
            form = waiting.form.opened(self._desk.random, self._desk.clock())
        return self._ask_again(words, form, payload)

    async def submit_ask(self, payload: Payload) -> Answer:
        """The form is sent: the person is asked, and the form says so."""
        sent = await submitted(self._desk, payload)
        if not isinstance(sent, Submission):
            return sent
        return await sent.once(lambda: self._asked(sent), lambda said: self._ask_as_typed(sent, said))

    async def _ask_as_typed(self, sent: Submission, said: str) -> Answer:
        form = replace(sent.form, what=parse.given(sent.values, "what"))
        with suppress(BadInput):
            form = replace(form, recipients=tuple(parse.chosen_in(sent.values, "asked")))
        return self._ask_again(await sent.words(), form, sent.payload, Remarks(said, "what"))

    async def _asked(self, sent: Submission) -> Said:
        words, what = await sent.words(), parse.given(sent.values, "what")
        form = replace(sent.form, what=what)
        try:
            async with sent.looking_up():
                asked = (parse.chosen_in(sent.values, "asked") or [""])[0]
                form = replace(form, recipients=(asked,) if asked else ())
                question = await self._question(sent.payload, asked, what)
            if form.is_old(self._desk.clock()):
                form = form.opened(self._desk.random, self._desk.clock())
                return Said(self._ask_again(words, form, sent.payload, Remarks(opened_long_ago(words), "what")), done=False)
            request = await self._requests.ask(question)
        except StoreUnavailable:
            return Said(self._ask_again(words, form, sent.payload, Remarks(not_asked(words), "what")), done=False)
        except (TooSlow, BadInput, TooMany) as problem:
            remarks = remarks_on(words, problem, self._desk.policies.of_installation)
            return Said(self._ask_again(words, form, sent.payload, remarks), done=False)
        return Said(dialog(ask_title(words), await self._asked_note(words, request)), done=True)

    def _ask_again(self, words: Words, form: Form, payload: Payload, remarks: Remarks | None = None) -> Answer:
        sealed = form.sealed(self._desk.ring, parse.member(payload))
        return dialog(ask_title(words), ask_form(words, form, sealed, dict(form.names), remarks))

    async def _asked_note(self, words: Words, request: SecretRequest) -> Card:
        return asked_note(words, request, await self._desk.people.names_of(request.requester, request.asked))

    async def _question(self, payload: Payload, asked: str, what: str) -> Question:
        """Raises BadInput for whom nobody can ask."""
        requester = parse.member(payload)
        if not asked:
            raise BadInput("asked", "empty")
        person = await self._desk.people.find(asked, requester.workspace, parse.conversation(payload).id)
        if person is None:  # Teams did not say; each press is checked anyway
            if not parse.is_entra_id(asked):
                raise BadInput("asked", "not_known")
            return Question(requester, Member(requester.workspace, asked), what)
        if reason := person.why_never():
            raise BadInput("asked", reason)
        return Question(requester, person.as_member(requester.workspace), what, person.standing(requester.workspace))

    # Answering -------------------------------------------------------------------------------

    async def open_answer(self, payload: Payload) -> Answer:
        """The button "Send it securely": the form, for whom it is meant."""
        words = await self._desk.words_for(payload)
        try:
            request = await self._requests.answerable_by(parse.given(parse.values(payload), "request"), parse.member(payload))
            form = self._new(ANSWER, request=request.id, what=request.what, recipients=(request.requester.id,))
            form = replace(form, names=tuple((await self._desk.people.names_of(request.requester)).items()))
            return await self._answer_again(words, await self._desk.policy_for(payload), request, form, payload)
        except NotYours:
            return dialog_says(words, _over(words))
        except StoreUnavailable:
            return dialog_says(words, words.say("The store is not answering. Press the button again in a minute."))

    async def submit_answer(self, payload: Payload) -> Answer:
        """A button of the form: make a secret, show what is typed, or send it."""
        sent = await submitted(self._desk, payload)
        if not isinstance(sent, Submission):
            return sent
        if sent.act in (GENERATE, LINES):
            return await self._changed(sent)
        return await sent.once(lambda: self._sent(sent), lambda said: self._answer_as_typed(sent, said))

    async def _answer_as_typed(self, sent: Submission, said: str) -> Answer:
        """The form by what it remembers itself of the request, which nobody can be asked for."""
        form, home = _typed(sent), sent.sender.workspace
        request = SecretRequest(form.request, Member(home, "".join(form.recipients)), sent.sender, form.what, 0, 0)
        sealed, policy = form.sealed(self._desk.ring, sent.sender), self._desk.policies.of_installation
        words = await sent.words()
        return dialog(answer_title(words), answer_form(words, policy, request, form, sealed, dict(form.names), Remarks(said)))

    async def _changed(self, sent: Submission) -> Answer:
        words, form = await sent.words(), replace(_typed(sent), several_lines=True)
        if sent.act == GENERATE:
            form = replace(form, secret=generate(self._desk.random), notice="generated")
        try:
            request = await self._requests.answerable_by(form.request, sent.sender)
            return await self._answer_again(words, await self._desk.policy_for(sent.payload), request, form, sent.payload)
        except NotYours:
            return dialog_says(words, _over(words))
        except StoreUnavailable:
            return dialog_says(words, words.say("The store is not answering. Press the button again in a minute."))

    async def _sent(self, sent: Submission) -> Said:
        """An ordinary push, bound to whoever asked."""
        words, form, policy = await sent.words(), _typed(sent), self._desk.policies.of_installation
        request = None
        try:
            async with sent.looking_up():
                policy = await self._desk.policy_for(sent.payload)
                request = await self._requests.answerable_by(form.request, sent.sender)
                standing = await self._standing_of(request.requester, sent, policy)
            created = await answer(self._desk.engine, self._requests, request, _order(form, request, sent.sender, standing))
        except NotYours:
            return Said(dialog_says(words, _over(words)), done=False)
        except (TooSlow, StoreUnavailable, BadInput, TooMany) as problem:
            remarks = remarks_on(words, problem, policy)
            if request is None:
                return Said(dialog_says(words, remarks.wrong), done=False)
            return Said(await self._answer_again(words, policy, request, form, sent.payload, remarks), done=False)
        if created is None:
            return Said(dialog_says(words, _over(words)), done=True)
        return Said(
            dialog(answer_title(words), created_card(words, [created.receipt], await self._desk.names_in(created.receipt))), done=True
        )

    async def _answer_again(
        self, words: Words, policy: Policy, request: SecretRequest, form: Form, payload: Payload, remarks: Remarks | None = None
    ) -> Answer:
        sealed, names = form.sealed(self._desk.ring, parse.member(payload)), await self._desk.people.names_of(request.requester)
        return dialog(answer_title(words), answer_form(words, policy, request, form, sealed, names, remarks))

    async def _standing_of(self, requester: Member, sent: Submission, policy: Policy) -> Standing:
        """The requester is the recipient now: what the policy says of guests holds for them too. Raises BadInput."""
        if requester.workspace.platform != "teams":
            return Standing.MEMBER  # who asked from another chat was let through there, by their address
        person = await self._desk.people.find(requester.id, sent.sender.workspace, parse.conversation(sent.payload).id)
        if person is None and refusal_of(policy, Standing.GUEST):
            raise BadInput("recipient", "not_known")
        return person.standing(sent.sender.workspace) if person else Standing.MEMBER

    # Ended -----------------------------------------------------------------------------------

    async def decline(self, payload: Payload) -> Answer:
        """Decline, already confirmed. The message itself shows that it is done."""
        return await self._end(payload, self._requests.decline, "request_not_declined")

    async def take_back(self, payload: Payload) -> Answer:
        """Withdraw, already confirmed."""
        return await self._end(payload, self._requests.withdraw, "request_not_withdrawn")

    async def _end(self, payload: Payload, act: Callable[[str, Member], Awaitable[SecretRequest]], refused: str) -> Answer:
        words = await self._desk.words_for(payload)
        try:
            await act(parse.given(parse.values(payload), "request"), parse.member(payload))
        except NotYours as problem:
            log.info(refused, code=problem.code)
            return toast(_over(words))
        except StoreUnavailable:
            return toast(words.say("The store is not answering. Press the button again in a minute."))
        return toast(words.say("Done."))

    def _new(self, dialog_name: str, *, request: str = "", what: str = "", recipients: tuple[str, ...] = ()) -> Form:
        form = Form("", dialog=dialog_name, recipients=recipients, request=request, what=what)
        return form.opened(self._desk.random, self._desk.clock())


def _typed(sent: Submission) -> Form:
    return replace(sent.form, secret=parse.given(sent.values, "secret"), passphrase=parse.given(sent.values, "passphrase"), notice="")


def _order(form: Form, request: SecretRequest, sender: Member, standing: Standing) -> Order:
    return Order(
        payload=Secret.of_text(form.secret),
        sender=sender,
        recipient=request.requester,
        standing=standing,
        views=1,
        passphrase=form.passphrase,
        label=request.what[:LABEL_MOST],
    )


def _over(words: Words) -> str:
    return words.say("This request is over, or it is for somebody else. Nothing was sent.")
