"""core/creation: a push for each person, all of them or none; and what a sender may do with them."""

import asyncio
from typing import Any

import pytest

from core.creation import LIVE_MOST, RECIPIENTS_MOST, WITH_PASSPHRASE_MOST, Created, Order, Recipient
from core.engine import PushEngine
from core.errors import BadInput, NotYours, StoreFull, StoreUnavailable, TooMany
from core.identity import Member
from core.link import Link
from core.payload import Payload, unframe
from core.policy import Policy, Standing
from core.promise import Announce
from core.push import Granted, SealedPush, TicketNeeded, reference
from core.receipt import State
from core.sealing import input_key, open_seal
from tests.fakes import ALICE, BOB, EVE, member
from tests.fakes.policies import InstallationPolicies
from tests.unit.desk import SECRET, Desk

CROWD = [member(f"U0CROWD{number:02}") for number in range(RECIPIENTS_MOST + 1)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def under(desk: Desk, policy: Policy) -> PushEngine:
    """The desk's engine under another policy."""
    return PushEngine(
        store=desk.store,
        book=desk.book,
        outbox=desk.outbox,
        audit=desk.audit,
        limiter=desk.limiter,
        clock=desk.clock,
        random=desk.random,
        policies=InstallationPolicies(policy),
    )


async def create_each(desk: Desk, people: list[Member], **terms: Any) -> list[Created]:
    return await desk.engine.create_each(Order(Payload.of_text(SECRET), ALICE, **terms), [Recipient(each) for each in people])


async def test_whoever_hands_the_buttons_over_has_nobody_invited_and_gets_a_card(desk: Desk):
    made = await create_each(desk, [BOB, EVE], by_sender=True)
    assert desk.outbox.promised == [Announce(created.receipt.reference, None) for created in made]
    assert await desk.engine.hand_out_ticket(made[0].link, BOB) is not None
    assert await desk.engine.hand_out_ticket(made[0].link, EVE) is None


async def test_each_person_gets_a_push_of_their_own_that_opens_by_its_own_key_alone(desk: Desk):
    made = await create_each(desk, [BOB, EVE], views=2)
    assert len({created.link.push_id for created in made}) == len({created.link.key for created in made}) == 2
    for created, person in zip(made, (BOB, EVE), strict=True):
        ticketed = await desk.engine.hand_out_ticket(created.link, person)
        assert ticketed is not None
        granted = await desk.claim(desk.attempt(ticketed), created.link)
        assert granted.views_left == 1
        key = input_key(created.link.key)
        assert unframe(open_seal(granted.sealed, key, "o", created.link.push_id)).text() == SECRET


async def test_nobody_gets_a_ticket_for_what_is_for_another_of_them(desk: Desk):
    for_bob, for_eve = await create_each(desk, [BOB, EVE])
    assert await desk.engine.hand_out_ticket(for_bob.link, EVE) is None
    assert await desk.engine.hand_out_ticket(for_eve.link, ALICE) is None


async def test_receipts_know_who_was_made_together_in_the_order_of_the_names(desk: Desk):
    made = await create_each(desk, [BOB, EVE])
    together = tuple(reference(created.link.push_id) for created in made)
    assert [created.receipt.group for created in made] == [together, together]
    assert [created.receipt.recipient for created in made] == [BOB, EVE]


async def test_one_person_alone_is_no_group_and_somebody_named_twice_is_one(desk: Desk):
    (created,) = await create_each(desk, [BOB, BOB])
    assert created.receipt.group == ()


async def test_every_link_goes_into_an_announcement_of_its_own(desk: Desk):
    made = await create_each(desk, [BOB, EVE])
    assert desk.outbox.promised == [Announce(created.receipt.reference, created.link) for created in made]


async def test_no_process_can_die_with_half_of_them_announced(desk: Desk):
    await create_each(desk, CROWD[:RECIPIENTS_MOST])
    assert (len(desk.outbox.promised), desk.outbox.acts) == (RECIPIENTS_MOST, 1)


async def test_a_gesture_is_one_of_thirty_however_many_people_it_names(desk: Desk):
    await create_each(desk, CROWD[:RECIPIENTS_MOST])
    assert desk.limiter.spent("create", ALICE.spelled()) == 1


async def test_a_member_names_at_most_120_people_a_minute_where_there_are_several(desk: Desk):
    for _ in range(3):
        await create_each(desk, CROWD[:RECIPIENTS_MOST])
    with pytest.raises(TooMany):
        await create_each(desk, CROWD[:2])
    await create_each(desk, [BOB])
    desk.clock.advance(60_000)
    await create_each(desk, CROWD[:2])


async def test_those_who_would_be_too_many_live_pushes_are_all_refused(desk: Desk):
    for number in range(LIVE_MOST - 1):
        if number % 30 == 0:
            desk.clock.advance(60_000)
        await desk.create()
    desk.clock.advance(60_000)
    with pytest.raises(TooMany):
        await create_each(desk, [BOB, EVE])
    assert await desk.book.count_live_of(ALICE) == LIVE_MOST - 1
    await create_each(desk, [BOB])


@pytest.mark.parametrize(
    ("people", "passphrase", "where", "why"),
    [(RECIPIENTS_MOST + 1, "", "recipient", "too_many"), (WITH_PASSPHRASE_MOST + 1, "blue moon", "passphrase", "too_many_people")],
)
async def test_too_many_people_are_refused_before_anything_is_spent(desk: Desk, people: int, passphrase: str, where: str, why: str):
    with pytest.raises(BadInput) as refused:
        await create_each(desk, CROWD[:people], passphrase=passphrase)
    assert (refused.value.field, refused.value.reason) == (where, why)
    assert desk.limiter.spent("create", ALICE.spelled()) == 0


@pytest.mark.parametrize(
    ("policy", "standing", "why"),
    [
        (Policy(guests_allowed=False), Standing.GUEST, "guest"),
        (Policy(outsiders_allowed=False), Standing.OUTSIDER, "outsider"),
    ],
)
async def test_one_whom_the_policy_forbids_stops_all(desk: Desk, policy: Policy, standing: Standing, why: str):
    with pytest.raises(BadInput) as refused:
        await under(desk, policy).create_each(Order(Payload.of_text(SECRET), ALICE), [Recipient(BOB), Recipient(EVE, standing)])
    assert (refused.value.field, refused.value.reason) == ("recipient", why)
    assert len(desk.store) == 0


async def test_somebody_in_another_chat_needs_the_policys_leave_whatever_way_they_were_found(desk: Desk):
    across, order = [Recipient(EVE, Standing.ACROSS)], Order(Payload.of_text(SECRET), ALICE)
    with pytest.raises(BadInput) as refused:
        await under(desk, Policy(outsiders_allowed=True)).create_each(order, across)
    assert (refused.value.field, refused.value.reason, len(desk.store)) == ("email", "off", 0)
    await under(desk, Policy(bridge_allowed=True)).create_each(order, across)


# All or none


@pytest.mark.parametrize("trouble", [StoreUnavailable, StoreFull])
@pytest.mark.parametrize("after", [0, 1, 2])
async def test_one_that_cannot_be_kept_takes_the_others_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, after: int, trouble: type[StoreUnavailable]
):
    kept, keep = 0, desk.store.keep

    async def keep_some(push: SealedPush) -> int | None:
        nonlocal kept
        if kept == after:
            raise trouble("the third is too many")
        kept += 1
        return await keep(push)

    monkeypatch.setattr(desk.store, "keep", keep_some)
    with pytest.raises(trouble):
        await create_each(desk, CROWD[:5])
    assert kept == after
    assert len(desk.store) == 0
    assert await desk.book.live_of(ALICE) == []
    assert desk.outbox.promised == []
    assert desk.audit.events == []


