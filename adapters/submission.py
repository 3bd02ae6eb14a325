"""How is a form that was sent answered in time, and why was nothing made of it? What both chats have in common."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import structlog

from adapters.wording.catalog import Words, words_for
from adapters.wording.terms import not_sent_but_kept, not_sent_for_lack_of_room, not_sent_in_time, refusal
from core.errors import PushError, StoreFull, StoreUnavailable
from core.policy import Policy
from core.ports import SealedRecords

log = structlog.get_logger(__name__)


class TooSlow(Exception):
    """What had to be looked up took too long. Nothing was begun."""


class DraftForgotten(Exception):
    """The sealed draft of a long message outlived its quarter of an hour."""


class Timed:
    """One press of a form's button. The time for look-ups runs from here on."""

    def __init__(self, seconds: float) -> None:
        self._by = asyncio.get_running_loop().time() + seconds

    async def words_in_time(self, looked_up: Awaitable[Words], otherwise: list[str]) -> Words:
        """The voice of whoever pressed; that of the languages `otherwise` when it cannot be known in time."""
        try:
            async with asyncio.timeout_at(self._by):
                return await looked_up
        except TimeoutError:
            return words_for(otherwise)

    @asynccontextmanager
    async def looking_up(self) -> AsyncIterator[None]:
        """Within it things are looked up. Raises TooSlow when that takes longer than there is time."""
        try:
            async with asyncio.timeout_at(self._by):
                yield
        except TimeoutError:
            log.warning("form_look_ups_too_slow")
            raise TooSlow from None


async def draft_of(records: SealedRecords, kind: str, form_id: str, length: int) -> str | None:
    """The long text that a form stands for, where it is of that `length`; None for a form without one. Raises DraftForgotten."""
    if not length:
        return None
    kept = await records.read(kind, form_id)
    if kept is None:
        raise DraftForgotten
    return kept.decode("utf-8")


def why_nothing_was_made(words: Words, problem: StoreUnavailable | PushError | TooSlow, policy: Policy) -> str:
    """To be said in the form, with all that was typed still in it."""
    match problem:
        case TooSlow():
            return not_sent_in_time(words)
        case StoreFull():
            log.warning("store_full", during="create")
            return not_sent_for_lack_of_room(words)
        case StoreUnavailable():
            log.warning("store_unavailable", during="create", cause=type(problem.__cause__).__name__)
            return not_sent_but_kept(words)
        case _:
            return refusal(words, problem, policy)
