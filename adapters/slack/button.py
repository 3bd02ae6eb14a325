"""What does the Open button carry? The link, sealed with the app's key: of no use in any other hands."""

from core.errors import Damaged
from core.keyring import KeyRing
from core.link import Link, decode, encode
from core.push import ID_BYTES, KEY_BYTES, Mode, PushId

_PURPOSE = "slack/button"


def sealed_value(ring: KeyRing, link: Link) -> str:
    """The value of a button that leads to `link`; about 120 characters."""
    return encode(ring.wrap(_PURPOSE, link.mode.encode() + link.push_id + link.key))


def link_in(ring: KeyRing, value: str) -> Link:
    """The link behind a button. Raises Damaged when the value is not ours, or its key left the ring."""
    try:
        plain = ring.unwrap(_PURPOSE, decode(value))
    except ValueError:
        raise Damaged from None
    mode: Mode = "p" if plain[:1] == b"p" else "o"
    return Link(PushId(plain[1 : 1 + ID_BYTES]), plain[1 + ID_BYTES : 1 + ID_BYTES + KEY_BYTES], mode)
