"""core/sealing: what opens a seal, and what does not."""

import pytest

from core.errors import Damaged
from core.push import Mode, PushId
from core.sealing import CHUNK, TAG, expand, input_key, link_proof, mode_of, open_seal, pass_proof, seal
from tests.fakes import SeededRandom

random = SeededRandom("seals")
ID, OTHER_ID = PushId(random(16)), PushId(random(16))
KEY, SALT = random(32), random(24)
IK = input_key(KEY)
HEAD = 24 + 32


def sealed(frame: bytes, mode: Mode = "o") -> bytes:
    return seal(frame, IK, mode, ID, SALT)


@pytest.mark.parametrize("size", [0, 1, 256, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_a_frame_comes_back_whole_at_every_edge_of_a_chunk(size: int):
    frame = random(size)
    made = sealed(frame)
    assert open_seal(made, IK, "o", ID) == frame
    # The last chunk is always shorter than a whole one: a frame of exactly n chunks has an empty one behind them.
    assert len(made) == HEAD + size + TAG * (size // CHUNK + 1)


def test_any_flipped_bit_is_damage():
    made = sealed(random(256))
    for at in range(len(made) * 8):
        flipped = bytearray(made)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(Damaged):
            open_seal(bytes(flipped), IK, "o", ID)


def test_any_cut_is_damage():
    made = sealed(random(64))
    for end in range(len(made)):
        with pytest.raises(Damaged):
            open_seal(made[:end], IK, "o", ID)


@pytest.mark.parametrize("size", [CHUNK, 2 * CHUNK, CHUNK + 100])
def test_a_cut_at_the_edge_of_a_chunk_is_damage(size: int):
    made = sealed(random(size))
    for end in range(HEAD, len(made), CHUNK + TAG):
        with pytest.raises(Damaged):
            open_seal(made[:end], IK, "o", ID)


def test_chunks_in_another_order_are_damage():
    made = sealed(random(2 * CHUNK + 5))
    one, two = made[HEAD : HEAD + CHUNK + TAG], made[HEAD + CHUNK + TAG : HEAD + 2 * (CHUNK + TAG)]
    with pytest.raises(Damaged):
        open_seal(made[:HEAD] + two + one + made[HEAD + 2 * (CHUNK + TAG) :], IK, "o", ID)


def test_something_behind_the_last_chunk_is_damage():
    for more in (b"\0", bytes(TAG), bytes(CHUNK + TAG)):
        with pytest.raises(Damaged):
            open_seal(sealed(b"x" * 256) + more, IK, "o", ID)


def test_another_key_mode_or_id_opens_nothing():
    made = sealed(random(256))
    for key, mode, push_id in ((random(32), "o", ID), (IK, "p", ID), (IK, "o", OTHER_ID)):
        with pytest.raises(Damaged):
            open_seal(made, key, mode, push_id)


def test_the_salt_is_24_bytes():
    with pytest.raises(ValueError):
        seal(b"", IK, "o", ID, bytes(23))


def test_a_passphrase_changes_the_key_and_an_empty_one_does_not():
    assert input_key(KEY, "") == input_key(KEY)
    assert len({input_key(KEY), input_key(KEY, "a"), input_key(KEY, "A"), input_key(random(32), "a")}) == 4


def test_a_passphrase_is_the_same_however_it_was_composed():
    assert input_key(KEY, "caf\N{LATIN SMALL LETTER E WITH ACUTE}") == input_key(KEY, "cafe\N{COMBINING ACUTE ACCENT}")


def test_only_an_empty_passphrase_is_mode_o():
    assert [mode_of(p) for p in ("", " ", "x")] == ["o", "p", "p"]


def test_proofs_differ_by_key_id_and_kind():
    proofs = {link_proof(KEY, ID), link_proof(KEY, OTHER_ID), link_proof(random(32), ID), pass_proof(KEY, ID), pass_proof(IK, ID)}
    assert len(proofs) == 5
    assert {len(proof) for proof in proofs} == {32}


def test_expand_is_the_second_step_of_rfc_5869():
    import hashlib
    import hmac

    first = hmac.digest(KEY, b"info" + b"\1", hashlib.sha512)
    second = hmac.digest(KEY, first + b"info" + b"\2", hashlib.sha512)
    assert expand(KEY, b"info", 100) == (first + second)[:100]
