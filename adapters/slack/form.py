"""What does a form remember between two clicks?

Slack hands `private_metadata` back with each click. It holds choices and the name of a sealed
record, never a secret and never a response_url.
"""

import json
from dataclasses import dataclass, field
from typing import Literal, Self

Notice = Literal["", "mistake", "changed", "generated"]

RECORD = "slack_form"
RECORD_SECONDS = 30 * 60.0
DRAFT = "slack_draft"
DRAFT_SECONDS = 15 * 60.0
SECRET_FIELD_MOST = 3000


@dataclass(frozen=True, slots=True)
class Form:
    """One open form. `id` names its sealed record; `secret` is shown once and not remembered here."""

    id: str
    recipient: str = ""
    expires_in: int | None = None
    views: int | None = None
    more: bool = False
    notice: Notice = ""
    edition: int = 0
    draft_length: int = 0
    secret: str = field(default="", repr=False)

    def remembered(self) -> str:
        """What goes into private_metadata."""
        return json.dumps(
            {
                "id": self.id,
                "to": self.recipient,
                "expiry": self.expires_in,
                "views": self.views,
                "more": self.more,
                "notice": self.notice,
                "edition": self.edition,
                "draft": self.draft_length,
            },
            separators=(",", ":"),
        )

    @classmethod
    def recalled(cls, remembered: str) -> Self:
        """The form that `remembered` wrote; Slack has signed that it is unchanged. Raises KeyError, TypeError or ValueError for another."""
        said = json.loads(remembered)
        whole = [said["expiry"], said["views"], said["edition"], said["draft"]]
        if not all(isinstance(text, str) for text in (said["id"], said["to"], said["notice"])) or not all(
            number is None or type(number) is int for number in whole
        ):
            raise TypeError("not a form of ours")
        return cls(
            id=said["id"],
            recipient=said["to"],
            expires_in=said["expiry"],
            views=said["views"],
            more=said["more"],
            notice=said["notice"],
            edition=said["edition"] or 0,
            draft_length=said["draft"] or 0,
        )
