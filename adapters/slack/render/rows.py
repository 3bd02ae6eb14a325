"""How does one of my pushes look in a list?"""

from typing import Any

from adapters.slack.render.blocks import Block, context, plain, quoted, section, terms_line
from adapters.slack.render.card import burn_button, state_line, title_of
from adapters.slack.render.passing_on import as_a_link
from adapters.wording.catalog import Words
from core.receipt import Receipt

PAGE = 10
"""Rows that stand together."""


def row(words: Words, receipt: Receipt, **more: Any) -> list[Block]:
    """For whom, under which label, what has become of it; below, quietly, its terms. `more`: an accessory."""
    receipt = as_a_link(receipt)
    first = " · ".join(part for part in (f"*{title_of(words, receipt)}*", quoted(receipt.label)) if part)
    return [section(f"{first}\n{state_line(words, receipt)}") | more, context(terms_line(words, receipt))]


def quiet_burn(words: Words, receipt: Receipt, action_id: str) -> Block:
    """Burn, without shouting it ten times; what it burns is said to screen readers, and asked before it happens."""
    loud = burn_button(words, receipt, action_id)
    label = words.say("Burn the secret {reference}", reference=receipt.reference)
    return {name: value for name, value in loud.items() if name != "style"} | {
        "text": plain(words.say("Burn")),
        "accessibility_label": label,
    }
