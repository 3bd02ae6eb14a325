"""The PushStore's promise: each rule of the claim is one test."""

import asyncio
import os
from dataclasses import replace

import pytest

from core.identity import Member, Workspace
from core.ports import PushStore
from core.push import Attempt, Burned, ClaimOutcome, Gone, Granted, PushId, SealedPush, Terms, TicketNeeded, WrongPassphrase
from tests.contract.stages import Stage
from tests.fakes import ALICE, BOB, EVE

SEALED = os.urandom(400)
LINK, PASS, OTHER = b"L" * 32, b"P" * 32, b"X" * 32
TICKET = b"T" * 16
SHORT = 250
"""Milliseconds for a grace or a ticket that the test wants to see end."""


def a_push(
    *, views: int = 1, passphrase: bool = False, bound_to: Member | None = None, burnable: bool = True, lasts: int = 600
) -> SealedPush:
    terms = Terms(lasts, views, recipient_may_burn=burnable)
    return SealedPush(PushId(os.urandom(16)), SEALED, LINK, PASS if passphrase else None, terms, bound_to)


def an_attempt(**said: bytes | None) -> Attempt:
    return Attempt(**({"nonce": os.urandom(16), "link_proof": LINK} | said))


async def kept(store: PushStore, push: SealedPush) -> PushId:
    assert await store.keep(push) is not None
    return push.id


async def claimed(store: PushStore, push_id: PushId, attempt: Attempt) -> Granted:
    outcome = await store.claim(push_id, attempt)
    assert isinstance(outcome, Granted), outcome
    return outcome


def wrong(number: int) -> bytes:
    return number.to_bytes(32, "big")


# Keeping


async def test_keep_tells_the_expiry_by_the_stores_clock(stage: Stage):
    store, before = stage.push_store(), await stage.now()
    expires_at = await store.keep(a_push(lasts=300))
    assert expires_at is not None
    assert before + 300_000 <= expires_at <= await stage.now() + 300_000


async def test_a_taken_id_is_never_overwritten(stage: Stage):
    store, push = stage.push_store(), a_push()
    await kept(store, push)
    assert await store.keep(replace(push, sealed=b"other", link_proof=OTHER)) is None
    assert (await claimed(store, push.id, an_attempt())).sealed == SEALED


async def test_other_bytes_under_the_same_link_proof_are_refused_too(stage: Stage):
    store, push = stage.push_store(), a_push()
    await kept(store, push)
    assert await store.keep(replace(push, sealed=b"other")) is None


async def test_the_very_same_push_kept_again_has_the_same_answer(stage: Stage):
    store, push = stage.push_store(), a_push()
    first = await store.keep(push)
    await stage.let_pass(2)
    assert await store.keep(push) == first


async def test_status_tells_views_and_expiry(stage: Stage):
    store, push = stage.push_store(), a_push(views=3)
    expires_at = await store.keep(push)
    status = await store.status(push.id)
    assert status is not None
    assert (status.views_left, status.expires_at, status.failed_attempts) == (3, expires_at, 0)
    assert ":" in status.generation


async def test_a_push_never_kept_has_no_status(stage: Stage):
    assert await stage.push_store().status(PushId(os.urandom(16))) is None


# Granting


async def test_a_claim_gives_the_sealed_bytes_and_the_terms(stage: Stage):
    store, push = stage.push_store(), a_push(views=2, burnable=False)
    expires_at, before = await store.keep(push), await stage.now()
    granted = await claimed(store, push.id, an_attempt())
    assert before <= granted.claimed_at <= await stage.now()
    assert granted == Granted(SEALED, 1, expires_at or 0, redelivered=False, burnable=False, claimed_at=granted.claimed_at, bound_to=None)


async def test_a_push_that_never_was_is_gone(stage: Stage):
    assert await stage.push_store().claim(PushId(os.urandom(16)), an_attempt()) == Gone()


