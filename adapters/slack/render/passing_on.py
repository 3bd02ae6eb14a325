"""What does a sender see whose recipient could not be reached? A way to the link, and afterwards what they did with it."""

from adapters.slack.calls import Message
from adapters.slack.render.blocks import SLACK, button, confirm, context, section
from adapters.wording import receipt_lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_pass_on
from core.receipt import Receipt

GET_LINK = "get_link_to_pass_on"


def offer(words: Words, receipt: Receipt, button_value: str) -> Message:
    """In the sender's conversation with the app. Without `button_value` their workspace wants every secret for a named person."""
    told = not_delivered(words, receipt)
    if not button_value:
        hint = words.say(
            "This workspace wants every secret to be for named people, so there is no link to pass on. Burn it on your receipt."
        )
        return Message(told, [section(told), context(hint)])
    pressed = button(words.say("Get a link to pass on"), GET_LINK, value=button_value, confirm=confirm(to_pass_on(words)))
    return Message(told, [section(told), {"type": "actions", "block_id": "pass_on", "elements": [pressed]}])


def offered(words: Words, receipt: Receipt) -> str:
    """Where the command was typed: that it was not delivered, and where there is a link."""
    return receipt_lines.offered_line(words, SLACK, receipt)


def offer_ended(told: str) -> Message:
    """The same message once its button was pressed."""
    return Message(told, [section(told)])


def not_delivered(words: Words, receipt: Receipt) -> str:
    """Whom the app could not write to."""
    return receipt_lines.not_delivered(words, SLACK, receipt)


def passed_on_line(words: Words, receipt: Receipt) -> str:
    """On the receipt card."""
    return receipt_lines.passed_on_line(words, SLACK, receipt)
