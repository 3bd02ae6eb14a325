"""What is there to say about those who were chosen?"""

from collections.abc import Iterable

from adapters.choice import Choice, Chosen
from adapters.teams.render.blocks import escaped
from adapters.wording.catalog import Words
from adapters.wording.marks import in_a_row
from adapters.wording.recipient_lines import guests_line
from adapters.wording.terms import refusal
from core.errors import BadInput
from core.policy import Policy, Standing


def lines_about(words: Words, choice: Choice) -> list[str]:
    """Warnings about a choice, each a sentence for a card: who is a guest, who is from elsewhere, who may not be named."""
    allowed, lines = [each for each in choice.people if not each.why_not], []
    if guests := [escaped(_name(words, each)) for each in allowed if each.standing is Standing.GUEST]:
        lines.append(guests_line(words, guests))
    if outsiders := [escaped(_name(words, each)) for each in allowed if each.standing is Standing.OUTSIDER]:
        lines.append(
            words.count(
                "{people} is from another organization. Check that this is meant for them.",
                "{people} are from another organization. Check that this is meant for them.",
                len(outsiders),
                people=in_a_row(words, outsiders),
            )
        )
    return lines


def refused_names(words: Words, refused: Iterable[Chosen], policy: Policy) -> str:
    """Why the form cannot be sent, as plain text."""
    named = list(refused)
    why_not = named[0].why_not
    why = refusal(words, BadInput("recipient", why_not), policy)
    names = [each.name for each in named if each.why_not == why_not and each.name]
    return words.say("{people}: {reason}", people=in_a_row(words, names), reason=why) if names else why


def _name(words: Words, chosen: Chosen) -> str:
    return chosen.name or words.say("(name unknown)")
