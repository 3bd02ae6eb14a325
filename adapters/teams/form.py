"""What does a form remember between two presses?

It lies in the form's own buttons, sealed for the member who opened it: Microsoft hands a card's data
back as the client sends it, and nobody there has signed it. It holds choices, never a secret.
"""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from adapters.teams.gestures import PUSH
from core.errors import Damaged
from core.identity import Member, Platform
from core.keyring import KeyRing
from core.link import decode, encode

Notice = Literal["", "changed", "generated", "again"]
Where = Literal["chat", "here"]
"""How a push gets to the people who are chosen: in the chat of each with the app, or by a card in this conversation."""

DRAFT, DRAFT_SECONDS = "teams_draft", 15 * 60.0
SECRET_FIELD_MOST = 8000
_PURPOSE = "teams/form"


@dataclass(frozen=True, slots=True)
class Form:
    """One open form. `secret` is shown once and not remembered here."""

    id: str
    lock: str = field(default="", repr=False)
    """Random bytes, spelled, that lie in the form alone: what is remembered of its answer is locked by them."""
    dialog: str = PUSH
    conversation: str = ""
    """Where a card may be shared, because the app is there; empty where it is not."""
    recipients: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What recipients are called, by Entra id, as far as that is known."""
    expires_in: int | None = None
    views: int | None = None
    passphrase: str = field(default="", repr=False)
    where: Where = "chat"
    notice: Notice = ""
    several_lines: bool = False
    crosses_to: Platform | None = None
    """The chat whose people may be named by e-mail address."""
    across: str = field(default="", repr=False)
    """Their addresses, as typed; not remembered here."""
    draft_length: int = 0
    label: str = ""
    request: str = ""
    """The secret request that it answers."""
    what: str = ""
    warned: tuple[str, ...] = ()
    """Of whom the member has been told what makes one look twice."""
    secret: str = field(default="", repr=False)

    def sealed(self, ring: KeyRing, member: Member) -> str:
        """What goes into the form's buttons."""
        plain = _FORMS.dump_json(self, exclude={"secret", "passphrase", "across"}, exclude_defaults=True)
        return encode(ring.wrap(_PURPOSE, plain, member.spelled().encode()))

    @classmethod
    def recalled(cls, ring: KeyRing, sealed: str, member: Member) -> "Form":
        """The form that `sealed` wrote for this member. Raises Damaged for any other, and when its key left the ring."""
        try:
            return _FORMS.validate_json(ring.unwrap(_PURPOSE, decode(sealed), member.spelled().encode()))
        except (ValueError, ValidationError):
            raise Damaged from None


_FORMS = TypeAdapter(Form)
