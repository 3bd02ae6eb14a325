"""core/engine: a sender gives a push more time, and reminds its recipient."""

from dataclasses import replace
from typing import Any

import pytest

from core.errors import BadInput, NotYours, StoreUnavailable, TooLate, TooMany
from core.policy import DAY, HOUR
from core.promise import Nudge
from core.push import Gone, Granted
from core.receipt import Place, Receipt, Seen, State
from tests.fakes import (
    ALICE,
    BOB,
    EVE,
)
from tests.unit.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def extendable(desk: Desk, **changes: Any) -> Receipt:
    return (await desk.create(**{"expires_in": HOUR} | changes)).receipt


async def test_an_extended_push_opens_after_its_old_end_and_not_after_the_new_one(desk: Desk):
    created = await desk.create(expires_in=HOUR, views=2)
    extended = await desk.engine.extend(created.receipt.reference, ALICE, 2 * HOUR)
    assert extended.expires_at == desk.clock() + 2 * HOUR * 1000
    desk.clock.advance(HOUR * 1000)
    assert isinstance(await desk.claim(desk.attempt(created.link), created.link), Granted)
    desk.clock.advance(HOUR * 1000)
    assert await desk.claim(desk.attempt(created.link), created.link) == Gone()


async def test_an_extension_is_in_the_book_and_told_and_remembered(desk: Desk):
    receipt = await extendable(desk)
    extended = await desk.engine.extend(receipt.reference, ALICE, DAY)
    assert await desk.book.find(receipt.reference) == extended
    assert desk.told() == [(Seen.EXTENDED, None)]
    assert desk.audit.names[-1] == "push.extended"


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [(HOUR, "not_longer"), (90 * DAY, "out_of_range"), (0, "out_of_range"), (-DAY, "out_of_range"), (True, "not_a_whole_number")],
)
async def test_an_extension_stays_within_what_the_policy_allows_from_the_making_on(desk: Desk, seconds: int, reason: str):
    receipt = await extendable(desk)
    desk.clock.advance(1000 if reason != "not_longer" else 0)
    with pytest.raises(BadInput, match=f"expiry: {reason}"):
        await desk.engine.extend(receipt.reference, ALICE, seconds)
    assert await desk.book.find(receipt.reference) == receipt
    assert desk.told() == []


async def test_what_has_ended_is_not_extended(desk: Desk):
    burned, expired = await extendable(desk), await extendable(desk)
    await desk.engine.burn(burned.reference, ALICE)
    desk.clock.advance(HOUR * 1000)
    for receipt in (burned, expired):
        with pytest.raises(TooLate):
            await desk.engine.extend(receipt.reference, ALICE, DAY)


async def test_nobody_else_extends_or_reminds(desk: Desk):
    receipt = await extendable(desk)
    for act in (desk.engine.extend(receipt.reference, EVE, DAY), desk.engine.nudge(receipt.reference, EVE)):
        with pytest.raises(NotYours):
            await act


async def delivered(desk: Desk, **changes: Any) -> Receipt:
    receipt = await extendable(desk, recipient=BOB, **changes)
    place = Place("D-recipient", "1")
    return await desk.book.amend(receipt.reference, lambda known: replace(known, invitation=place)) or receipt


async def test_a_nudge_is_promised_once_an_hour(desk: Desk):
    receipt = await delivered(desk, expires_in=DAY)
    await desk.engine.nudge(receipt.reference, ALICE)
    desk.clock.advance(1200_000)
    with pytest.raises(TooMany) as refused:
        await desk.engine.nudge(receipt.reference, ALICE)
    assert refused.value.retry_after == 2400
    desk.clock.advance(2400_000)
    await desk.engine.nudge(receipt.reference, ALICE)
    assert [promise for promise in desk.outbox.promised if isinstance(promise, Nudge)] == [Nudge(receipt.reference)] * 2


@pytest.mark.parametrize("what", ["for nobody", "not delivered", "opened", "burned", "held"])
async def test_there_must_be_something_to_remind_of(desk: Desk, what: str):
    receipt = await (extendable(desk) if what == "for nobody" else delivered(desk))
    changes: dict[str, Any] = {
        "not delivered": {"undeliverable": "user_disabled"},
        "opened": {"state": State.OPENED, "views_left": 0},
        "burned": {"state": State.BURNED},
        "held": {"held_at": 1},
    }
    await desk.book.amend(receipt.reference, lambda known: replace(known, **changes.get(what, {})))
    with pytest.raises(TooLate):
        await desk.engine.nudge(receipt.reference, ALICE)
    assert not [promise for promise in desk.outbox.promised if isinstance(promise, Nudge)]


async def test_a_nudge_that_could_not_be_promised_may_be_tried_at_once_again(desk: Desk):
    receipt = await delivered(desk)
    desk.outbox.down = True
    with pytest.raises(StoreUnavailable):
        await desk.engine.nudge(receipt.reference, ALICE)
    desk.outbox.down = False
    await desk.engine.nudge(receipt.reference, ALICE)
