"""Where did something get out that should not have? Needles, and the places that are searched."""

import base64
import json
from collections.abc import Mapping
from urllib.parse import quote

Needles = Mapping[str, bytes]
"""What is looked for: a name for the report, and the bytes themselves."""


def spellings(needle: bytes) -> set[bytes]:
    """The ways in which bytes get written down: plain, JSON, URL, Python, hexadecimal, base64 in both alphabets."""
    made = {needle, needle.hex().encode(), needle.hex().upper().encode(), quote(needle).encode(), repr(needle)[2:-1].encode()}
    made |= {encode(needle).rstrip(b"=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    try:
        text = needle.decode()
    except UnicodeDecodeError:
        return made
    return made | {json.dumps(text)[1:-1].encode(), repr(text)[1:-1].encode()}


def found_in(places: Mapping[str, bytes], needles: Needles) -> list[str]:
    """`needle in place`, for each that is found."""
    return [
        f"{name} in {place}"
        for name, needle in needles.items()
        for place, content in places.items()
        if any(spelled in content for spelled in spellings(needle))
    ]