async def test_a_wrong_link_proof_is_told_gone_and_changes_nothing(stage: Stage):
    store, push = stage.push_store(), a_push(passphrase=True)
    await kept(store, push)
    before = await store.status(push.id)
    assert await store.claim(push.id, an_attempt(link_proof=OTHER, pass_proof=OTHER)) == Gone()
    assert await store.status(push.id) == before


async def test_the_last_view_goes_to_one_claimant(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    outcomes = await asyncio.gather(*(store.claim(push_id, an_attempt()) for _ in range(20)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Gone"] * 19 + ["Granted"]


async def test_k_views_go_to_k_claimants_and_count_down(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(views=5))
    outcomes = await asyncio.gather(*(store.claim(push_id, an_attempt()) for _ in range(12)))
    assert sorted(o.views_left for o in outcomes if isinstance(o, Granted)) == [0, 1, 2, 3, 4]
    assert outcomes.count(Gone()) == 7


async def test_no_new_claim_after_expiry(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await stage.expire(push_id)
    assert await store.claim(push_id, an_attempt()) == Gone()


async def test_an_expired_push_gives_a_wrong_passphrase_no_hint(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True, bound_to=BOB))
    await stage.expire(push_id)
    assert await store.claim(push_id, an_attempt(pass_proof=OTHER)) == Gone()


# Redelivery


async def test_the_same_nonce_gets_the_same_bytes_again_and_spends_nothing(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=2))
    first = await claimed(store, push_id, attempt)
    assert await claimed(store, push_id, attempt) == replace(first, redelivered=True)
    status = await store.status(push_id)
    assert status is not None
    assert status.views_left == 1


async def test_the_last_view_is_redelivered_too(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, attempt)
    assert (await claimed(store, push_id, attempt)).redelivered


async def test_parallel_calls_with_one_nonce_spend_one_view(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=3))
    outcomes = await asyncio.gather(*(store.claim(push_id, attempt) for _ in range(10)))
    assert sum(isinstance(o, Granted) and not o.redelivered for o in outcomes) == 1
    assert all(isinstance(o, Granted) and o.views_left == 2 for o in outcomes)


async def test_after_the_grace_the_nonce_is_gone_and_spends_no_second_view(stage: Stage):
    store, attempt = stage.push_store(grace_ms=SHORT), an_attempt()
    push_id = await kept(store, a_push(views=2))
    await claimed(store, push_id, attempt)
    await stage.let_pass(SHORT + 5)
    assert await store.claim(push_id, attempt) == Gone()
    status = await store.status(push_id)
    assert status is not None
    assert status.views_left == 1


async def test_a_grace_outlasts_the_expiry(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=2))
    await claimed(store, push_id, attempt)
    await stage.expire(push_id)
    assert (await claimed(store, push_id, attempt)).redelivered
    assert await store.claim(push_id, an_attempt()) == Gone()


async def test_redelivery_needs_the_link_proof(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, attempt)
    assert await store.claim(push_id, replace(attempt, link_proof=OTHER)) == Gone()


@pytest.mark.parametrize("said", [None, OTHER])
async def test_redelivery_needs_the_pass_proof_and_counts_no_guess(stage: Stage, said: bytes | None):
    store, attempt = stage.push_store(), an_attempt(pass_proof=PASS)
    push_id = await kept(store, a_push(passphrase=True))
    await claimed(store, push_id, attempt)
    assert await store.claim(push_id, replace(attempt, pass_proof=said)) == Gone()
    status = await store.status(push_id)
    assert status is not None
    assert status.failed_attempts == 0


# Acknowledging


async def test_acknowledging_closes_its_grace(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=2))
    await claimed(store, push_id, attempt)
    assert await store.acknowledge(push_id, attempt.nonce)
    assert await store.claim(push_id, attempt) == Gone()


async def test_acknowledging_is_true_once(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, attempt)
    assert [await store.acknowledge(push_id, attempt.nonce) for _ in range(3)] == [True, False, False]


