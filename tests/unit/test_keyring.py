"""core/keyring: rotation, and one purpose never opening another's."""

import pytest

from core.errors import Damaged
from core.keyring import KeyRing
from tests.fakes import SeededRandom

random = SeededRandom("rings")
OLD, NEW = random(32), random(32)


def ring(*keys: bytes) -> KeyRing:
    return KeyRing(keys, random)


def test_what_is_wrapped_is_unwrapped():
    assert ring(NEW).unwrap("push", ring(NEW).wrap("push", b"plain", b"id"), b"id") == b"plain"


def test_the_plain_text_does_not_show_and_no_two_wraps_are_alike():
    one, two = (ring(NEW).wrap("push", b"a plain text") for _ in range(2))
    assert b"a plain text" not in one
    assert one != two


def test_an_older_key_still_opens_and_a_new_one_wraps():
    wrapped = ring(OLD).wrap("push", b"plain")
    rotated = ring(NEW, OLD)
    assert rotated.unwrap("push", wrapped) == b"plain"
    assert rotated.wrap("push", b"plain")[:4] == rotated.numbers[0] == ring(NEW).numbers[0]


def test_a_key_that_left_the_ring_opens_nothing():
    with pytest.raises(Damaged):
        ring(NEW).unwrap("push", ring(OLD).wrap("push", b"plain"))


@pytest.mark.parametrize(("purpose", "about"), [("token", b"id"), ("push", b"other"), ("push", b"")])
def test_another_purpose_or_subject_opens_nothing(purpose: str, about: bytes):
    with pytest.raises(Damaged):
        ring(NEW).unwrap(purpose, ring(NEW).wrap("push", b"plain", b"id"), about)


def test_any_flipped_bit_and_any_cut_is_damage():
    wrapped = ring(NEW).wrap("push", b"plain")
    broken = [wrapped[:end] for end in range(len(wrapped))]
    for at in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[at // 8] ^= 1 << at % 8
        broken.append(bytes(flipped))
    for bad in broken:
        with pytest.raises(Damaged):
            ring(NEW).unwrap("push", bad)


def test_hashes_differ_by_purpose_key_and_what_is_said():
    both = ring(NEW, OLD)
    said = [both.keyed_hash("a", b"x"), both.keyed_hash("b", b"x"), both.keyed_hash("a", b"y"), both.keyed_hash("a", b"x", both.numbers[1])]
    assert len(set(said)) == 4
    assert both.keyed_hash("a", b"x", both.numbers[1]) == ring(OLD).keyed_hash("a", b"x")


@pytest.mark.parametrize("keys", [[], [bytes(31)], [bytes(32), b""]])
def test_a_ring_needs_whole_keys(keys: list[bytes]):
    with pytest.raises(ValueError):
        KeyRing(keys, random)


def test_the_repr_tells_no_key():
    assert repr(ring(NEW, OLD)) == "KeyRing(2 keys)"
