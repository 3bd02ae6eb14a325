"""What does `/pushpw list` answer?"""

from collections.abc import Sequence

from adapters.slack.calls import Message
from adapters.slack.render.blocks import Block, context, section
from adapters.slack.render.card import state_line, title_of
from adapters.slack.render.rows import PAGE, quiet_burn, row
from adapters.wording.catalog import Words
from core.receipt import Receipt

BURN_LISTED = "burn_listed"


def listing(words: Words, live: Sequence[Receipt], burned: Receipt | None = None) -> Message:
    """My live pushes, soonest to expire first, each with its Burn button; what was just burned stands first."""
    first = (
        words.count("You have {n} live secret.", "You have {n} live secrets.", len(live))
        if live
        else words.say("You have no live secrets. What you push stands here until it is used up, expires or is burned.")
    )
    blocks: list[Block] = [section(first)]
    if burned is not None:
        done = f"{title_of(words, burned)}: {state_line(words, burned)}"
        first = f"{done}. {first}"
        blocks.insert(0, section(done))
    for receipt in live[:PAGE]:
        blocks += row(words, receipt, accessory=quiet_burn(words, receipt, BURN_LISTED))
    if len(live) > PAGE:
        blocks.append(context(words.say("The rest is in the Home tab of this app.")))
    return Message(first, blocks)
