"""What only the real book has: lists that somebody left halfway, names of an older ring key, records of an older version."""

import json
import os
from dataclasses import asdict, replace

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import server_time
from adapters.redis_store.keys import Keys
from adapters.redis_store.receipt_book import RedisReceiptBook
from core.keyring import KeyRing
from core.link import encode
from core.push import PushId, reference
from core.receipt import Receipt, State
from tests.fakes import ALICE, BOB

FIELDS_OF_THE_FIRST_VERSION = 18
DAY = 86_400_000


@pytest.fixture
def book(redis: Redis, ring: KeyRing, prefix: str) -> RedisReceiptBook:
    return RedisReceiptBook(redis, ring, prefix=prefix)


async def a_receipt(redis: Redis, lasts_ms: int = DAY) -> Receipt:
    push_id, now = PushId(os.urandom(16)), await server_time(redis)
    return Receipt(reference(push_id), push_id, ALICE, BOB, "VPN", 2, 2, True, now, now + lasts_ms)


async def test_a_receipt_of_the_first_version_is_still_read(redis: Redis, ring: KeyRing, book: RedisReceiptBook, prefix: str):
    receipt = await a_receipt(redis)
    members = {"sender": ALICE.to_json(), "recipient": BOB.to_json(), "push_id": encode(receipt.push_id)}
    written = dict(list((asdict(receipt) | members).items())[:FIELDS_OF_THE_FIRST_VERSION])
    assert "asked_in" in written
    assert "group" not in written
    sealed = ring.wrap("receipt", json.dumps(written).encode(), receipt.reference.encode())
    await redis.set(Keys(prefix).receipt(receipt.reference), sealed, px=60_000)
    assert await book.find(receipt.reference) == receipt


async def test_what_a_receipt_of_another_version_has_more_is_left_out(redis: Redis, ring: KeyRing, book: RedisReceiptBook, prefix: str):
    receipt = await a_receipt(redis)
    members = {"sender": ALICE.to_json(), "recipient": BOB.to_json(), "push_id": encode(receipt.push_id)}
    written = asdict(receipt) | members | {"conversation": "D1"}
    sealed = ring.wrap("receipt", json.dumps(written).encode(), receipt.reference.encode())
    await redis.set(Keys(prefix).receipt(receipt.reference), sealed, px=60_000)
    assert await book.find(receipt.reference) == receipt


async def test_every_list_and_the_receipt_itself_live_as_long_as_what_was_extended(redis: Redis, book: RedisReceiptBook, prefix: str):
    receipt = await a_receipt(redis)
    await book.enter(receipt)
    later = receipt.expires_at + 30 * DAY
    await book.amend(receipt.reference, lambda known: replace(known, expires_at=later))
    keys = [key async for key in redis.scan_iter(f"{prefix}:*")]
    assert len(keys) == 4
    assert {await redis.pexpiretime(key) for key in keys} == {later + 7 * DAY}


async def test_any_other_change_leaves_every_lifetime(redis: Redis, book: RedisReceiptBook, prefix: str):
    receipt = await a_receipt(redis)
    await book.enter(receipt)
    await book.amend(receipt.reference, lambda known: replace(known, label="new", views_left=1))
    assert {await redis.pexpiretime(key) async for key in redis.scan_iter(f"{prefix}:*")} == {receipt.expires_at + 7 * DAY}


async def test_what_was_left_halfway_stands_in_nobodys_way(redis: Redis, ring: KeyRing, book: RedisReceiptBook, prefix: str):
    ended, never_there, live = [await a_receipt(redis, DAY + number) for number in range(3)]
    await book.enter(ended)
    await book.enter(live)
    listed = Keys(prefix).receipts_in(ring, ALICE.workspace.spelled())[0]
    await book.amend(ended.reference, lambda known: replace(known, state=State.BURNED))
    await redis.zadd(listed, {ended.reference: ended.expires_at, never_there.reference: never_there.expires_at})
    assert await book.live_in(ALICE.workspace, 1) == [live]
    assert await redis.zrange(listed, 0, -1) == [live.reference.encode()]


async def test_names_of_an_older_ring_key_lead_there_too_until_all_has_gone(redis: Redis, prefix: str):
    old, new = os.urandom(32), os.urandom(32)
    before, after = (RedisReceiptBook(redis, KeyRing(keys, os.urandom), prefix=prefix) for keys in ([old], [new, old]))
    first, second, third = [await a_receipt(redis, DAY + number) for number in range(3)]
    for receipt in (first, third):
        await before.enter(receipt)
    await after.enter(second)
    assert await after.live_in(ALICE.workspace, 9) == await after.live_of(ALICE) == [first, second, third]
    assert await after.live_in(ALICE.workspace, 2) == [first, second]
    extended = await after.amend(first.reference, lambda known: replace(known, expires_at=known.expires_at + DAY))
    assert await after.live_in(ALICE.workspace, 9) == await after.live_of(ALICE) == [second, third, extended]
    assert await after.count_live_of(ALICE) == 3
    for receipt in (first, second, third):
        await after.forget(receipt.reference)
    assert [key async for key in redis.scan_iter(f"{prefix}:*")] == []
