"""What does a form remember between two clicks?

Slack hands `private_metadata` back with each click. It holds choices and the name of a sealed
record, never a secret and never a response_url.
"""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

Notice = Literal["", "mistake", "changed", "generated", "again"]

RECORD = "slack_form"
RECORD_SECONDS = 30 * 60.0
DRAFT = "slack_draft"
DRAFT_SECONDS = 15 * 60.0
SECRET_FIELD_MOST = 3000


@dataclass(frozen=True, slots=True)
class Form:
    """One open form. `id` names its sealed record; `secret` is shown once and not remembered here."""

    id: str
    recipients: tuple[str, ...] = ()
    expires_in: int | None = None
    views: int | None = None
    more: bool = False
    notice: Notice = ""
    edition: int = 0
    draft_length: int = 0
    label: str = ""
    secret: str = field(default="", repr=False)
    lock: str = field(default="", repr=False)
    """Random bytes, spelled, that lie in the form alone: what is remembered of its answer is locked by them."""
    across: str = field(default="", repr=False)
    """Addresses of people in another chat, as they stand there at first."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Of the groups that were typed: (id, why) of those who were not filled in."""

    def remembered(self) -> str:
        """What goes into private_metadata."""
        return _FORMS.dump_json(self, exclude={"secret"}).decode()

    @classmethod
    def recalled(cls, remembered: str) -> "Form":
        """The form that `remembered` wrote; Slack has signed that it is unchanged. Raises ValueError for another."""
        return _FORMS.validate_json(remembered, strict=True)


_FORMS = TypeAdapter(Form)
