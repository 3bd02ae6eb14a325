"""How does the app lock what it must store itself?

A ring of 32-byte keys, the first one current. What one key wrapped is opened by that key as long
as it stays on the ring, so keys are rotated by putting a new one in front. Each purpose has its
own derived key, so that bytes of one purpose never open as another's.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Damaged
from core.sealing import expand

_NUMBER_BYTES = 4
_NONCE_BYTES = 12


class KeyRing:
    """Wraps, unwraps and keys the hashes of what is stored."""

    def __init__(self, keys: Sequence[bytes], random: Callable[[int], bytes]) -> None:
        """`keys`: 32 bytes each, current one first."""
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("the ring needs 32-byte keys")
        self._random = random
        self._keys = {expand(key, b"pushpw/v1/ring/number", _NUMBER_BYTES): key for key in keys}
        self._current = next(iter(self._keys))
        self._derive = lru_cache(maxsize=256)(self._derive_now)

    def __repr__(self) -> str:
        return f"KeyRing({len(self._keys)} keys)"

    @property
    def numbers(self) -> list[bytes]:
        """The 4-byte numbers of the keys, current one first."""
        return list(self._keys)

    def wrap(self, purpose: str, plain: bytes, about: bytes = b"") -> bytes:
        """`plain` locked for `purpose`, tied to `about`: number || nonce || AES-256-GCM."""
        nonce = self._random(_NONCE_BYTES)
        aead = AESGCM(self._derive(self._current, "wrap/" + purpose))
        return self._current + nonce + aead.encrypt(nonce, plain, about)

    def unwrap(self, purpose: str, wrapped: bytes, about: bytes = b"") -> bytes:
        """What `wrap` locked. Raises Damaged when it was changed, or its key left the ring."""
        number, rest = wrapped[:_NUMBER_BYTES], wrapped[_NUMBER_BYTES:]
        if number not in self._keys or len(rest) < _NONCE_BYTES:
            raise Damaged
        aead = AESGCM(self._derive(number, "wrap/" + purpose))
        try:
            return aead.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], about)
        except InvalidTag:
            raise Damaged from None

    def keyed_hash(self, purpose: str, said: bytes, number: bytes | None = None) -> bytes:
        """HMAC-SHA-256 of SHA-256(`said`), under the current key or the one numbered."""
        key = self._derive(number or self._current, "hash/" + purpose)
        return hmac.digest(key, hashlib.sha256(said).digest(), hashlib.sha256)

    def _derive_now(self, number: bytes, purpose: str) -> bytes:
        return expand(self._keys[number], b"pushpw/v1/ring/" + purpose.encode("ascii"), 32)
