"""The act was done and its answer got lost: the client asks again, and nothing is spent or counted twice."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.seen_before import RedisSeenBefore
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Attempt, Burned, Granted, PushId, SealedPush, Terms, WrongPassphrase
from tests.fakes import BOB
from tests.faults.proxy import Proxy

LINK, PASS, TICKET = os.urandom(32), os.urandom(32), os.urandom(16)


@pytest.fixture
async def line(store_url: str) -> AsyncIterator[tuple[Proxy, Redis]]:
    """The line and a client with one connection at its end."""
    async with Proxy(store_url.removeprefix("unix://")) as carrier:
        redis = connect(carrier.url, timeout=20, pool=1)
        yield carrier, redis
        await redis.aclose()


async def test_an_answer_lost_once_changes_nothing(line: tuple[Proxy, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store, seen = RedisPushStore(redis, ring, prefix=prefix), RedisSeenBefore(redis, os.urandom, prefix=prefix)
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, PASS, Terms(600, 2), BOB)
    attempt = Attempt(os.urandom(16), LINK, PASS, TICKET)
    # Each script has been heard of before, so that what gets lost is the answer of the act and not "unknown script".
    await store.keep(replace(push, id=PushId(os.urandom(16))))
    nobody = PushId(os.urandom(16))
    for warm in (store.claim(nobody, attempt), store.burn_as_claimant(nobody, attempt), store.mint_ticket(nobody, TICKET, BOB)):
        await warm

    carrier.lose_replies(1)
    expires_at = await store.keep(push)
    status = await store.status(push.id)
    assert status is not None
    assert expires_at == status.expires_at
    carrier.lose_replies(1)
    assert await store.mint_ticket(push.id, TICKET, BOB)
    carrier.lose_replies(1)
    assert await store.claim(push.id, replace(attempt, pass_proof=bytes(32))) == WrongPassphrase(4, counted=False)
    carrier.lose_replies(1)
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert (granted.sealed, granted.views_left) == (push.sealed, 1)
    carrier.lose_replies(1)
    assert await store.burn_as_claimant(push.id, attempt) == Burned()
    carrier.lose_replies(1)
    assert await seen.first_time("signature", b"what", 60)
    assert not await seen.first_time("signature", b"what", 60)
    assert carrier.lost == 6


async def test_the_lost_answers_of_a_senders_wishes_change_nothing(line: tuple[Proxy, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store, nobody = RedisPushStore(redis, ring, prefix=prefix), PushId(os.urandom(16))
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, None, Terms(600, 1), BOB)
    expires_at = await store.keep(push) or 0
    await store.extend(nobody, 1)
    await store.unbind(nobody)
    carrier.lose_replies(1)
    assert await store.extend(push.id, expires_at + 5000) == expires_at + 5000
    carrier.lose_replies(1)
    assert await store.unbind(push.id)
    granted = await store.claim(push.id, Attempt(os.urandom(16), LINK))
    assert isinstance(granted, Granted)
    assert (granted.expires_at, carrier.lost) == (expires_at + 5000, 2)


async def test_a_lock_whose_answer_got_lost_is_ours_and_is_given_back(line: tuple[Proxy, Redis], prefix: str):
    carrier, redis = line
    locks = RedisLocks(redis, os.urandom, prefix=prefix)
    async with locks.held("warm", 60):
        pass
    carrier.lose_replies(1)
    async with locks.held("sweep", 60) as mine:
        assert mine
        carrier.lose_replies(1)
    assert carrier.lost == 2
    async with locks.held("sweep", 60) as again:
        assert again


async def test_the_lost_answer_of_the_burning_guess_is_heard_after_all(line: tuple[Proxy, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store = RedisPushStore(redis, ring, prefix=prefix)
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, PASS, Terms(600, 2), None)
    await store.keep(push)
    for number in range(4):
        await store.claim(push.id, Attempt(os.urandom(16), LINK, bytes([number]) * 32))
    carrier.lose_replies(1)
    assert await store.claim(push.id, Attempt(os.urandom(16), LINK, b"x" * 32)) == WrongPassphrase(0, counted=True)
    assert carrier.lost == 1


async def test_answers_lost_for_long_are_trouble_and_the_nonce_gets_it_later(line: tuple[Proxy, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store = RedisPushStore(redis, ring, prefix=prefix)
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, None, Terms(600, 1), None)
    attempt = Attempt(os.urandom(16), LINK)
    await store.keep(push)
    await store.claim(PushId(os.urandom(16)), attempt)
    carrier.lose_replies(100)
    with pytest.raises(StoreUnavailable):
        await store.claim(push.id, attempt)
    carrier.lose_replies(0)
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert granted.sealed == push.sealed
