"""What does a sender hear once a push is made, in any chat?"""

from collections.abc import Sequence

from adapters.wording.catalog import Words
from adapters.wording.marks import Marks, in_a_row
from core.identity import Member
from core.receipt import Receipt


def done(words: Words) -> str:
    """Before what was done."""
    return words.say("Done.")


def bound_line(words: Words, marks: Marks, recipient: Member) -> str:
    """A push for one person."""
    return words.say(
        "{person} gets a message from this app with a button. Nobody else can open it.",
        person=marks.person(recipient),
    )


def each_line(words: Words, marks: Marks, receipts: Sequence[Receipt]) -> str:
    """Pushes for several people."""
    return words.say(
        "{people} each get a message from this app with a button of their own. Nobody else can open it.",
        people=in_a_row(words, [marks.person(receipt.recipient) for receipt in receipts if receipt.recipient]),
    )


def receipt_line(words: Words) -> str:
    """Where the sender sees what becomes of it."""
    return words.say("Your receipt is in the conversation with this app.")


def link_ready(words: Words) -> str:
    """Before `link_line`."""
    return words.say("The link is ready.")


def link_line(words: Words) -> str:
    """A push for nobody in particular."""
    return words.say("Whoever has it can open the secret, so give it to one person.")


def ready_to_paste(words: Words, receipt: Receipt, url: str) -> str:
    """A few words for the recipient, link included."""
    text = words.say("Here is a secret for you. Opening the page shows a button first; press it when you are ready.")
    passphrase = words.say("You need the passphrase too. I will tell it to you another way.") if receipt.has_passphrase else ""
    return "\n".join(part for part in (text, passphrase, url) if part)
