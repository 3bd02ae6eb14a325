"""How does one of my pushes look in a list?"""

from adapters.slack.render.blocks import Block, quoted, section, terms_line
from adapters.slack.render.card import state_line, title_of
from adapters.wording.catalog import Words
from core.receipt import Receipt

PAGE = 10
"""Rows that stand together."""


def row(words: Words, receipt: Receipt) -> Block:
    """For whom, under which label, what has become of it, and its terms."""
    lines = [f"*{title_of(words, receipt)}*", quoted(receipt.label), state_line(words, receipt), terms_line(words, receipt)]
    return section("\n".join(line for line in lines if line))
