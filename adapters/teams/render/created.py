"""What does the dialog say once the push is made?"""

from collections.abc import Collection, Sequence

from adapters.teams.render.blocks import Card, Element, Names, Plainly, Spelling, card, caution, copy_field, fault, heading, quiet, text
from adapters.wording import outcome_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.marks import Marks, in_a_row
from adapters.wording.receipt_lines import terms_line, terms_of_group
from core.identity import Member
from core.receipt import Receipt


def created_link(words: Words, receipt: Receipt, url: str, *, unreachable: Collection[str] = ()) -> Card:
    """A push for nobody in particular: the link, to copy. Only ever a dialog's result, which one person sees and nobody keeps."""
    body = [
        heading(lines.link_ready(words)),
        text(lines.link_line(words), spacing="Small"),
        copy_field("link", words.say("Link"), url),
        copy_field("paste", words.say("Ready to paste"), lines.ready_to_paste(words, receipt, url), multiline=True),
        quiet(terms_line(words, Spelling(words, {}), receipt)),
        *_without_receipt(words, receipt, unreachable),
    ]
    return card(words, f"{lines.link_ready(words)} {lines.link_line(words)}", body)


def created(words: Words, receipts: Sequence[Receipt], names: Names, *, unreachable: Collection[str] = (), here: bool = False) -> Card:
    """Pushes for one person or several. `unreachable`: Entra ids of those who have not got this app, its sender perhaps among them.

    `here`: the app is in the conversation where the form was opened, so whoever has not got it may be reached there.
    """
    marks, first = Spelling(words, names), receipts[0]
    reached = [each for each in receipts if each.recipient and each.recipient.id not in unreachable]
    title = lines.done(words) if reached or here else words.say("It is made, but nobody has heard of it yet.")
    body = [heading(title)]
    if reached:
        body.append(text(_said(words, marks, reached, unreachable), spacing="Small"))
    missing = [each.recipient for each in receipts if each.recipient and each not in reached]
    if missing:
        body += _missing_here(words, marks, missing, names) if here else _missing(words, marks, missing, names)
        body += _what_helps(words, has_chat=first.sender.id not in unreachable, here=here)
    facts = terms_line(words, marks, first) if len(receipts) == 1 else terms_of_group(words, marks, first)
    said = f"{title} {_said(words, Plainly(words, names), reached, unreachable)}" if reached else title
    return card(words, said, [*body, quiet(facts), *_without_receipt(words, first, unreachable)])


def _said(words: Words, marks: Marks, reached: Sequence[Receipt], unreachable: Collection[str]) -> str:
    alone = reached[0].recipient if len(reached) == 1 else None
    said = lines.bound_line(words, marks, alone) if alone else lines.each_line(words, marks, reached)
    return said if reached[0].sender.id in unreachable else f"{said} {lines.receipt_line(words)}"


def _without_receipt(words: Words, receipt: Receipt, unreachable: Collection[str]) -> list[Element]:
    """For a sender who has no chat with the app, where the receipt would stand."""
    if receipt.sender.id not in unreachable:
        return []
    return [quiet(words.say("You have not added this app, so you get no receipt. Add it in Teams; “list” then shows what is live."))]


def _missing(words: Words, marks: Marks, missing: Sequence[Member], names: Names) -> list[Element]:
    """A row for each who hears nothing yet, and one for all whose name nobody told."""
    named = [each for each in missing if names.get(each.id)]
    rows = [words.say("{person} does not have this app, so nothing was sent there.", person=marks.person(each)) for each in named]
    if unnamed := len(missing) - len(named):
        rows.append(
            words.count(
                "{n} of those you chose does not have this app, so nothing was sent there.",
                "{n} of those you chose do not have this app, so nothing was sent there.",
                unnamed,
            )
            if len(missing) > 1
            else words.say("The person you chose does not have this app, so nothing was sent there.")
        )
    return [fault(row) for row in rows]


def _missing_here(words: Words, marks: Marks, missing: Sequence[Member], names: Names) -> list[Element]:
    """The same where they may see it all the same."""
    named = [marks.person(each) for each in missing if names.get(each.id)]
    if len(named) < len(missing):
        named.append(words.count("{n} other", "{n} others", len(missing) - len(named)) if named else words.say("(name unknown)"))
    shown = words.say(
        "Without this app: {people}. Whoever of them is in this conversation sees the button there, alone, for 24 hours.",
        people=in_a_row(words, named),
    )
    return [caution(shown)]


def _what_helps(words: Words, *, has_chat: bool, here: bool) -> list[Element]:
    if here and has_chat:
        return [
            quiet(
                words.say("Your receipt says whom it has not reached. For those you can get a link to pass on, in your chat with this app.")
            )
        ]
    if has_chat:
        return [
            quiet(words.say("Ask them to add this app in Teams, then push it again. Or get a link to pass on, in your chat with this app."))
        ]
    return [quiet(words.say("Ask them to add this app in Teams, then push it again."))]
