"""What does the sender see of a push? The receipt card, edited in place."""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import Block, aside, button, context, person, plain, section, terms_line, when
from adapters.slack.render.passing_on import as_a_link, passed_on_line
from adapters.wording.catalog import Words
from core.receipt import Receipt, State

BURN, RELEASE, EXTEND, NUDGE, AGAIN = "burn_push", "release_push", "extend_push", "nudge_recipient", "push_again"
_WORTH_ANOTHER = frozenset({State.EXPIRED, State.BURNED, State.LOCKED, State.LOST})


def receipt_card(words: Words, receipt: Receipt) -> Message:
    """What the sender sees, edited in place as things happen. It never carries the key."""
    receipt = as_a_link(receipt)
    title = title_of(words, receipt)
    said = [state_line(words, receipt), *passing_lines(words, receipt)]
    label = [aside(receipt.label)] if receipt.label else []
    passing = [context("\n".join(said[1:]))] if said[1:] else []
    return Message(
        "\n".join([f"{title}. {said[0]}", *said[1:]]),
        [section(f"*{title}*\n{said[0]}"), *passing, *label, context(terms_line(words, receipt)), *_actions(words, receipt)],
    )


def title_of(words: Words, receipt: Receipt) -> str:
    """For whom it is."""
    if receipt.recipient is not None:
        return words.say("Secret for {person}", person=person(receipt.recipient.id))
    return words.say("Secret, by a link that you pass on")


def state_line(words: Words, receipt: Receipt) -> str:
    """What has become of the push: words first."""
    at = when(words, receipt.changed_at or receipt.created_at)
    who = person(receipt.recipient.id) if receipt.recipient else words.say("somebody with the link")
    if receipt.held and receipt.held_at is not None:
        return words.say(
            "On hold since {moment}. The store was restarted, so this may have been opened without our knowing. Release it if you accept that, or burn it and push it again.",
            moment=when(words, receipt.held_at),
        )
    match receipt.state:
        case State.WAITING if receipt.undeliverable:
            return words.say(
                "Not delivered: Slack did not let this app write to {person}. If this app offers you a link to pass on, take it; otherwise push it again.",
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


def passing_lines(words: Words, receipt: Receipt) -> list[str]:
    """What happened besides, and left the push as it was: a sentence each, in the order of a push's life."""
    lines = [passed_on_line(words, receipt)] if receipt.passed_on_at is not None else []
    if receipt.scanned_at is not None and receipt.live and not receipt.was_opened:
        lines.append(
            words.say("A link scanner fetched the page {moment}. The secret is untouched.", moment=when(words, receipt.scanned_at))
        )
    if receipt.refused_at is not None:
        refused = words.count(
            "{n} attempt was turned away, {moment}.",
            "{n} attempts were turned away, last {moment}.",
            receipt.refused,
            moment=when(words, receipt.refused_at),
        )
        lines.append(refused)
    if receipt.nudge_failed and receipt.recipient:
        lines.append(words.say("Not reminded: Slack did not let this app write to {person}.", person=person(receipt.recipient.id)))
    elif receipt.reminded_at is not None:
        lines.append(words.say("Reminded {moment}", moment=when(words, receipt.reminded_at)))
    if receipt.extended_at is not None:
        lines.append(words.say("Extended {moment}", moment=when(words, receipt.extended_at)))
    return lines


def card_buttons(words: Words, receipt: Receipt) -> list[Block]:
    """What its sender can do with the push now: at most four buttons, none of them primary."""
    undelivered = receipt.undeliverable and not receipt.was_opened
    if receipt.live:
        held = [_release_button(words, receipt)] if receipt.held else []
        again = [_again_button(words, receipt)] if undelivered and not receipt.held else []
        nudge = [button(words.say("Remind"), NUDGE, value=receipt.reference)] if receipt.remindable else []
        extend = [] if receipt.held else [button(words.say("Extend"), EXTEND, value=receipt.reference)]
        return [*held, *again, *nudge, *extend, burn_button(words, receipt)]
    return [_again_button(words, receipt)] if receipt.state in _WORTH_ANOTHER else []


def _actions(words: Words, receipt: Receipt) -> list[Block]:
    buttons = card_buttons(words, receipt)
    if not buttons:
        return []
    again = any(each["action_id"] == AGAIN for each in buttons)
    said = words.say("To push it again, type the secret once more: this app cannot read the old one.")
    return [{"type": "actions", "block_id": "receipt", "elements": buttons}, *([context(said)] if again else [])]


def _again_button(words: Words, receipt: Receipt) -> Block:
    return button(words.say("Push it again"), AGAIN, value=receipt.reference)


def _release_button(words: Words, receipt: Receipt) -> Block:
    confirm = {
        "title": plain(words.say("Release this secret?")),
        "text": plain(words.say("It can be opened again. If somebody opened it just before the restart, it can be opened a second time.")),
        "confirm": plain(words.say("Release it")),
        "deny": plain(words.say("Keep it on hold")),
    }
    return button(words.say("Release"), RELEASE, value=receipt.reference, confirm=confirm)


def burn_button(words: Words, receipt: Receipt, action_id: str = BURN) -> Block:
    """Burn, which asks once more."""
    confirm = {
        "title": plain(words.say("Burn this secret?")),
        "text": plain(words.say("Nobody can open it any more. This cannot be undone.")),
        "confirm": plain(words.say("Burn it")),
        "deny": plain(words.say("Keep it")),
        "style": "danger",
    }
    return button(words.say("Burn this secret"), action_id, value=receipt.reference, style="danger", confirm=confirm)
