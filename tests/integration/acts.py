"""What does the service ask of its store? Every act of every port, and what must come of it."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from adapters.redis_store.cluster import Cluster
from adapters.redis_store.connect import Client, masters, trouble
from adapters.redis_store.facts import read_facts
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.outbox import RedisOutbox
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.pushes import count_pushes, release_all
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.request_book import RedisRequestBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from core.errors import StoreUnavailable, TooMany
from core.keyring import KeyRing
from core.promise import Announce
from core.push import Attempt, Burned, Granted, PushId, SealedPush, Terms, reference
from core.receipt import Receipt
from core.secret_request import Asking, SecretRequest
from tests.fakes import ALICE, BOB

RECOVERED_WITHIN = 5.0


def a_push(*, views: int = 1, bound: bool = False) -> SealedPush:
    return SealedPush(PushId(os.urandom(16)), os.urandom(400), b"L" * 32, None, Terms(600, views), BOB if bound else None)


def an_attempt() -> Attempt:
    return Attempt(os.urandom(16), b"L" * 32)


async def node_for(client: Client, key: str, *, fresh: bool = False) -> Redis:
    """A client for the server that holds the key's slot; `fresh` after asking anew who does."""
    if not isinstance(client, Cluster):
        return client
    async with trouble(client):
        await (client.read_slots() if fresh else client.initialize())
        return client.plain(client.holder(key))


async def every_act(client: Client, ring: KeyRing, prefix: str = "pushpw") -> None:
    """Each act of each port once, on keys that lie anywhere; the facts of each server too."""
    await _pushes(RedisPushStore(client, ring, prefix=prefix))
    await _receipts(RedisReceiptBook(client, ring, prefix=prefix))
    await _requests(RedisRequestBook(client, ring, prefix=prefix))
    await _small_things(client, ring, prefix)
    await _promises(RedisOutbox(client, ring, prefix=prefix))
    await _workspaces(RedisWorkspaceRecords(client, ring, prefix=prefix), RedisLocks(client, os.urandom, prefix=prefix))
    for node in await masters(client):
        assert (await read_facts(node)).role == "master"
        await count_pushes(node, prefix)
        await release_all(node, prefix)


async def _pushes(store: RedisPushStore) -> None:
    push, bound = a_push(views=2), a_push(bound=True)
    for one in (push, bound):
        assert await store.keep(one) is not None
    first = an_attempt()
    granted = await store.claim(push.id, first)
    assert isinstance(granted, Granted)
    assert granted.sealed == push.sealed
    assert await store.acknowledge(push.id, first.nonce)
    assert await store.release(push.id)
    later = granted.expires_at + 60_000
    assert await store.extend(push.id, later) == later
    status = await store.status(push.id)
    assert status is not None
    assert (status.views_left, status.expires_at) == (1, later)
    assert await store.burn_as_claimant(push.id, an_attempt()) == Burned()
    assert await store.mint_ticket(bound.id, b"T" * 16, BOB)
    assert isinstance(await store.claim(bound.id, replace(an_attempt(), ticket=b"T" * 16)), Granted)
    assert await store.unbind(bound.id)
    assert await store.burn(bound.id)


async def _receipts(book: RedisReceiptBook) -> None:
    now = time.time_ns() // 1_000_000
    receipts = []
    for _ in range(12):
        push_id = PushId(os.urandom(16))
        receipts.append(Receipt(reference(push_id), push_id, ALICE, BOB, "", 1, 1, False, now, now + 60_000))
        await book.enter(receipts[-1])
    one = receipts[0].reference
    assert await book.find(one) == receipts[0]
    assert {receipt.reference for receipt in await book.live_of(ALICE)} >= {receipt.reference for receipt in receipts}
    assert await book.count_live_of(ALICE) >= 12
    assert await book.find_each([receipt.reference for receipt in receipts]) == receipts
    assert len(await book.live_in(ALICE.workspace, 5)) == 5
    await book.amend(receipts[1].reference, lambda receipt: replace(receipt, expires_at=now + 90_000))
    await book.forget(receipts[2].reference)
    assert await book.find(receipts[2].reference) is None
    changed = await book.amend(one, lambda receipt: replace(receipt, views_left=0))
    assert changed is not None
    expired = PushId(os.urandom(16))
    due = replace(receipts[0], push_id=expired, reference=reference(expired), expires_at=now - 1)
    await book.enter(due)
    assert due.reference in await book.take_due(100)
    await book.settle_due(due.reference)


