"""The PushStore's promise: what its sender may still change of a push, and what that never changes."""

import os
from dataclasses import replace

import pytest

from core.ports import PushStore
from core.push import Burned, Gone, Held, Millis, PushId, Status, TicketNeeded
from tests.contract.stages import Stage
from tests.contract.test_push_store import OTHER, PASS, SEALED, TICKET, a_push, an_attempt, claimed, kept
from tests.fakes import BOB

SHORT = 250
NOBODY = PushId(b"\0" * 16)


async def status_of(store: PushStore, push_id: PushId) -> Status:
    status = await store.status(push_id)
    assert status is not None
    return status


async def expiry_of(store: PushStore, push_id: PushId) -> Millis:
    return (await status_of(store, push_id)).expires_at


# Extending


async def test_extended_it_expires_when_its_sender_said(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(lasts=300))
    later = await expiry_of(store, push_id) + 3_600_000
    assert [await store.extend(push_id, later) for _ in range(2)] == [later, later]
    assert await expiry_of(store, push_id) == later
    assert (await claimed(store, push_id, an_attempt())).expires_at == later


async def test_extending_never_shortens(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(lasts=300))
    expires_at = await expiry_of(store, push_id)
    for until in (expires_at - 1000, expires_at, 0):
        assert await store.extend(push_id, until) == expires_at
    assert await expiry_of(store, push_id) == expires_at


async def test_extended_it_is_opened_after_it_would_have_expired_and_no_later_than_said(stage: Stage):
    store = stage.push_store(grace_ms=1)
    push_id = await kept(store, a_push(lasts=1, views=2))
    expires_at = await expiry_of(store, push_id)
    assert await store.extend(push_id, expires_at + 2 * SHORT) == expires_at + 2 * SHORT
    await stage.let_pass(expires_at - await stage.now() + 5)
    assert (await claimed(store, push_id, an_attempt())).sealed == SEALED
    await stage.let_pass(2 * SHORT)
    assert await store.claim(push_id, an_attempt()) == Gone()
    assert await store.status(push_id) is None


async def test_what_is_gone_expired_or_used_up_is_not_extended(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    burned, burned_by_reader, expired, used = [await kept(store, a_push()) for _ in range(4)]
    far = await expiry_of(store, used) + 3_600_000
    await store.burn(burned)
    assert await store.burn_as_claimant(burned_by_reader, an_attempt()) == Burned()
    await claimed(store, used, attempt)
    await stage.expire(expired)
    for push_id in (burned, burned_by_reader, expired, used, NOBODY):
        assert await store.extend(push_id, far) is None
    assert await store.claim(expired, an_attempt()) == Gone()
    assert (await claimed(store, used, attempt)).expires_at < far


async def test_extending_spends_and_forgives_nothing(stage: Stage):
    store, attempt = stage.push_store(), an_attempt(pass_proof=PASS)
    push_id = await kept(store, a_push(views=2, passphrase=True))
    await claimed(store, push_id, attempt)
    await store.claim(push_id, an_attempt(pass_proof=OTHER))
    before = await status_of(store, push_id)
    later = before.expires_at + 3_600_000
    await store.extend(push_id, later)
    assert await status_of(store, push_id) == replace(before, expires_at=later)
    assert (await claimed(store, push_id, attempt)).redelivered


async def test_a_ticket_dies_at_its_deadline_however_long_its_push_was_extended(stage: Stage):
    store = stage.push_store(ticket_ms=SHORT)
    push_id = await kept(store, a_push(bound_to=BOB))
    await store.mint_ticket(push_id, TICKET, BOB)
    await store.extend(push_id, await expiry_of(store, push_id) + 3_600_000)
    await stage.let_pass(SHORT + 5)
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == TicketNeeded()


# Unbinding


async def test_unbound_it_opens_for_whoever_has_the_link(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(bound_to=BOB, views=2))
    assert await store.claim(push_id, an_attempt()) == TicketNeeded()
    assert [await store.unbind(push_id) for _ in range(2)] == [True, True]
    assert (await claimed(store, push_id, an_attempt())).bound_to is None
    assert await store.claim(push_id, an_attempt(link_proof=OTHER)) == Gone()


async def test_what_was_never_bound_is_unbound_without_a_change(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(views=2))
    before = await status_of(store, push_id)
    assert await store.unbind(push_id)
    assert await status_of(store, push_id) == before
    await claimed(store, push_id, an_attempt())


async def test_nothing_that_is_gone_is_unbound(stage: Stage):
    store = stage.push_store()
    burned, burned_by_reader = [await kept(store, a_push()) for _ in range(2)]
    await store.burn(burned)
    await store.burn_as_claimant(burned_by_reader, an_attempt())
    for push_id in (burned, burned_by_reader, NOBODY):
        assert not await store.unbind(push_id)


async def test_a_ticket_from_before_is_not_needed_and_no_hindrance_and_no_other_is_minted(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(bound_to=BOB, views=3))
    await store.mint_ticket(push_id, TICKET, BOB)
    await store.unbind(push_id)
    assert not await store.mint_ticket(push_id, b"N" * 16, BOB)
    for ticket in (TICKET, None, b"N" * 16):
        await claimed(store, push_id, an_attempt(ticket=ticket))


async def test_views_spent_stay_spent_when_it_is_unbound(stage: Stage):
    store, first = stage.push_store(), an_attempt(ticket=TICKET)
    push_id = await kept(store, a_push(bound_to=BOB))
    await store.mint_ticket(push_id, TICKET, BOB)
    await claimed(store, push_id, first)
    await store.unbind(push_id)
    assert await store.claim(push_id, an_attempt()) == Gone()
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == Gone()
    assert (await claimed(store, push_id, first)).redelivered


async def test_unbinding_takes_no_passphrase_away_and_forgives_no_guess(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(bound_to=BOB, passphrase=True))
    await store.mint_ticket(push_id, TICKET, BOB)
    await store.claim(push_id, an_attempt(pass_proof=OTHER, ticket=TICKET))
    before = await status_of(store, push_id)
    await store.unbind(push_id)
    assert await status_of(store, push_id) == before
    await claimed(store, push_id, an_attempt(pass_proof=PASS))


async def test_the_very_same_push_kept_again_is_not_bound_again(stage: Stage):
    store, push = stage.push_store(), a_push(bound_to=BOB)
    expires_at = await store.keep(push)
    await store.unbind(push.id)
    assert await store.keep(push) == expires_at
    await claimed(store, push.id, an_attempt())


@pytest.mark.parametrize("wish", ["extend", "unbind"])
async def test_no_wish_opens_what_is_held(stage: Stage, wish: str):
    store = stage.push_store()
    push_id = await kept(store, a_push(bound_to=BOB, views=2))
    later = await expiry_of(store, push_id) + 3_600_000
    await stage.come_back(push_id)
    before = await status_of(store, push_id)
    assert await (store.unbind(push_id) if wish == "unbind" else store.extend(push_id, later))
    after = await status_of(store, push_id)
    assert (after.held, after.views_left, after.generation) == (True, 2, before.generation)
    assert await store.claim(push_id, an_attempt(nonce=os.urandom(16))) == Held()
    assert await store.burn_as_claimant(push_id, an_attempt()) == Held()