async def test_acknowledging_what_was_never_claimed_is_false(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    assert not await store.acknowledge(push_id, os.urandom(16))
    assert not await store.acknowledge(PushId(os.urandom(16)), os.urandom(16))


async def test_acknowledging_leaves_other_graces_open(stage: Stage):
    store, mine, theirs = stage.push_store(), an_attempt(), an_attempt()
    push_id = await kept(store, a_push(views=2))
    await claimed(store, push_id, mine)
    await claimed(store, push_id, theirs)
    assert await store.acknowledge(push_id, mine.nonce)
    assert (await claimed(store, push_id, theirs)).redelivered


async def test_a_late_acknowledgement_still_counts(stage: Stage):
    store, attempt = stage.push_store(grace_ms=SHORT), an_attempt()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, attempt)
    await stage.let_pass(SHORT + 5)
    assert await store.acknowledge(push_id, attempt.nonce)


# Passphrase


async def test_the_right_passphrase_opens(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    await claimed(store, push_id, an_attempt(pass_proof=PASS))


async def test_a_wrong_passphrase_spends_no_view_and_is_counted(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    assert await store.claim(push_id, an_attempt(pass_proof=OTHER)) == WrongPassphrase(4, counted=True)
    status = await store.status(push_id)
    assert status is not None
    assert (status.views_left, status.failed_attempts) == (1, 1)


async def test_the_same_wrong_passphrase_costs_one_attempt(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    await store.claim(push_id, an_attempt(pass_proof=OTHER))
    for _ in range(8):
        assert await store.claim(push_id, an_attempt(pass_proof=OTHER)) == WrongPassphrase(4, counted=False)


async def test_no_passphrase_at_all_costs_nothing(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    for _ in range(8):
        assert await store.claim(push_id, an_attempt()) == WrongPassphrase(5, counted=False)


async def test_a_passphrase_on_an_open_push_is_ignored(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, an_attempt(pass_proof=OTHER))


async def test_the_fifth_distinct_wrong_passphrase_burns_the_push(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    outcomes = [await store.claim(push_id, an_attempt(pass_proof=wrong(n))) for n in range(5)]
    assert outcomes == [WrongPassphrase(left, counted=True) for left in (4, 3, 2, 1, 0)]
    assert await store.claim(push_id, an_attempt(pass_proof=PASS)) == Gone()
    assert await store.status(push_id) is None


async def test_the_burning_attempt_repeated_hears_the_same_for_one_grace(stage: Stage):
    store = stage.push_store(grace_ms=SHORT)
    push_id = await kept(store, a_push(passphrase=True))
    for n in range(4):
        await store.claim(push_id, an_attempt(pass_proof=wrong(n)))
    last = an_attempt(pass_proof=wrong(4))
    assert [await store.claim(push_id, last) for _ in range(2)] == [WrongPassphrase(0, counted=True)] * 2
    assert await store.claim(push_id, an_attempt(pass_proof=wrong(0))) == Gone()
    await stage.let_pass(SHORT + 5)
    assert await store.claim(push_id, last) == Gone()


async def test_parallel_wrong_passphrases_count_exactly_five(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    outcomes = await asyncio.gather(*(store.claim(push_id, an_attempt(pass_proof=wrong(n))) for n in range(40)))
    assert sum(isinstance(o, WrongPassphrase) and o.counted for o in outcomes) == 5
    assert outcomes.count(Gone()) == 35


async def test_a_fresh_grant_clears_the_wrong_attempts(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(views=2, passphrase=True))
    for n in range(4):
        await store.claim(push_id, an_attempt(pass_proof=wrong(n)))
    await claimed(store, push_id, an_attempt(pass_proof=PASS))
    assert await store.claim(push_id, an_attempt(pass_proof=wrong(0))) == WrongPassphrase(4, counted=True)


async def test_a_redelivery_clears_no_wrong_attempt(stage: Stage):
    store, attempt = stage.push_store(), an_attempt(pass_proof=PASS)
    push_id = await kept(store, a_push(views=2, passphrase=True))
    await claimed(store, push_id, attempt)
    await store.claim(push_id, an_attempt(pass_proof=OTHER))
    await claimed(store, push_id, attempt)
    status = await store.status(push_id)
    assert status is not None
    assert status.failed_attempts == 1


async def test_a_wrong_passphrase_is_told_before_a_used_up_push(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    await claimed(store, push_id, an_attempt(pass_proof=PASS))
    assert await store.claim(push_id, an_attempt(pass_proof=OTHER)) == WrongPassphrase(4, counted=True)
    assert await store.claim(push_id, an_attempt(pass_proof=PASS)) == Gone()


# Tickets


async def bound(store: PushStore, **terms: int | bool) -> PushId:
    return await kept(store, a_push(bound_to=BOB, **terms))


async def test_a_bound_push_asks_for_a_ticket_and_spends_nothing(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store)
    for ticket in (None, TICKET):
        assert await store.claim(push_id, an_attempt(ticket=ticket)) == TicketNeeded()
    status = await store.status(push_id)
    assert status is not None
    assert status.views_left == 1


async def test_a_minted_ticket_opens_and_tells_whom_the_push_was_for(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store)
    assert await store.mint_ticket(push_id, TICKET, BOB)
    assert (await claimed(store, push_id, an_attempt(ticket=TICKET))).bound_to == BOB


async def test_the_ticket_is_asked_for_before_the_passphrase(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store, passphrase=True)
    assert await store.claim(push_id, an_attempt(pass_proof=OTHER)) == TicketNeeded()
    await store.mint_ticket(push_id, TICKET, BOB)
    assert await store.claim(push_id, an_attempt(pass_proof=OTHER, ticket=TICKET)) == WrongPassphrase(4, counted=True)
    await claimed(store, push_id, an_attempt(pass_proof=PASS, ticket=TICKET))


async def test_a_ticket_for_anybody_else_is_not_minted(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store)
    elsewhere = Member(Workspace("slack", "T0OTHER"), BOB.id)
    for holder in (EVE, ALICE, elsewhere, Member(Workspace("teams", BOB.workspace.id), BOB.id)):
        assert not await store.mint_ticket(push_id, TICKET, holder)
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == TicketNeeded()


async def test_the_enterprise_that_a_platform_adds_or_not_makes_no_other_person(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store)
    assert await store.mint_ticket(push_id, TICKET, Member(replace(BOB.workspace, enterprise="E0"), BOB.id))


async def test_no_ticket_for_an_open_push_or_one_that_is_gone(stage: Stage):
    store = stage.push_store()
    unbound, spent, expired = await kept(store, a_push()), await bound(store), await bound(store)
    await store.mint_ticket(spent, TICKET, BOB)
    await claimed(store, spent, an_attempt(ticket=TICKET))
    await stage.expire(expired)
    for push_id in (unbound, spent, expired, PushId(os.urandom(16))):
        assert not await store.mint_ticket(push_id, TICKET, BOB)


async def test_a_newer_ticket_replaces_the_older(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store)
    await store.mint_ticket(push_id, TICKET, BOB)
    await store.mint_ticket(push_id, b"N" * 16, BOB)
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == TicketNeeded()
    await claimed(store, push_id, an_attempt(ticket=b"N" * 16))


async def test_a_ticket_dies_at_its_deadline(stage: Stage):
    store = stage.push_store(ticket_ms=SHORT)
    push_id = await bound(store)
    await store.mint_ticket(push_id, TICKET, BOB)
    await stage.let_pass(SHORT + 5)
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == TicketNeeded()


async def test_a_ticket_belongs_to_the_first_nonce_that_claims_with_it(stage: Stage):
    store, first = stage.push_store(), an_attempt(ticket=TICKET)
    push_id = await bound(store, views=3)
    await store.mint_ticket(push_id, TICKET, BOB)
    outcomes = [await store.claim(push_id, attempt) for attempt in (first, an_attempt(ticket=TICKET), first)]
    assert [type(outcome) for outcome in outcomes] == [Granted, TicketNeeded, Granted]


async def test_whoever_used_the_last_view_hears_that_it_is_gone_and_not_to_fetch_another_ticket(stage: Stage):
    store = stage.push_store()
    push_id = await bound(store)
    await store.mint_ticket(push_id, TICKET, BOB)
    await claimed(store, push_id, an_attempt(ticket=TICKET))
    assert await store.claim(push_id, an_attempt(ticket=TICKET)) == Gone()
    assert await store.claim(push_id, an_attempt(ticket=b"N" * 16)) == TicketNeeded()
    assert await store.claim(push_id, an_attempt()) == TicketNeeded()


async def test_redelivery_outlives_the_ticket_but_needs_it(stage: Stage):
    store, attempt = stage.push_store(ticket_ms=SHORT), an_attempt(ticket=TICKET)
    push_id = await bound(store, views=2)
    await store.mint_ticket(push_id, TICKET, BOB)
    await claimed(store, push_id, attempt)
    await store.mint_ticket(push_id, b"N" * 16, BOB)
    await stage.let_pass(SHORT + 5)
    assert (await claimed(store, push_id, attempt)).redelivered
    for other in (None, OTHER[:16], b"N" * 16):
        assert await store.claim(push_id, replace(attempt, ticket=other)) == Gone()


# Burning


async def test_a_burned_push_is_gone_for_claims_and_redelivery(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=2))
    await claimed(store, push_id, attempt)
    assert [await store.burn(push_id) for _ in range(2)] == [True, False]
    assert [await store.claim(push_id, a) for a in (attempt, an_attempt())] == [Gone(), Gone()]
    assert await store.status(push_id) is None


async def test_a_granted_nonce_burns_without_more_and_may_say_so_twice(stage: Stage):
    store, attempt = stage.push_store(), an_attempt(pass_proof=PASS)
    push_id = await kept(store, a_push(views=2, passphrase=True))
    await claimed(store, push_id, attempt)
    await store.acknowledge(push_id, attempt.nonce)
    alone = Attempt(attempt.nonce, b"")
    assert [await store.burn_as_claimant(push_id, alone) for _ in range(2)] == [Burned(), Burned()]
    assert await store.claim(push_id, an_attempt(pass_proof=PASS)) == Gone()
    assert not await store.burn(push_id)


async def test_whoever_could_claim_may_burn_instead(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True, bound_to=BOB))
    refused: list[tuple[Attempt, type[ClaimOutcome]]] = [
        (an_attempt(link_proof=OTHER), Gone),
        (an_attempt(pass_proof=PASS), TicketNeeded),
        (an_attempt(pass_proof=OTHER, ticket=TICKET), WrongPassphrase),
    ]
    await store.mint_ticket(push_id, TICKET, BOB)
    for attempt, outcome in refused:
        assert isinstance(await store.burn_as_claimant(push_id, attempt), outcome)
    assert await store.burn_as_claimant(push_id, an_attempt(pass_proof=PASS, ticket=TICKET)) == Burned()


async def test_guessing_by_burning_shares_the_five_attempts(stage: Stage):
    store = stage.push_store()
    push_id = await kept(store, a_push(passphrase=True))
    acts = (store.claim, store.burn_as_claimant) * 3
    outcomes = [await act(push_id, an_attempt(pass_proof=wrong(n))) for n, act in enumerate(acts)]
    assert outcomes == [*(WrongPassphrase(left, counted=True) for left in (4, 3, 2, 1, 0)), Gone()]


async def test_terms_may_keep_the_recipient_from_burning(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push(views=2, burnable=False))
    await claimed(store, push_id, attempt)
    assert await store.burn_as_claimant(push_id, attempt) == Gone()
    assert await store.burn_as_claimant(push_id, an_attempt()) == Gone()
    assert await store.status(push_id) is not None


async def test_a_used_up_push_burns_only_for_who_has_seen_it(stage: Stage):
    store, attempt = stage.push_store(), an_attempt()
    push_id = await kept(store, a_push())
    await claimed(store, push_id, attempt)
    assert await store.burn_as_claimant(push_id, an_attempt()) == Gone()
    assert await store.burn_as_claimant(push_id, attempt) == Burned()
    assert await store.claim(push_id, attempt) == Gone()
