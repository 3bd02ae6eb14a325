"""What does the sender see of pushes that were made together? One card, with a row for each person."""

from collections.abc import Sequence

from adapters.slack.calls import Message
from adapters.slack.render.blocks import SLACK, Block, aside, button, confirm, context, section
from adapters.slack.render.card import BURN, release_button
from adapters.wording import receipt_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_burn_all, to_burn_one_of_many
from core.receipt import Receipt

BURN_GROUP = "burn_group"


def group_card(words: Words, receipts: Sequence[Receipt]) -> Message:
    """At most 40 rows: Slack takes 50 blocks. Never a key on it."""
    first = receipts[0]
    title, state = lines.title_of_group(words, receipts), lines.state_of_group(words, receipts)
    label = [aside(first.label)] if first.label else []
    rows = [_row(words, receipt) for receipt in receipts]
    burn_all = [_burn_all(words, receipts)] if any(receipt.live for receipt in receipts) else []
    return Message(
        f"{title}. {state}", [section(f"*{title}*\n{state}"), *label, context(lines.terms_of_group(words, SLACK, first)), *rows, *burn_all]
    )


def _row(words: Words, receipt: Receipt) -> Block:
    who = SLACK.person(receipt.recipient) if receipt.recipient else words.say("somebody with the link")
    said = [f"*{who}*  `{receipt.reference}`", lines.row_state(words, SLACK, receipt)]
    said += lines.passing_lines(words, SLACK, lines.as_a_link(receipt))
    accessory = {"accessory": _row_button(words, receipt)} if receipt.live else {}
    return {**section("\n".join(said)), "block_id": f"row_{receipt.reference}", **accessory}


def _row_button(words: Words, receipt: Receipt) -> Block:
    """A row has room for one: a push on hold wants a decision, and is burned by its reference or with all others."""
    if receipt.held:
        return release_button(words, receipt)
    named = words.say("Burn the secret with the reference {reference}", reference=receipt.reference)
    asked = confirm(to_burn_one_of_many(words), danger=True)
    return button(words.say("Burn"), BURN, value=receipt.reference, confirm=asked, accessibility_label=named)


def _burn_all(words: Words, receipts: Sequence[Receipt]) -> Block:
    asked = confirm(to_burn_all(words, sum(receipt.live for receipt in receipts)), danger=True)
    pressed = button(words.say("Burn all"), BURN_GROUP, value=receipts[0].reference, style="danger", confirm=asked)
    return {"type": "actions", "block_id": "group", "elements": [pressed]}
