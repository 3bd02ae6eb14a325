"""How do people see a secret request? The asked person a button and a form, the requester a card."""

from collections.abc import Sequence

from adapters.slack.calls import Message
from adapters.slack.render.blocks import Block, View, button, context, header, person, plain, quote, section, when
from adapters.slack.render.form import passphrase_field, secret_field
from adapters.wording.catalog import Words
from adapters.wording.terms import duration
from core.policy import Policy
from core.secret_request import WHAT_MOST, Asking, SecretRequest

VIEW_ASK, VIEW_ANSWER = "ask_form", "answer_form"
ANSWER, DECLINE, WITHDRAW, ASK_FOR_SECRET = "answer_request", "decline_request", "withdraw_request", "ask_for_secret"

_ROWS_MOST = 10


def ask_form(words: Words, asked: str = "", what: str = "") -> View:
    """Whom, and for what."""
    chosen = {"initial_user": asked} if asked else {}
    whom: Block = {
        "type": "input",
        "block_id": "asked",
        "label": plain(words.say("From")),
        "hint": plain(words.say("Gets a message with a button, and nothing else.")),
        "element": {"type": "users_select", "action_id": "asked", "placeholder": plain(words.say("Choose a person")), **chosen},
    }
    typed = {"initial_value": what} if what else {}
    what_for: Block = {
        "type": "input",
        "block_id": "what",
        "label": plain(words.say("What for")),
        "hint": plain(words.say("They read this. Do not put a secret here.")),
        "element": {"type": "plain_text_input", "action_id": "what", "max_length": WHAT_MOST, **typed},
    }
    return {
        "type": "modal",
        "callback_id": VIEW_ASK,
        "title": plain(words.say("Ask for a secret")),
        "submit": plain(words.say("Ask")),
        "close": plain(words.say("Cancel")),
        "blocks": [whom, what_for],
    }


def asked_note(words: Words, request: SecretRequest) -> str:
    """What the requester hears at once."""
    return words.say(
        "{person} is asked. What they send comes as a message from this app, and only you can open it.", person=person(request.asked.id)
    )


def ask(words: Words, request: SecretRequest) -> Message:
    """The asked person's message."""
    first = words.say("{person} asks you for a secret.", person=person(request.requester.id))
    send = button(words.say("Send it securely"), ANSWER, value=request.id, style="primary")
    decline = button(words.say("Decline"), DECLINE, value=request.id, confirm=_confirm_decline(words))
    facts = words.say(
        "Only {person} will be able to open it. The request ends {moment}.",
        person=person(request.requester.id),
        moment=when(words, request.expires_at),
    )
    return Message(
        first,
        [
            section(first),
            quote(request.what),
            {"type": "actions", "block_id": "answer", "elements": [send, decline]},
            context(facts),
        ],
    )


def ask_ended(words: Words, request: SecretRequest) -> Message:
    """The asked person's message once there is nothing left to press."""
    first = words.say("{person} asked you for a secret.", person=person(request.requester.id))
    return Message(first, [section(first), quote(request.what), context(_ended(words, request))])


def _ended(words: Words, request: SecretRequest) -> str:
    at = when(words, request.changed_at or request.expires_at)
    match request.state:
        case Asking.ANSWERED:
            return words.say("You sent it {moment}. The receipt is in this conversation.", moment=at)
        case Asking.DECLINED:
            return words.say("You declined {moment}.", moment=at)
        case Asking.WITHDRAWN:
            return words.say("It was withdrawn {moment}.", moment=at)
        case _:
            return words.say("It ended {moment}.", moment=at)


def request_card(words: Words, request: SecretRequest) -> Message:
    """The requester's card, edited in place."""
    title = words.say("You asked {person} for a secret", person=person(request.asked.id))
    state = request_state(words, request)
    withdraw: list[Block] = []
    if request.open:
        withdraw = [
            {
                "type": "actions",
                "block_id": "request",
                "elements": [button(words.say("Withdraw"), WITHDRAW, value=request.id, confirm=_confirm_withdrawal(words))],
            }
        ]
    return Message(f"{title}. {state}", [section(f"*{title}*\n{state}"), quote(request.what), *withdraw])


def request_state(words: Words, request: SecretRequest) -> str:
    """What has become of it, in a sentence."""
    at = when(words, request.changed_at or request.expires_at)
    match request.state:
        case Asking.OPEN if request.undeliverable:
            return words.say("Not delivered: Slack did not let this app write to them. Ask them another way.")
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


def open_rows(words: Words, requests: Sequence[SecretRequest]) -> list[Block]:
    """What is open, in the requester's Home tab. Nothing when nothing is."""
    if not requests:
        return []
    rows = [block for request in requests[:_ROWS_MOST] for block in _open_row(words, request)]
    more = len(requests) - _ROWS_MOST
    rest = [
        context(words.count("{n} more is open; its card is in the messages.", "{n} more are open; their cards are in the messages.", more))
    ]
    return [header(words.say("What I asked for")), *rows, *(rest if more > 0 else [])]


def _open_row(words: Words, request: SecretRequest) -> list[Block]:
    title = words.say("You asked {person} for a secret", person=person(request.asked.id))
    withdraw = button(words.say("Withdraw"), WITHDRAW, value=request.id, confirm=_confirm_withdrawal(words))
    return [section(f"*{title}*\n{request_state(words, request)}") | {"accessory": withdraw}, quote(request.what)]


def answer_form(words: Words, policy: Policy, request: SecretRequest, lock: str) -> View:
    """Where the asked person puts the secret. Whom it is for is fixed. `lock` lies in the form alone."""
    first = words.say("For {person}, who asked for:", person=person(request.requester.id))
    terms = words.say(
        "Only {person} can open it, once. Expires in {expiry}.",
        person=person(request.requester.id),
        expiry=duration(words, policy.default_expiry),
    )
    return {
        "type": "modal",
        "callback_id": VIEW_ANSWER,
        "title": plain(words.say("Send a secret")),
        "submit": plain(words.say("Send it securely")),
        "close": plain(words.say("Cancel")),
        "private_metadata": f"{request.id} {lock}",
        "blocks": [
            section(first),
            quote(request.what),
            secret_field(words),
            passphrase_field(words, policy),
            context(terms),
        ],
    }


def _confirm_decline(words: Words) -> Block:
    return {
        "title": plain(words.say("Decline this request?")),
        "text": plain(words.say("The person who asked is told that you declined.")),
        "confirm": plain(words.say("Decline")),
        "deny": plain(words.say("Back")),
    }


def _confirm_withdrawal(words: Words) -> Block:
    return {
        "title": plain(words.say("Withdraw this request?")),
        "text": plain(words.say("It can no longer be answered.")),
        "confirm": plain(words.say("Withdraw")),
        "deny": plain(words.say("Keep it")),
    }
