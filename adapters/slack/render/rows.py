"""How does one of my pushes look in a list?"""

from typing import Any

from adapters.slack.render.blocks import Block, aside, context, plain, section, terms_line
from adapters.slack.render.card import burn_button, state_line, title_of
from adapters.wording.catalog import Words
from adapters.wording.receipt_lines import as_a_link
from core.receipt import Receipt

PAGE = 10
"""Rows that stand together."""


def row(words: Words, receipt: Receipt, **more: Any) -> list[Block]:
    """For whom, and what has become of it; below, quietly, its label and terms. `more`: an accessory."""
    receipt = as_a_link(receipt)
    terms = terms_line(words, receipt)
    quiet = aside(receipt.label, terms) if receipt.label else context(terms)
    return [section(f"*{title_of(words, receipt)}*\n{state_line(words, receipt)}") | more, quiet]


def quiet_burn(words: Words, receipt: Receipt, action_id: str) -> Block:
    """Burn, without shouting it ten times; what it burns is said to screen readers, and asked before it happens."""
    loud = burn_button(words, receipt, action_id)
    label = words.say("Burn the secret {reference}", reference=receipt.reference)
    return {name: value for name, value in loud.items() if name != "style"} | {
        "text": plain(words.say("Burn")),
        "accessibility_label": label,
    }
