"""What does the sender see of pushes that were made together? One card, with a row for each person."""

import json
from collections.abc import Collection, Sequence

from adapters.teams.render.blocks import (
    Card,
    Element,
    Names,
    Plainly,
    Spelling,
    asks_first,
    buttons,
    card,
    choice,
    destructive,
    execute,
    group,
    heading,
    named,
    quiet,
    text,
    unfolded,
)
from adapters.teams.render.card import BURN, RELEASE, fading_line, label_line, state_text
from adapters.wording import receipt_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import to_burn_all, to_burn_one_of_many, to_release
from adapters.wording.marks import Marks
from core.receipt import Receipt

BURN_GROUP = "burn_group"
BYTES_MOST = 24 * 1024
"""Of a card, with room for the rest of the message: Teams takes 28 KiB in all."""
ROW_LINES_MOST = 6


def group_card(words: Words, receipts: Sequence[Receipt], names: Names, *, fading: Collection[str] = ()) -> Card:
    """A row each, and one set of buttons below them all: 40 rows with buttons of their own would not fit into a message. Never a key on it.

    `fading`: references of those whose button Teams takes away before they expire.
    """
    whole = _drawn(words, receipts, names, fading, row_lines=ROW_LINES_MOST)
    return whole if len(json.dumps(whole)) <= BYTES_MOST else _drawn(words, receipts, names, (), row_lines=1)


def _drawn(words: Words, receipts: Sequence[Receipt], names: Names, fading: Collection[str], *, row_lines: int) -> Card:
    marks, plainly, first = Spelling(words, names), Plainly(words, names), receipts[0]
    title, state = lines.title_of_group(words, receipts), lines.state_of_group(words, receipts)
    held = next((each for each in receipts if each.held), None)
    body = [
        heading(title),
        text(state, spacing="Small"),
        *label_line(first),
        quiet(lines.terms_of_group(words, marks, first)),
        *([state_text(held, lines.state_line(words, marks, held))] if held else []),
        *(_row(words, plainly, marks, receipt, row_lines, fades=receipt.reference in fading) for receipt in receipts),
    ]
    pressed = _actions(words, receipts, plainly)
    return card(words, f"{title}. {state}", [*body, *([buttons(*pressed)] if pressed else [])])


def _row(words: Words, plainly: Marks, marks: Marks, receipt: Receipt, most: int, *, fades: bool) -> Element:
    who = plainly.person(receipt.recipient) if receipt.recipient else words.say("somebody with the link")
    state = words.say("On hold") if receipt.held else lines.row_state(words, marks, receipt)  # why is said once, above the rows
    soon_gone = [fading_line(words)] if fades and receipt.remindable else []
    said = [state, *soon_gone, *lines.passing_lines(words, marks, lines.as_a_link(receipt))]
    return group(named(who, receipt.reference), *map(quiet, said[:most]), spacing="Small")


def _actions(words: Words, receipts: Sequence[Receipt], plainly: Marks) -> list[Element]:
    live = [each for each in receipts if each.live]
    if not live:
        return []
    asked = to_burn_all(words, len(live))
    burn_all = asks_first(words.say("Burn all"), asked, destructive(execute("", BURN_GROUP, reference=receipts[0].reference)))
    one = [_one_of_them(words, live, plainly)] if len(live) > 1 or live[0].held else []
    return [*one, burn_all]


def _one_of_them(words: Words, live: Sequence[Receipt], plainly: Marks) -> Element:
    """One field for both buttons: no two of a card may have one name, or a phone does not draw it. Its value joins the buttons' data."""
    held = [each for each in live if each.held]
    release, burn = to_release(words), to_burn_one_of_many(words)
    acts = [execute(release.confirm, RELEASE)] if held else []
    said = [text(each.text, spacing="Small") for each in ([release, burn] if held else [burn])]
    options = [(_option(words, each, plainly), each.reference) for each in [*held, *(each for each in live if not each.held)]]
    which = choice("reference", words.say("For"), options, options[0][1])
    title = words.say("Release or burn one") if held else words.say("Burn one")
    return unfolded(title, [text(title, weight="Bolder"), *said, which], [*acts, destructive(execute(burn.confirm, BURN))])


def _option(words: Words, receipt: Receipt, plainly: Marks) -> str:
    who = plainly.person(receipt.recipient) if receipt.recipient else words.say("somebody with the link")
    return f"{who} ({receipt.reference})" if not receipt.held else f"{who} ({receipt.reference}, {words.say('On hold')})"
