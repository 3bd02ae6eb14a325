"""The PushStore's promise when the server was restarted or replaced: held until the sender releases it."""

import os
from dataclasses import replace

import pytest

from core.errors import OnHold
from core.push import Attempt, Burned, Gone, Granted, Held
from tests.contract.stages import Stage
from tests.contract.test_push_store import OTHER, PASS, SEALED, TICKET, a_push, an_attempt, claimed, kept
from tests.fakes import BOB, EVE


async def test_a_push_from_before_is_held_and_nothing_is_spent(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(views=2))
    await stage.come_back(push_id)
    assert [await store.claim(push_id, an_attempt()) for _ in range(3)] == [Held()] * 3
    status = await store.status(push_id)
    assert status is not None
    assert (status.views_left, status.held) == (2, True)


async def test_a_push_of_now_is_not_held(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    status = await store.status(push_id)
    assert status is not None
    assert not status.held


async def test_a_held_push_is_gone_for_who_lacks_the_key(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await stage.come_back(push_id)
    assert await store.claim(push_id, an_attempt(link_proof=OTHER)) == Gone()
    assert await store.burn_as_claimant(push_id, an_attempt(link_proof=OTHER)) == Gone()


async def test_a_held_push_counts_no_guess(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    await stage.come_back(push_id)
    assert [await store.claim(push_id, an_attempt(pass_proof=os.urandom(32))) for _ in range(6)] == [Held()] * 6
    assert await store.release(push_id)
    assert isinstance(await store.claim(push_id, an_attempt(pass_proof=PASS)), Granted)


async def test_released_it_is_claimed_as_before(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await stage.come_back(push_id)
    assert [await store.release(push_id) for _ in range(2)] == [True, True]
    assert (await claimed(store, push_id, an_attempt())).sealed == SEALED
    assert await store.claim(push_id, an_attempt()) == Gone()


async def test_the_next_restart_holds_it_again(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await stage.come_back(push_id)
    await store.release(push_id)
    await stage.come_back(push_id)
    assert await store.claim(push_id, an_attempt()) == Held()


async def test_a_grace_from_before_is_held_too_and_goes_on_once_released(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, attempt)
    await stage.come_back(push_id)
    assert await store.claim(push_id, attempt) == Held()
    await store.release(push_id)
    assert (await claimed(store, push_id, attempt)).redelivered


async def test_what_was_used_up_before_is_gone_and_not_held(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, an_attempt())
    await stage.come_back(push_id)
    assert await store.claim(push_id, an_attempt()) == Gone()


async def test_what_has_expired_is_gone_and_not_held(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await stage.expire(push_id)
    await stage.come_back(push_id)
    assert await store.claim(push_id, an_attempt()) == Gone()


async def test_no_ticket_for_a_held_push_and_only_its_person_hears_why(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(bound_to=BOB))
    await store.mint_ticket(push_id, TICKET, BOB)
    await stage.come_back(push_id)
    with pytest.raises(OnHold):
        await store.mint_ticket(push_id, b"N" * 16, BOB)
    assert not await store.mint_ticket(push_id, b"N" * 16, EVE)
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == Held()
    await store.release(push_id)
    assert await store.mint_ticket(push_id, TICKET, BOB)


async def test_the_sender_burns_what_is_held(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await stage.come_back(push_id)
    assert await store.burn(push_id)
    assert not await store.release(push_id)
    assert await store.claim(push_id, an_attempt()) == Gone()


async def test_who_has_seen_it_burns_and_acknowledges_over_a_restart_and_nobody_else(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=2))
    await claimed(store, push_id, attempt)
    await stage.come_back(push_id)
    assert await store.burn_as_claimant(push_id, an_attempt()) == Held()
    assert await store.acknowledge(push_id, attempt.nonce)
    assert await store.burn_as_claimant(push_id, Attempt(attempt.nonce, b"")) == Burned()


async def test_nothing_that_never_was_is_released(stage: Stage):
    assert not await stage.push_store().release(replace(a_push()).id)


async def test_what_is_held_is_extended_and_unbound_and_both_hold_once_it_is_released(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(bound_to=BOB))
    later = (await stage.now()) + 3_600_000
    await stage.come_back(push_id)
    assert await store.extend(push_id, later) == later
    assert await store.unbind(push_id)
    assert await store.claim(push_id, an_attempt()) == Held()
    assert await store.release(push_id)
    granted = await claimed(store, push_id, an_attempt())
    assert (granted.expires_at, granted.bound_to) == (later, None)
