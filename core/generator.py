"""How is a strong secret made?"""

from collections.abc import Callable

# No l, I, 1, O, 0: people read these aloud. No quotes, blanks, backslash or chat marks: they get changed on the way.
LETTERS_LOW = "abcdefghijkmnopqrstuvwxyz"
LETTERS_HIGH = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
SIGNS = "#%+-=?@"
_ALPHABET = LETTERS_LOW + LETTERS_HIGH + DIGITS + SIGNS
LENGTH = 24


def generate(random: Callable[[int], bytes], length: int = LENGTH) -> str:
    """`length` characters, each equally likely, with at least one of every class (about 6 bits each)."""
    if length < 8:
        raise ValueError("a generated secret has at least 8 characters")
    while True:
        made = "".join(_pick(random) for _ in range(length))
        # Drawing anew, rather than planting characters, keeps every allowed secret equally likely.
        if all(set(made) & set(kind) for kind in (LETTERS_LOW, LETTERS_HIGH, DIGITS, SIGNS)):
            return made


def _pick(random: Callable[[int], bytes]) -> str:
    fair = 256 - 256 % len(_ALPHABET)
    while (byte := random(1)[0]) >= fair:
        pass
    return _ALPHABET[byte % len(_ALPHABET)]
