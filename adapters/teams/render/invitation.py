"""What does the recipient of a bound push see?"""

from adapters.teams.render.blocks import Card, Element, Names, Plainly, Spelling, card, execute, heading, opens_page, primary, quiet, text
from adapters.wording import invitation_lines as lines
from adapters.wording.catalog import Words
from core.receipt import Receipt

OPEN = "open"


def invitation(words: Words, receipt: Receipt, names: Names, value: str, *, fading: bool = False) -> Card:
    """The recipient's message. The button carries a sealed value: no URL stands in a message that stays.

    `fading`: for somebody without the app, in a conversation, where Teams shows it for a day.
    """
    marks, plainly = Spelling(words, names), Plainly(words, names)
    passphrase = lines.passphrase_line(words, marks, receipt)
    body = [
        heading(lines.first_line(words, marks, receipt)),
        quiet(lines.facts_line(words, marks, receipt)),
        *([quiet(passphrase)] if passphrase else []),
        *([quiet(_hint(words))] if fading else []),
    ]
    return card(words, lines.first_line(words, plainly, receipt), body, [_open(words, value)])


def _hint(words: Words) -> str:
    return words.say("Teams shows you this message for 24 hours, and to nobody else. Add this app to get secrets in a chat of your own.")


def invitation_ended(words: Words, receipt: Receipt, names: Names) -> Card:
    """The recipient's message once there is nothing left to press."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    body = [heading(lines.first_line(words, marks, receipt)), quiet(lines.ended_line(words, marks, receipt))]
    return card(words, f"{lines.first_line(words, plainly, receipt)} {lines.ended_line(words, plainly, receipt)}", body)


def reminder(words: Words, receipt: Receipt, names: Names) -> Card:
    """A message of its own, below the one with the button: we hold no link any more."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    return card(words, lines.reminder_line(words, plainly, receipt), [text(lines.reminder_line(words, marks, receipt))])


def extended(words: Words, receipt: Receipt, names: Names) -> Card:
    """A message of its own: until when the button works now. The invitation is edited too."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    return card(words, lines.extended_line(words, plainly, receipt), [text(lines.extended_line(words, marks, receipt))])


def _open(words: Words, value: str) -> Element:
    return primary(execute(words.say("Open"), OPEN, value=value))


def view_in_browser(words: Words, receipt: Receipt | None, names: Names, url: str, host: str, value: str) -> Card:
    """The answer to a checked press, for that person alone, in place of the invitation: so it says again who sent it, as far as that is known.

    `url` has a ticket and lives for ten minutes; `value` opens anew after that.
    """
    marks = Spelling(words, names)
    passphrase = lines.passphrase_line(words, marks, receipt) if receipt else ""
    body = [
        *([heading(lines.first_line(words, marks, receipt))] if receipt else []),
        text(words.say("The page opens in your browser. It shows a button first; nothing is used up before you press it.")),
        *([quiet(passphrase)] if passphrase else []),
        quiet(words.say("This works for ten minutes. After that, press “Open again”.")),
    ]
    go = primary(opens_page(words.say("View in {host}", host=host), url))
    return card(words, words.say("A secret for you"), body, [go, execute(words.say("Open again"), OPEN, value=value)])


def not_opened_card(words: Words, said: str, value: str = "", receipt: Receipt | None = None, names: Names | None = None) -> Card:
    """The answer to a press that opened nothing: why, and the button once more where pressing again may help."""
    sent = [heading(lines.first_line(words, Spelling(words, names or {}), receipt))] if receipt else []
    return card(words, said, [*sent, text(said)], [_open(words, value)] if value else [])
