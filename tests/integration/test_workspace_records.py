"""What lies in the store of a workspace: one hash, whose names tell nothing, on this ring key or an older one."""

import asyncio
import os

from redis.asyncio import Redis

from adapters.redis_store.keys import Keys
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from core.identity import Workspace
from core.keyring import KeyRing

ACME, OTHER = Workspace("slack", "T0ACME"), Workspace("slack", "T0OTHER")


def records(redis: Redis, prefix: str, *keys: bytes) -> RedisWorkspaceRecords:
    return RedisWorkspaceRecords(redis, KeyRing(keys, os.urandom), prefix=prefix)


async def lying(redis: Redis, prefix: str) -> list[bytes]:
    return [key async for key in redis.scan_iter(f"{prefix}:*")]


async def test_all_of_a_workspace_is_one_hash_that_stays(redis: Redis, prefix: str):
    mine = records(redis, prefix, os.urandom(32))
    for name in ("installation", "settings", "welcome"):
        await mine.keep(ACME, name, b"plain")
    await mine.count(ACME, "pushes", 3)
    (key,) = await lying(redis, prefix)
    assert await redis.ttl(key) == -1
    fields = await redis.hgetall(key)
    assert fields.pop(b"n:pushes") == b"3"
    assert len(fields) == 3
    seen = key + b"".join(fields) + b"".join(fields.values())
    assert [word for word in (b"installation", b"settings", b"welcome", b"T0ACME", b"plain") if word in seen] == []
    await mine.erase(ACME)
    assert await lying(redis, prefix) == []


async def test_what_an_older_ring_key_hid_is_found_and_moves_when_it_is_kept_again(redis: Redis, prefix: str):
    old, new = os.urandom(32), os.urandom(32)
    before, after, without = records(redis, prefix, old), records(redis, prefix, new, old), records(redis, prefix, new)
    for name in ("installation", "settings"):
        await before.keep(ACME, name, b"old")
    await before.count(ACME, "pushes", 2)
    assert await after.read(ACME, "installation") == b"old"
    await after.keep(ACME, "installation", b"new")
    await after.count(ACME, "pushes")
    assert [await after.read(ACME, name) for name in ("installation", "settings")] == [b"new", b"old"]
    assert await after.counts(ACME) == {"pushes": 3}
    assert await before.read(ACME, "installation") is None
    assert [await without.read(ACME, name) for name in ("installation", "settings")] == [b"new", None]
    await after.drop(ACME, "settings")
    assert await before.read(ACME, "settings") is None


async def test_what_is_kept_and_read_of_several_workspaces_at_once_stays_apart(redis: Redis, prefix: str):
    mine, many = records(redis, prefix, os.urandom(32)), [(where, name) for where in (ACME, OTHER) for name in ("installation", "settings")]
    await asyncio.gather(*(mine.keep(where, name, f"{where.id} {name}".encode()) for where, name in many))
    found = await asyncio.gather(*(mine.read(where, name) for where, name in [*many, (ACME, "welcome"), many[0]]))
    assert found == [*(f"{where.id} {name}".encode() for where, name in many), None, b"T0ACME installation"]


async def test_of_two_that_keep_the_same_at_once_the_later_one_stays(redis: Redis, prefix: str):
    mine = records(redis, prefix, os.urandom(32))
    await asyncio.gather(*(mine.keep(ACME, "settings", said) for said in (b"first", b"later")))
    assert await mine.read(ACME, "settings") == b"later"


async def test_erasing_takes_what_an_older_ring_key_hid_too(redis: Redis, prefix: str):
    old, new = os.urandom(32), os.urandom(32)
    await records(redis, prefix, old).keep(ACME, "installation", b"old")
    after = records(redis, prefix, new, old)
    await after.keep(ACME, "settings", b"new")
    assert len(await lying(redis, prefix)) == 2
    await after.erase(ACME)
    assert await lying(redis, prefix) == []


async def test_what_somebody_put_under_another_name_or_workspace_is_not_read(redis: Redis, prefix: str):
    key = os.urandom(32)
    mine, ring, names = records(redis, prefix, key), KeyRing([key], os.urandom), Keys(prefix)
    places = [
        (names.workspace(ring, space.spelled())[0], names.kept(ring, space.spelled(), name)[0])
        for space, name in ((ACME, "installation"), (ACME, "settings"), (OTHER, "installation"))
    ]
    await mine.keep(ACME, "installation", b"plain")
    sealed = await redis.hget(*places[0])
    for place in places[1:]:
        await redis.hset(*place, sealed)
    assert [await mine.read(ACME, "settings"), await mine.read(OTHER, "installation")] == [None, None]
