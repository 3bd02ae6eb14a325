"""What is said of a push to its sender, in any chat?"""

from collections.abc import Sequence
from dataclasses import replace

from adapters.wording.catalog import Words
from adapters.wording.marks import Marks, chat_of
from adapters.wording.terms import times
from core.receipt import Receipt, State


def title_of(words: Words, marks: Marks, receipt: Receipt) -> str:
    """For whom it is."""
    if receipt.recipient is not None:
        return words.say("Secret for {person}", person=marks.person(receipt.recipient))
    return words.say("Secret, by a link that you pass on")


def terms_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """Expiry, views and reference of a push, in one line."""
    return words.say(
        "{views} Expires {moment}. Reference {reference}",
        views=times(words, receipt.views),
        moment=marks.when(words, receipt.expires_at),
        reference=marks.code(receipt.reference),
    )


def state_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """What has become of the push: words first."""
    at = marks.when(words, receipt.changed_at or receipt.created_at)
    who = marks.person(receipt.recipient) if receipt.recipient else words.say("somebody with the link")
    if receipt.held and receipt.held_at is not None:
        return words.say(
            "On hold since {moment}. The store was restarted, so this may have been opened without our knowing. Release it if you accept that, or burn it and push it again.",
            moment=marks.when(words, receipt.held_at),
        )
    match receipt.state:
        case State.WAITING if receipt.undeliverable:
            return words.say(
                "Not delivered: {platform} did not let this app write to {person}. If this app offers you a link to pass on, take it; otherwise push it again.",
                platform=chat_of(receipt.recipient, marks),
                person=who,
            )
        case State.WAITING:
            return words.say("Waiting")
        case State.OPENED:
            return words.say("Opened by {person}, {moment}. Not confirmed yet: it may not have arrived.", person=who, moment=at)
        case State.CONFIRMED:
            return words.say("Opened by {person}, {moment}", person=who, moment=at)
        case State.EXPIRED:
            return words.say("Expired unread, {moment}", moment=at)
        case State.BURNED if receipt.was_opened:
            return words.say("Opened by {person}, then burned by you, {moment}", person=who, moment=at)
        case State.BURNED:
            return words.say("Burned by you, {moment}", moment=at)
        case State.BURNED_BY_RECIPIENT:
            return words.say("Opened, then forgotten at the recipient's wish, {moment}", moment=at)
        case State.LOCKED:
            return words.say("Burned after five wrong passphrases, {moment}. Somebody was guessing.", moment=at)
        case State.LOST:
            return words.say("No longer in the store, {moment}. Nobody can open it any more; it may have been opened before.", moment=at)


def passing_lines(words: Words, marks: Marks, receipt: Receipt) -> list[str]:
    """What happened besides, and left the push as it was: a sentence each, in the order of a push's life."""
    lines = [passed_on_line(words, marks, receipt)] if receipt.passed_on_at is not None else []
    if receipt.scanned_at is not None and receipt.live and not receipt.was_opened:
        lines.append(
            words.say("A link scanner fetched the page {moment}. The secret is untouched.", moment=marks.when(words, receipt.scanned_at))
        )
    if receipt.refused_at is not None:
        refused = words.count(
            "{n} attempt was turned away, {moment}.",
            "{n} attempts were turned away, last {moment}.",
            receipt.refused,
            moment=marks.when(words, receipt.refused_at),
        )
        lines.append(refused)
    if receipt.nudge_failed and receipt.recipient:
        lines.append(
            words.say(
                "Not reminded: {platform} did not let this app write to {person}.",
                platform=chat_of(receipt.recipient, marks),
                person=marks.person(receipt.recipient),
            )
        )
    elif receipt.reminded_at is not None:
        lines.append(words.say("Reminded {moment}", moment=marks.when(words, receipt.reminded_at)))
    if receipt.extended_at is not None:
        lines.append(words.say("Extended {moment}", moment=marks.when(words, receipt.extended_at)))
    return lines


def passed_on_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """That its sender took the link."""
    return words.say("Passed on by you as a link, {moment}", moment=marks.when(words, receipt.passed_on_at or receipt.created_at))


def as_a_link(receipt: Receipt) -> Receipt:
    """What the card shows of a push that was passed on: from then on, whoever opened it had the link."""
    return receipt if receipt.passed_on_at is None else replace(receipt, recipient=None, undeliverable="")


def not_delivered(words: Words, marks: Marks, receipt: Receipt) -> str:
    """Whom the app could not write to."""
    return words.say(
        "{platform} did not let this app write to {person}, so they have not heard of your secret {reference}.",
        platform=chat_of(receipt.recipient, marks),
        person=marks.person(receipt.recipient) if receipt.recipient else words.say("the recipient"),
        reference=marks.code(receipt.reference),
    )


def offered_line(words: Words, marks: Marks, receipt: Receipt) -> str:
    """The same where the sender was at work: that a link waits for them in their conversation with the app."""
    return words.say(
        "Not delivered: {platform} did not let this app write to {person}. In the conversation with this app you can get a link, and pass it on yourself.",
        platform=chat_of(receipt.recipient, marks),
        person=marks.person(receipt.recipient) if receipt.recipient else words.say("the recipient"),
    )


def again_line(words: Words) -> str:
    """What pushing it once more takes."""
    return words.say("To push it again, type the secret once more: this app cannot read the old one.")


# Made together --------------------------------------------------------------------------------


def title_of_group(words: Words, receipts: Sequence[Receipt]) -> str:
    """For how many they are."""
    return words.count("Secret for {n} person", "Secret for {n} people", len(receipts))


def state_of_group(words: Words, receipts: Sequence[Receipt]) -> str:
    """How many have opened theirs."""
    opened = sum(receipt.was_opened or receipt.state in (State.CONFIRMED, State.BURNED_BY_RECIPIENT) for receipt in receipts)
    waiting = sum(receipt.live and not receipt.was_opened for receipt in receipts)
    if not waiting:
        return words.say("Opened by {opened} of {all}.", opened=opened, all=len(receipts))
    return words.say("Opened by {opened} of {all}. Waiting for {waiting}.", opened=opened, all=len(receipts), waiting=waiting)


def terms_of_group(words: Words, marks: Marks, first: Receipt) -> str:
    """Views and expiry of pushes that were made together; each has a reference of its own."""
    views = words.count("Each can open it once.", "Each can open it {n} times.", first.views)
    return words.say("{views} Expires {moment}.", views=views, moment=marks.when(words, first.expires_at))


def row_state(words: Words, marks: Marks, receipt: Receipt) -> str:
    """What has become of one of them, where the person's name stands beside it."""
    at = marks.when(words, receipt.changed_at or receipt.created_at)
    match receipt.state:
        case _ if receipt.passed_on_at is not None or receipt.held:
            return state_line(words, marks, as_a_link(receipt))
        case State.OPENED:
            return words.say("Opened {moment}. Not confirmed yet: it may not have arrived.", moment=at)
        case State.CONFIRMED:
            return words.say("Opened {moment}", moment=at)
        case _:
            return state_line(words, marks, receipt)
