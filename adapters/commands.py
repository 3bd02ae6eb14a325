"""What does a typed command ask for? One grammar for every chat; how a chat spells a mention is its own affair."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_EXPIRY = re.compile(r"(\d{1,4})(m|min|h|d|w)")
_VIEWS = re.compile(r"views?")
_REFERENCE = re.compile(r"[a-z2-7]{8}")
_UNIT_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


@dataclass(frozen=True, slots=True)
class Push:
    """`[generate] [@jane @oncall] [1d] [3 views]`: ids of people and of groups."""

    recipients: tuple[str, ...] = ()
    expires_in: int | None = None
    views: int | None = None
    generate: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Burn:
    """`burn <reference|all>`; empty when neither was said."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """`request @jane what for`; empty where less was said."""

    asked: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """`help`."""


@dataclass(frozen=True, slots=True)
class ListMine:
    """`list`."""


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """`settings`."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Anything else is taken for a secret typed by mistake. Never echoed."""

    text: str = field(repr=False)


Command = Push | Burn | Ask | Help | ListMine | ChangeSettings | Mistake
_ALONE: dict[str, Command] = {"help": Help(), "list": ListMine(), "settings": ChangeSettings(), "request": Ask()}


@dataclass(frozen=True, slots=True)
class Named:
    """Whom one word of a command names, by the chat's own id."""

    id: str
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a chat spells what was typed. `named`: whom a word names; `as_typed`: a text with the chat's own spelling taken back."""

    named: Callable[[str], Named | None]
    as_typed: Callable[[str], str]


def command(text: str, spelling: Spelling) -> Command:
    """What `text` asks for, as the chat spelled it."""
    words = text.split()
    head, rest = (words[0].lower(), words[1:]) if words else ("", [])
    if head == "request" and rest and (asked := spelling.named(rest[0])) and not asked.is_group:
        return Ask(asked.id, spelling.as_typed(" ".join(rest[1:])))
    if not rest and head in _ALONE:
        return _ALONE[head]
    if head == "burn" and len(rest) <= 1 and (not rest or rest[0] == "all" or _REFERENCE.fullmatch(rest[0])):
        return Burn(*rest)
    return _push(words, spelling) or Mistake(spelling.as_typed(text))


def _push(words: list[str], spelling: Spelling) -> Push | None:
    generate = bool(words) and words[0].lower() == "generate"
    named: dict[Named, None] = {}
    expires_in, views = None, None
    rest = words[1:] if generate else words
    while rest:
        word, *rest = rest
        if mention := spelling.named(word):
            named[mention] = None
        elif expires_in is None and (expiry := _EXPIRY.fullmatch(word)):
            expires_in = int(expiry[1]) * _UNIT_SECONDS[expiry[2]]
        elif views is None and word.isascii() and word.isdecimal() and len(word) < 6 and rest and _VIEWS.fullmatch(rest[0]):
            views, rest = int(word), rest[1:]
        else:
            return None
    people, groups = (tuple(each.id for each in named if each.is_group is kind) for kind in (False, True))
    return Push(people, expires_in, views, generate, groups)
