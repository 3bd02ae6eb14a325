"""What do the buttons carry that lead to a secret? The link, sealed with the app's key: of no use in any other hands."""

from collections.abc import Sequence

from core.errors import Damaged
from core.identity import Member
from core.keyring import KeyRing
from core.link import Link, decode, encode
from core.push import ID_BYTES, KEY_BYTES, NONCE_BYTES, TICKET_BYTES, Mode, PushId
from core.reveal import Pass

_PURPOSE, _PASS = "chat/button", "chat/pass"
_LINK_BYTES = 1 + ID_BYTES + KEY_BYTES


def sealed_value(ring: KeyRing, link: Link) -> str:
    """The value of a button that leads to `link`; about 120 characters."""
    return sealed_links(ring, [link])


def link_in(ring: KeyRing, value: str) -> Link:
    """The link behind a button. Raises Damaged when the value is not ours, or its key left the ring."""
    return _link(_plain(ring, value))


def sealed_links(ring: KeyRing, links: Sequence[Link]) -> str:
    """The value of one button for several people, who each have a link of their own; about 70 characters more for each."""
    return encode(ring.wrap(_PURPOSE, b"".join(map(_spelled, links))))


def links_in(ring: KeyRing, value: str) -> list[Link]:
    """The links behind a button, one or several. Raises Damaged when the value is not ours, or its key left the ring."""
    plain = _plain(ring, value)
    return [_link(plain[at : at + _LINK_BYTES]) for at in range(0, len(plain), _LINK_BYTES)]


def sealed_pass(ring: KeyRing, shown: Pass, member: Member) -> str:
    """The value of a button that shows a push in Slack, to `member` only; about 170 characters."""
    link = shown.link
    plain = _spelled(link) + (link.ticket or b"") + shown.nonce
    return encode(ring.wrap(_PASS, plain, member.spelled().encode()))


def pass_in(ring: KeyRing, value: str, member: Member) -> Pass:
    """The pass behind such a button, pressed by `member`. Raises Damaged when it is not theirs, or its key left the ring."""
    try:
        plain = ring.unwrap(_PASS, decode(value), member.spelled().encode())
    except ValueError:
        raise Damaged from None
    rest = plain[_LINK_BYTES:]
    return Pass(_link(plain).with_ticket(rest[:TICKET_BYTES]), rest[TICKET_BYTES : TICKET_BYTES + NONCE_BYTES])


def _plain(ring: KeyRing, value: str) -> bytes:
    try:
        return ring.unwrap(_PURPOSE, decode(value))
    except ValueError:
        raise Damaged from None


def _spelled(link: Link) -> bytes:
    return link.mode.encode() + link.push_id + link.key


def _link(plain: bytes) -> Link:
    mode: Mode = "p" if plain[:1] == b"p" else "o"
    return Link(PushId(plain[1 : 1 + ID_BYTES]), plain[1 + ID_BYTES : 1 + ID_BYTES + KEY_BYTES], mode)
