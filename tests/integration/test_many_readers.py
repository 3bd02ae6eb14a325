"""1,000 readers at once, through two processes: each view goes to one of them."""

import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import asdict

import pytest
from redis.asyncio import Redis

from adapters.redis_store.push_store import RedisPushStore
from core.keyring import KeyRing
from core.push import Attempt, Granted, PushId, SealedPush, Terms
from tests.integration.claimants import Orders

READERS = 1000
LINK = os.urandom(32)


async def rush(orders: Orders) -> Counter[str]:
    """Both processes are ready before either starts."""
    command = (sys.executable, "-m", "tests.integration.claimants")
    pipe = asyncio.subprocess.PIPE
    both = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(2)]
    for process in both:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(orders)).encode() + b"\n")
    for process in both:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in both))
    return Counter(outcome for out, _ in answers for outcome in json.loads(out))


@pytest.fixture
def key() -> bytes:
    return os.urandom(32)


@pytest.fixture
def store(redis: Redis, prefix: str, key: bytes) -> RedisPushStore:
    return RedisPushStore(redis, KeyRing([key], os.urandom), prefix=prefix)


def orders_for(store_url: str, prefix: str, key: bytes, push_id: PushId, *, guess: bool = False) -> Orders:
    return Orders(store_url, prefix, key.hex(), push_id.hex(), LINK.hex(), READERS // 2, guess)


@pytest.mark.parametrize("views", [1, 2, 17, 100])
async def test_a_thousand_readers_through_two_processes_get_each_view_once(
    store: RedisPushStore, store_url: str, prefix: str, key: bytes, views: int
):
    push = SealedPush(PushId(os.urandom(16)), os.urandom(500), LINK, None, Terms(600, views), None)
    assert await store.keep(push)
    assert await rush(orders_for(store_url, prefix, key, push.id)) == {"granted": views, "gone": READERS - views}


async def test_a_thousand_wrong_passphrases_through_two_processes_count_five(
    store: RedisPushStore, store_url: str, prefix: str, key: bytes
):
    push = SealedPush(PushId(os.urandom(16)), os.urandom(500), LINK, os.urandom(32), Terms(600, 3), None)
    assert await store.keep(push)
    assert await rush(orders_for(store_url, prefix, key, push.id, guess=True)) == {"counted": 5, "gone": READERS - 5}
    assert await store.status(push.id) is None


async def test_a_granted_nonce_gets_the_same_bytes_after_the_rush_of_others(store: RedisPushStore, store_url: str, prefix: str, key: bytes):
    push = SealedPush(PushId(os.urandom(16)), os.urandom(500), LINK, None, Terms(600, 1), None)
    attempt = Attempt(os.urandom(16), LINK)
    assert await store.keep(push)
    first = await store.claim(push.id, attempt)
    assert await rush(orders_for(store_url, prefix, key, push.id)) == {"gone": READERS}
    again = await store.claim(push.id, attempt)
    assert isinstance(first, Granted)
    assert isinstance(again, Granted)
    assert (again.sealed, again.redelivered) == (first.sealed, True)