async def _requests(book: RedisRequestBook) -> None:
    now = time.time_ns() // 1_000_000
    open_one, due = (SecretRequest(os.urandom(8).hex(), ALICE, BOB, "x", now, now + lasts) for lasts in (60_000, -1))
    for request in (open_one, due):
        await book.enter(request)
    assert await book.find(open_one.id) == open_one
    assert await book.open_of(ALICE) == [open_one]
    assert await book.count_open_of(ALICE) == 1
    assert await book.open_in(ALICE.workspace, 5) == [open_one]
    assert await book.take_due(10) == [due.id]
    await book.settle_due(due.id)
    assert await book.amend(open_one.id, lambda known: known.after(Asking.DECLINED, now)) is not None
    assert await book.open_of(ALICE) == []
    await book.forget(open_one.id)
    assert await book.find(open_one.id) is None


async def _promises(outbox: RedisOutbox) -> None:
    await outbox.promise(Announce("abcdefgh"))
    (lent,) = await outbox.take(10)
    await outbox.done(lent.number)
    assert await outbox.take(10) == []


async def _workspaces(records: RedisWorkspaceRecords, locks: RedisLocks) -> None:
    space = ALICE.workspace
    for name in ("installation", "settings"):
        await records.keep(space, name, b"plain")
    await records.drop(space, "settings")
    await records.count(space, "pushes", 2)
    assert [await records.read(space, name) for name in ("installation", "settings")] == [b"plain", None]
    assert await records.counts(space) == {"pushes": 2}
    await records.erase(space)
    assert await records.read(space, "installation") is None
    for _ in range(2):
        async with locks.held("sweep", 60) as mine, locks.held("sweep", 60) as theirs:
            assert (mine, theirs) == (True, False)


async def _small_things(client: Client, ring: KeyRing, prefix: str) -> None:
    records, seen = RedisSealedRecords(client, ring, prefix=prefix), RedisSeenBefore(client, os.urandom, prefix=prefix)
    for name in ("a", "b", "c"):
        await records.keep("form", name, b"plain", 60)
    assert [await records.read("form", "a"), await records.take("form", "b"), await records.take("form", "b")] == [b"plain", b"plain", None]
    await records.drop("form", "c")
    what = os.urandom(16)
    assert [await seen.first_time("signature", what, 60) for _ in range(2)] == [True, False]
    who, limiter = os.urandom(8).hex(), RedisLimiter(client, ring, {"create": 1}, prefix=prefix)
    await limiter.check("create", who)
    await limiter.spend("create", who)
    with pytest.raises(TooMany) as refused:
        await limiter.spend("create", who)
    assert 0 < refused.value.retry_after <= 60


async def until_it_works(client: Client, ring: KeyRing, still_there: Callable[[], bool]) -> tuple[float, float]:
    """Create and claim, again and again, until that works somewhere else than before.

    Returns seconds: how long it took, and the longest that one try lasted. Whatever fails meanwhile
    fails as StoreUnavailable.
    """
    store, began, longest = RedisPushStore(client, ring), time.monotonic(), 0.0
    while True:
        at = time.monotonic()
        try:
            push = a_push()
            await store.keep(push)
            assert isinstance(await store.claim(push.id, an_attempt()), Granted)
            if not still_there():
                return time.monotonic() - began, longest
        except StoreUnavailable:
            pass
        longest = max(longest, time.monotonic() - at)
        assert at - began < 30, "it never worked again"
        await asyncio.sleep(0.02)  # between two tries


async def many_at_once(client: Client, ring: KeyRing, count: int = 200) -> list[object]:
    """What comes of so many creates and claims at the same time; nothing but None when all is well."""
    store = RedisPushStore(client, ring)

    async def one() -> None:
        push = a_push()
        assert await store.keep(push) is not None
        assert isinstance(await store.claim(push.id, an_attempt()), Granted)

    told = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
    return [outcome for outcome in told if outcome is not None]
