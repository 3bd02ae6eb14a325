"""A user with no more rights than docs/how-to/redis-for-production.md says can do all that the service does."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.redis_store.connect import connect
from adapters.redis_store.push_store import RedisPushStore
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import PushId
from tests.integration.acts import every_act, many_at_once
from tests.servers import Server, ask, folder
from tests.topologies import Cluster, Sentinels

PAGE = (Path(__file__).parents[2] / "docs/how-to/redis-for-production.md").read_text()
PASSWORD = "c4nary/of:the@acl"
SPELLED = "c4nary%2Fof%3Athe%40acl"


def rules(after: str) -> list[str]:
    """What the page's line for a user says, with our password in it."""
    found = re.search(rf"^    user pushpw on >{after} (.*)$", PAGE, re.MULTILINE)
    assert found
    return ["reset", "on", f">{PASSWORD}", *found[1].split()]


def in_a_cluster() -> list[str]:
    found = re.search(r"In a cluster also `([^`]*)`", PAGE)
    assert found
    return found[1].split()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with folder() as at, Server(at) as running:
        yield running


async def test_the_line_of_the_docs_is_enough_for_one_server(server: Server, ring: KeyRing):
    ask(server.port, "ACL", "SETUSER", "pushpw", *rules("PASSWORD"))
    client = connect(f"redis://pushpw:{SPELLED}@127.0.0.1:{server.port}/1", timeout=20)
    await every_act(client, ring)
    await client.aclose()
    assert ask(server.port, "ACL", "LOG") == []


async def test_the_line_of_the_docs_allows_nothing_else(server: Server, ring: KeyRing):
    ask(server.port, "ACL", "SETUSER", "pushpw", *rules("PASSWORD"))
    denied = [
        ("FLUSHALL",),
        ("CONFIG", "SET", "save", ""),
        ("KEYS", "*"),
        ("GET", "other"),
        ("SCRIPT", "FLUSH"),
        ("FLUSHDB",),
        ("REPLICAOF", "h", "1"),
    ]
    for command in denied:
        with pytest.raises(RuntimeError, match="NOPERM"):
            ask(server.port, *command, user="pushpw", password=PASSWORD)
    ask(server.port, "ACL", "LOG", "RESET")


async def test_the_line_of_the_docs_is_enough_for_a_cluster_whose_slots_move(ring: KeyRing):
    with folder() as at, Cluster(at, masters=2, replicas=0) as cluster:
        for one in cluster.servers:
            ask(one.port, "ACL", "SETUSER", "pushpw", *rules("PASSWORD"), *in_a_cluster())
        client = connect(cluster.url.replace("://", f"://pushpw:{SPELLED}@"), timeout=20)
        await every_act(client, ring)
        target = cluster.move_slot("pushpw:due", finish=False)
        await every_act(client, ring)
        cluster.finish_move("pushpw:due", target)
        assert await many_at_once(client, ring, 20) == []
        await client.aclose()
        assert [ask(one.port, "ACL", "LOG") for one in cluster.servers] == [[], []]


async def test_the_lines_of_the_docs_are_enough_for_sentinels(ring: KeyRing):
    with folder() as at, Sentinels(at, replicas=1, sentinels=1) as running:
        for server in running.servers:
            ask(server.port, "ACL", "SETUSER", "pushpw", *rules("PASSWORD"))
        ask(running.sentinels[0].port, "ACL", "SETUSER", "pushpw", *rules("OTHER"))
        own = f"?sentinel_username=pushpw&sentinel_password={SPELLED}"
        client = connect(running.url.replace("://", f"://pushpw:{SPELLED}@") + own, timeout=20)
        await every_act(client, ring)
        await client.aclose()


@pytest.mark.parametrize("address", ["redis://{}127.0.0.1:{}/0", "redis+cluster://{}127.0.0.1:{}"])
async def test_a_wrong_password_is_trouble_that_does_not_repeat_it(server: Server, ring: KeyRing, address: str):
    client = connect(address.format(f"pushpw:{SPELLED}-wrong@", server.port))
    with pytest.raises(StoreUnavailable) as raised:
        await RedisPushStore(client, ring).burn(PushId(os.urandom(16)))
    causes, problem = [], raised.value
    while problem is not None:
        causes.append(problem)
        problem = problem.__cause__ or problem.__context__
    said = repr(causes) + str(causes) + repr(client)
    assert "c4nary" not in said
    await client.aclose()
