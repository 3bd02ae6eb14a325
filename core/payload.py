"""What is inside the seal?

    frame  = uint32 BE header length || header (JSON, UTF-8) || data || zero bytes to a multiple of 256
    header = {"kind": ..., "size": <data bytes>, ...}, at most 64 KiB, keys unique

Where JSON lets readers differ, a header is refused, so that Python and browsers agree on each one:
numbers are whole and within 2^53 - 1, strings are well-formed Unicode, nothing nests deeper than 16.

Padding hides the length of a payload to within 256 bytes.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Never

from core.errors import Damaged, NewerVersion

BLOCK = 256
HEADER_MOST = 64 * 1024
HEADER_DEEPEST = 16
MOST_SAFE = 2**53 - 1
SHOWN_MOST = 3000
"""Characters: what every text of a chat platform may have."""
KINDS = ("text", "files", "fields")


@dataclass(frozen=True, slots=True)
class Payload:
    """A secret as its sender gave it. `data` is the bytes, `facts` the rest of the header."""

    kind: str
    data: bytes = field(repr=False)
    facts: dict[str, object] = field(default_factory=dict, repr=False)

    @classmethod
    def of_text(cls, text: str) -> "Payload":
        """A text payload, exact: no character is changed."""
        return cls("text", text.encode("utf-8"))

    def text(self) -> str:
        """The text of a text payload. Raises Damaged if it is not UTF-8."""
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError:
            raise Damaged from None


def shows_exactly(payload: Payload) -> bool:
    """Whether a chat window could show it as it is: a short text in which nothing is invisible or may be changed on the way."""
    text = payload.text() if payload.kind == "text" else ""
    return 0 < len(text) <= SHOWN_MOST and text.strip() != "" and all(c in "\n\t" or c.isprintable() for c in text)


def frame(payload: Payload) -> bytes:
    """`payload` as the bytes that are sealed."""
    header = json.dumps({"kind": payload.kind, "size": len(payload.data), **payload.facts}, separators=(",", ":"), ensure_ascii=False)
    head = header.encode("utf-8")
    if len(head) > HEADER_MOST:
        raise ValueError("header over 64 KiB")
    body = struct.pack(">I", len(head)) + head + payload.data
    return body + bytes(-len(body) % BLOCK)


def unframe(framed: bytes) -> Payload:
    """The payload in `framed`. Raises Damaged for anything off, NewerVersion for an unknown kind."""
    if len(framed) < 4 or len(framed) % BLOCK:
        raise Damaged
    (length,) = struct.unpack(">I", framed[:4])
    if length > HEADER_MOST or 4 + length > len(framed):
        raise Damaged
    header = _read_header(framed[4 : 4 + length])
    kind, size = header.pop("kind", None), header.pop("size", None)
    if not isinstance(kind, str) or type(size) is not int or size < 0:
        raise Damaged
    end = 4 + length + size
    # Exactly the shortest padding and all of it zero: one payload has one frame for a given header.
    if end > len(framed) or len(framed) - end >= BLOCK or any(framed[end:]):
        raise Damaged
    if kind not in KINDS:
        raise NewerVersion
    payload = Payload(kind, framed[4 + length : end], header)
    if kind == "text":
        payload.text()
    return payload


def _read_header(head: bytes) -> dict[str, object]:
    try:
        header = json.loads(head.decode("utf-8"), object_pairs_hook=_unique, parse_int=_whole, parse_float=_refuse, parse_constant=_refuse)
        _check_strings(header, HEADER_DEEPEST)
    except (ValueError, RecursionError):
        raise Damaged from None
    if not isinstance(header, dict):
        raise Damaged
    return header


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= 17 else MOST_SAFE + 1
    if abs(number) > MOST_SAFE:
        raise ValueError("beyond what a browser counts exactly")
    return number


def _refuse(_: str) -> Never:
    raise ValueError("not a whole number")


def _check_strings(found: object, deeper: int) -> None:
    """Refuse lone surrogates, and what nests deeper than `deeper`."""
    if isinstance(found, str):
        found.encode("utf-8")  # UnicodeEncodeError is a ValueError
    elif isinstance(found, dict | list):
        if not deeper:
            raise ValueError("nested too deep")
        for part in [*found, *found.values()] if isinstance(found, dict) else found:
            _check_strings(part, deeper - 1)
