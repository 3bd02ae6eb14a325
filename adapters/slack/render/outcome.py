"""What does the form say once the push is made?"""

from collections.abc import Sequence

from adapters.slack.calls import Message
from adapters.slack.render.blocks import SLACK, View, context, copy_field, ended_modal, section, terms_line
from adapters.wording import outcome_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.receipt_lines import terms_of_group
from core.identity import Member
from core.receipt import Receipt


def created_link(words: Words, receipt: Receipt, url: str) -> View:
    """The answer to the form of a push for nobody in particular: the link, to copy."""
    return ended_modal(
        words,
        [
            section(f"*{lines.link_ready(words)}* {lines.link_line(words)}"),
            copy_field("link", words.say("Link"), url, multiline=False),
            copy_field("paste", words.say("Ready to paste"), lines.ready_to_paste(words, receipt, url), multiline=True),
            context(terms_line(words, receipt)),
        ],
    )


def created_bound(words: Words, receipt: Receipt, recipient: Member, more: Sequence[str] = ()) -> View:
    """The answer to the form of a push for one person. `more`: who of a group was left out."""
    said = f"*{lines.done(words)}* {lines.bound_line(words, SLACK, recipient)} {lines.receipt_line(words)}"
    return ended_modal(words, [section(said), context(terms_line(words, receipt)), *map(context, more)])


def created_each(words: Words, receipts: Sequence[Receipt], more: Sequence[str] = ()) -> View:
    """The answer to the form of pushes for several people."""
    said = f"*{lines.done(words)}* {lines.each_line(words, SLACK, receipts)} {lines.receipt_line(words)}"
    facts = terms_of_group(words, SLACK, receipts[0])
    return ended_modal(words, [section(said), context(facts), *map(context, more)])


def ephemeral_link(words: Words, receipt: Receipt, url: str) -> Message:
    """The link once more, where the command was typed, for the sender's eyes alone."""
    text = words.say("Your one-time link. Only you see this message.")
    return Message(text, [section(text), section(f"<{url}>"), context(terms_line(words, receipt))])
