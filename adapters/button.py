"""What do the buttons carry that lead to a secret? The link, sealed with the app's key: of no use in any other hands."""

from core.errors import Damaged
from core.identity import Member
from core.keyring import KeyRing
from core.link import Link, decode, encode
from core.push import ID_BYTES, KEY_BYTES, NONCE_BYTES, TICKET_BYTES, Mode, PushId
from core.reveal import Pass

_PURPOSE, _PASS = "chat/button", "chat/pass"


def sealed_value(ring: KeyRing, link: Link) -> str:
    """The value of a button that leads to `link`; about 120 characters."""
    return encode(ring.wrap(_PURPOSE, link.mode.encode() + link.push_id + link.key))


def link_in(ring: KeyRing, value: str) -> Link:
    """The link behind a button. Raises Damaged when the value is not ours, or its key left the ring."""
    try:
        plain = ring.unwrap(_PURPOSE, decode(value))
    except ValueError:
        raise Damaged from None
    return _link(plain)


def sealed_pass(ring: KeyRing, shown: Pass, member: Member) -> str:
    """The value of a button that shows a push in Slack, to `member` only; about 170 characters."""
    link = shown.link
    plain = link.mode.encode() + link.push_id + link.key + (link.ticket or b"") + shown.nonce
    return encode(ring.wrap(_PASS, plain, member.spelled().encode()))


def pass_in(ring: KeyRing, value: str, member: Member) -> Pass:
    """The pass behind such a button, pressed by `member`. Raises Damaged when it is not theirs, or its key left the ring."""
    try:
        plain = ring.unwrap(_PASS, decode(value), member.spelled().encode())
    except ValueError:
        raise Damaged from None
    rest = plain[1 + ID_BYTES + KEY_BYTES :]
    return Pass(_link(plain).with_ticket(rest[:TICKET_BYTES]), rest[TICKET_BYTES : TICKET_BYTES + NONCE_BYTES])


def _link(plain: bytes) -> Link:
    mode: Mode = "p" if plain[:1] == b"p" else "o"
    return Link(PushId(plain[1 : 1 + ID_BYTES]), plain[1 + ID_BYTES : 1 + ID_BYTES + KEY_BYTES], mode)
