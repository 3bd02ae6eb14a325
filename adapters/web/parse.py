"""What does a page's POST ask for? Body -> attempt.

Strict on purpose: a body that two programs could read differently is refused.
"""

import json
from collections.abc import Mapping
from typing import Never

from core.errors import BadInput
from core.link import decode
from core.push import ID_BYTES, NONCE_BYTES, PROOF_BYTES, TICKET_BYTES, Attempt, PushId

BODY_MOST = 16 * 1024
_SIZES: Mapping[str, int] = {
    "nonce": NONCE_BYTES,
    "link_proof": PROOF_BYTES,
    "pass_proof": PROOF_BYTES,
    "ticket": TICKET_BYTES,
}


def push_id(text: str) -> PushId:
    """The push id that a path names. Raises BadInput."""
    return PushId(_bytes("id", text, ID_BYTES))


def claim_attempt(body: bytes) -> Attempt:
    """{"nonce", "link_proof", "pass_proof"?, "ticket"?} -> attempt. Raises BadInput naming the field."""
    given = _fields(body, required=("nonce", "link_proof"))
    return Attempt(given["nonce"], given["link_proof"], given.get("pass_proof"), given.get("ticket"))


def burn_attempt(body: bytes) -> Attempt:
    """As `claim_attempt`, but a granted nonce alone will do: the link proof may be empty bytes."""
    given = _fields(body, required=("nonce",))
    return Attempt(given["nonce"], given.get("link_proof", b""), given.get("pass_proof"), given.get("ticket"))


def granted_nonce(body: bytes) -> bytes:
    """{"nonce"} -> nonce, 16 bytes. Raises BadInput."""
    return _fields(body, required=("nonce",), known=("nonce",))["nonce"]


def _fields(body: bytes, required: tuple[str, ...], known: tuple[str, ...] = tuple(_SIZES)) -> dict[str, bytes]:
    given = _read_object(body)
    for name in given:
        if name not in known:
            raise BadInput("body", "unknown_field")  # its name is not repeated: it is a stranger's text
    for name in required:
        if name not in given:
            raise BadInput(name, "missing")
    return {name: _bytes(name, value, _SIZES[name]) for name, value in given.items()}


def _read_object(body: bytes) -> dict[str, object]:
    try:
        # Bytes would let json guess UTF-16; a page sends UTF-8.
        given = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadInput("body", "malformed") from None
    if not isinstance(given, dict):
        raise BadInput("body", "malformed")
    return given


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise BadInput(name if name in _SIZES else "body", "twice")
        found[name] = value
    return found


def _refuse(_: str) -> Never:
    raise ValueError("not JSON")  # Python's own extension: NaN, Infinity


def _bytes(name: str, value: object, size: int) -> bytes:
    if not isinstance(value, str):
        raise BadInput(name, "not_base64url")
    try:
        return decode(value, size)
    except ValueError:
        raise BadInput(name, "not_base64url") from None