async def test_one_that_cannot_be_announced_takes_all_back(desk: Desk):
    desk.outbox.down = True
    with pytest.raises(StoreUnavailable):
        await create_each(desk, [BOB, EVE])
    assert len(desk.store) == 0
    assert await desk.book.live_of(ALICE) == []


# Taking back


async def test_burning_one_leaves_the_others_alone(desk: Desk):
    first, second = await create_each(desk, [BOB, EVE])
    await desk.engine.burn(first.receipt.reference, ALICE)
    assert await desk.engine.hand_out_ticket(first.link, BOB) is None
    assert await desk.engine.hand_out_ticket(second.link, EVE) is not None


async def test_burning_the_group_takes_back_what_is_live_of_it_and_nothing_else(desk: Desk):
    made, other = await create_each(desk, [BOB, EVE, CROWD[0]]), await desk.create()
    await desk.engine.burn(made[0].receipt.reference, ALICE)
    burned = await desk.engine.burn_group(made[1].receipt.reference, ALICE)
    assert [receipt.recipient for receipt in burned] == [EVE, CROWD[0]]
    assert {receipt.state for receipt in burned} == {State.BURNED}
    assert await desk.book.live_of(ALICE) == [other.receipt]


async def test_a_burning_of_the_group_of_which_nobody_could_be_told_is_told_when_it_is_wished_again(desk: Desk):
    made = await create_each(desk, [BOB, EVE])
    desk.outbox.down = True
    await desk.engine.burn_group(made[0].receipt.reference, ALICE)
    desk.outbox.down = False
    assert {receipt.state for receipt in await desk.engine.burn_group(made[0].receipt.reference, ALICE)} == {State.BURNED}
    assert {happening.reference for happening in desk.outbox.told} == {each.receipt.reference for each in made}


