"""When the store is in trouble, we say so in time, and without telling a password."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_store.address import Address, read_address
from adapters.redis_store.connect import check_address, connect, trouble
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.facts import StoreFacts, faults, read_facts
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Attempt, PushId, SealedPush, Terms
from tests.fakes import ALICE

GENEROUS = 5.0
"""Seconds that a figure of one second may take on a loaded machine."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as short:
        yield Path(short)


@asynccontextmanager
async def blackhole(folder: Path) -> AsyncIterator[str]:
    """A server that takes everything and answers nothing."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    path = folder / "hole"
    async with await asyncio.start_unix_server(swallow, path):
        yield f"unix://{path}"


async def test_every_act_of_every_port_raises_store_unavailable_from_its_cause(folder: Path, ring: KeyRing):
    redis = connect(f"unix://{folder}/nobody")
    store, book, records = RedisPushStore(redis, ring), RedisReceiptBook(redis, ring), RedisSealedRecords(redis, ring)
    push_id, limiter, spaces = PushId(os.urandom(16)), RedisLimiter(redis, ring, {"create": 1}), RedisWorkspaceRecords(redis, ring)
    acts = [
        store.keep(SealedPush(push_id, b"s", b"l", None, Terms(60, 1), None)),
        store.claim(push_id, Attempt(b"n", b"l")),
        store.acknowledge(push_id, b"n"),
        store.burn(push_id),
        store.burn_as_claimant(push_id, Attempt(b"n", b"l")),
        store.mint_ticket(push_id, b"t", ALICE),
        store.extend(push_id, 1),
        store.unbind(push_id),
        store.status(push_id),
        book.find("abcdefgh"),
        book.amend("abcdefgh", lambda receipt: receipt),
        book.live_of(ALICE),
        book.count_live_of(ALICE),
        book.find_each(["abcdefgh"]),
        book.live_in(ALICE.workspace, 1),
        book.forget("abcdefgh"),
        book.take_due(1),
        book.settle_due("abcdefgh"),
        records.keep("k", "n", b"p", 1),
        records.read("k", "n"),
        records.take("k", "n"),
        records.drop("k", "n"),
        RedisSeenBefore(redis, os.urandom).first_time("k", b"w", 1),
        spaces.keep(ALICE.workspace, "n", b"p"),
        spaces.read(ALICE.workspace, "n"),
        spaces.drop(ALICE.workspace, "n"),
        spaces.count(ALICE.workspace, "w"),
        spaces.counts(ALICE.workspace),
        spaces.erase(ALICE.workspace),
        RedisLocks(redis, os.urandom).held("n", 1).__aenter__(),
        limiter.spend("create", "alice"),
        limiter.check("create", "alice"),
        read_facts(redis),
    ]
    for act in acts:
        with pytest.raises(StoreUnavailable) as raised:
            await act
        assert isinstance(raised.value.__cause__, RedisError)
    await redis.aclose()


async def test_a_store_that_answers_nothing_is_trouble_within_a_second(folder: Path, ring: KeyRing):
    async with blackhole(folder) as url:
        redis = connect(url)
        store, began = RedisPushStore(redis, ring), time.monotonic()
        # More callers than connections: those who wait for one are not kept longer.
        told = await asyncio.gather(*(store.burn(PushId(os.urandom(16))) for _ in range(100)), return_exceptions=True)
        took = time.monotonic() - began
        await redis.aclose()
    print(f"blackhole: {took:.2f} s until the last of 100 callers was told")
    assert {type(outcome) for outcome in told} == {StoreUnavailable}
    assert took < GENEROUS


async def test_a_caller_who_gives_up_is_not_told_of_trouble(folder: Path, ring: KeyRing):
    async with blackhole(folder) as url:
        redis = connect(url, timeout=60)
        waiting = asyncio.create_task(RedisPushStore(redis, ring).burn(PushId(os.urandom(16))))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await redis.aclose()


async def test_connections_that_a_restart_left_dead_are_replaced(ring: KeyRing, tmp_path: Path):
    with EmbeddedServer(data=tmp_path) as server:
        redis = connect(server.url, timeout=20)
        store = RedisPushStore(redis, ring)
        push = SealedPush(PushId(os.urandom(16)), b"s", b"l", None, Terms(60, 1), None)
        await store.keep(push)
        for client in await redis.client_list():
            await redis.client_kill_filter(_id=client["id"], skipme=True)
        assert await store.status(push.id) is not None
        await redis.aclose()


HOLDS_A_PASSWORD = "user:p4ssw0rd@"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://{}host", "starts with redis://"),
        ("{}host", "starts with redis://"),
        ("redis+sentinels://{}host/s", "starts with redis://"),
        ("redis://{}host:p4ssw0rd", "malformed: write name"),
        ("redis://{}host:0", "between 1 and 65535"),
        ("redis://{}host:65536", "between 1 and 65535"),
        ("redis://{}/0", "empty or malformed"),
        ("redis://{}::1:6379", "empty or malformed"),
        ("redis://{}host#1", "write %23 for #"),
        ("redis://{}host/p4ssw0rd", "number of a database"),
        ("redis://{}one,two", "several hosts need"),
        ("redis://{}host?p4ssw0rd=1", "option that is not known"),
        ("redis://{}host?socket_timeout=p4ssw0rd", "cannot be used"),
        ("redis://{}host?timeout=0", "cannot be used"),
        ("redis://{}host?max_connections=-1", "cannot be used"),
        ("redis://{}host?ssl_ca_certs=/p4ssw0rd", "starts with rediss"),
        ("redis://{}host?sentinel_password=p4ssw0rd", "option that is not known"),
        ("redis+sentinel://{}one,two", "name of the service"),
        ("redis+sentinel://{}one,two/", "name of the service"),
        ("redis+sentinel://{}one/s/p4ssw0rd", "name of the service"),
        ("redis+sentinel://{}one,,two/s", "empty or malformed"),
        ("redis+sentinel://{}one/s?ssl_keyfile=/p4ssw0rd", "starts with rediss"),
        ("redis+cluster://{}one,two/1", "no numbered databases"),
        ("redis+cluster://{}one?db=1", "no numbered databases"),
        ("redis+cluster://{}", "empty or malformed"),
        ("rediss+cluster://{}one?ssl_ca_path=/p4ssw0rd", "option that is not known"),
        ("unix://{}", "needs the path"),
        ("unix://{}run/s", "needs the path"),
    ],
)
@pytest.mark.parametrize("choke", [connect, check_address])
def test_an_address_that_cannot_work_is_refused_in_words_that_do_not_repeat_it(choke: Callable[[str], object], url: str, says: str):
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        choke(url.format(HOLDS_A_PASSWORD))
    assert "p4ssw0rd" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://localhost", Address("server", False, (("localhost", 6379),))),
        ("redis://u%40:p%2F%23@[fe80::1]:1/2", Address("server", False, (("fe80::1", 1),))),
        ("rediss://h", Address("server", True, (("h", 6379),))),
        ("unix://u:p@/a%20b?db=1", Address("socket", False, path="/a b")),
        ("redis+sentinel://a,b:1,[::1]/s", Address("sentinel", False, (("a", 26379), ("b", 1), ("::1", 26379)), service="s")),
        ("rediss+sentinel://u:p@a/my%2Fown/3", Address("sentinel", True, (("a", 26379),), service="my/own")),
        ("redis+cluster://a:1,b/", Address("cluster", False, (("a", 1), ("b", 6379)))),
    ],
)
def test_an_address_is_taken_apart(url: str, told: Address):
    read = read_address(url)
    assert replace(read, options={}) == told
    check_address(url)


def test_users_passwords_and_options_are_decoded():
    read = read_address(
        "rediss+sentinel://u%40:p%2F%23%25@h/s/3?sentinel_username=w&sentinel_password=o%26n&ssl_check_hostname=no&timeout=2"
    )
    assert read.options == {"username": "u@", "password": "p/#%", "db": 3, "ssl_check_hostname": False}
    assert read.sentinels_own == {"username": "w", "password": "o&n"}
    assert read.pool == {"timeout": 2.0}
    assert "p/#%" not in repr(read)
    assert "o&n" not in repr(read)


@pytest.mark.parametrize("url", ["redis://:secret@h:6379/2", "rediss://h", "unix:///tmp/s?db=1", "redis+sentinel://:secret@h/s"])
async def test_a_client_is_bounded_and_does_not_show_its_password(url: str):
    redis = connect(url, timeout=0.5, pool=3)
    assert isinstance(redis, Redis)
    made = redis.connection_pool.connection_kwargs
    assert (made["socket_timeout"], made["socket_connect_timeout"]) == (0.5, 0.5)
    assert redis.connection_pool.max_connections == 3
    assert "secret" not in repr(redis) + str(redis)
    await redis.aclose()


@pytest.mark.parametrize("url", ["redis://slow.test", "redis+sentinel://slow.test/s", "redis+cluster://slow.test"])
async def test_a_name_that_is_looked_up_for_ever_is_trouble_in_time(url: str, ring: KeyRing, monkeypatch: pytest.MonkeyPatch):
    async def for_ever(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", for_ever)
    client, began = connect(url), time.monotonic()
    with pytest.raises(StoreUnavailable):
        await RedisPushStore(client, ring).burn(PushId(os.urandom(16)))
    print(f"{url}: told after {time.monotonic() - began:.2f} s")
    assert time.monotonic() - began < GENEROUS
    await client.aclose()


async def test_trouble_lets_bugs_through(redis: Redis):
    with pytest.raises(KeyError):
        async with trouble(redis):
            raise KeyError


async def test_facts_of_the_embedded_server(redis: Redis):
    facts = await read_facts(redis)
    assert (facts.role, facts.connected_replicas, facts.maxmemory_policy, facts.appendonly) == ("master", 0, "noeviction", False)
    assert faults(facts) == []


async def without(store_url: str, redis: Redis, *denied: str) -> StoreFacts:
    await redis.execute_command("ACL", "SETUSER", "guest", "reset", "on", ">guest", "~*", "+@all", *denied)
    guest = connect(store_url + "?username=guest&password=guest", timeout=20)
    facts = await read_facts(guest)
    await guest.aclose()
    await redis.acl_deluser("guest")
    return facts


async def test_a_denied_config_leaves_unknown_only_what_info_does_not_tell(store_url: str, redis: Redis):
    facts = await without(store_url, redis, "-config")
    assert (facts.appendfsync, facts.appendonly, facts.saves, facts.maxmemory_policy) == (None, None, None, "noeviction")
    assert faults(facts) == []


async def test_a_denied_info_is_a_fault(store_url: str, redis: Redis):
    facts = await without(store_url, redis, "-info")
    assert not facts.info_allowed
    assert faults(facts) == ["info_denied"]


def server(**facts: object) -> StoreFacts:
    told = {"server": "redis", "version": "7.0.0", "run_id": "4f", "role": "master", "connected_replicas": 0, "replicated": False}
    kept = {"saves": False, "appendonly": True, "appendfsync": "always", "fsync_on_rewrite": True}
    return StoreFacts(**(told | kept | {"used_memory": 1, "maxmemory": 0, "maxmemory_policy": "noeviction"} | facts))


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"version": "6.2.14"}, ["version_too_old"]),
        ({"version": "8.0.1"}, []),
        ({"server": "valkey", "version": "7.2.4"}, []),
        ({"server": "valkey", "version": "7.1.9"}, ["version_too_old"]),
        ({"maxmemory_policy": "volatile-ttl"}, ["evicts"]),
        ({"maxmemory_policy": None}, []),
        ({"version": "6.0.0", "maxmemory_policy": "allkeys-lru"}, ["version_too_old", "evicts"]),
    ],
)
def test_faults_name_what_makes_a_server_unsafe(facts: dict[str, object], found: list[str]):
    assert faults(server(**facts)) == found
