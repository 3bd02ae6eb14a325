"""What does the sender see of a push? The receipt card, edited in place."""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import SLACK, Block, aside, button, confirm, context, section, terms_line
from adapters.wording import receipt_lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_burn, to_release
from adapters.wording.receipt_lines import again_line, as_a_link, passing_lines
from core.receipt import Receipt, State

BURN, RELEASE, EXTEND, NUDGE, AGAIN = "burn_push", "release_push", "extend_push", "nudge_recipient", "push_again"
_WORTH_ANOTHER = frozenset({State.EXPIRED, State.BURNED, State.LOCKED, State.LOST})


def receipt_card(words: Words, receipt: Receipt) -> Message:
    """What the sender sees, edited in place as things happen. It never carries the key."""
    receipt = as_a_link(receipt)
    title = title_of(words, receipt)
    said = [state_line(words, receipt), *passing_lines(words, SLACK, receipt)]
    label = [aside(receipt.label)] if receipt.label else []
    passing = [context("\n".join(said[1:]))] if said[1:] else []
    return Message(
        "\n".join([f"{title}. {said[0]}", *said[1:]]),
        [section(f"*{title}*\n{said[0]}"), *passing, *label, context(terms_line(words, receipt)), *_actions(words, receipt)],
    )


def title_of(words: Words, receipt: Receipt) -> str:
    """For whom it is."""
    return receipt_lines.title_of(words, SLACK, receipt)


def state_line(words: Words, receipt: Receipt) -> str:
    """What has become of the push: words first."""
    return receipt_lines.state_line(words, SLACK, receipt)


def card_buttons(words: Words, receipt: Receipt) -> list[Block]:
    """What its sender can do with the push now: at most four buttons, none of them primary."""
    undelivered = receipt.undeliverable and not receipt.was_opened
    if receipt.live:
        held = [release_button(words, receipt)] if receipt.held else []
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
    return [{"type": "actions", "block_id": "receipt", "elements": buttons}, *([context(again_line(words))] if again else [])]


def _again_button(words: Words, receipt: Receipt) -> Block:
    return button(words.say("Push it again"), AGAIN, value=receipt.reference)


def release_button(words: Words, receipt: Receipt) -> Block:
    """Release, which asks once more."""
    return button(words.say("Release"), RELEASE, value=receipt.reference, confirm=confirm(to_release(words)))


def burn_button(words: Words, receipt: Receipt, action_id: str = BURN) -> Block:
    """Burn, which asks once more."""
    asked = confirm(to_burn(words), danger=True)
    return button(words.say("Burn this secret"), action_id, value=receipt.reference, style="danger", confirm=asked)
