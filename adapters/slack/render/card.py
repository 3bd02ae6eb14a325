"""What does the sender see of a push? The receipt card, edited in place."""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import Block, button, context, person, plain, quoted, section, terms_line, when
from adapters.wording.catalog import Words
from core.receipt import Receipt, State

BURN, RELEASE = "burn_push", "release_push"


def receipt_card(words: Words, receipt: Receipt) -> Message:
    """What the sender sees, edited in place as things happen. It never carries the key."""
    title = title_of(words, receipt)
    state = state_line(words, receipt)
    label = [context(quoted(receipt.label))] if receipt.label else []
    buttons = [_receipt_buttons(words, receipt)] if receipt.live else []
    return Message(f"{title}. {state}", [section(f"*{title}*\n{state}"), *label, context(terms_line(words, receipt)), *buttons])


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
                "Not delivered: Slack did not let this app write to {person}. Burn it and push it again without a name, then pass the link on.",
                person=who,
            )
        case State.WAITING:
            return words.say("Waiting")
        case State.OPENED:
            return words.say("Opened by {person}, {moment}. Not confirmed yet.", person=who, moment=at)
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


def _receipt_buttons(words: Words, receipt: Receipt) -> Block:
    elements = [release_button(words, receipt)] if receipt.held else []
    return {"type": "actions", "block_id": "receipt", "elements": [*elements, burn_button(words, receipt)]}


def release_button(words: Words, receipt: Receipt) -> Block:
    """Release, which asks once more."""
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
