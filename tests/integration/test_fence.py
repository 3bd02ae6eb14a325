"""A restart, a crash, a failover, a failback: what becomes of pushes that were live?

Real servers, restarted and replaced; each test also shows what happens with the fence switched off
where a replica lags, because a test of a fence must be able to see it missing.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.facts import read_facts
from adapters.redis_store.fence import Fence, Mode, doubts, mode_of
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.pushes import Count, count_pushes, release_all
from core.errors import StoreFull, StoreUnavailable
from core.keyring import KeyRing
from core.push import Attempt, Burned, ClaimOutcome, Gone, Granted, Held, PushId, SealedPush, Terms
from tests.servers import DURABLE, EPHEMERAL, EVERY_SECOND, SNAPSHOTS, Server, folder

LINK = os.urandom(32)


def a_push(views: int = 1) -> SealedPush:
    return SealedPush(PushId(os.urandom(16)), os.urandom(200), LINK, None, Terms(600, views), None)


def an_attempt() -> Attempt:
    return Attempt(os.urandom(16), LINK)


@dataclass
class Stores:
    """Push stores on this test's servers, closed at its end."""

    ring: KeyRing = field(default_factory=lambda: KeyRing([os.urandom(32)], os.urandom))
    clients: list[Redis] = field(default_factory=list)
    by_port: dict[int, Redis] = field(default_factory=dict)

    def client(self, server: Server) -> Redis:
        known = self.by_port.get(server.port)
        if known is None:
            known = self.by_port[server.port] = connect(server.url, timeout=5)
            self.clients.append(known)
        return known

    def on(self, server: Server, *, declared: Mode | None = None, replicas: int = 0) -> RedisPushStore:
        client = self.client(server)
        return RedisPushStore(client, self.ring, fence=Fence(client, declared), replicas=replicas)

    async def follow(self, replica: Server, master: Server) -> None:
        """Attach `replica`; returns once it has everything."""
        await self.client(replica).execute_command("REPLICAOF", "127.0.0.1", master.port)
        await self.caught_up(master)

    @asynccontextmanager
    async def attached(self, place: Path) -> AsyncIterator[tuple[Server, Server]]:
        """A master and its replica."""
        with Server(place / "a") as master, Server(place / "b") as replica:
            await self.follow(replica, master)
            yield master, replica

    async def caught_up(self, master: Server) -> None:
        """Returns once its one replica has everything."""
        async with self.client(master).client() as line:
            await line.set("asked", 1, px=1)  # WAIT speaks of what its own connection wrote, and replication keeps the order
            assert await line.wait(1, 5000) == 1

    async def lag(self, replica: Server) -> None:
        """From now on it hears nothing more of its master."""
        await self.client(replica).execute_command("REPLICAOF", "127.0.0.1", 1)

    async def promote(self, replica: Server) -> None:
        await self.client(replica).execute_command("REPLICAOF", "NO", "ONE")


@pytest.fixture
async def stores() -> AsyncIterator[Stores]:
    stores = Stores()
    yield stores
    for client in stores.clients:
        await client.aclose()


@pytest.fixture
def place() -> Iterator[Path]:
    with folder() as path:
        yield path


async def kept(store: RedisPushStore, views: int = 1) -> PushId:
    push = a_push(views)
    assert await store.keep(push)
    return push.id


