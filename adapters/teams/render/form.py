"""How does the form for a new push look?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from adapters.teams.form import SECRET_FIELD_MOST, Form
from adapters.teams.render.blocks import (
    Card,
    Element,
    Names,
    buttons,
    card,
    caution,
    choice,
    escaped,
    fault,
    group,
    people,
    primary,
    quiet,
    submit,
    text,
    text_field,
    unfolds,
)
from adapters.wording import form_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.marks import chat_named
from adapters.wording.terms import duration
from core.policy import LABEL_MOST, PASSPHRASE_MOST, Policy

GENERATE, LINES = "generate", "lines"
"""What a form's other buttons say in `act`: make a strong secret; show what is typed, in a field with room for several lines."""
Field = Literal["secret", "recipients", "where", "expiry", "views", "passphrase", "label", "asked", "what", "email"]
"""What the fields are called in what a dialog sends."""
ACROSS_MOST = 1100
"""As many characters as ten addresses have, and what stands between them."""
_FOLDED = frozenset({"expiry", "views", "passphrase", "label", "email"})


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is to say about what stands in a form. `wrong`: why it was not taken, beside the field in question."""

    wrong: str = ""
    at: str = "secret"
    about: Sequence[str] = field(default=())
    """Of those who were chosen: guests, refused ones. Sentences of ours, with names spelled."""


def push_form(words: Words, policy: Policy, shown: Form, sealed: str, names: Names, remarks: Remarks | None = None) -> Card:
    """The form for a new push: the secret first, then who, then terms. `sealed`: the form itself, for its buttons.

    Its fields: secret, recipients (Entra ids, comma-separated), where, expiry (seconds), views, passphrase, label, and
    email where there is a chat whose people may be named by address.
    """
    remarks = remarks or Remarks()
    body = [
        *_secret(words, shown, sealed, remarks),
        *_recipients(words, policy, shown, names, remarks),
        *_terms(words, policy, shown, remarks),
    ]
    push = primary(submit(words.say("Push it"), dialog=shown.dialog, form=sealed))
    return card(words, form_title(words), body, [push])


def form_title(words: Words) -> str:
    """Over the dialog."""
    return words.say("Push a secret")


def _at(remarks: Remarks, *names: str) -> list[Element]:
    return [fault(escaped(remarks.wrong))] if remarks.wrong and remarks.at in names else []


# The secret -----------------------------------------------------------------------------------


def _secret(words: Words, shown: Form, sealed: str, remarks: Remarks) -> list[Element]:
    if not shown.draft_length:
        return secret_field(words, shown, sealed, remarks)
    told = words.say(
        "The message you chose, {length} characters long. It is kept sealed for 15 minutes, exactly as it is.",
        length=shown.draft_length,
    )
    return [text(told), *_notice(words, shown), *_at(remarks, "secret")]


def secret_field(words: Words, shown: Form, sealed: str, remarks: Remarks) -> list[Element]:
    """Where a secret is typed, masked; shown where it was generated, comes from a message, or wants several lines: Teams masks one line only."""
    how = {"isMultiline": True} if shown.several_lines else {"style": "Password"}
    typed = text_field("secret", words.say("Secret"), SECRET_FIELD_MOST, first=shown.secret, **how)
    acts = [submit(words.say("Generate a strong one"), dialog=shown.dialog, form=sealed, act=GENERATE)]
    if not shown.several_lines:
        acts.append(submit(words.say("Several lines"), dialog=shown.dialog, form=sealed, act=LINES))
    hint = quiet(lines.secret_hint(words))
    return [typed, *_at(remarks, "secret"), *_notice(words, shown), hint, buttons(*acts, spacing="Small")]


def _notice(words: Words, shown: Form) -> list[Element]:
    match shown.notice:
        case "changed" if shown.draft_length:
            return [caution(words.say("The message has more than plain text in it. Only its text is pushed."))]
        case "changed":
            return [caution(words.say("The message has more than plain text in it. Check what stands here before you push it."))]
        case "generated":
            return [text(lines.generated_line(words), spacing="Small")]
        case "again":
            return [text(lines.again_line(words), spacing="Small")]
        case _:
            return []


# Who ------------------------------------------------------------------------------------------


def _recipients(words: Words, policy: Policy, shown: Form, names: Names, remarks: Remarks) -> list[Element]:
    chosen = [(entra_id, names.get(entra_id, "") or words.say("(name unknown)")) for entra_id in shown.recipients]
    return [
        people("recipients", words.say("For"), words.say("Choose people"), chosen, several=True),
        *(caution(each) for each in remarks.about),
        *_at(remarks, "recipient", "recipients"),
        quiet(lines.recipients_hint(words, policy)),
        *_where(words, shown),
        *_at(remarks, "where"),
    ]


def _where(words: Words, shown: Form) -> list[Element]:
    """How it is handed over, to those who are chosen. Nobody chosen: a link, whatever stands here."""
    if not shown.conversation:
        return []
    options = [
        (words.say("By a message from this app to each of them"), "chat"),
        (words.say("By a card in this conversation, which opens for them alone"), "here"),
    ]
    return [choice("where", words.say("How they get it"), options, "here" if shown.where == "here" else "chat", expanded=True)]


def _across(words: Words, shown: Form, remarks: Remarks) -> list[Element]:
    """People in another chat, whom the picker does not know."""
    if shown.crosses_to is None:
        return []
    chat = chat_named(shown.crosses_to)
    typed = text_field("email", lines.across_label(words, chat), ACROSS_MOST, first=shown.across)
    return [typed, *_at(remarks, "email"), quiet(lines.across_hint(words, chat))]


# Terms ----------------------------------------------------------------------------------------


def _terms(words: Words, policy: Policy, shown: Form, remarks: Remarks) -> list[Element]:
    expires_in, views = shown.expires_in or policy.default_expiry, shown.views or policy.default_views
    expiries = [(duration(words, seconds), str(seconds)) for seconds in policy.offered_expiries(shown.expires_in)]
    counts = [(str(count), str(count)) for count in policy.offered_views(shown.views)]
    passphrase = passphrase_field(words, policy, shown, remarks)
    # What was typed in there must be seen to be there, and what is wrong in there too.
    open_at_first = bool(shown.passphrase or shown.label or shown.across or (remarks.wrong and remarks.at in _FOLDED))
    folded = [
        *_across(words, shown, remarks),
        choice("expiry", words.say("Expires in"), expiries, str(expires_in)),
        *_at(remarks, "expiry"),
        choice("views", words.say("Times it can be opened"), counts, str(views)),
        *_at(remarks, "views"),
        *([] if policy.passphrase_required else passphrase),
        text_field("label", words.say("Label"), LABEL_MOST, first=shown.label),
        *_at(remarks, "label"),
        quiet(lines.label_hint(words)),
    ]
    return [
        *(passphrase if policy.passphrase_required else []),  # what must be filled in is not folded away
        quiet(lines.folded_terms(words, expires_in, views), id="terms", isVisible=not open_at_first),
        buttons(unfolds(words.say("More options"), "more", "terms"), spacing="Small"),
        group(*folded, id="more", isVisible=open_at_first),
    ]


def passphrase_field(words: Words, policy: Policy, shown: Form, remarks: Remarks) -> list[Element]:
    """Where a passphrase is typed, for all to see who stand there: its sender has to tell it to somebody, letter by letter."""
    field_ = text_field("passphrase", words.say("Passphrase"), PASSPHRASE_MOST, first=shown.passphrase)
    return [field_, *_at(remarks, "passphrase"), quiet(lines.passphrase_hint(words, policy))]
