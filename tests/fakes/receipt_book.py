"""A ReceiptBook in memory."""

from collections.abc import Callable

from core.errors import StoreUnavailable
from core.identity import Member
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
        self._receipts[reference] = change(known)
        return self._receipts[reference]

    async def live_of(self, sender: Member) -> list[Receipt]:
        spelled, now = sender.spelled(), self._clock()
        mine = [r for r in self._receipts.values() if r.sender.spelled() == spelled and r.live and r.expires_at > now]
        return sorted(mine, key=lambda receipt: receipt.expires_at)

    async def count_live_of(self, sender: Member) -> int:
        return len(await self.live_of(sender))

    async def take_due(self, most: int) -> list[str]:
        now = self._clock()
        due = sorted((at, reference) for reference, at in self._due.items() if at <= now)[:most]
        for _, reference in due:
            self._due[reference] = now + self._lease_ms
        return [reference for _, reference in due]

    async def settle_due(self, reference: str) -> None:
        self._due.pop(reference, None)
