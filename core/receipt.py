"""What may the sender see of a push? The facts; core/receipts.py says who is told, and when."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from core.identity import Member
from core.link import Link
from core.push import Millis, PushId


class State(StrEnum):
    """What has become of a push, in the sender's eyes."""

    WAITING = "waiting"
    OPENED = "opened"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    BURNED = "burned"
    BURNED_BY_RECIPIENT = "burned_by_recipient"
    LOCKED = "locked"


ENDED = frozenset({State.EXPIRED, State.BURNED, State.BURNED_BY_RECIPIENT, State.LOCKED})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: a conversation and the message's id in it, in the platform's own words."""

    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that befell a push: `what` it became, and when."""

    reference: str
    what: State
    at: Millis
    views_left: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The sender's knowledge of one push. Holds its id, never its key."""

    reference: str
    push_id: PushId
    sender: Member
    recipient: Member | None
    label: str
    views: int
    views_left: int
    has_passphrase: bool
    created_at: Millis
    expires_at: Millis
    state: State = State.WAITING
    changed_at: Millis | None = None
    card: Place | None = None
    invitation: Place | None = None
    undeliverable: str = ""

    @property
    def live(self) -> bool:
        """Whether somebody may still open it, as far as the sender knows."""
        return self.state not in ENDED and self.views_left > 0

    def after(self, happening: Happening) -> Self:
        """The receipt once `happening` is known. An end stands; late or repeated news changes nothing."""
        if self.state in ENDED:
            return self
        match happening.what:
            case State.EXPIRED if self.state is not State.WAITING:
                return self
            case State.OPENED if self.views_left <= (happening.views_left or 0):
                return self
            case State.CONFIRMED if self.state is State.CONFIRMED:
                return self
            case State.CONFIRMED:
                return replace(self, state=State.CONFIRMED, changed_at=self.changed_at or happening.at)
        left = self.views_left if happening.views_left is None else min(self.views_left, happening.views_left)
        return replace(self, state=happening.what, changed_at=happening.at, views_left=left)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the recipient of a bound push is told: who sent it, and the link their button will lead to."""

    recipient: Member
    receipt: Receipt
    link: Link
