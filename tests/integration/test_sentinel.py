"""A store behind Redis Sentinel: the master is found, followed, and never waited for too long."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import Client, connect, masters
from adapters.redis_store.push_store import RedisPushStore
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Granted, Held
from tests.integration.acts import RECOVERED_WITHIN, a_push, an_attempt, every_act, many_at_once, node_for, until_it_works
from tests.servers import ask, await_replicas, folder
from tests.topologies import Sentinels

GENEROUS = 5.0


@asynccontextmanager
async def hole() -> AsyncIterator[str]:
    """The address of a sentinel that takes everything and answers nothing."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    async with await asyncio.start_server(swallow, "127.0.0.1", 0) as listening:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"


@pytest.fixture(scope="module")
def sentinels() -> Iterator[Sentinels]:
    with folder() as at, Sentinels(at) as running:
        yield running


@pytest.fixture
def fresh() -> Iterator[Sentinels]:
    """Some that a test may break."""
    with folder() as at, Sentinels(at) as running:
        yield running


@pytest.fixture
async def client(sentinels: Sentinels) -> AsyncIterator[Client]:
    made = connect(sentinels.url, timeout=20)
    yield made
    await made.aclose()


async def test_every_act_works_through_sentinels(client: Client, ring: KeyRing):
    await every_act(client, ring)


async def test_more_acts_than_connections_wait_for_each_other(sentinels: Sentinels, ring: KeyRing):
    client = connect(sentinels.url, timeout=20, pool=5)
    assert await many_at_once(client, ring) == []
    assert int((await client.info("clients"))["connected_clients"]) < 40
    await client.aclose()


async def test_there_is_one_master_and_it_holds_every_key(client: Client):
    assert isinstance(client, Redis)
    assert await masters(client) == [client]
    assert await node_for(client, "k", fresh=True) is client


@pytest.mark.parametrize("how", ["hung", pytest.param("killed", marks=pytest.mark.long)])
async def test_acts_work_again_after_a_failover(fresh: Sentinels, ring: KeyRing, how: str):
    client = connect(fresh.url)
    assert await many_at_once(client, ring, 20) == []
    old = fresh.master
    (old.kill if how == "killed" else old.freeze)()
    failing_over = asyncio.create_task(asyncio.to_thread(fresh.await_successor, old))
    took, longest = await until_it_works(client, ring, lambda: False)
    new = await failing_over
    again, _ = await until_it_works(client, ring, lambda: False)
    print(f"sentinel, master {how}: works {took:.2f} s after the fault, {again:.2f} s after the promotion; longest act {longest:.2f} s")
    assert (await client.info("server"))["tcp_port"] == new.port
    assert again < RECOVERED_WITHIN
    assert longest < GENEROUS
    await client.aclose()


@pytest.mark.long
async def test_a_planned_failover_is_followed_while_the_old_master_still_takes_writes(fresh: Sentinels, ring: KeyRing):
    client = connect(fresh.url)
    store, push, old = RedisPushStore(client, ring), a_push(), fresh.master
    await store.keep(push)
    assert await many_at_once(client, ring, 20) == []
    await_replicas(old.port, 2)
    ask(fresh.sentinels[0].port, "SENTINEL", "FAILOVER", Sentinels.SERVICE)
    new, began = await asyncio.to_thread(fresh.await_successor, old), time.monotonic()
    while (await client.info("server"))["tcp_port"] != new.port:
        await asyncio.sleep(0.02)  # between two tries
        assert time.monotonic() - began < RECOVERED_WITHIN
    print(f"sentinel, planned: the new master is used {time.monotonic() - began:.2f} s after its promotion")
    assert "role:master" in str(ask(old.port, "INFO", "replication"))
    assert await many_at_once(client, ring, 100) == []
    assert await store.claim(push.id, an_attempt()) == Held()
    assert await store.release(push.id)
    assert isinstance(await store.claim(push.id, an_attempt()), Granted)
    await client.aclose()


async def test_sentinels_that_hang_hold_up_nobody(sentinels: Sentinels, ring: KeyRing):
    async with hole() as one, hole() as two:
        good = f"127.0.0.1:{sentinels.sentinels[0].port}"
        client, began = connect(f"redis+sentinel://{one},{two},{good}/{Sentinels.SERVICE}"), time.monotonic()
        assert await many_at_once(client, ring, 25) == []
        print(f"two of three sentinels hang: 25 creates and claims in {time.monotonic() - began:.2f} s")
        await client.aclose()


async def test_no_sentinel_at_all_is_trouble_in_time(ring: KeyRing):
    client, began = connect("redis+sentinel://127.0.0.1:1,127.0.0.1:2/none"), time.monotonic()
    with pytest.raises(StoreUnavailable):
        await RedisPushStore(client, ring).burn(a_push().id)
    assert time.monotonic() - began < GENEROUS
    await client.aclose()


async def test_all_sentinels_hanging_is_trouble_in_time(ring: KeyRing):
    async with hole() as one, hole() as two:
        client, began = connect(f"redis+sentinel://{one},{two}/s"), time.monotonic()
        with pytest.raises(StoreUnavailable):
            await RedisPushStore(client, ring).burn(a_push().id)
        print(f"all sentinels hang: told after {time.monotonic() - began:.2f} s")
        assert time.monotonic() - began < GENEROUS
        await client.aclose()


async def test_a_service_that_the_sentinels_do_not_know_is_trouble(sentinels: Sentinels, ring: KeyRing):
    client = connect(sentinels.url.replace(Sentinels.SERVICE, "another"))
    with pytest.raises(StoreUnavailable):
        await RedisPushStore(client, ring).burn(a_push().id)
    await client.aclose()


async def test_servers_and_sentinels_have_passwords_of_their_own(ring: KeyRing):
    servers = {"requirepass": "s3rvers:own", "masterauth": "s3rvers:own"}
    with folder() as at, Sentinels(at, replicas=0, sentinels=1, password="w4tchers/own", **servers) as running:
        place = running.url.removeprefix("redis+sentinel://")
        good = f"redis+sentinel://default:s3rvers%3Aown@{place}/0?sentinel_password=w4tchers%2Fown"
        client = connect(good)
        await every_act(client, ring)
        await client.aclose()
        for wrong in ("s3rvers", "w4tchers"):
            client = connect(good.replace(wrong, "Wr0ng"))
            with pytest.raises(StoreUnavailable) as raised:
                await RedisPushStore(client, ring).burn(a_push().id)
            said = repr((raised.value, raised.value.__cause__, client, client.connection_pool, client.connection_pool.sentinel_manager))
            assert "Wr0ng" not in said
            assert "own" not in said
            await client.aclose()
