"""What must still be done, even if this process dies right after its answer?

A promise is kept in the store before the answer goes out, and done afterwards by whichever process
comes first. It may be done twice, so doing it twice must be harmless.
"""

from dataclasses import dataclass, field

from core.link import Link
from core.receipt import Happening


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the people concerned what befell a push."""

    happening: Happening


@dataclass(frozen=True, slots=True)
class Announce:
    """Invite the recipient of a new push, and give its sender a card.

    `link` is there only for a push that is bound to a person, whose button will hold it, sealed.
    """

    reference: str
    link: Link | None = field(default=None, repr=False)


Promise = Tell | Announce


@dataclass(frozen=True, slots=True)
class Lent:
    """A promise that was taken to be kept: until `done` is said of its number it comes again.

    `again`: it was lent before, and nobody knows how much of it was done then.
    """

    number: str
    promise: Promise
    again: bool
    age_seconds: float
