"""What is remembered, without remembering the secret?"""

from dataclasses import dataclass
from typing import Literal

AuditName = Literal[
    "push.created",
    "push.claimed",
    "push.redelivered",
    "push.acknowledged",
    "push.refused",
    "push.locked",
    "push.burned",
    "push.released",
    "push.extended",
    "push.nudged",
    "push.revealed",
    "push.passed_on",
    "push.untold",
    "push.expired_unread",
    "ticket.minted",
    "request.made",
    "request.answered",
    "request.declined",
    "request.withdrawn",
    "request.expired",
]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """`subject.past-verb`, and the reference of the push it befell. Never an id, a name or a payload."""

    name: AuditName
    reference: str
    reason: str = ""
