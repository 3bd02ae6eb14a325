"""core/totals: each push counts once for each thing that befell it, and what cannot be counted harms nothing."""

from dataclasses import dataclass, field

import pytest

from core.errors import StoreUnavailable
from core.identity import Workspace
from core.link import Link
from core.promise import Announce, Tell
from core.push import PushId, reference
from core.receipt import Change, Happening, Receipt, State
from core.receipts import Receipts
from core.totals import Counting, Totals
from tests.fakes import (
    ALICE,
    FakeReceiptBook,
    FakeWorkspaceRecords,
    ManualClock,
    RecordingAudit,
    RecordingDelivery,
    SeededRandom,
)


class Away(FakeWorkspaceRecords):
    async def count(self, workspace: Workspace, what: str, by: int = 1) -> None:
        raise StoreUnavailable


@dataclass
class Shop:
    clock: ManualClock = field(default_factory=ManualClock)
    records: FakeWorkspaceRecords = field(default_factory=FakeWorkspaceRecords)
    random: SeededRandom = field(default_factory=SeededRandom)

    def __post_init__(self) -> None:
        self.book = FakeReceiptBook(self.clock)
        self.receipts = Receipts(self.book, {"slack": RecordingDelivery()}, RecordingAudit(), self.clock)
        self.counting = Counting(self.records, self.book)
        self.changes: list[Change] = []
        self.receipts.on_change.append(self.changes.append)

    async def pushed(self, views: int = 1) -> Receipt:
        link, now = Link(PushId(self.random(16)), self.random(32)), self.clock()
        receipt = Receipt(reference(link.push_id), link.push_id, ALICE, None, "", views, views, False, now, now + 60_000)
        await self.book.enter(receipt)
        await self.receipts.keep(Announce(receipt.reference))
        return receipt

    async def befell(self, receipt: Receipt, what: State, left: int | None = None, *, again: bool = False) -> None:
        await self.receipts.keep(Tell(Happening(receipt.reference, what, self.clock(), left)), again)

    async def totals(self) -> Totals:
        for change in self.changes:
            await self.counting.note(change)
        self.changes.clear()
        return await self.counting.totals(ALICE.workspace)


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_nothing_pushed_is_nothing(shop: Shop) -> None:
    assert await shop.totals() == Totals(0, 0, 0, 0, 0, more_live=False)


async def test_a_push_opened_twice_counts_as_one_opened(shop: Shop) -> None:
    receipt = await shop.pushed(views=2)
    await shop.befell(receipt, State.OPENED, 1)
    await shop.befell(receipt, State.OPENED, 0)
    await shop.befell(receipt, State.CONFIRMED)
    assert await shop.totals() == Totals(1, 1, 0, 0, 0, more_live=False)


async def test_news_that_is_told_again_counts_once(shop: Shop) -> None:
    receipt = await shop.pushed()
    await shop.receipts.keep(Announce(receipt.reference), again=True)
    for again in (False, True, True):
        await shop.befell(receipt, State.BURNED, again=again)
    assert await shop.totals() == Totals(1, 0, 0, 1, 0, more_live=False)


async def test_a_burning_that_was_noted_before_it_is_told_counts_once(shop: Shop) -> None:
    receipt = await shop.pushed()
    news = Happening(receipt.reference, State.BURNED, shop.clock())
    await shop.book.amend(receipt.reference, lambda known: known.after(news))
    await shop.receipts.keep(Tell(news))
    shop.clock.advance(1_000)
    await shop.befell(receipt, State.BURNED)  # pressed once more
    assert (await shop.totals()).burned == 1


async def test_a_push_that_expired_unread_counts_as_that_and_one_that_was_read_does_not(shop: Shop) -> None:
    unread, read = await shop.pushed(), await shop.pushed(views=2)
    await shop.befell(read, State.OPENED, 1)
    shop.clock.advance(60_001)
    for receipt in (unread, read):
        await shop.receipts.tell_expired(receipt.reference)
    assert await shop.totals() == Totals(2, 1, 1, 0, 0, more_live=False)


async def test_what_is_live_is_counted_up_to_a_limit(shop: Shop) -> None:
    for _ in range(201):
        await shop.pushed()
    totals = await shop.totals()
    assert (totals.made, totals.live, totals.more_live) == (201, 200, True)


async def test_what_cannot_be_counted_is_left_out() -> None:
    shop = Shop(records=Away())
    receipt = await shop.pushed()
    await shop.befell(receipt, State.BURNED)
    assert (await shop.totals()).burned == 0
