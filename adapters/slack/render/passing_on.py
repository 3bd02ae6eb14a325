"""What does a sender see whose recipient could not be reached? A way to the link, and afterwards what they did with it."""

from dataclasses import replace

from adapters.slack.calls import Message
from adapters.slack.render.blocks import button, context, person, plain, section, when
from adapters.wording.catalog import Words
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
    confirm = {
        "title": plain(words.say("Get a link to pass on?")),
        "text": plain(words.say("Whoever has the link can open the secret. Until now, only this one person could.")),
        "confirm": plain(words.say("Get the link")),
        "deny": plain(words.say("Not now")),
    }
    pressed = button(words.say("Get a link to pass on"), GET_LINK, value=button_value, confirm=confirm)
    return Message(told, [section(told), {"type": "actions", "block_id": "pass_on", "elements": [pressed]}])


def offer_ended(told: str) -> Message:
    """The same message once its button was pressed."""
    return Message(told, [section(told)])


def not_delivered(words: Words, receipt: Receipt) -> str:
    """Whom the app could not write to."""
    who = person(receipt.recipient.id) if receipt.recipient else words.say("the recipient")
    return words.say(
        "Slack did not let this app write to {person}, so they have not heard of your secret `{reference}`.",
        person=who,
        reference=receipt.reference,
    )


def passed_on_line(words: Words, receipt: Receipt) -> str:
    """On the receipt card."""
    return words.say("Passed on by you as a link, {moment}", moment=when(words, receipt.passed_on_at or receipt.created_at))


def as_a_link(receipt: Receipt) -> Receipt:
    """What the card shows of a push that was passed on: from then on, whoever opened it had the link."""
    return receipt if receipt.passed_on_at is None else replace(receipt, recipient=None, undeliverable="")
