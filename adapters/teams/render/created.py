"""What does the dialog say once the push is made?"""

from collections.abc import Collection, Sequence

from adapters.teams.render.blocks import Card, Element, Names, Plainly, Spelling, card, copy_field, fault, heading, quiet, text
from adapters.wording import outcome_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.marks import Marks
from adapters.wording.receipt_lines import terms_line, terms_of_group
from core.identity import Member
from core.receipt import Receipt


def created_link(words: Words, receipt: Receipt, url: str) -> Card:
    """A push for nobody in particular: the link, to copy. Only ever a dialog's result, which one person sees and nobody keeps."""
    body = [
        heading(lines.link_ready(words)),
        text(lines.link_line(words), spacing="Small"),
        copy_field("link", words.say("Link"), url),
        copy_field("paste", words.say("Ready to paste"), lines.ready_to_paste(words, receipt, url), multiline=True),
        quiet(terms_line(words, Spelling(words, {}), receipt)),
    ]
    return card(words, f"{lines.link_ready(words)} {lines.link_line(words)}", body)


def created(
    words: Words, receipts: Sequence[Receipt], names: Names, *, unreachable: Collection[str] = (), more: Sequence[str] = ()
) -> Card:
    """Pushes for one person or several. `unreachable`: Entra ids of those who have not got this app; `more`: who was left out."""
    marks, first = Spelling(words, names), receipts[0]
    reached = [each for each in receipts if each.recipient and each.recipient.id not in unreachable]
    title = lines.done(words) if reached else words.say("It is made, but nobody has heard of it yet.")
    body = [heading(title)]
    if reached:
        body.append(text(_said(words, marks, reached), spacing="Small"))
    missing = [each.recipient for each in receipts if each.recipient and each not in reached]
    body += _missing(words, marks, [each for each in missing if names.get(each.id)], len(missing), alone=len(receipts) == 1)
    facts = terms_line(words, marks, first) if len(receipts) == 1 else terms_of_group(words, marks, first)
    said = f"{title} {_said(words, Plainly(words, names), reached)}" if reached else title
    return card(words, said, [*body, quiet(facts), *map(quiet, more)])


def _said(words: Words, marks: Marks, reached: Sequence[Receipt]) -> str:
    alone = reached[0].recipient if len(reached) == 1 else None
    return lines.bound_line(words, marks, alone) if alone else lines.each_line(words, marks, reached)


def _missing(words: Words, marks: Marks, named: Sequence[Member], count: int, *, alone: bool) -> list[Element]:
    """A row for each of the `count` who hear nothing yet, one for all whose name nobody told, and below what helps."""
    if not count:
        return []
    rows = [words.say("{person} does not have this app, so nothing was sent there.", person=marks.person(each)) for each in named]
    if alone and not named:
        rows = [words.say("The person you chose does not have this app, so nothing was sent there.")]
    elif unnamed := count - len(named):
        rows.append(
            words.count(
                "{n} of those you chose does not have this app, so nothing was sent there.",
                "{n} of those you chose do not have this app, so nothing was sent there.",
                unnamed,
            )
        )
    hint = words.say("Ask them to add this app in Teams, then push it again. Or get a link to pass on, in your chat with this app.")
    return [*map(fault, rows), quiet(hint)]
