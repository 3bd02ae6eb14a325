"""core/engine: orders refused, budgets kept, people told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from core.audit import AuditEvent
from core.creation import LIVE_MOST
from core.errors import BadInput, NotYours, OnHold, StoreFull, StoreUnavailable, TooMany
from core.payload import Payload, unframe
from core.policy import DAY
from core.push import Burned, Gone, Granted, Held, PushId, TicketNeeded, WrongPassphrase, reference
from core.receipt import Happening, Hold, Receipt, Seen, State
from core.sealing import input_key, open_seal
from tests.fakes import (
    ALICE,
    BOB,
    EVE,
)
from tests.unit.desk import ADDRESS, SECRET, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


# Creating


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
async def test_what_was_pushed_is_what_the_link_opens(desk: Desk, passphrase: str):
    link = (await desk.create(passphrase=passphrase)).link
    granted = await desk.claim(desk.attempt(link, passphrase), link)
    opened = open_seal(granted.sealed, input_key(link.key, passphrase), link.mode, link.push_id)
    assert unframe(opened).text() == SECRET


async def test_the_receipt_knows_the_terms_but_no_key(desk: Desk):
    created = await desk.create(recipient=BOB, expires_in=DAY, views=3, passphrase="x", label="  VPN ")
    link, now = created.link, desk.clock()
    assert created.receipt == Receipt(reference(link.push_id), link.push_id, ALICE, BOB, "VPN", 3, 3, True, now, now + DAY * 1000)
    assert await desk.book.live_of(ALICE) == [created.receipt]
    assert desk.audit.events == [AuditEvent("push.created", created.receipt.reference)]
    assert link.key not in repr(created).encode("utf-8", "surrogateescape")


REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({"payload": Payload.of_text("")}, "secret", "empty"),
    ({"payload": Payload.of_text("x" * (1024 * 1024 + 1))}, "secret", "too_long"),
    ({"label": "x" * 81}, "label", "too_long"),
    ({"passphrase": "x" * 201}, "passphrase", "too_long"),
    ({"expires_in": 0}, "expiry", "out_of_range"),
    ({"views": 101}, "views", "out_of_range"),
    ({"views": True}, "views", "not_a_whole_number"),
]


@pytest.mark.parametrize(("order", "where", "why"), REFUSED)
async def test_a_bad_order_is_refused_before_anything_is_spent_or_kept(desk: Desk, order: dict[str, object], where: str, why: str):
    with pytest.raises(BadInput) as refused:
        await desk.create(**order)
    assert (refused.value.field, refused.value.reason) == (where, why)
    assert desk.limiter.spent("create", ALICE.spelled()) == 0
    assert await desk.book.count_live_of(ALICE) == 0
    assert desk.audit.events == []


async def test_a_member_creates_thirty_a_minute(desk: Desk):
    for _ in range(30):
        await desk.create()
    with pytest.raises(TooMany):
        await desk.create()
    await desk.create(sender=EVE)
    desk.clock.advance(60_000)
    await desk.create()


async def test_a_member_has_at_most_500_live_pushes(desk: Desk):
    for number in range(LIVE_MOST):
        if number % 30 == 0:
            desk.clock.advance(60_000)
        await desk.create(expires_in=30 * DAY)
    desk.clock.advance(60_000)
    with pytest.raises(TooMany):
        await desk.create()
    await desk.engine.burn((await desk.book.live_of(ALICE))[0].reference, ALICE)
    await desk.create()


async def test_when_budgets_cannot_be_counted_nothing_is_created(desk: Desk):
    desk.limiter.down = True
    with pytest.raises(StoreUnavailable):
        await desk.create()
    desk.limiter.down = False
    await desk.create()


async def test_when_budgets_cannot_be_counted_the_stores_answer_still_goes_out(desk: Desk):
    link = (await desk.create()).link
    desk.limiter.down = True
    assert await desk.claim(desk.attempt(link, link_proof=bytes(32)), link) == Gone()
    assert isinstance(await desk.claim(desk.attempt(link), link), Granted)


async def test_a_broken_random_source_overwrites_no_push(desk: Desk):
    desk.engine._creation._random = lambda count: bytes(count)
    await desk.create()
    with pytest.raises(StoreUnavailable):
        await desk.create(payload=Payload.of_text("another"))
    assert await desk.book.count_live_of(ALICE) == 1


# Claiming


async def test_a_claim_is_remembered_and_told(desk: Desk):
    link = (await desk.create(views=2)).link
    await desk.claim(desk.attempt(link), link)
    assert desk.audit.names == ["push.created", "push.claimed"]
    assert desk.outbox.told == [Happening(reference(link.push_id), State.OPENED, desk.clock(), 1)]


async def test_a_redelivery_is_told_again_because_the_first_news_may_be_lost(desk: Desk):
    link = (await desk.create()).link
    attempt = desk.attempt(link)
    for _ in range(2):
        await desk.claim(attempt, link)
    assert desk.audit.names == ["push.created", "push.claimed", "push.redelivered"]
    assert desk.told() == [(State.OPENED, 0)] * 2


async def test_a_redelivery_costs_no_budget(desk: Desk):
    link = (await desk.create()).link
    attempt = desk.attempt(link)
    for _ in range(40):
        assert isinstance(await desk.claim(attempt, link), Granted)
    assert desk.limiter.spent("failed_claim", ADDRESS) == 0


async def test_failed_claims_cost_the_addresss_budget(desk: Desk):
    link = (await desk.create()).link
    for _ in range(30):
        assert await desk.claim(desk.attempt(link, link_proof=bytes(32)), link) == Gone()
    with pytest.raises(TooMany):
        await desk.claim(desk.attempt(link, link_proof=bytes(32)), link)


async def test_whoever_has_the_link_is_not_kept_out_by_the_failures_of_neighbours(desk: Desk):
    link = (await desk.create()).link
    attempt = desk.attempt(link)
    assert isinstance(await desk.claim(attempt, link), Granted)
    for _ in range(30):
        await desk.claim(desk.attempt(link, link_proof=bytes(32)), link)
    again = await desk.claim(attempt, link)
    assert isinstance(again, Granted)
    assert again.redelivered


async def test_what_the_store_has_answered_is_heard_though_the_budget_cannot_be_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    async def out_of_memory(budget: str, who: str) -> None:
        raise StoreUnavailable("no memory to count in")

    link = (await desk.create(passphrase="right")).link
    monkeypatch.setattr(desk.limiter, "spend", out_of_memory)
    wrong = {"pass_proof": bytes(32)}
    assert await desk.claim(desk.attempt(link, **wrong), link) == WrongPassphrase(4, counted=True)
    assert await desk.engine.burn_as_claimant(link.push_id, desk.attempt(link, link_proof=bytes(32)), ADDRESS) == Gone()


async def test_a_missing_ticket_or_passphrase_costs_no_budget_and_only_the_ticket_is_news(desk: Desk):
    bound, locked = (await desk.create(recipient=BOB)).link, (await desk.create(passphrase="x")).link
    assert await desk.claim(desk.attempt(locked), locked) == WrongPassphrase(5, counted=False)
    assert desk.told() == []
    assert await desk.claim(desk.attempt(bound), bound) == TicketNeeded()
    assert desk.limiter.spent("failed_claim", ADDRESS) == 0
    assert desk.told() == [(Seen.REFUSED, None)]
    assert [event.reason for event in desk.audit.events[2:]] == ["WrongPassphrase", "TicketNeeded"]


async def test_the_fifth_wrong_passphrase_tells_the_sender(desk: Desk):
    link = (await desk.create(passphrase="right")).link
    for number in range(5):
        await desk.claim(desk.attempt(link, pass_proof=bytes([number]) * 32), link)
    assert desk.told() == [*[(Seen.REFUSED, None)] * 4, (State.LOCKED, None)]
    assert desk.audit.names[-1] == "push.locked"
    assert desk.limiter.spent("failed_claim", ADDRESS) == 5


async def test_the_fifth_wrong_passphrase_given_for_burning_tells_the_sender_too(desk: Desk):
    link = (await desk.create(passphrase="right")).link
    for number in range(5):
        await desk.engine.burn_as_claimant(link.push_id, desk.attempt(link, pass_proof=bytes([number]) * 32), ADDRESS)
    assert desk.told() == [*[(Seen.REFUSED, None)] * 4, (State.LOCKED, None)]
    assert desk.audit.names[-1] == "push.locked"


async def test_an_acknowledgement_is_told_once(desk: Desk):
    link = (await desk.create()).link
    attempt = desk.attempt(link)
    await desk.claim(attempt, link)
    for _ in range(2):
        await desk.engine.acknowledge(link.push_id, attempt.nonce)
    assert desk.told() == [(State.OPENED, 0), (State.CONFIRMED, None)]
    assert desk.audit.names[-1] == "push.acknowledged"


# Burning


async def test_a_recipient_who_has_seen_it_may_burn_it(desk: Desk):
    link = (await desk.create(views=3)).link
    attempt = desk.attempt(link)
    await desk.claim(attempt, link)
    assert await desk.engine.burn_as_claimant(link.push_id, attempt, ADDRESS) == Burned()
    assert desk.told()[-1] == (State.BURNED_BY_RECIPIENT, None)
    assert desk.audit.events[-1] == AuditEvent("push.burned", reference(link.push_id), "recipient")


async def test_burning_what_one_may_not_costs_the_budget(desk: Desk):
    link = (await desk.create()).link
    for _ in range(30):
        assert await desk.engine.burn_as_claimant(link.push_id, desk.attempt(link, link_proof=bytes(32)), ADDRESS) == Gone()
    with pytest.raises(TooMany):
        await desk.engine.burn_as_claimant(link.push_id, desk.attempt(link, link_proof=bytes(32)), ADDRESS)


async def test_a_push_whose_receipt_could_not_be_kept_is_burned_at_once(desk: Desk):
    async def fail(_: object) -> None:
        raise StoreUnavailable

    desk.book.enter = fail
    with pytest.raises(StoreUnavailable):
        await desk.create()
    assert len(desk.store) == 0


async def test_the_sender_takes_it_back_and_the_list_knows_at_once(desk: Desk):
    created = await desk.create()
    burned = await desk.engine.burn(created.receipt.reference, ALICE)
    assert burned.state is State.BURNED
    assert await desk.book.live_of(ALICE) == []
    assert await desk.claim(desk.attempt(created.link), created.link) == Gone()
    assert desk.told() == [(State.BURNED, None)]


@pytest.mark.parametrize("who", [BOB, EVE])
async def test_nobody_else_takes_it_back(desk: Desk, who: Any):
    created = await desk.create(recipient=BOB)
    with pytest.raises(NotYours):
        await desk.engine.burn(created.receipt.reference, who)
    assert await desk.store.status(created.link.push_id) is not None


async def test_an_unknown_reference_is_refused_in_the_same_words(desk: Desk):
    with pytest.raises(NotYours):
        await desk.engine.burn("abcdefgh", ALICE)


async def test_burn_all_burns_mine_and_only_mine(desk: Desk):
    mine, theirs = [await desk.create() for _ in range(3)], await desk.create(sender=EVE)
    burned = await desk.engine.burn_all(ALICE)
    assert {receipt.reference for receipt in burned} == {created.receipt.reference for created in mine}
    assert await desk.book.live_of(EVE) == [theirs.receipt]


# After a restart of the store


async def test_a_try_at_a_held_push_tells_its_sender_and_costs_the_address_nothing(desk: Desk):
    created = await desk.create()
    desk.store.come_back()
    assert await desk.claim(desk.attempt(created.link), created.link) == Held()
    assert desk.told() == [(Hold.HELD, None)]
    assert desk.limiter.spent("failed_claim", ADDRESS) == 0


async def test_the_sender_releases_and_it_opens_once(desk: Desk):
    created = await desk.create()
    desk.store.come_back()
    await desk.claim(desk.attempt(created.link), created.link)
    receipt = await desk.engine.release(created.receipt.reference, ALICE)
    assert not receipt.held
    assert desk.told()[-1] == (Hold.RELEASED, None)
    assert "push.released" in desk.audit.names
    assert isinstance(await desk.claim(desk.attempt(created.link), created.link), Granted)
    assert await desk.claim(desk.attempt(created.link), created.link) == Gone()


@pytest.mark.parametrize("who", [BOB, EVE])
async def test_nobody_else_releases(desk: Desk, who: Any):
    created = await desk.create(recipient=BOB)
    desk.store.come_back()
    with pytest.raises(NotYours):
        await desk.engine.release(created.receipt.reference, who)
    assert await desk.claim(desk.attempt(created.link), created.link) == Held()


async def test_what_the_sender_knows_to_be_read_is_not_released_though_the_store_went_back(desk: Desk):
    created = await desk.create()
    await desk.book.amend(created.receipt.reference, lambda known: replace(known, state=State.OPENED, views_left=0))
    desk.store.come_back()
    await desk.engine.release(created.receipt.reference, ALICE)
    assert await desk.claim(desk.attempt(created.link), created.link) == Held()


async def test_releasing_what_the_store_has_lost_says_so(desk: Desk):
    created = await desk.create()
    await desk.store.burn(created.link.push_id)
    assert (await desk.engine.release(created.receipt.reference, ALICE)).state is State.LOST


async def test_a_press_on_a_held_push_tells_both_sides(desk: Desk):
    link = (await desk.create(recipient=BOB)).link
    desk.store.come_back()
    with pytest.raises(OnHold):
        await desk.engine.hand_out_ticket(link, BOB)
    assert desk.told() == [(Hold.HELD, None)]


async def test_a_granted_view_is_shown_though_nobody_can_be_told(desk: Desk):
    created = await desk.create()
    attempt = desk.attempt(created.link)
    desk.outbox.down = True
    assert isinstance(await desk.claim(attempt, created.link), Granted)
    assert "push.untold" in desk.audit.names
    desk.outbox.down = False
    assert isinstance(await desk.claim(attempt, created.link), Granted)
    assert desk.told() == [(State.OPENED, 0)]


async def test_a_push_that_cannot_be_announced_is_taken_back(desk: Desk):
    desk.outbox.down = True
    with pytest.raises(StoreUnavailable):
        await desk.create(recipient=BOB)
    assert (len(desk.store), await desk.book.live_of(ALICE)) == (0, [])
    desk.clock.advance(90 * DAY * 1000)
    assert await desk.book.take_due(10) == []


@pytest.mark.parametrize("act", ["burn", "release"])
async def test_what_the_sender_asked_for_is_done_though_nobody_can_be_told(desk: Desk, act: str):
    created = await desk.create()
    desk.store.come_back()
    desk.outbox.down = True
    receipt = await getattr(desk.engine, act)(created.receipt.reference, ALICE)
    assert receipt.state is (State.BURNED if act == "burn" else State.WAITING)
    assert isinstance(await desk.claim(desk.attempt(created.link), created.link), Gone if act == "burn" else Granted)


async def test_a_store_without_room_keeps_nothing(desk: Desk):
    desk.store.full = True
    with pytest.raises(StoreFull):
        await desk.create()
    assert (len(desk.store), await desk.book.live_of(ALICE)) == (0, [])


# Tickets


async def test_a_handed_out_ticket_opens_the_bound_push(desk: Desk):
    link = (await desk.create(recipient=BOB)).link
    ticketed = await desk.engine.hand_out_ticket(link, BOB)
    assert ticketed is not None
    granted = await desk.claim(desk.attempt(ticketed), ticketed)
    assert granted.bound_to == BOB
    assert "ticket.minted" in desk.audit.names


async def test_no_ticket_for_anybody_else_or_for_what_is_gone(desk: Desk):
    link = (await desk.create(recipient=BOB)).link
    assert await desk.engine.hand_out_ticket(link, EVE) is None
    assert await desk.engine.hand_out_ticket(replace(link, push_id=PushId(bytes(16))), BOB) is None
    assert "ticket.minted" not in desk.audit.names


# What is remembered


async def test_nothing_that_is_remembered_or_promised_tells_id_key_name_or_secret(desk: Desk):
    link = (await desk.create(recipient=BOB, passphrase="open sesame", label="a label")).link
    ticketed = await desk.engine.hand_out_ticket(link, BOB)
    assert ticketed is not None
    attempts = [desk.attempt(ticketed, "open sesame"), desk.attempt(ticketed, "close sesame"), desk.attempt(link)]
    await asyncio.gather(*(desk.claim(attempt, link) for attempt in attempts))
    said = repr(desk.audit.events) + repr(desk.outbox.promised)
    secrets = [repr(link.push_id), repr(link.key), link.path[3:], link.fragment, SECRET, "sesame", "a label", BOB.id, ALICE.id]
    assert [secret for secret in secrets if secret in said] == []


# Turned away, and scanned


async def test_news_of_attempts_at_one_push_have_a_budget(desk: Desk):
    link = (await desk.create(recipient=BOB)).link
    for _ in range(25):
        assert await desk.claim(desk.attempt(link), link) == TicketNeeded()
    assert desk.told() == [(Seen.REFUSED, None)] * 10


async def test_an_address_that_guesses_too_much_is_no_news_any_more(desk: Desk):
    link = (await desk.create(recipient=BOB)).link
    for _ in range(30):
        await desk.limiter.spend("failed_claim", ADDRESS)
    with pytest.raises(TooMany):
        await desk.claim(desk.attempt(link), link)
    assert desk.told() == []


async def test_a_stranger_without_the_link_is_no_news(desk: Desk):
    link = (await desk.create()).link
    await desk.claim(desk.attempt(link, link_proof=bytes(32)), link)
    assert desk.told() == []


async def test_a_scan_is_told_for_a_push_and_for_nothing_else(desk: Desk):
    link = (await desk.create()).link
    await desk.engine.note_scanned(PushId(bytes(16)))
    assert desk.told() == []
    await desk.engine.note_scanned(link.push_id)
    assert desk.told() == [(Seen.SCANNED, None)]


async def test_a_scan_that_is_known_is_not_told_again(desk: Desk):
    created = await desk.create()
    await desk.engine.note_scanned(created.link.push_id)
    await desk.book.amend(created.receipt.reference, lambda known: known.after(desk.outbox.told[-1]))
    await desk.engine.note_scanned(created.link.push_id)
    assert len(desk.outbox.told) == 1
