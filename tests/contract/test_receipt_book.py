"""The ReceiptBook's promise."""

import asyncio
import itertools
import os
from dataclasses import replace

import pytest

from core.errors import StoreUnavailable
from core.identity import Member, Workspace
from core.push import PushId, reference
from core.receipt import Place, Receipt, State
from tests.contract.stages import Stage
from tests.fakes import ALICE, BOB, EVE

SHORT = 250


async def a_receipt(stage: Stage, *, sender: Member = ALICE, lasts_ms: int = 60_000, **facts: object) -> Receipt:
    push_id, now = PushId(os.urandom(16)), await stage.now()
    receipt = Receipt(reference(push_id), push_id, sender, BOB, "VPN \N{KEY}", 2, 2, True, now, now + lasts_ms)
    return replace(receipt, **facts)


async def test_what_was_entered_is_found_whole(stage: Stage):
    book = stage.receipt_book()
    plain = await a_receipt(stage, recipient=None)
    full = await a_receipt(
        stage,
        state=State.OPENED,
        changed_at=5,
        card=Place("D1", "1.2"),
        invitation=Place("D2", "3.4"),
        undeliverable="gone",
        group=("abcdefgh", "ijklmnop"),
        refused=2,
        refused_at=6,
        scanned_at=7,
        nudged_at=8,
        passed_on_at=9,
    )
    for receipt in (plain, full):
        await book.enter(receipt)
        assert await book.find(receipt.reference) == receipt


async def test_a_reference_never_entered_is_not_found(stage: Stage):
    book = stage.receipt_book()
    assert await book.find("abcdefgh") is None
    assert await book.amend("abcdefgh", lambda receipt: receipt) is None


async def test_entering_again_changes_nothing(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage)
    for _ in range(2):
        await book.enter(receipt)
    assert await book.live_of(ALICE) == [receipt]


async def test_another_push_with_the_same_reference_overwrites_nothing(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage)
    await book.enter(receipt)
    with pytest.raises(StoreUnavailable):
        await book.enter(replace(receipt, push_id=PushId(os.urandom(16)), sender=EVE))
    assert await book.find(receipt.reference) == receipt
    assert await book.live_of(EVE) == []


async def test_a_change_is_kept_and_given_back(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage)
    await book.enter(receipt)
    changed = await book.amend(receipt.reference, lambda known: replace(known, label="new"))
    assert changed == replace(receipt, label="new")
    assert await book.find(receipt.reference) == changed


async def test_parallel_changes_are_all_kept(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage, label="")
    await book.enter(receipt)
    await asyncio.gather(*(book.amend(receipt.reference, lambda known: replace(known, label=known.label + "x")) for _ in range(10)))
    found = await book.find(receipt.reference)
    assert found is not None
    assert found.label == "x" * 10


async def test_live_pushes_come_soonest_to_expire_first_and_only_the_senders(stage: Stage):
    book = stage.receipt_book()
    late, soon, middle = [await a_receipt(stage, lasts_ms=lasts) for lasts in (90_000, 30_000, 60_000)]
    for receipt in (late, soon, middle, await a_receipt(stage, sender=EVE)):
        await book.enter(receipt)
    assert await book.live_of(ALICE) == [soon, middle, late]
    assert await book.count_live_of(ALICE) == 3
    assert await book.count_live_of(BOB) == 0


@pytest.mark.parametrize("end", [{"state": State.BURNED}, {"state": State.LOCKED}, {"state": State.CONFIRMED, "views_left": 0}])
async def test_ended_and_used_up_pushes_are_not_live(stage: Stage, end: dict[str, object]):
    book, stays, ends = stage.receipt_book(), await a_receipt(stage), await a_receipt(stage)
    for receipt in (stays, ends):
        await book.enter(receipt)
    await book.amend(ends.reference, lambda known: replace(known, **end))
    assert await book.live_of(ALICE) == [stays]
    assert await book.count_live_of(ALICE) == 1


async def test_expired_pushes_are_not_live_but_still_found(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage, lasts_ms=SHORT)
    await book.enter(receipt)
    await stage.let_pass(SHORT + 5)
    assert await book.live_of(ALICE) == []
    assert await book.count_live_of(ALICE) == 0
    assert await book.find(receipt.reference) == receipt


async def test_a_receipt_is_forgotten_some_time_after_its_push_expired(stage: Stage):
    book, receipt = stage.receipt_book(keep_after=0.03), await a_receipt(stage, lasts_ms=SHORT)
    await book.enter(receipt)
    await stage.let_pass(SHORT + 40)
    assert await book.find(receipt.reference) is None


async def test_what_has_expired_is_due_to_one_caller(stage: Stage):
    book = stage.receipt_book()
    lasts = 4 * SHORT  # seven are entered before the first may expire, on a busy machine too
    expired = [await a_receipt(stage, lasts_ms=lasts) for _ in range(6)]
    for receipt in (*expired, await a_receipt(stage)):
        await book.enter(receipt)
    assert await book.take_due(100) == []
    await stage.let_pass(lasts + 5)
    taken = await asyncio.gather(*(book.take_due(2) for _ in range(5)))
    assert sorted(itertools.chain(*taken)) == sorted(receipt.reference for receipt in expired)


async def test_what_is_not_settled_is_due_again_after_its_lease(stage: Stage):
    book, receipt = stage.receipt_book(lease_ms=SHORT), await a_receipt(stage, lasts_ms=1)
    await book.enter(receipt)
    await stage.let_pass(5)
    assert await book.take_due(10) == [receipt.reference]
    assert await book.take_due(10) == []
    await stage.let_pass(SHORT + 5)
    assert await book.take_due(10) == [receipt.reference]


