"""How does a link carry push id and key?

    https://push.example.com/p/<id>#1<mode><check><key>[.<ticket>]

What follows `#` never reaches a server in a GET. `check` tells a cut or mistyped link before
anybody is asked; it says nothing to whoever lacks the key.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field, replace
from typing import Self, cast
from urllib.parse import unquote, urlsplit

from core.errors import IncompleteLink
from core.push import ID_BYTES, KEY_BYTES, TICKET_BYTES, Mode, PushId

VERSION = "1"
CHECK_BYTES = 3


def encode(raw: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str, size: int | None = None) -> bytes:
    """Strict base64url: no padding, no other characters, no nonzero spare bits, `size` bytes if given.

    Raises ValueError without the text in it: it may be a key.
    """
    if not text.isascii() or "+" in text or "/" in text or "=" in text:
        raise ValueError("not base64url")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if encode(raw) != text:
        raise ValueError("not canonical base64url")
    if size is not None and len(raw) != size:
        raise ValueError("wrong length")
    return raw


def check_of(mode: Mode, push_id: PushId, key: bytes) -> bytes:
    """The first 3 bytes of SHA-256("pushpw/v1/check" || version || mode || id || key)."""
    said = b"pushpw/v1/check" + VERSION.encode() + mode.encode() + push_id + key
    return hashlib.sha256(said).digest()[:CHECK_BYTES]


@dataclass(frozen=True, slots=True)
class Link:
    """Push id and key, with or without a ticket. Its repr shows neither key nor ticket."""

    push_id: PushId
    key: bytes = field(repr=False)
    mode: Mode = "o"
    ticket: bytes | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """`/p/<id>`: all of the link that a server sees."""
        return f"/p/{encode(self.push_id)}"

    @property
    def fragment(self) -> str:
        """What stands after `#`, which no server sees."""
        check = encode(check_of(self.mode, self.push_id, self.key))
        ticket = f".{encode(self.ticket)}" if self.ticket else ""
        return f"{VERSION}{self.mode}{check}{encode(self.key)}{ticket}"

    def url(self, base_url: str) -> str:
        """The whole link, on the configured origin and never on a request's Host."""
        return f"{base_url.rstrip('/')}{self.path}#{self.fragment}"

    def with_ticket(self, ticket: bytes) -> Self:
        """The same link for a person who has just been checked in chat."""
        return replace(self, ticket=ticket)

    @classmethod
    def parse(cls, url: str) -> Self:
        """The link that `url` writes out. Raises IncompleteLink when it is cut, changed or foreign.

        Mail gateways turn `#` into `%23`, sometimes twice: that is repaired here as on the page.
        """
        parts = urlsplit(url)
        path, fragment = parts.path, parts.fragment
        if not fragment:
            path, _, fragment = unquote(unquote(path)).partition("#")
        try:
            push_id = PushId(decode(path.removeprefix("/p/"), ID_BYTES))
            return cls._read(push_id, fragment)
        except ValueError:
            raise IncompleteLink from None

    @classmethod
    def _read(cls, push_id: PushId, fragment: str) -> Self:
        secret, dot, ticket_text = fragment.partition(".")
        version, mode, check, key_text = secret[:1], secret[1:2], secret[2:6], secret[6:]
        if version != VERSION or mode not in ("o", "p"):
            raise ValueError("unknown version or mode")
        key = decode(key_text, KEY_BYTES)
        ticket = decode(ticket_text, TICKET_BYTES) if dot else None
        link = cls(push_id, key, cast(Mode, mode), ticket)
        if decode(check, CHECK_BYTES) != check_of(link.mode, push_id, key):
            raise ValueError("check does not match")
        return link
