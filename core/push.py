"""What is a push?

A push is one payload shared under terms. The store keeps it sealed; the link alone holds the
key. This file has the facts that travel between the doors, the engine and the store.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Literal, NewType

from core.identity import Member

ID_BYTES = 16
KEY_BYTES = 32
NONCE_BYTES = 16
TICKET_BYTES = 16
PROOF_BYTES = 32
PASSPHRASE_ATTEMPTS = 5

PushId = NewType("PushId", bytes)
"""16 random bytes that name a push."""

Mode = Literal["o", "p"]
"""`o`: whoever has the link may open it. `p`: a passphrase is folded into the key."""

Millis = int
"""Milliseconds since 1970-01-01 UTC."""


def reference(push_id: PushId) -> str:
    """The 8 characters by which sender and logs name a push; they give no access to it."""
    digest = hmac.digest(b"pushpw/v1/reference", push_id, hashlib.sha256)
    return base64.b32encode(digest[:5]).decode("ascii").lower()


@dataclass(frozen=True, slots=True)
class Terms:
    """What the sender set, within policy. `expires_in` in seconds from creation."""

    expires_in: int
    views: int
    recipient_may_burn: bool = True


@dataclass(frozen=True, slots=True)
class SealedPush:
    """What a store is given to keep. `sealed` is opaque to it; proofs are 32 bytes."""

    id: PushId
    sealed: bytes = field(repr=False)
    link_proof: bytes = field(repr=False)
    pass_proof: bytes | None = field(repr=False)
    terms: Terms
    bound_to: Member | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a claim. The nonce is made at the click; the same nonce is the same try."""

    nonce: bytes = field(repr=False)
    link_proof: bytes = field(repr=False)
    pass_proof: bytes | None = field(default=None, repr=False)
    ticket: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """A view was spent on this nonce, now or (`redelivered`) before; here are the sealed bytes."""

    sealed: bytes = field(repr=False)
    views_left: int
    expires_at: Millis
    redelivered: bool
    burnable: bool
    claimed_at: Millis
    bound_to: Member | None = None


@dataclass(frozen=True, slots=True)
class WrongPassphrase:
    """Nothing was shown. At 0 attempts left the push was burned by this very attempt.

    `counted` is false for a guess that was made before, and for none at all: those cost nothing.
    """

    attempts_left: int
    counted: bool


@dataclass(frozen=True, slots=True)
class TicketNeeded:
    """The push is bound to a person and no valid ticket came along. Nothing was spent."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Never was, expired, used up or burned: strangers cannot tell which."""


@dataclass(frozen=True, slots=True)
class Held:
    """The store was restarted or replaced since, and may have gone back to before a view was spent.

    Nobody may claim until the sender releases the push. Strangers hear the same as for `Gone`.
    """


@dataclass(frozen=True, slots=True)
class Burned:
    """The push was live and is no more."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the store knows of a live push. `views_left` may be 0 while its record lives on."""

    views_left: int
    expires_at: Millis
    generation: str
    failed_attempts: int
    held: bool = False


ClaimOutcome = Granted | WrongPassphrase | TicketNeeded | Gone | Held
BurnOutcome = Burned | WrongPassphrase | TicketNeeded | Gone | Held