async def test_what_is_settled_is_never_due_again(stage: Stage):
    book, receipt = stage.receipt_book(lease_ms=SHORT), await a_receipt(stage, lasts_ms=1)
    await book.enter(receipt)
    await stage.let_pass(5)
    assert await book.take_due(10) == [receipt.reference]
    await book.settle_due(receipt.reference)
    await stage.let_pass(SHORT + 5)
    assert await book.take_due(10) == []


# What was extended


async def test_an_extended_push_stays_live_until_it_expires_now_and_is_due_then(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage, lasts_ms=4 * SHORT)
    await book.enter(receipt)
    later = receipt.expires_at + 4 * SHORT
    extended = await book.amend(receipt.reference, lambda known: replace(known, expires_at=later))
    await stage.let_pass(receipt.expires_at - await stage.now() + 5)
    assert await book.live_of(ALICE) == await book.live_in(ALICE.workspace, 9) == [extended]
    assert await book.take_due(9) == []
    await stage.let_pass(4 * SHORT)
    assert await book.live_of(ALICE) == await book.live_in(ALICE.workspace, 9) == []
    assert await book.take_due(9) == [receipt.reference]


async def test_a_receipt_is_kept_for_as_long_after_its_new_expiry(stage: Stage):
    book, receipt = stage.receipt_book(keep_after=0.03), await a_receipt(stage, lasts_ms=4 * SHORT)
    await book.enter(receipt)
    later = receipt.expires_at + 4 * SHORT
    extended = await book.amend(receipt.reference, lambda known: replace(known, expires_at=later))
    await stage.let_pass(receipt.expires_at + 40 - await stage.now())
    assert await book.find(receipt.reference) == extended
    await stage.let_pass(later + 40 - await stage.now())
    assert await book.find(receipt.reference) is None


async def test_what_is_extended_takes_its_new_place_among_the_live(stage: Stage):
    book = stage.receipt_book()
    soon, late = [await a_receipt(stage, lasts_ms=lasts) for lasts in (30_000, 60_000)]
    for receipt in (soon, late):
        await book.enter(receipt)
    extended = await book.amend(soon.reference, lambda known: replace(known, expires_at=late.expires_at + 1))
    assert await book.live_of(ALICE) == [late, extended]
    assert await book.live_in(ALICE.workspace, 1) == [late]


async def test_parallel_extensions_leave_the_lists_where_the_receipt_is(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage, lasts_ms=4 * SHORT)
    await book.enter(receipt)
    far = receipt.expires_at + 60_000

    def longer(until: int):
        return lambda known: replace(known, expires_at=max(known.expires_at, until))

    await asyncio.gather(*(book.amend(receipt.reference, longer(far + number)) for number in range(8)))
    found = await book.find(receipt.reference)
    assert found is not None
    assert found.expires_at == far + 7
    await stage.let_pass(receipt.expires_at - await stage.now() + 5)
    assert await book.live_of(ALICE) == [found]
    assert await book.take_due(9) == []


async def test_an_ended_push_is_not_live_again_because_its_expiry_changes(stage: Stage):
    book, receipt = stage.receipt_book(), await a_receipt(stage, state=State.BURNED)
    await book.enter(receipt)
    await book.amend(receipt.reference, lambda known: replace(known, expires_at=known.expires_at + 1))
    assert await book.live_of(ALICE) == await book.live_in(ALICE.workspace, 9) == []


# Several


async def test_several_are_found_in_the_order_asked_for_and_missing_ones_left_out(stage: Stage):
    book = stage.receipt_book()
    receipts = [await a_receipt(stage) for _ in range(4)]
    for receipt in receipts[:3]:
        await book.enter(receipt)
    wanted = [receipts[number] for number in (2, 3, 0, 1)]
    assert await book.find_each([receipt.reference for receipt in wanted]) == [receipts[2], receipts[0], receipts[1]]
    assert await book.find_each([]) == []


async def test_a_workspace_lists_the_pushes_of_all_its_senders_and_of_no_other(stage: Stage):
    book = stage.receipt_book()
    elsewhere = Member(Workspace("slack", "T0OTHER"), ALICE.id)
    teams = Member(Workspace("teams", ALICE.workspace.id), ALICE.id)
    alices, eves = await a_receipt(stage, lasts_ms=60_000), await a_receipt(stage, sender=EVE, lasts_ms=30_000)
    for receipt in (alices, eves, await a_receipt(stage, sender=elsewhere), await a_receipt(stage, sender=teams)):
        await book.enter(receipt)
    assert await book.live_in(ALICE.workspace, 9) == [eves, alices]
    assert await book.live_in(replace(ALICE.workspace, enterprise="E0"), 1) == [eves]
    await book.amend(eves.reference, lambda known: replace(known, state=State.BURNED))
    assert await book.live_in(ALICE.workspace, 1) == [alices]
    assert await book.live_in(Workspace("slack", "T0NOBODY"), 9) == []


async def test_a_forgotten_receipt_is_nowhere(stage: Stage):
    book, stays, goes = stage.receipt_book(), await a_receipt(stage), await a_receipt(stage, lasts_ms=SHORT)
    for receipt in (stays, goes):
        await book.enter(receipt)
    for _ in range(2):
        await book.forget(goes.reference)
    assert await book.find(goes.reference) is None
    assert await book.amend(goes.reference, lambda known: known) is None
    assert await book.live_of(ALICE) == await book.live_in(ALICE.workspace, 9) == [stays]
    assert await book.count_live_of(ALICE) == 1
    await stage.let_pass(SHORT + 5)
    assert await book.take_due(9) == []
    await book.forget("abcdefgh")
