"""What must still be done, even if this process dies right after its answer?

A promise is kept in the store before the answer goes out, and done afterwards by whichever process
comes first. It may be done twice, so doing it twice must be harmless.
"""

from dataclasses import dataclass, field

from core.identity import Member, Workspace
from core.link import Link
from core.push import Millis
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


@dataclass(frozen=True, slots=True)
class Nudge:
    """Remind the recipient of a push that still waits."""

    reference: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Tell a person that somebody asks them for a secret."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Bring the messages of a secret request up to date: it was answered, declined or taken back."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """A workspace has taken the app away at `at`: end its pushes and forget what is remembered of it, unless it has the app anew."""

    workspace: Workspace
    at: Millis


@dataclass(frozen=True, slots=True)
class Parting:
    """A member has taken the app away for themselves at `at`: end what they sent and asked for until then, and forget what is kept of them."""

    member: Member
    at: Millis


Promise = Tell | Announce | Nudge | Ask | Settle | Farewell | Parting


@dataclass(frozen=True, slots=True)
class Lent:
    """A promise that was taken to be kept: until `done` is said of its number it comes again.

    `again`: it was lent before, and nobody knows how much of it was done then.
    """

    number: str
    promise: Promise
    again: bool
    age_seconds: float
