"""What does an operator see of the store, and what does `pushpw store adopt` do?"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.keys import Keys
from adapters.redis_store.push_store import RedisPushStore
from core.keyring import KeyRing
from core.link import encode
from core.push import Attempt, Granted, Held, PushId, SealedPush, Terms
from tests.journeys.program import Ended, run

KEY, LINK = os.urandom(32), os.urandom(32)


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    with EmbeddedServer() as server:
        client = connect(server.url, timeout=20)
        yield client
        await client.aclose()


@pytest.fixture
def store(redis: Redis) -> RedisPushStore:
    return RedisPushStore(redis, KeyRing([KEY], os.urandom))


async def live(store: RedisPushStore, redis: Redis, *, held: int = 0, free: int = 0) -> list[PushId]:
    pushes = [SealedPush(PushId(os.urandom(16)), b"sealed", LINK, None, Terms(600, 1), None) for _ in range(held + free)]
    for number, push in enumerate(pushes):
        await store.keep(push)
        if number < held:
            await redis.hset(Keys("pushpw").push(push.id)[0], "gen", "0123:4567")
    return [push.id for push in pushes]


async def pushpw(redis: Redis, folder: Path, *arguments: str, stdin: str = "", **settings: str) -> Ended:
    told = {
        "PUSHPW_BASE_URL": "http://localhost:8080",
        "PUSHPW_SEAL_KEYS": encode(KEY),
        "PUSHPW_REDIS_URL": f"unix://{redis.connection_pool.connection_kwargs['path']}",
    }
    return await run("store", *arguments, folder=folder, stdin=stdin, **(told | settings))


async def test_status_says_the_mode_why_and_what_is_held(redis: Redis, store: RedisPushStore, tmp_path: Path) -> None:
    await live(store, redis, held=2, free=3)
    ended = await pushpw(redis, tmp_path, "status")
    assert ended.code == 0
    for said in ("ephemeral", "nothing is written to disk", "fence   on", "5 pushes", "held    2", "pushpw store adopt"):
        assert said in ended.out


async def test_status_for_machines(redis: Redis, store: RedisPushStore, tmp_path: Path) -> None:
    await live(store, redis, held=1)
    ended = await pushpw(redis, tmp_path, "status", "--json", PUSHPW_STORE_MODE="durable", PUSHPW_STORE_REPLICAS="2")
    assert ended.code == 1  # this store is not durable
    told = json.loads(ended.out)
    assert {name: told[name] for name in ("mode", "because", "fence", "waits_for_replicas", "pushes", "held")} == {
        "mode": "durable",
        "because": "declared",
        "fence": "off",
        "waits_for_replicas": 2,
        "pushes": 1,
        "held": 0,
    }


async def test_status_of_a_store_that_must_not_be_used_says_what_to_do(redis: Redis, tmp_path: Path) -> None:
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    ended = await pushpw(redis, tmp_path, "status")
    assert ended.code == 1
    assert "set maxmemory-policy noeviction" in ended.out


async def test_adopt_asks_and_a_no_releases_nothing(redis: Redis, store: RedisPushStore, tmp_path: Path) -> None:
    (push_id,) = await live(store, redis, held=1)
    ended = await pushpw(redis, tmp_path, "adopt", stdin="n\n")
    assert ended.code == 1
    assert "Release 1 push" in ended.out
    assert await store.claim(push_id, Attempt(os.urandom(16), LINK)) == Held()


async def test_adopt_releases_all_and_then_nothing_is_held(redis: Redis, store: RedisPushStore, tmp_path: Path) -> None:
    push_ids = await live(store, redis, held=300, free=1)
    assert "300 released" in (await pushpw(redis, tmp_path, "adopt", "--yes")).out
    assert "Nothing is held" in (await pushpw(redis, tmp_path, "adopt")).out
    for push_id in push_ids:
        assert isinstance(await store.claim(push_id, Attempt(os.urandom(16), LINK)), Granted)


async def test_without_a_store_it_says_where_to_look(redis: Redis, tmp_path: Path) -> None:
    ended = await pushpw(redis, tmp_path, "status", PUSHPW_REDIS_URL="redis://127.0.0.1:1/0")
    assert ended.code == 2
    assert "PUSHPW_REDIS_URL" in ended.err
