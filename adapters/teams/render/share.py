"""What does a conversation see of a push that its sender shares there?"""

from collections.abc import Sequence

from adapters.teams.render.blocks import Card, Names, Plainly, Spelling, card, execute, heading, primary, quiet
from adapters.teams.render.invitation import OPEN
from adapters.wording.catalog import Words
from adapters.wording.marks import Marks, in_a_row
from adapters.wording.terms import times
from core.receipt import Receipt


def share_card(words: Words, receipts: Sequence[Receipt], names: Names, value: str) -> Card:
    """A card that everybody in the conversation sees, and that opens for the named people alone. `value`: sealed, for all of `receipts`."""
    marks, plainly = Spelling(words, names), Plainly(words, names)
    body = [heading(_title(words, marks, receipts)), quiet(_facts(words, marks, receipts))]
    return card(words, _title(words, plainly, receipts), body, [primary(execute(words.say("Open"), OPEN, value=value))])


def _title(words: Words, marks: Marks, receipts: Sequence[Receipt]) -> str:
    people = [marks.person(receipt.recipient) for receipt in receipts if receipt.recipient]
    return words.say("{person} shares a secret with {people}.", person=marks.person(receipts[0].sender), people=in_a_row(words, people))


def _facts(words: Words, marks: Marks, receipts: Sequence[Receipt]) -> str:
    first = receipts[0]
    if len(receipts) == 1 and first.recipient:
        return words.say(
            "{views} Expires {moment}. Only {person} can open it.",
            views=times(words, first.views),
            moment=marks.when(words, first.expires_at),
            person=marks.person(first.recipient),
        )
    return words.say(
        "{views} Expires {moment}. Nobody else can open it.",
        views=words.count("Each can open it once.", "Each can open it {n} times.", first.views),
        moment=marks.when(words, first.expires_at),
    )
