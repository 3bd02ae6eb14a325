"""What does a form remember between two presses?

It lies in the form's own buttons, sealed for the member who opened it: Microsoft hands a card's data
back as the client sends it, and nobody there has signed it. It holds choices, never a secret.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from adapters.teams.gestures import PUSH
from core.errors import Damaged
from core.identity import Member, Platform
from core.keyring import KeyRing
from core.link import decode, encode
from core.once import KEY_BYTES
from core.ports import RandomBytes
from core.push import Millis

Notice = Literal["", "changed", "generated", "again"]
Where = Literal["chat", "here"]
"""How a push gets to the people who are chosen: in the chat of each with the app, or by a card in this conversation."""

DRAFT, DRAFT_SECONDS = "teams_draft", 15 * 60.0
SECRET_FIELD_MOST = 8000
SENT_WITHIN_SECONDS = 100 * 60
"""Less than core/once.py remembers the answer to a form: one that is sent again after that must not be sent twice."""
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
    opened_at: Millis = 0

    def opened(self, random: RandomBytes, now: Millis) -> "Form":
        """The same as a form of its own: what was said to another is not its answer."""
        return replace(self, id=encode(random(16)), lock=encode(random(KEY_BYTES)), opened_at=now)

    def is_old(self, now: Millis) -> bool:
        """Whether it may have been sent already, so long ago that nobody remembers."""
        return now - self.opened_at > SENT_WITHIN_SECONDS * 1000

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
