"""A ReceiptBook in memory."""

from collections.abc import Callable, Sequence

from core.errors import StoreUnavailable
from core.identity import Member, Workspace
from core.push import Millis
from core.receipt import Receipt
from tests.fakes.small import ManualClock


class FakeReceiptBook:
    def __init__(self, clock: ManualClock, *, keep_after: float = 7 * 86400, lease_ms: int = 60_000) -> None:
        self._clock = clock
        self._keep_after_ms = int(keep_after * 1000)
        self._lease_ms = lease_ms
        self._receipts: dict[str, Receipt] = {}
        self._due: dict[str, Millis] = {}

    async def enter(self, receipt: Receipt) -> None:
        known = await self.find(receipt.reference)
        if known is not None and known.push_id != receipt.push_id:
            raise StoreUnavailable("the reference is taken")
        self._receipts.setdefault(receipt.reference, receipt)
        self._due[receipt.reference] = receipt.expires_at

    async def find(self, reference: str) -> Receipt | None:
        receipt = self._receipts.get(reference)
        if receipt is None or self._clock() >= receipt.expires_at + self._keep_after_ms:
            return None
        return receipt

    async def amend(self, reference: str, change: Callable[[Receipt], Receipt]) -> Receipt | None:
        known = await self.find(reference)
        if known is None:
            return None
        changed = self._receipts[reference] = change(known)
        if changed.expires_at != known.expires_at:
            self._due[reference] = changed.expires_at
        return changed

    async def find_each(self, references: Sequence[str]) -> list[Receipt]:
        return [receipt for reference in references if (receipt := await self.find(reference))]

    async def forget(self, reference: str) -> None:
        self._receipts.pop(reference, None)
        self._due.pop(reference, None)

    async def live_of(self, sender: Member) -> list[Receipt]:
        return [receipt for receipt in self._live() if receipt.sender.spelled() == sender.spelled()]

    async def count_live_of(self, sender: Member) -> int:
        return len(await self.live_of(sender))

    async def live_in(self, workspace: Workspace, most: int) -> list[Receipt]:
        return [receipt for receipt in self._live() if receipt.sender.workspace.spelled() == workspace.spelled()][:most]

    async def take_due(self, most: int) -> list[str]:
        now = self._clock()
        due = sorted((at, reference) for reference, at in self._due.items() if at <= now)[:most]
        for _, reference in due:
            self._due[reference] = now + self._lease_ms
        return [reference for _, reference in due]

    async def settle_due(self, reference: str) -> None:
        self._due.pop(reference, None)

    def _live(self) -> list[Receipt]:
        live = [receipt for receipt in self._receipts.values() if receipt.live and receipt.expires_at > self._clock()]
        return sorted(live, key=lambda receipt: receipt.expires_at)
