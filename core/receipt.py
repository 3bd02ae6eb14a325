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
    LOST = "lost"
    """It was to be released, and the store no longer had it: read, burned or forgotten without our hearing of it."""


class Hold(StrEnum):
    """Whether the store's fence keeps a push from being claimed; beside its state, which stays as it is."""

    HELD = "held"
    RELEASED = "released"


class Seen(StrEnum):
    """What was noticed of a push that stays as it is."""

    SCANNED = "scanned"
    """A program that looks at links fetched its page; that opens nothing."""
    REFUSED = "refused"
    """Somebody tried to open it and was turned away."""
    EXTENDED = "extended"
    """Its sender gave it more time; the receipt has it already."""


ENDED = frozenset({State.EXPIRED, State.BURNED, State.BURNED_BY_RECIPIENT, State.LOCKED, State.LOST})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: a conversation and the message's id in it, in the platform's own words."""

    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that befell a push: `what` it became, and when."""

    reference: str
    what: State | Hold | Seen
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
    held_at: Millis | None = None
    released_at: Millis | None = None
    asked_in: str = ""
    """The form that it came from, in the platform's own words."""
    group: tuple[str, ...] = ()
    """References of all pushes that were made together, this one included; empty for one alone."""
    refused: int = 0
    refused_at: Millis | None = None
    scanned_at: Millis | None = None
    nudged_at: Millis | None = None
    passed_on_at: Millis | None = None
    """Since when whoever has the link may open it, at its sender's wish, though it was for one person."""
    extended_at: Millis | None = None
    reminded_at: Millis | None = None
    """Which nudge was carried out: the `nudged_at` of it."""
    nudge_failed: str = ""
    """Why the platform would not carry the last nudge: its own code."""
    showable: bool = False
    """Whether a chat window could show it exactly: a short plain text without a passphrase."""

    @property
    def held(self) -> bool:
        """Whether nobody may open it until its sender says so."""
        return self.live and self.held_at is not None

    @property
    def live(self) -> bool:
        """Whether somebody may still open it, as far as the sender knows."""
        return self.state not in ENDED and self.views_left > 0

    @property
    def was_opened(self) -> bool:
        """Whether a view was spent, whatever came later."""
        return self.views_left < self.views

    @property
    def remindable(self) -> bool:
        """Whether there is somebody who has the invitation, and has not opened it yet."""
        reached = self.recipient is not None and self.invitation is not None and not self.undeliverable
        return reached and self.live and not self.held and self.state is State.WAITING and not self.was_opened

    @property
    def refused_about(self) -> int:
        """How many were turned away, rounded down to 1, 2, 3, 5, 10, 20, 50, ...: a flood of attempts is no flood of news."""
        steps = (step * 10**power for power in range(len(str(self.refused))) for step in (1, 2, 3, 5) if power == 0 or step != 3)
        return max((step for step in steps if step <= self.refused), default=0)

    def extended(self, until: Millis, at: Millis) -> Self:
        """The receipt once its sender has given the push more time: it lasts until `until` at least."""
        # Extended in the very moment in which somebody noted that it had expired: the store has kept it.
        state = State.WAITING if self.state is State.EXPIRED else self.state
        return replace(self, expires_at=max(self.expires_at, until), extended_at=at, state=state)

    def after(self, news: Happening) -> Self:
        """The receipt once `news` is known. News may come late, twice, or in the wrong order.

        An end stands, but it never hides that somebody has read the secret; and what has been used
        up cannot be burned or locked any more.
        """
        left = self.views_left if news.views_left is None else min(self.views_left, news.views_left)
        match news.what:
            case Seen() as seen:
                return self._after_a_sight(seen, news.at)
            case State.OPENED:
                return self._after_opening(left, news.at)
            case Hold.HELD if self.released_at is not None and news.at <= self.released_at:
                return self
            case Hold.HELD:
                return replace(self, held_at=self.held_at or news.at)
            case Hold.RELEASED if self.held_at is not None and news.at < self.held_at:
                return self
            case Hold.RELEASED:
                return replace(self, held_at=None, released_at=news.at)
            case _ if self.state in ENDED:
                return self
            case State.CONFIRMED if self.state is State.CONFIRMED:
                return self
            case State.CONFIRMED:
                return replace(self, state=State.CONFIRMED, changed_at=self.changed_at or news.at)
            case State.EXPIRED if self.state is not State.WAITING:
                return replace(self, views_left=0)  # it was read, and nobody can open it any more
            case State.BURNED | State.LOCKED | State.LOST if self.views_left == 0:
                return self
            case State() as state:
                return replace(self, state=state, changed_at=news.at)

    def _after_a_sight(self, seen: Seen, at: Millis) -> Self:
        if not self.live or seen is Seen.EXTENDED:
            return self
        if seen is Seen.SCANNED:
            return replace(self, scanned_at=self.scanned_at or at)
        if self.refused_at is not None and at <= self.refused_at:
            return self  # the same news once more
        return replace(self, refused=self.refused + 1, refused_at=at)

    def _after_opening(self, left: int, at: Millis) -> Self:
        if left >= self.views_left:
            return self
        if self.state in ENDED:
            return replace(self, views_left=left)
        if self.state is State.CONFIRMED and not self.was_opened:
            return replace(self, views_left=left)  # the confirmation overtook its own opening
        # What is opened is not on hold any more: the operator has released it. Unless that is news from before the hold.
        held_at = self.held_at if self.held_at is not None and at < self.held_at else None
        return replace(self, state=State.OPENED, changed_at=at, views_left=left, held_at=held_at)


@dataclass(frozen=True, slots=True)
class Change:
    """A receipt before and after some news. Before its creation there was nothing."""

    before: Receipt | None
    after: Receipt
    news: Happening | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the recipient of a bound push is told: who sent it, and the link their button will lead to."""

    recipient: Member
    receipt: Receipt
    link: Link
