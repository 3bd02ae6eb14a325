"""What is said of a bound push to its recipient, in any chat?"""

from adapters.wording.catalog import Words
from adapters.wording.marks import Marks
from adapters.wording.terms import times
from core.receipt import Receipt, State


def first_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """Who sent it."""
    return words.say("{person} sent you a secret.", person=marks.person(receipt.sender))


def passphrase_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """That a passphrase comes another way; empty when it needs none."""
    if not receipt.has_passphrase:
        return ""
    return words.say("It needs a passphrase that {person} tells you another way.", person=marks.person(receipt.sender))


def facts_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """How often, until when, and for whom."""
    return words.say(
        "{views} Expires {moment}. Only you can open it.",
        views=times(words, receipt.views),
        moment=marks.when(words, receipt.expires_at),
    )


def ended_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """Why there is nothing left to press."""
    at = marks.when(words, receipt.changed_at or receipt.expires_at)
    match receipt.state:
        case State.EXPIRED:
            return words.say("It expired {moment}, unread. Ask for a new one.", moment=at)
        case State.BURNED if receipt.was_opened:
            return words.say("You opened it. What was left was taken back {moment}.", moment=at)
        case State.BURNED:
            return words.say("It was taken back {moment}.", moment=at)
        case State.LOST:
            return words.say("It was lost {moment}. Ask for a new one.", moment=at)
        case State.LOCKED:
            return words.say("It was burned {moment} after five wrong passphrases. Ask for a new one.", moment=at)
        case State.BURNED_BY_RECIPIENT:
            return words.say("You opened it, and it was forgotten {moment}.", moment=at)
        case _:
            return words.say("You opened it {moment}. It is gone now.", moment=at)


def reminder_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """What leads a recipient back to the message with the button."""
    return words.say(
        "{person} asks you to open the secret that waits for you here. It expires {moment}.",
        person=marks.person(receipt.sender),
        moment=marks.when(words, receipt.expires_at),
    )


def extended_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """Until when the button works now."""
    return words.say(
        "{person} gave you more time: it expires {moment}.",
        person=marks.person(receipt.sender),
        moment=marks.when(words, receipt.expires_at),
    )
