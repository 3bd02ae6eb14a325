"""What does a sender see whose recipient could not be reached? A way to the link."""

from adapters.teams import refusals
from adapters.teams.render.blocks import Card, Names, Plainly, Spelling, asks_first, card, opens_dialog, quiet, text
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_pass_on
from adapters.wording.receipt_lines import not_delivered, offered_line
from core.receipt import Receipt

PASS_ON = "pass_on"  # noqa: S105  # a dialog, no password
"""A dialog, not a verb: a link to copy stands in a dialog's result only."""


def offer(words: Words, receipt: Receipt, names: Names, value: str) -> Card:
    """In the sender's chat with the app. Without `value` their workspace wants every secret for a named person."""
    marks, said = Spelling(words, names), not_delivered(words, Plainly(words, names), receipt)
    body = [text(not_delivered(words, marks, receipt)), quiet(_why(words, receipt.undeliverable))]
    if not value:
        hint = words.say(
            "Your organization wants every secret to be for named people, so there is no link to pass on. Burn it on your receipt."
        )
        return card(words, said, [*body, quiet(hint)])
    get = opens_dialog("", PASS_ON, value=value)
    return card(words, said, body, [asks_first(words.say("Get a link to pass on"), to_pass_on(words), get)])


def _why(words: Words, reason: str) -> str:
    """What stands in the way, and who can do something about it."""
    match reason:
        case refusals.BLOCKED:
            return words.say("They have blocked this app. Only they can change that.")
        case refusals.DISABLED:
            return words.say("An administrator has switched this app off for them.")
        case refusals.NO_WRITING:
            return words.say("Their chat with this app takes no messages just now.")
        case _:
            return words.say("Whoever does not have this app can add it in Teams. After that, push it again.")


def offered(words: Words, receipt: Receipt, names: Names) -> Card:
    """Where the form was opened, for the sender alone: that the offer waits in their chat with the app."""
    said = offered_line(words, Plainly(words, names), receipt)
    return card(words, said, [text(offered_line(words, Spelling(words, names), receipt))])


def offer_ended(words: Words, receipt: Receipt, names: Names) -> Card:
    """The same message once its button was pressed."""
    said = not_delivered(words, Plainly(words, names), receipt)
    return card(words, said, [text(not_delivered(words, Spelling(words, names), receipt))])
