"""How is a payload locked and unlocked? Sealing, format 1.

The sealed bytes are C2SP chunked-encryption@v1 with SHA-512 and AES-256-GCM
(c2sp.org/chunked-encryption) under an input key that comes from the link's key and, in mode p,
from the passphrase. The page does the same in the browser; tests/vectors hold both to it.
"""

import hashlib
import hmac
import struct
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from core.errors import Damaged
from core.push import Mode, PushId

CHUNK = 16 * 1024
TAG = 16
SALT_BYTES = 24
COMMITMENT_BYTES = 32
PBKDF2_ROUNDS = 600_000
_ALGORITHM = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """RFC 5869's second step alone, with HMAC-SHA-512 and a 32-byte PRK on purpose."""
    return HKDFExpand(SHA512(), size, info).derive(key)


def input_key(key: bytes, passphrase: str = "") -> bytes:
    """The 32-byte input key of the seal. With a passphrase this takes a quarter of a second of one core."""
    if not passphrase:
        return expand(key, b"pushpw/v1/ik/open", 32)
    salt = expand(key, b"pushpw/v1/salt", 16)
    words = unicodedata.normalize("NFKC", passphrase).encode("utf-8")
    stretched = hashlib.pbkdf2_hmac("sha256", words, salt, PBKDF2_ROUNDS, 32)
    return expand(key, b"pushpw/v1/ik/pass\0" + stretched, 32)


def mode_of(passphrase: str) -> Mode:
    """An empty passphrase is mode o."""
    return "p" if passphrase else "o"


def link_proof(key: bytes, push_id: PushId) -> bytes:
    """Proves that one holds the link; 32 bytes."""
    return expand(key, b"pushpw/v1/proof/link" + push_id, 32)


def pass_proof(sealing_key: bytes, push_id: PushId) -> bytes:
    """Proves that one knows the passphrase; `sealing_key` is what `input_key` gave; 32 bytes."""
    return expand(sealing_key, b"pushpw/v1/proof/pass" + push_id, 32)


def seal(frame: bytes, sealing_key: bytes, mode: Mode, push_id: PushId, salt: bytes) -> bytes:
    """`frame` locked: salt (24 bytes, fresh for each call) || commitment || chunks."""
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt has 24 bytes")
    chunk_key, base_nonce, commitment = _schedule(sealing_key, mode, push_id, salt)
    aead = AESGCM(chunk_key)
    # The last chunk is always shorter than the others, empty if need be: a cut at a chunk's edge shows.
    chunks = [
        aead.encrypt(_nonce(base_nonce, number), frame[at : at + CHUNK], None) for number, at in enumerate(range(0, len(frame) + 1, CHUNK))
    ]
    return b"".join([salt, commitment, *chunks])


def open_seal(sealed: bytes, sealing_key: bytes, mode: Mode, push_id: PushId) -> bytes:
    """The frame in `sealed`. Raises Damaged when any bit is off, or key, mode or id are not the seal's own."""
    salt, commitment = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + COMMITMENT_BYTES]
    body = sealed[SALT_BYTES + COMMITMENT_BYTES :]
    last = len(body) % (CHUNK + TAG)
    if last < TAG:  # too short to end in a chunk of its own
        raise Damaged
    chunk_key, base_nonce, expected = _schedule(sealing_key, mode, push_id, salt)
    # The commitment first, in constant time: AES-GCM alone would let one text open under two keys.
    if not hmac.compare_digest(commitment, expected):
        raise Damaged
    aead = AESGCM(chunk_key)
    try:
        return b"".join(
            aead.decrypt(_nonce(base_nonce, number), body[at : at + CHUNK + TAG], None)
            for number, at in enumerate(range(0, len(body), CHUNK + TAG))
        )
    except InvalidTag:
        raise Damaged from None


def _schedule(sealing_key: bytes, mode: Mode, push_id: PushId, salt: bytes) -> tuple[bytes, bytes, bytes]:
    context = b"pushpw/v1\0" + mode.encode() + push_id
    made = expand(sealing_key, _ALGORITHM + salt + context, 32 + 12 + 32)
    return made[:32], made[32:44], made[44:]


def _nonce(base: bytes, number: int) -> bytes:
    counter = struct.pack(">I", number)
    return base[:8] + bytes(a ^ b for a, b in zip(base[8:], counter, strict=True))
