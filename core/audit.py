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
    "policy.changed",
    "preferences.changed",
    "request.made",
    "request.answered",
    "request.declined",
    "request.withdrawn",
    "request.expired",
]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """`subject.past-verb`, and the reference of the push it befell. Never a push's id, a name or a payload.

    `by`: the platform's id of the admin who did it, where a workspace must be able to find out. Empty for all else.
    """

    name: AuditName
    reference: str
    reason: str = ""
    by: str = ""
