"""How does a chat write what our sentences name: a person, a moment, a reference?"""

from typing import Protocol

from babel.lists import format_list

from adapters.wording.catalog import Words
from core.identity import Member, Platform
from core.push import Millis

_NAMED_MOST = 10


class Marks(Protocol):
    """One chat's own spelling. What it gives back may stand in a sentence as it is: nothing in it is read as a mark by mistake."""

    @property
    def platform(self) -> str:
        """The chat's name for itself."""
        ...

    def person(self, member: Member) -> str:
        """Somebody, as the reader knows them."""
        ...

    def when(self, words: Words, at: Millis) -> str:
        """A moment, in the reader's own zone where the chat can do that."""
        ...

    def code(self, text: str) -> str:
        """Letters to be typed as they are."""
        ...


_CHATS = {"slack": "Slack", "teams": "Teams"}


def chat_named(platform: Platform) -> str:
    """A chat by its name for itself."""
    return _CHATS[platform]


def chat_of(member: Member | None, marks: Marks) -> str:
    """The chat in which somebody is written to, by its name for itself; it need not be the reader's."""
    return _CHATS.get(member.workspace.platform, marks.platform) if member else marks.platform


def across(member: Member) -> str:
    """Somebody of another chat, in letters: by name and, where their platform vouches for one, by address; empty when nobody told either."""
    return f"{member.name} ({member.address})" if member.name and member.address else member.name or member.address


def in_a_row(words: Words, names: list[str]) -> str:
    """Several names as a reader of that language lists them; of very many the first few and how many more."""
    rest = len(names) - _NAMED_MOST
    shown = names if rest <= 1 else [*names[:_NAMED_MOST], words.count("{n} other", "{n} others", rest)]
    return format_list(shown, locale=words.locale)
