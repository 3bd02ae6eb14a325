"""How do people see a secret request? The asked person a button and a form, the requester a card."""

from adapters.teams.form import Form
from adapters.teams.gestures import ANSWER
from adapters.teams.render.blocks import (
    Card,
    Element,
    Names,
    Plainly,
    Spelling,
    asks_first,
    card,
    escaped,
    execute,
    fault,
    heading,
    opens_dialog,
    people,
    primary,
    quiet,
    quote,
    submit,
    text,
    text_field,
    told,
)
from adapters.teams.render.form import Remarks, passphrase_field, secret_field
from adapters.wording import request_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_decline, to_withdraw
from adapters.wording.form_lines import asked_hint, what_hint
from core.policy import Policy
from core.secret_request import WHAT_MOST, SecretRequest

DECLINE, TAKE_BACK = "decline", "take_back"


def ask_form(words: Words, shown: Form, sealed: str, names: Names, remarks: Remarks | None = None) -> Card:
    """Whom, and for what. `shown.recipients`: whom, at most one. Its fields: asked (an Entra id), what."""
    remarks = remarks or Remarks()
    chosen = [(entra_id, names.get(entra_id, "") or words.say("(name unknown)")) for entra_id in shown.recipients[:1]]
    body = [
        people("asked", words.say("From"), words.say("Choose a person"), chosen, several=False),
        *_wrong(remarks, "asked"),
        quiet(asked_hint(words)),
        text_field("what", words.say("What for"), WHAT_MOST, first=shown.what),
        *([] if remarks.at == "asked" else _wrong(remarks, remarks.at)),
        quiet(what_hint(words)),
    ]
    return card(words, ask_title(words), body, [primary(submit(words.say("Ask"), dialog=shown.dialog, form=sealed))])


def ask_title(words: Words) -> str:
    """Over the dialog."""
    return words.say("Ask for a secret")


def _wrong(remarks: Remarks, at: str) -> list[Element]:
    return [fault(escaped(remarks.wrong))] if remarks.wrong and remarks.at == at else []


def asked_note(words: Words, request: SecretRequest, names: Names) -> Card:
    """What the requester hears at once."""
    return told(words, lines.asked_note(words, Plainly(words, names), request))


def ask(words: Words, request: SecretRequest, names: Names) -> Card:
    """The asked person's message."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    body = [heading(lines.ask_line(words, marks, request)), quote(request.what), quiet(lines.ask_facts(words, marks, request))]
    send = primary(opens_dialog(words.say("Send it securely"), ANSWER, request=request.id))
    decline = asks_first(words.say("Decline"), to_decline(words), execute("", DECLINE, request=request.id))
    return card(words, lines.ask_line(words, plainly, request), body, [send, decline])


def ask_ended(words: Words, request: SecretRequest, names: Names) -> Card:
    """The asked person's message once there is nothing left to press."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    said = f"{lines.asked_line(words, plainly, request)} {lines.ask_ended(words, plainly, request)}"
    body = [heading(lines.asked_line(words, marks, request)), quote(request.what), quiet(lines.ask_ended(words, marks, request))]
    return card(words, said, body)


def request_card(words: Words, request: SecretRequest, names: Names) -> Card:
    """The requester's card, edited in place."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    said = f"{lines.request_title(words, plainly, request)}. {lines.request_state(words, plainly, request)}"
    not_delivered = {"color": "Attention"} if request.open and request.undeliverable else {}
    body = [
        heading(lines.request_title(words, marks, request)),
        text(lines.request_state(words, marks, request), spacing="Small", **not_delivered),
        quote(request.what),
    ]
    withdraw = asks_first(words.say("Withdraw"), to_withdraw(words), execute("", TAKE_BACK, request=request.id))
    return card(words, said, body, [withdraw] if request.open else [])


def answer_form(
    words: Words, policy: Policy, request: SecretRequest, shown: Form, sealed: str, names: Names, remarks: Remarks | None = None
) -> Card:
    """Where the asked person puts the secret. Whom it is for is fixed. Its fields: secret, passphrase."""
    remarks, marks = remarks or Remarks(), Spelling(words, names)
    body = [
        text(lines.answer_line(words, marks, request)),
        quote(request.what),
        *secret_field(words, shown, sealed, remarks),
        *passphrase_field(words, policy, shown, remarks),
        quiet(lines.answer_terms(words, marks, request, policy)),
    ]
    send = primary(submit(words.say("Send it securely"), dialog=shown.dialog, form=sealed))
    return card(words, answer_title(words), body, [send])


def answer_title(words: Words) -> str:
    """Over the dialog."""
    return words.say("Send a secret")
