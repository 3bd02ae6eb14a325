"""What is said of a secret request, to whoever asked and to whoever was asked, in any chat?"""

from adapters.wording.catalog import Words
from adapters.wording.marks import Marks, chat_of
from adapters.wording.terms import duration
from core.policy import Policy
from core.secret_request import Asking, SecretRequest


def asked_note(words: Words, marks: Marks, request: SecretRequest) -> str:
    """What the requester hears at once."""
    return words.say(
        "{person} is asked. What they send comes as a message from this app, and only you can open it.",
        person=marks.person(request.asked),
    )


def ask_line(words: Words, marks: Marks, request: SecretRequest) -> str:
    """To the asked person: who asks."""
    return words.say("{person} asks you for a secret.", person=marks.person(request.requester))


def ask_facts(words: Words, marks: Marks, request: SecretRequest) -> str:
    """To the asked person: who will see it, and until when it may be sent."""
    return words.say(
        "Only {person} will be able to open it. The request ends {moment}.",
        person=marks.person(request.requester),
        moment=marks.when(words, request.expires_at),
    )


def asked_line(words: Words, marks: Marks, request: SecretRequest) -> str:
    """To the asked person, once there is nothing left to press: who asked."""
    return words.say("{person} asked you for a secret.", person=marks.person(request.requester))


def ask_ended(words: Words, marks: Marks, request: SecretRequest) -> str:
    """To the asked person: why there is nothing left to press."""
    at = marks.when(words, request.changed_at or request.expires_at)
    match request.state:
        case Asking.ANSWERED:
            return words.say("You sent it {moment}. The receipt is in this conversation.", moment=at)
        case Asking.DECLINED:
            return words.say("You declined {moment}.", moment=at)
        case Asking.WITHDRAWN:
            return words.say("It was withdrawn {moment}.", moment=at)
        case _:
            return words.say("It ended {moment}.", moment=at)


def request_title(words: Words, marks: Marks, request: SecretRequest) -> str:
    """To the requester: whom they asked."""
    return words.say("You asked {person} for a secret", person=marks.person(request.asked))


def request_state(words: Words, marks: Marks, request: SecretRequest) -> str:
    """To the requester: what has become of it."""
    at = marks.when(words, request.changed_at or request.expires_at)
    match request.state:
        case Asking.OPEN if request.undeliverable:
            return words.say(
                "Not delivered: {platform} did not let this app write to them. Ask them another way.",
                platform=chat_of(request.asked, marks),
            )
        case Asking.OPEN:
            return words.say("Waiting, until {moment}", moment=at)
        case Asking.ANSWERED:
            return words.say("Answered {moment}. The message with the button is in this conversation.", moment=at)
        case Asking.DECLINED:
            return words.say("Declined {moment}", moment=at)
        case Asking.WITHDRAWN:
            return words.say("Withdrawn by you {moment}", moment=at)
        case Asking.EXPIRED:
            return words.say("Ended without an answer {moment}", moment=at)


def answer_line(words: Words, marks: Marks, request: SecretRequest) -> str:
    """Above the form for the answer, before what was asked for."""
    return words.say("For {person}, who asked for:", person=marks.person(request.requester))


def answer_terms(words: Words, marks: Marks, request: SecretRequest, policy: Policy) -> str:
    """Below the form for the answer."""
    return words.say(
        "Only {person} can open it, once. Expires in {expiry}.",
        person=marks.person(request.requester),
        expiry=duration(words, policy.default_expiry),
    )