async def test_nobody_else_burns_a_group(desk: Desk):
    made = await create_each(desk, [BOB, EVE])
    with pytest.raises(NotYours):
        await desk.engine.burn_group(made[0].receipt.reference, BOB)
    assert len(desk.store) == 2


# Passing on


async def claims(desk: Desk, link: Link) -> Any:
    return await desk.claim(desk.attempt(link), link)


async def test_what_is_passed_on_opens_by_its_link_alone_and_the_receipt_keeps_for_whom_it_was(desk: Desk):
    created = await desk.create(recipient=BOB)
    assert isinstance(await claims(desk, created.link), TicketNeeded)
    receipt = await desk.engine.pass_on(created.link, ALICE)
    assert receipt is not None
    assert (receipt.recipient, receipt.passed_on_at) == (BOB, desk.clock())
    assert isinstance(await claims(desk, created.link), Granted)
    assert "push.passed_on" in desk.audit.names
    assert desk.outbox.promised.count(Announce(receipt.reference)) == 1


async def test_passing_on_again_shows_the_link_again_and_keeps_the_first_moment(desk: Desk):
    created = await desk.create(recipient=BOB)
    first = await desk.engine.pass_on(created.link, ALICE)
    desk.clock.advance(1000)
    assert first is not None
    assert await desk.engine.pass_on(created.link, ALICE) == first


async def test_only_the_sender_passes_on(desk: Desk):
    created = await desk.create(recipient=BOB)
    for other in (BOB, EVE):
        with pytest.raises(NotYours):
            await desk.engine.pass_on(created.link, other)
    assert isinstance(await claims(desk, created.link), TicketNeeded)


async def test_what_has_ended_cannot_be_passed_on(desk: Desk):
    burned, expired = await desk.create(recipient=BOB), await desk.create(recipient=BOB)
    await desk.engine.burn(burned.receipt.reference, ALICE)
    assert await desk.engine.pass_on(burned.link, ALICE) is None
    desk.clock.now = expired.receipt.expires_at
    assert await desk.engine.pass_on(expired.link, ALICE) is None
    assert "push.passed_on" not in desk.audit.names


async def test_what_has_expired_cannot_be_passed_on_though_the_store_still_has_it_for_a_reader(desk: Desk):
    created = await desk.create(recipient=BOB, views=2)
    desk.clock.now = created.receipt.expires_at - 1
    ticketed = await desk.engine.hand_out_ticket(created.link, BOB)
    assert ticketed is not None
    assert isinstance(await claims(desk, ticketed), Granted)
    desk.clock.advance(1)
    assert await desk.engine.pass_on(created.link, ALICE) is None


async def test_where_every_push_must_be_for_somebody_nothing_is_passed_on(desk: Desk):
    created = await desk.create(recipient=BOB)
    with pytest.raises(BadInput):
        await under(desk, Policy(binding_required=True)).pass_on(created.link, ALICE)
    assert isinstance(await claims(desk, created.link), TicketNeeded)


async def test_a_passing_on_that_cannot_be_told_is_done_all_the_same(desk: Desk):
    created = await desk.create(recipient=BOB)
    desk.outbox.down = True
    assert await desk.engine.pass_on(created.link, ALICE) is not None
    assert isinstance(await claims(desk, created.link), Granted)


async def test_passphrases_of_several_are_stretched_beside_the_event_loop(desk: Desk):
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await create_each(desk, [BOB, EVE], passphrase="blue moon")
    ticking.cancel()
    assert ticks > 100
