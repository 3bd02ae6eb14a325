"""A store that is a cluster: every key is found wherever it lies, and wherever it moves to."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from adapters.redis_store import cluster as product
from adapters.redis_store.connect import Client, at_node, connect, masters, trouble
from adapters.redis_store.fence import Fence
from adapters.redis_store.keys import Keys
from adapters.redis_store.push_store import RedisPushStore
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Granted, Held, PushId, SealedPush
from tests.integration.acts import RECOVERED_WITHIN, a_push, an_attempt, every_act, many_at_once, node_for, until_it_works
from tests.servers import Server, await_replicas, folder
from tests.topologies import Cluster

GENEROUS = 5.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with folder() as at, Cluster(at) as running:
        yield running


@pytest.fixture
async def client(cluster: Cluster) -> AsyncIterator[Client]:
    made = connect(cluster.url, timeout=20)
    yield made
    await made.aclose()


def name_of(push: SealedPush) -> str:
    return Keys("pushpw").push(push.id)[0]


async def test_every_act_works_on_a_cluster(client: Client, ring: KeyRing):
    await every_act(client, ring)


async def test_more_acts_than_connections_wait_for_each_other(cluster: Cluster, ring: KeyRing):
    client = connect(cluster.url, timeout=20, pool=5)
    assert await many_at_once(client, ring) == []
    for node in await masters(client):
        assert int((await node.info("clients"))["connected_clients"]) < 30
    await client.aclose()


async def test_each_master_has_one_client_that_stays(client: Client):
    first, again = await masters(client), await masters(client)
    assert len(first) == 3
    assert {id(node) for node in first} == {id(node) for node in again}
    assert {(await node.info("replication"))["role"] for node in first} == {"master"}


async def test_the_node_of_a_key_answers_for_it(cluster: Cluster, client: Client):
    for key in ("a", "b", "c", "d"):
        for fresh in (False, True):
            node = await node_for(client, key, fresh=fresh)
            assert (await node.info("server"))["tcp_port"] == cluster.holder(key).port
            assert await node.set(key, "v", px=1000)


async def test_one_address_of_many_is_enough_and_one_that_hangs_is_no_matter(cluster: Cluster, ring: KeyRing):
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    async with await asyncio.start_server(swallow, "127.0.0.1", 0) as hole:
        ports = [1, hole.sockets[0].getsockname()[1], cluster.servers[4].port]
        client, began = connect(f"redis+cluster://{','.join(f'127.0.0.1:{port}' for port in ports)}"), time.monotonic()
        assert await many_at_once(client, ring, 20) == []
        print(f"cluster, one of three addresses hangs and one is closed: 20 creates and claims in {time.monotonic() - began:.2f} s")
        await client.aclose()


async def test_no_node_at_all_is_trouble_in_time(ring: KeyRing):
    client, began = connect("redis+cluster://127.0.0.1:1,127.0.0.1:2"), time.monotonic()
    for ask_for in (RedisPushStore(client, ring).burn(PushId(b"x" * 16)), masters(client), node_for(client, "k", fresh=True)):
        with pytest.raises(StoreUnavailable):
            await ask_for
    assert time.monotonic() - began < GENEROUS
    await client.aclose()


async def test_a_server_that_is_no_cluster_is_trouble(ring: KeyRing):
    with folder() as at, Server(at) as alone:
        client = connect(f"redis+cluster://127.0.0.1:{alone.port}")
        with pytest.raises(StoreUnavailable):
            await RedisPushStore(client, ring).burn(PushId(b"x" * 16))
        await client.aclose()


async def test_pushes_of_a_slot_that_is_moving_are_claimed_and_created(cluster: Cluster, ring: KeyRing):
    client = connect(cluster.url)
    store, push = RedisPushStore(client, ring, fence=Fence(client, "durable")), a_push(views=60)  # the fence would hold what has moved
    await store.keep(push)
    assert await many_at_once(client, ring, 25) == []  # many connections to each node are open: ASKING must go down the right one
    target = cluster.move_slot(name_of(push), finish=False)
    granted = await asyncio.gather(*(store.claim(push.id, an_attempt()) for _ in range(30)))
    assert {type(outcome) for outcome in granted} == {Granted}
    assert await store.keep(push) is not None
    cluster.finish_move(name_of(push), target)
    granted = await asyncio.gather(*(store.claim(push.id, an_attempt()) for _ in range(30)))
    assert sorted(outcome.views_left for outcome in granted if isinstance(outcome, Granted)) == list(range(30))
    await client.aclose()


async def test_a_slot_that_has_moved_is_followed(cluster: Cluster, client: Client, ring: KeyRing):
    store, push = RedisPushStore(client, ring), a_push()
    await store.keep(push)
    key = name_of(push)
    assert isinstance(await node_for(client, key), Redis)
    target = cluster.move_slot(key)
    assert await store.claim(push.id, an_attempt()) == Held()
    assert await store.release(push.id)
    assert isinstance(await store.claim(push.id, an_attempt()), Granted)
    assert (await (await node_for(client, key, fresh=True)).info("server"))["tcp_port"] == target.port


async def test_an_act_of_several_commands_follows_a_moving_slot(cluster: Cluster, client: Client):
    async def send(node: Redis, asking: bool) -> list[object]:
        async with node.pipeline(transaction=False) as act:
            if asking:
                act.execute_command("ASKING")
            act.set("moving", "v", px=60_000)
            told = await act.execute()
            return list(told)

    assert await at_node(client, "moving", send) == [True]
    target = cluster.move_slot("moving", finish=False)
    async with trouble(client):
        assert (await at_node(client, "moving", send))[-1] is True
    cluster.finish_move("moving", target)
    assert await at_node(client, "moving", send) == [True]


@pytest.mark.parametrize("how", ["killed", pytest.param("hung", marks=pytest.mark.long)])
async def test_acts_work_again_after_a_failover(ring: KeyRing, how: str):
    with folder() as at, Cluster(at) as running:
        push = a_push()
        key = name_of(push)
        old = running.holder(key)
        client = connect(f"redis+cluster://127.0.0.1:{old.port}")  # the only address that was given is the one that goes
        store = RedisPushStore(client, ring)
        await store.keep(push)
        assert await many_at_once(client, ring, 30) == []
        await_replicas(old.port, 1, like=key)
        before = await masters(client)
        (old.kill if how == "killed" else old.freeze)()
        failing_over = asyncio.create_task(asyncio.to_thread(running.await_successor, key, old))
        began, longest = time.monotonic(), 0.0
        while not failing_over.done():
            at_ = time.monotonic()
            outcome = (await asyncio.gather(store.status(push.id), return_exceptions=True))[0]
            longest = max(longest, time.monotonic() - at_)
            assert not isinstance(outcome, BaseException) or isinstance(outcome, StoreUnavailable)
            await asyncio.sleep(0.02)  # between two tries
        new, promoted = await failing_over, time.monotonic()
        while isinstance(
            outcome := (await asyncio.gather(store.claim(push.id, an_attempt()), return_exceptions=True))[0], StoreUnavailable
        ):
            assert time.monotonic() - promoted < RECOVERED_WITHIN
        again = time.monotonic() - promoted
        print(f"cluster, master {how}: promoted after {promoted - began:.2f} s, works {again:.2f} s later; longest act {longest:.2f} s")
        assert outcome == Held()  # and not a second reader, had the new master been behind
        assert await store.release(push.id)
        assert isinstance(await store.claim(push.id, an_attempt()), Granted)
        took, _ = await until_it_works(client, ring, lambda: False)
        assert took < RECOVERED_WITHIN
        assert longest < GENEROUS
        assert await many_at_once(client, ring, 100) == []
        after = await masters(client)
        assert new.port in {(await node.info("server"))["tcp_port"] for node in after}
        assert len({id(node) for node in before} & {id(node) for node in after}) == 2
        await client.aclose()


async def test_losing_a_node_leaves_no_client_behind(client: Client, cluster: Cluster):
    assert isinstance(client, product.Cluster)
    await masters(client)
    client.plain(product.ClusterNode("127.0.0.1", 1))
    known = len(client._plain)
    await masters(client)
    assert len(client._plain) == known - 1
