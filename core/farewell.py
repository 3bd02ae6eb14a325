"""What ends when a workspace takes the app away?

Its tokens first, then its live pushes with their receipts, then what its members have asked for, then all that is remembered of it.
Begun from the start when it is interrupted: each step finds what the last try has left.
"""

from core.identity import Workspace
from core.ports import Departures, PushStore, ReceiptBook, RequestBook, WorkspaceRecords
from core.promise import Farewell

_AT_ONCE = 100


class Farewells:
    """Carries out a Farewell. Raises StoreUnavailable or Undeliverable; the promise then still stands."""

    def __init__(
        self, departures: Departures, store: PushStore, book: ReceiptBook, requests: RequestBook, records: WorkspaceRecords
    ) -> None:
        self._departures = departures
        self._store = store
        self._book = book
        self._requests = requests
        self._records = records

    async def keep(self, farewell: Farewell) -> list[Workspace]:
        """Which workspaces it was for in the end: an organisation's ends those that had the app through it, too."""
        gone = await self._departures.leave(farewell.workspace, farewell.at)
        for workspace in gone:
            await self._end_pushes(workspace)
            await self._end_requests(workspace)
            await self._records.erase(workspace)
        return gone

    async def _end_pushes(self, workspace: Workspace) -> None:
        while receipts := await self._book.live_in(workspace, _AT_ONCE):
            for receipt in receipts:
                # The push before its receipt: without the receipt nobody would find the push again.
                await self._store.burn(receipt.push_id)
                await self._book.forget(receipt.reference)

    async def _end_requests(self, workspace: Workspace) -> None:
        """Nobody could receive the answer any more: whoever was asked hears that the request is over."""
        while requests := await self._requests.open_in(workspace, _AT_ONCE):
            for request in requests:
                await self._requests.forget(request.id)
