"""What ends when a workspace, or a member of it, takes the app away?

A workspace: its tokens first, then its live pushes with their receipts, then what its members have asked for, then all that is remembered of it.
Begun from the start when it is interrupted: each step finds what the last try has left.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from core.errors import Undeliverable
from core.identity import Member, Workspace
from core.ports import Departures, PushStore, ReceiptBook, RequestBook, WorkspaceRecords
from core.promise import Farewell, Parting, Settle
from core.push import Millis
from core.receipt import Happening, State
from core.secret_request import Asking

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
            # Asked again: all that took its time, and who has the app anew since then has a new token among what is remembered.
            if workspace in await self._departures.leave(farewell.workspace, farewell.at):
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


class Partings:
    """Carries out a Parting, where a chat has the app for each member by themselves. Raises StoreUnavailable; the promise then still stands.

    Others keep what is theirs: pushes for the member live on, and whoever was to open one of the member's own, or to
    answer them, hears that it is over.
    """

    def __init__(
        self,
        store: PushStore,
        book: ReceiptBook,
        requests: RequestBook,
        *,
        follow: Callable[[Happening], Awaitable[None]],
        settle: Callable[[Settle], Awaitable[None]],
    ) -> None:
        """`follow`, `settle`: bring the messages of a push, of a request, up to date."""
        self._store = store
        self._book = book
        self._requests = requests
        self._follow = follow
        self._settle = settle
        self.forgetting: list[Callable[[Member], Awaitable[None]]] = []
        """Who else keeps something of a member."""

    async def keep(self, parting: Parting) -> None:
        """What the member has begun since then, with the app anew, stays."""
        sent = [receipt for receipt in await self._book.live_of(parting.member) if receipt.created_at <= parting.at]
        for receipt in sent:
            await self._store.burn(receipt.push_id)
        for forget in self.forgetting:
            await forget(parting.member)
        for receipt in sent:
            with suppress(Undeliverable):  # a message that says otherwise has a button that will say "gone"
                await self._follow(Happening(receipt.reference, State.BURNED, parting.at))
            await self._book.forget(receipt.reference)
        for request in await self._requests.open_of(parting.member):
            if request.created_at <= parting.at:
                await self._end_request(request.id, parting.at)

    async def _end_request(self, request_id: str, at: Millis) -> None:
        await self._requests.amend(request_id, lambda known: known.after(Asking.WITHDRAWN, at))
        with suppress(Undeliverable):
            await self._settle(Settle(request_id))
        await self._requests.forget(request_id)
