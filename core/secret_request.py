"""How does one ask another person for a secret? The facts; core/secret_requests.py says what may be done with them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from core.identity import Member
from core.policy import DAY
from core.push import Millis
from core.receipt import Place

WHAT_MOST = 200
OPEN_FOR_SECONDS = 7 * DAY


class Asking(StrEnum):
    """What has become of a secret request."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SecretRequest:
    """One person asks another for a secret. It holds no secret: the answer is an ordinary push for the requester alone."""

    id: str
    requester: Member
    asked: Member
    what: str
    created_at: Millis
    expires_at: Millis
    state: Asking = Asking.OPEN
    changed_at: Millis | None = None
    answer: str = ""
    """The reference of the push that answered it."""
    card: Place | None = None
    """The requester's message."""
    invitation: Place | None = None
    """The asked person's message."""
    undeliverable: str = ""
    step: str = ""
    """The run of a workflow's step that waits to hear that it was asked, in the platform's own words."""

    @property
    def open(self) -> bool:
        """Whether it may still be answered."""
        return self.state is Asking.OPEN

    def after(self, what: Asking, at: Millis, answer: str = "") -> Self:
        """The request once `what` is known. Whatever ended it first stands."""
        return replace(self, state=what, changed_at=at, answer=answer) if self.open else self
