"""What does the sender see of a push? The receipt card, edited in place."""

from collections.abc import Sequence

from adapters.teams.gestures import AGAIN
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
    heading,
    opens_dialog,
    quiet,
    text,
    typed,
)
from adapters.wording import receipt_lines as lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import Confirmation, to_burn, to_release
from adapters.wording.terms import duration
from core.receipt import Receipt, State

BURN, RELEASE, EXTEND, NUDGE = "burn", "release", "extend", "nudge"
_WORTH_ANOTHER = frozenset({State.EXPIRED, State.BURNED, State.LOCKED, State.LOST})
_WANTS_A_LOOK = frozenset({State.LOCKED, State.LOST})


def receipt_card(words: Words, receipt: Receipt, names: Names, offered: Sequence[int] = (), *, fading: bool = False) -> Card:
    """What the sender sees, edited in place as things happen. It never carries the key.

    `offered`: for how long it may be made to live, in seconds from now; without any there is no Extend. `fading`: Teams takes
    the recipient's button away before it expires.
    """
    receipt, marks, plainly = lines.as_a_link(receipt), Spelling(words, names), Plainly(words, names)
    said = f"{lines.title_of(words, plainly, receipt)}. {lines.state_line(words, plainly, receipt)}"
    body = [
        heading(lines.title_of(words, marks, receipt)),
        state_text(receipt, lines.state_line(words, marks, receipt)),
        *([quiet(fading_line(words))] if fading and receipt.remindable else []),
        *(quiet(line) for line in lines.passing_lines(words, marks, receipt)),
        *label_line(receipt),
        quiet(lines.terms_line(words, marks, receipt)),
    ]
    pressed = _actions(words, receipt, offered)
    again = any(each.get("data", {}).get("dialog") == AGAIN for each in pressed)
    first = [quiet(lines.again_line(words))] if again else []
    return card(words, said, [*body, *first, *([buttons(*pressed)] if pressed else [])])


def fading_line(words: Words) -> str:
    """That whoever does not have the app must be quick."""
    return words.say(
        "They do not have this app, so Teams shows them the button where you pushed it, for 24 hours. Ask them to open it today, or to add this app."
    )


def label_line(receipt: Receipt) -> list[Element]:
    """The sender's own words for it, exactly as they are; nothing without any."""
    return [typed(receipt.label, size="Small", isSubtle=True)] if receipt.label else []


def state_text(receipt: Receipt, said: str) -> Element:
    """What has become of it; what wants a decision stands out."""
    wants_a_look = receipt.held or receipt.state in _WANTS_A_LOOK or (receipt.undeliverable and receipt.state is State.WAITING)
    return text(said, spacing="Small", **({"color": "Attention"} if wants_a_look else {}))


def _actions(words: Words, receipt: Receipt, offered: Sequence[int]) -> list[Element]:
    undelivered = receipt.undeliverable and not receipt.was_opened
    if not receipt.live:
        return [_again(words, receipt)] if receipt.state in _WORTH_ANOTHER else []
    held = [release_button(words, receipt)] if receipt.held else []
    again = [_again(words, receipt)] if undelivered and not receipt.held else []
    nudge = [execute(words.say("Remind"), NUDGE, reference=receipt.reference)] if receipt.remindable else []
    extend = [_extend(words, receipt, offered)] if offered and not receipt.held else []
    return [*held, *again, *nudge, *extend, burn_button(words, receipt)]


def _again(words: Words, receipt: Receipt) -> Element:
    return opens_dialog(words.say("Push it again"), AGAIN, reference=receipt.reference)


def release_button(words: Words, receipt: Receipt) -> Element:
    """Release, which asks once more."""
    return asks_first(words.say("Release"), to_release(words), execute("", RELEASE, reference=receipt.reference))


def burn_button(words: Words, receipt: Receipt, verb: str = BURN) -> Element:
    """Burn, which asks once more."""
    act = destructive(execute("", verb, reference=receipt.reference))
    return asks_first(words.say("Burn"), to_burn(words), act)


def _extend(words: Words, receipt: Receipt, offered: Sequence[int]) -> Element:
    options = [(duration(words, seconds), str(seconds)) for seconds in offered]
    expiry = choice("expiry", words.say("From now on it lives for"), options, options[0][1])
    told = words.say("Its recipient sees the new time too.") if receipt.recipient else words.say("The link stays the same.")
    asked = Confirmation(words.say("Extend this secret"), told, words.say("Extend it"), "")
    return asks_first(words.say("Extend"), asked, execute("", EXTEND, reference=receipt.reference), expiry)
