"""How much was pushed in a workspace, and what became of it? Numbers for its admins, about nobody."""

from contextlib import suppress
from dataclasses import dataclass

from core.errors import StoreUnavailable
from core.identity import Workspace
from core.ports import ReceiptBook, WorkspaceRecords
from core.receipt import Change, State

MADE, OPENED, UNREAD, BURNED = "pushes_made", "pushes_opened", "pushes_unread", "pushes_burned"
_LOOKED_AT_MOST = 200
_BURNED = frozenset({State.BURNED, State.BURNED_BY_RECIPIENT, State.LOCKED})


@dataclass(frozen=True, slots=True)
class Totals:
    """`live` is counted up to 200; then `more_live` says that there may be more."""

    made: int
    opened: int
    unread: int
    burned: int
    live: int
    more_live: bool


class Counting:
    """Counts each push once for each thing that befell it; when a process dies in between, not at all."""

    def __init__(self, records: WorkspaceRecords, book: ReceiptBook) -> None:
        self._records = records
        self._book = book

    async def note(self, change: Change) -> None:
        """Count what has just become so. What cannot be counted is left out: nothing hangs on it."""
        with suppress(StoreUnavailable):
            for what in _news_in(change):
                await self._records.count(change.after.sender.workspace, what)

    async def totals(self, workspace: Workspace) -> Totals:
        """All that was counted, and what is live now. Raises StoreUnavailable."""
        counted = await self._records.counts(workspace)
        live = len(await self._book.live_in(workspace, _LOOKED_AT_MOST))
        made, opened, unread, burned = (counted.get(what, 0) for what in (MADE, OPENED, UNREAD, BURNED))
        return Totals(made, opened, unread, burned, live, live >= _LOOKED_AT_MOST)


def _news_in(change: Change) -> list[str]:
    before, after = change.before, change.after
    if before is None:
        return [MADE]
    found = []
    if after.was_opened and not before.was_opened:
        found.append(OPENED)
    # A sender's own burning is noted before it is told, so that the telling finds it done: its moment says that it is that one.
    if change.news is not None and after.state in _BURNED and (after.state, after.changed_at) == (change.news.what, change.news.at):
        found.append(BURNED)
    if after.state is State.EXPIRED and before.state is State.WAITING:
        found.append(UNREAD)
    return found
