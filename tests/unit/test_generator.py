"""core/generator: strong, fair, easy to read out."""

from collections import Counter

import pytest

from core.generator import DIGITS, LENGTH, LETTERS_HIGH, LETTERS_LOW, SIGNS, generate
from tests.fakes import SeededRandom

CLASSES = (LETTERS_LOW, LETTERS_HIGH, DIGITS, SIGNS)
ALPHABET = "".join(CLASSES)


def test_every_secret_has_every_class():
    random = SeededRandom("classes")
    for _ in range(500):
        made = generate(random, 8)
        assert all(set(made) & set(kind) for kind in CLASSES)


def test_every_character_comes_about_as_often():
    random = SeededRandom("fair")
    counted = Counter("".join(generate(random) for _ in range(1500)))
    expected = 1500 * LENGTH / len(ALPHABET)
    assert set(counted) == set(ALPHABET)
    # Asking for every class favours the small classes a little; a modulo bias would show as a factor of two.
    assert all(0.75 * expected < times < 1.35 * expected for times in counted.values())


def test_an_unlucky_draw_is_drawn_anew():
    draws = iter([b"\0"] * 8 + [bytes([ALPHABET.index(c)]) for c in "aA2#bB3%"])
    assert generate(lambda count: next(draws), 8) == "aA2#bB3%"


def test_nothing_that_is_misread_or_changed_on_the_way():
    assert set(ALPHABET).isdisjoint("lI1O0\"'`\\ *_~<>&|")
    assert len(set(ALPHABET)) == len(ALPHABET)


@pytest.mark.parametrize("length", [8, 24, 100])
def test_the_length_is_what_was_asked_for(length: int):
    assert len(generate(SeededRandom("length"), length)) == length


def test_a_short_secret_is_not_made():
    with pytest.raises(ValueError):
        generate(SeededRandom("short"), 7)
