"""What answers a typed command that wants a form? A message cannot open a dialog, its button can."""

from collections.abc import Sequence

from adapters.teams.gestures import PUSH, REQUEST
from adapters.teams.render.blocks import Card, card, escaped, opens_dialog, primary, text
from adapters.wording.catalog import Words
from adapters.wording.marks import in_a_row


def form_waits(words: Words, sealed: str, names: Sequence[str] = (), *, generated: bool = False) -> Card:
    """The form for a push, with what was typed in it: for the people of these names. `generated`: a secret will be in it."""
    if names:
        marked, plain = (
            words.say("A secret for {people}: the form is ready.", people=in_a_row(words, [spell(each) for each in names]))
            for spell in (escaped, str)
        )
    elif generated:
        marked = plain = words.say("The form is ready. A strong secret is made for you when you open it.")
    else:
        marked = plain = words.say("The form for a new secret is ready.")
    return card(words, plain, [text(marked)], [primary(opens_dialog(words.say("Push a secret"), PUSH, form=sealed))])


def ask_waits(words: Words, sealed: str) -> Card:
    """The form for a secret request, with what was typed in it."""
    said = words.say("Say in the form whom you ask, and what for.")
    return card(words, said, [text(said)], [primary(opens_dialog(words.say("Ask for a secret"), REQUEST, form=sealed))])
