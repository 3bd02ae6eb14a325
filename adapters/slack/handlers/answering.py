"""How is a secret request answered? By an ordinary push, bound to whoever asked.

Whoever answers is the sender, so the policy of their workspace decides, as for any push of theirs; the
requester is an outsider to it when the two are of different organisations. What the requester's own
workspace says of guests holds too, for it is there that the secret arrives. A workspace without the app has no
policy: then what the requester's allows is enough.
"""

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.handlers.submission import Submission, errors_at, refused_in, updated
from adapters.slack.render.blocks import told
from adapters.slack.render.outcome import created_bound
from adapters.slack.render.request import ANSWER, VIEW_ANSWER, answer_form
from adapters.submission import TooSlow
from adapters.wording.catalog import Words
from core.answering import answer
from core.creation import Order
from core.errors import BadInput, NotYours, StoreUnavailable, TooMany
from core.identity import Member
from core.link import encode
from core.once import KEY_BYTES
from core.payload import Payload as Secret
from core.policy import Policy, Standing, refusal_of
from core.secret_request import SecretRequest
from core.secret_requests import SecretRequests


class NotAllowed(Exception):
    """A policy lets this person not send to that one, whatever is typed."""


class AnsweringHandlers:
    """The form behind "Send it securely"."""

    def __init__(self, desk: Desk, requests: SecretRequests) -> None:
        self._desk = desk
        self._requests = requests

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(actions={ANSWER: self.open_answer}, views={VIEW_ANSWER: self.submit_answer})

    async def open_answer(self, payload: Payload) -> Answer:
        """The button "Send it securely": the form, for whom it is meant."""
        self._desk.later(self._open_answer_later(payload))
        return None

    async def _open_answer_later(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        try:
            policy = await self._desk.policy_for(payload)
            request = await self._requests.answerable_by(payload["actions"][0]["value"], parse.member(payload))
            await self._standing_of(request.requester, payload, policy)  # before anybody types a secret in vain
            view = answer_form(words, policy, request, lock=encode(self._desk.random(KEY_BYTES)))
        except NotYours:
            view = told(words, _over(words))
        except NotAllowed:
            view = told(words, _not_allowed(words))
        except BadInput:
            view = told(words, words.say("Nobody could say who asked. Press the button again in a minute."))
        except StoreUnavailable:
            view = told(words, words.say("The store is not answering. Press the button again in a minute."))
        await self._desk.open_modal(payload, view)

    async def submit_answer(self, payload: Payload) -> Answer:
        """The form is sent. Pressed again, it says the same."""
        sent, (request_id, lock) = Submission(self._desk, payload), parse.answered(payload["view"])
        if not lock:  # opened by an older edition of this program
            return await self._answer(sent, request_id)
        return await sent.once(lambda: self._answer(sent, request_id), lock=lock)

    async def _answer(self, sent: Submission, request_id: str) -> Answer:
        words, view, policy = await sent.words(), sent.view, self._desk.policies.of_installation
        try:
            async with sent.looking_up():
                policy = await self._desk.policy_for(sent.payload)
                request = await self._requests.answerable_by(request_id, sent.sender)
                standing = await self._standing_of(request.requester, sent.payload, policy)
            created = await answer(self._desk.engine, self._requests, request, _order(sent, request, standing))
        except NotYours:
            return updated(told(words, _over(words)))
        except NotAllowed:
            return errors_at(view, "secret", _not_allowed(words))
        except (TooSlow, StoreUnavailable, BadInput, TooMany) as problem:
            return refused_in(view, words, problem, policy)
        return updated(created_bound(words, created.receipt, request.requester) if created else told(words, _over(words)))

    async def _standing_of(self, requester: Member, payload: Payload, policy: Policy) -> Standing:
        """How the requester, the recipient now, stands to the sender's workspace, whose `policy` it is. Raises NotAllowed, BadInput."""
        person = await self._desk.people.find(requester.id, parse.installed_in(payload))
        theirs = await self._desk.policies.of(requester.workspace)
        if person is None and (refusal_of(theirs, Standing.GUEST) or refusal_of(policy, Standing.GUEST)):
            raise BadInput("recipient", "not_known")
        standing = person.standing(requester.workspace) if person else Standing.MEMBER
        if refusal_of(theirs, standing):
            raise NotAllowed
        if await self._is_governed_elsewhere(requester, payload):
            standing = Standing.OUTSIDER
        if refusal_of(policy, standing):
            raise NotAllowed
        return standing

    async def _is_governed_elsewhere(self, requester: Member, payload: Payload) -> bool:
        """Whether the sender is of another organisation than the requester, and their workspace has the app, and so a policy of its own."""
        sender = parse.member(payload)
        if sender.workspace.spelled() == requester.workspace.spelled() or not await self._desk.tokens.has_app(sender.workspace):
            return False
        known = await self._desk.people.find(sender.id, parse.installed_in(payload))
        return known is None or known.standing(requester.workspace) is Standing.OUTSIDER


def _order(sent: Submission, request: SecretRequest, standing: Standing) -> Order:
    given = parse.field_values(sent.view)
    return Order(
        payload=Secret.of_text(given.get("secret") or ""),
        sender=sent.sender,
        recipient=request.requester,
        standing=standing,
        views=1,
        passphrase=given.get("passphrase") or "",
        label=request.what[:80],
    )


def _over(words: Words) -> str:
    return words.say("This request is over, or it is for somebody else. Nothing was sent.")


def _not_allowed(words: Words) -> str:
    return words.say(
        "The policy of your workspace, or of theirs, does not allow sending a secret to this person. Nothing was sent. Decline the request, so that they know."
    )
