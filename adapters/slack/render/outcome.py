"""What does the form say once the push is made?"""

from collections.abc import Sequence

from adapters.slack.calls import Message
from adapters.slack.render.blocks import View, context, copy_field, ended_modal, person, section, terms_line, when
from adapters.slack.render.recipients import in_a_row
from adapters.wording.catalog import Words
from core.identity import Member
from core.receipt import Receipt


def created_link(words: Words, receipt: Receipt, url: str) -> View:
    """The answer to the form of a push for nobody in particular: the link, to copy."""
    return ended_modal(
        words,
        [
            section(words.say("*The link is ready.* Whoever has it can open the secret, so give it to one person.")),
            copy_field("link", words.say("Link"), url, multiline=False),
            copy_field("paste", words.say("Ready to paste"), ready_to_paste(words, receipt, url), multiline=True),
            context(terms_line(words, receipt)),
        ],
    )


def created_bound(words: Words, receipt: Receipt, recipient: Member, more: Sequence[str] = ()) -> View:
    """The answer to the form of a push for one person. `more`: who of a group was left out."""
    said = words.say(
        "*Done.* {person} gets a message from this app with a button. Nobody else can open it. Your receipt is in the conversation with this app.",
        person=person(recipient.id),
    )
    return ended_modal(words, [section(said), context(terms_line(words, receipt)), *map(context, more)])


def created_each(words: Words, receipts: Sequence[Receipt], more: Sequence[str] = ()) -> View:
    """The answer to the form of pushes for several people."""
    people = [person(receipt.recipient.id) for receipt in receipts if receipt.recipient]
    said = words.say(
        "*Done.* {people} each get a message from this app with a button of their own. Nobody else can open it. Your receipt is in the conversation with this app.",
        people=in_a_row(words, people),
    )
    first = receipts[0]
    facts = words.say(
        "{views} Expires {moment}.",
        views=words.count("Each can open it once.", "Each can open it {n} times.", first.views),
        moment=when(words, first.expires_at),
    )
    return ended_modal(words, [section(said), context(facts), *map(context, more)])


def ready_to_paste(words: Words, receipt: Receipt, url: str) -> str:
    """A few words for the recipient, link included."""
    text = words.say("Here is a secret for you. Opening the page shows a button first; press it when you are ready.")
    passphrase = words.say("You need the passphrase too. I will tell it to you another way.") if receipt.has_passphrase else ""
    return "\n".join(part for part in (text, passphrase, url) if part)


def ephemeral_link(words: Words, receipt: Receipt, url: str) -> Message:
    """The link once more, where the command was typed, for the sender's eyes alone."""
    text = words.say("Your one-time link. Only you see this message.")
    return Message(text, [section(text), section(f"<{url}>"), context(terms_line(words, receipt))])
