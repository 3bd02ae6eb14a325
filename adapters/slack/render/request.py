"""How do people see a secret request? The asked person a button and a form, the requester a card."""

from collections.abc import Sequence

from adapters.slack.calls import Message
from adapters.slack.render.blocks import SLACK, Block, View, button, confirm, context, header, plain, quote, section
from adapters.slack.render.form import passphrase_field, secret_field
from adapters.wording import request_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_decline, to_withdraw
from adapters.wording.form_lines import asked_hint, what_hint
from core.policy import Policy
from core.secret_request import WHAT_MOST, SecretRequest

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
        "hint": plain(asked_hint(words)),
        "element": {"type": "users_select", "action_id": "asked", "placeholder": plain(words.say("Choose a person")), **chosen},
    }
    typed = {"initial_value": what} if what else {}
    what_for: Block = {
        "type": "input",
        "block_id": "what",
        "label": plain(words.say("What for")),
        "hint": plain(what_hint(words)),
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
    return lines.asked_note(words, SLACK, request)


def ask(words: Words, request: SecretRequest) -> Message:
    """The asked person's message."""
    first = lines.ask_line(words, SLACK, request)
    send = button(words.say("Send it securely"), ANSWER, value=request.id, style="primary")
    decline = button(words.say("Decline"), DECLINE, value=request.id, confirm=confirm(to_decline(words)))
    return Message(
        first,
        [
            section(first),
            quote(request.what),
            {"type": "actions", "block_id": "answer", "elements": [send, decline]},
            context(lines.ask_facts(words, SLACK, request)),
        ],
    )


def ask_ended(words: Words, request: SecretRequest) -> Message:
    """The asked person's message once there is nothing left to press."""
    first = lines.asked_line(words, SLACK, request)
    return Message(first, [section(first), quote(request.what), context(lines.ask_ended(words, SLACK, request))])


def request_card(words: Words, request: SecretRequest) -> Message:
    """The requester's card, edited in place."""
    title, state = lines.request_title(words, SLACK, request), lines.request_state(words, SLACK, request)
    withdraw: list[Block] = []
    if request.open:
        withdraw = [
            {
                "type": "actions",
                "block_id": "request",
                "elements": [button(words.say("Withdraw"), WITHDRAW, value=request.id, confirm=confirm(to_withdraw(words)))],
            }
        ]
    return Message(f"{title}. {state}", [section(f"*{title}*\n{state}"), quote(request.what), *withdraw])


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
    title, state = lines.request_title(words, SLACK, request), lines.request_state(words, SLACK, request)
    withdraw = button(words.say("Withdraw"), WITHDRAW, value=request.id, confirm=confirm(to_withdraw(words)))
    return [section(f"*{title}*\n{state}") | {"accessory": withdraw}, quote(request.what)]


def answer_form(words: Words, policy: Policy, request: SecretRequest, lock: str) -> View:
    """Where the asked person puts the secret. Whom it is for is fixed. `lock` lies in the form alone."""
    return {
        "type": "modal",
        "callback_id": VIEW_ANSWER,
        "title": plain(words.say("Send a secret")),
        "submit": plain(words.say("Send it securely")),
        "close": plain(words.say("Cancel")),
        "private_metadata": f"{request.id} {lock}",
        "blocks": [
            section(lines.answer_line(words, SLACK, request)),
            quote(request.what),
            secret_field(words),
            passphrase_field(words, policy),
            context(lines.answer_terms(words, SLACK, request, policy)),
        ],
    }