async def persist(store: RedisPushStore, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
    """As the page: again with the same nonce while the store is away."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await store.claim(push_id, attempt)
            except StoreUnavailable:
                await asyncio.sleep(0.01)  # between two tries


async def rewritten(client: Redis) -> None:
    """Returns once what it got from its master is in its own file."""
    async with asyncio.timeout(10):
        while (told := await client.info("persistence"))["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"]:
            await asyncio.sleep(0.002)  # between two looks


# What the server's facts allow to believe


@pytest.mark.parametrize(
    ("options", "mode", "because"),
    [
        (EPHEMERAL, "ephemeral", "nothing_on_disk"),
        (DURABLE, "durable", "every_act_on_disk"),
        (DURABLE | {"no-appendfsync-on-rewrite": "yes"}, "strict", "not_every_act_on_disk"),
        (EVERY_SECOND, "strict", "not_every_act_on_disk"),
        (SNAPSHOTS, "strict", "not_every_act_on_disk"),
    ],
)
async def test_the_mode_follows_from_what_reaches_the_disk(stores: Stores, place: Path, options: dict[str, str], mode: str, because: str):
    with Server(place, **options) as server:
        found = mode_of(await read_facts(stores.client(server)))
    assert (found.mode, found.because) == (mode, because)


async def test_a_replica_makes_it_strict_and_its_leaving_does_not_undo_that(stores: Stores, place: Path):
    with Server(place / "a", **DURABLE) as server, Server(place / "b") as replica:
        facts = stores.client(server)
        assert mode_of(await read_facts(facts)).mode == "durable"
        await stores.follow(replica, server)
        assert mode_of(await read_facts(facts)).because == "replicas"
        assert mode_of(await read_facts(stores.client(replica))).because == "is_a_replica"
        replica.kill()
        async with asyncio.timeout(10):
            while (await facts.info("replication"))["connected_slaves"]:
                pass
        assert mode_of(await read_facts(facts)).because == "replicas"


async def test_facts_that_may_not_be_read_make_it_strict(stores: Stores, place: Path):
    with Server(place, **DURABLE) as server:
        await stores.client(server).execute_command("ACL", "SETUSER", "guest", "on", ">guest", "~*", "+@all", "-config")
        guest = connect(f"redis://guest:guest@127.0.0.1:{server.port}/0", timeout=5)
        stores.clients.append(guest)
        assert mode_of(await read_facts(guest)).because == "facts_denied"
        assert (await Fence(guest, "durable").standing()).word == "off"


@pytest.mark.parametrize(
    ("options", "declared", "found"),
    [
        (DURABLE, "durable", []),
        (EPHEMERAL, "ephemeral", []),
        (EVERY_SECOND, "durable", ["not_durable"]),
        (EPHEMERAL, "durable", ["not_durable"]),
        (SNAPSHOTS, "ephemeral", ["not_ephemeral"]),
        (SNAPSHOTS, "strict", []),
        (SNAPSHOTS, None, []),
    ],
)
async def test_a_word_that_the_facts_contradict_is_doubted(
    stores: Stores, place: Path, options: dict[str, str], declared: Any, found: list[str]
):
    with Server(place, **options) as server:
        assert doubts(declared, await read_facts(stores.client(server)), 0) == found


async def test_more_replicas_than_are_waited_for_are_doubted(stores: Stores, place: Path):
    async with stores.attached(place) as (master, _):
        facts = await read_facts(stores.client(master))
        assert [doubts("ephemeral", facts, waited) for waited in (0, 1, 2)] == [["replicas_not_waited_for"], [], ["too_few_replicas"]]


# Restarts


async def test_a_durable_store_killed_and_started_again_has_lost_nothing_and_holds_nothing(stores: Stores, place: Path):
    server = Server(place, **DURABLE).start()
    store, attempt = stores.on(server), an_attempt()
    unread, claimed = await kept(store), await kept(store)
    assert isinstance(await store.claim(claimed, attempt), Granted)
    server.kill()
    with server:
        assert isinstance(await persist(store, unread, an_attempt()), Granted)
        again = await store.claim(claimed, attempt)
        assert isinstance(again, Granted)
        assert again.redelivered
        assert await store.claim(claimed, an_attempt()) == Gone()


async def test_a_store_brought_back_from_a_snapshot_holds_what_was_opened_since(stores: Stores, place: Path):
    server = Server(place, **SNAPSHOTS).start()
    store = stores.on(server)
    push_id = await kept(store)
    await stores.client(server).save()
    assert isinstance(await store.claim(push_id, an_attempt()), Granted)
    server.kill()
    with server:
        assert await persist(store, push_id, an_attempt()) == Held()


async def test_with_the_fence_off_that_snapshot_gives_a_second_reader(stores: Stores, place: Path):
    server = Server(place, **SNAPSHOTS).start()
    store = stores.on(server, declared="durable")
    push_id = await kept(store)
    await stores.client(server).save()
    assert isinstance(await store.claim(push_id, an_attempt()), Granted)
    server.kill()
    with server:
        assert isinstance(await persist(store, push_id, an_attempt()), Granted)


async def test_an_ephemeral_store_that_finds_an_old_file_holds_what_it_loads(stores: Stores, place: Path):
    server = Server(place, **EPHEMERAL).start()
    store = stores.on(server)
    push_id = await kept(store)
    await stores.client(server).save()  # nobody but an operator does that
    assert isinstance(await store.claim(push_id, an_attempt()), Granted)
    server.kill()
    with server:
        assert await persist(store, push_id, an_attempt()) == Held()


async def test_a_durable_store_that_comes_back_otherwise_is_looked_at_anew_before_anything_is_granted(stores: Stores, place: Path):
    server = Server(place, **DURABLE).start()
    store = stores.on(server)
    push_id = await kept(store)
    server.kill()
    server.options |= EVERY_SECOND
    with server:
        assert await persist(store, push_id, an_attempt()) == Held()


# Failovers


async def test_a_lagging_replica_promoted_holds_what_was_opened(stores: Stores, place: Path):
    async with stores.attached(place) as (master, replica):
        store = stores.on(master)
        push_id = await kept(store)
        await stores.caught_up(master)
        await stores.lag(replica)
        assert isinstance(await store.claim(push_id, an_attempt()), Granted)
        master.kill()
        await stores.promote(replica)
        assert await stores.on(replica).claim(push_id, an_attempt()) == Held()
        assert isinstance(await stores.on(replica, declared="ephemeral").claim(push_id, an_attempt()), Granted)  # the fence is what held it


async def test_after_failover_and_failback_the_old_master_holds_it_too(stores: Stores, place: Path):
    with Server(place / "a") as old, Server(place / "b") as new:
        await stores.follow(new, old)
        store = stores.on(old)
        push_id = await kept(store)
        await stores.caught_up(old)
        await stores.lag(new)
        assert isinstance(await store.claim(push_id, an_attempt()), Granted)
        await stores.promote(new)
        await stores.follow(old, new)  # with its run id, and with a push that nobody has opened
        await stores.promote(old)
        assert await store.claim(push_id, an_attempt()) == Held()


async def test_a_durable_replica_that_lagged_was_promoted_and_restarted_holds_it_still(stores: Stores, place: Path):
    with Server(place / "a", **DURABLE) as master, Server(place / "b", **DURABLE) as replica:
        await stores.follow(replica, master)
        store = stores.on(master)
        push_id = await kept(store)
        await stores.caught_up(master)
        await stores.lag(replica)
        assert isinstance(await store.claim(push_id, an_attempt()), Granted)
        await stores.promote(replica)
        await rewritten(stores.client(replica))
        replica.kill()
        replica.start()  # by its facts durable and alone, as if it had never been anything else
        after = stores.on(replica)
        assert await persist(after, push_id, an_attempt()) == Held()
        assert await count_pushes(stores.client(replica)) == Count(1, 1)
        assert await after.release(push_id)
        assert isinstance(await after.claim(push_id, an_attempt()), Granted)


async def test_what_was_made_or_released_between_two_restarts_of_a_durable_store_is_not_held(stores: Stores, place: Path):
    with Server(place, **DURABLE) as server:
        store = stores.on(server)
        push_ids = [await kept(store)]
        for _ in range(3):  # the store object stays, and meets each restart with what it knew before
            server.kill()
            server.start()
            push_ids.append(await kept(store))
            assert await store.release(push_ids[0])
        assert [type(await store.claim(push_id, an_attempt())) for push_id in push_ids] == [Granted] * 4


async def test_the_first_replica_holds_what_was_live_until_it_is_adopted(stores: Stores, place: Path):
    with Server(place / "a", **DURABLE) as master, Server(place / "b") as replica:
        store, client = stores.on(master), stores.client(master)
        push_ids = [await kept(store) for _ in range(5)]
        await stores.follow(replica, master)
        assert await store.claim(push_ids[0], an_attempt()) == Held()
        assert await count_pushes(client) == Count(5, 5)
        assert await release_all(client) == 5
        assert await count_pushes(client) == Count(5, 0)
        assert [type(await store.claim(push_id, an_attempt())) for push_id in push_ids] == [Granted] * 5


async def test_what_was_adopted_is_held_again_by_the_next_failover(stores: Stores, place: Path):
    with Server(place / "a") as master, Server(place / "b") as replica:
        store = stores.on(master)
        push_id = await kept(store)
        await stores.follow(replica, master)
        assert await release_all(stores.client(master)) == 1
        await stores.caught_up(master)
        await stores.promote(replica)
        assert await stores.on(replica).claim(push_id, an_attempt()) == Held()


# Replicas instead of the fence


async def test_a_grant_waits_until_the_replicas_have_it(stores: Stores, place: Path):
    async with stores.attached(place) as (master, replica):
        store, attempt = stores.on(master, declared="ephemeral", replicas=1), an_attempt()
        push_id = await kept(store)
        assert isinstance(await store.claim(push_id, attempt), Granted)
        await stores.promote(replica)
        after = stores.on(replica, declared="ephemeral")
        assert await after.claim(push_id, an_attempt()) == Gone()
        again = await after.claim(push_id, attempt)
        assert isinstance(again, Granted)
        assert again.redelivered


async def test_with_too_few_replicas_nothing_is_shown_and_the_same_nonce_gets_it_later(stores: Stores, place: Path):
    async with stores.attached(place) as (master, replica):
        store, attempt = stores.on(master, declared="ephemeral", replicas=1), an_attempt()
        push_id = await kept(store)
        await stores.lag(replica)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await store.claim(push_id, attempt)
        assert await store.claim(push_id, an_attempt()) == Gone()
        await stores.follow(replica, master)
        again = await store.claim(push_id, attempt)
        assert isinstance(again, Granted)
        assert again.redelivered


async def test_a_burn_said_again_is_burned_only_once_the_replicas_have_it(stores: Stores, place: Path):
    async with stores.attached(place) as (master, replica):
        store, attempt = stores.on(master, declared="ephemeral", replicas=1), an_attempt()
        mine, theirs = await kept(store), await kept(store, views=2)
        assert isinstance(await store.claim(theirs, attempt), Granted)
        await stores.lag(replica)
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await store.burn(mine)
            with pytest.raises(StoreUnavailable):
                await store.burn_as_claimant(theirs, attempt)
        await stores.follow(replica, master)
        assert not await store.burn(mine)
        assert await store.burn_as_claimant(theirs, attempt) == Burned()


async def test_waiting_survives_scripts_that_the_server_forgot(stores: Stores, place: Path):
    async with stores.attached(place) as (master, _):
        store = stores.on(master, declared="ephemeral", replicas=1)
        push_id = await kept(store, views=3)
        for _ in range(3):
            await stores.client(master).script_flush()
            assert isinstance(await store.claim(push_id, an_attempt()), Granted)


# Room


async def test_creating_is_refused_at_80_percent_and_claims_work_at_100(stores: Stores, place: Path):
    with Server(place) as server:
        store, client = stores.on(server), stores.client(server)
        push_id = await kept(store, views=2)
        used = int((await client.info("memory"))["used_memory"])
        await client.config_set("maxmemory", int(used / 0.9))
        with pytest.raises(StoreFull):
            await store.keep(a_push())
        await client.config_set("maxmemory", int(used / 0.5))
        await kept(store)
        await client.config_set("maxmemory", 1)
        with pytest.raises(StoreFull):
            await store.keep(a_push())
        assert isinstance(await store.claim(push_id, an_attempt()), Granted)


async def test_neither_of_two_that_were_one_trusts_what_it_knew_when_it_was_alone(stores: Stores, place: Path):
    one = Server(place / "a", **DURABLE).start()
    with Server(place / "b", **DURABLE) as other:
        store = stores.on(one)
        push_id = await kept(store)
        await stores.follow(other, one)
        assert await store.claim(push_id, an_attempt()) == Held()  # somebody has looked while there were two
        await stores.caught_up(one)
        await stores.promote(other)
        await rewritten(stores.client(other))
        for server in (one, other):
            server.kill()
            with server:
                assert await persist(stores.on(server), push_id, an_attempt()) == Held()
