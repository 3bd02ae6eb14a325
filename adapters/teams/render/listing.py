"""What does `list` answer?"""

from collections.abc import Sequence

from adapters.teams.gestures import PUSH
from adapters.teams.render.blocks import (
    Card,
    Element,
    Names,
    Spelling,
    buttons,
    card,
    destructive,
    execute,
    group,
    heading,
    opens_dialog,
    quiet,
    text,
    unfolds,
)
from adapters.teams.render.card import label_line
from adapters.wording import receipt_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_burn
from core.receipt import Receipt

LIST_BURN, LIST_PAGE = "list_burn", "list_page"
PAGE = 8
"""Rows that stand together."""


def listing(words: Words, live: Sequence[Receipt], names: Names, page: int = 0, burned: Receipt | None = None) -> Card:
    """My live pushes, soonest to expire first, each with its Burn button; what was just burned stands first."""
    if live:
        first = words.count("You have {n} live secret.", "You have {n} live secrets.", len(live))
    else:
        first = words.say("You have no live secrets. What you push stands here until it is used up, expires or is burned.")
    page = min(max(0, page), max(0, (len(live) - 1) // PAGE))
    here = live[page * PAGE : (page + 1) * PAGE]
    body = [*_done(words, names, burned), heading(first) if live else text(first), *(_row(words, each, names, page) for each in here)]
    turning = _turning(words, page, len(live))
    actions = [] if live else [opens_dialog(words.say("Push a secret"), PUSH)]
    return card(words, first, [*body, *turning], actions)


def _done(words: Words, names: Names, burned: Receipt | None) -> list[Element]:
    if burned is None:
        return []
    marks = Spelling(words, names)
    return [text(f"{lines.title_of(words, marks, burned)}: {lines.state_line(words, marks, burned)}")]


def _row(words: Words, receipt: Receipt, names: Names, page: int) -> Element:
    receipt, marks = lines.as_a_link(receipt), Spelling(words, names)
    asked, question = to_burn(words), f"burn_{receipt.reference}"
    burn = destructive(execute(asked.confirm, LIST_BURN, reference=receipt.reference, page=page))
    label = words.say("Burn the secret {reference}", reference=receipt.reference)
    said = group(
        text(lines.title_of(words, marks, receipt), weight="Bolder"),
        text(lines.state_line(words, marks, receipt), spacing="None"),
        *label_line(receipt),
        quiet(lines.terms_line(words, marks, receipt)),
    )
    return group(
        said,
        buttons({**unfolds(words.say("Burn"), question), "tooltip": label}, spacing="Small"),
        group(text(asked.text), buttons(burn), id=question, isVisible=False),
        separator=True,
        spacing="Medium",
    )


def _turning(words: Words, page: int, count: int) -> list[Element]:
    if count <= PAGE:
        return []
    first, last = page * PAGE + 1, min((page + 1) * PAGE, count)
    back = [execute(words.say("Previous"), LIST_PAGE, page=page - 1)] if page > 0 else []
    on = [execute(words.say("Next"), LIST_PAGE, page=page + 1)] if last < count else []
    shown = words.say("{first} to {last} of {count}, soonest to expire first", first=first, last=last, count=count)
    return [quiet(shown, separator=True), buttons(*back, *on)]
