"""What do the parts cost that no network can hide? Sealing and stretching, beside the bare primitives."""

import hashlib
import os
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figures import Figure, Round
from core.push import ID_BYTES, PushId
from core.sealing import PBKDF2_ROUNDS, SALT_BYTES, input_key, open_seal, seal

SMALL = (
    Figure("seal_1k", "seal and open 1 KiB, ms"),
    Figure("seal_1m", "seal and open 1 MiB, ms"),
    Figure("stretch", "stretch a passphrase, ms"),
)
_SEALS = {"seal_1k": (1024, 50), "seal_1m": (1024 * 1024, 5)}


def measure_small() -> Round:
    """One round of it, the two sides alternating, in milliseconds."""
    found: Round = {"pushpw": {}, "limit": {}}
    for key, (size, times) in _SEALS.items():
        plain = os.urandom(size)
        for _ in range(times):
            found["pushpw"].setdefault(key, []).append(_timed(lambda plain=plain: _seal_and_open(plain)))
            found["limit"].setdefault(key, []).append(_timed(lambda plain=plain: _aes_gcm(plain)))
    found["pushpw"]["stretch"] = [_timed(lambda: input_key(os.urandom(32), "blue moon"))]
    found["limit"]["stretch"] = [_timed(lambda: hashlib.pbkdf2_hmac("sha256", b"blue moon", os.urandom(16), PBKDF2_ROUNDS, 32))]
    return found


def _seal_and_open(plain: bytes) -> None:
    push_id, key = PushId(os.urandom(ID_BYTES)), input_key(os.urandom(32))
    sealed = seal(plain, key, "o", push_id, os.urandom(SALT_BYTES))
    if open_seal(sealed, key, "o", push_id) != plain:
        raise RuntimeError("the seal gave back something else")


def _aes_gcm(plain: bytes) -> None:
    """One call each way over the whole: no chunks, no derived keys, no commitment."""
    aead, nonce = AESGCM(os.urandom(32)), os.urandom(12)
    if aead.decrypt(nonce, aead.encrypt(nonce, plain, None), None) != plain:
        raise RuntimeError("AES-GCM gave back something else")


def _timed(act: Callable[[], None] | Callable[[], bytes]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
