"""The whole house on a store of several servers: from the form to the last sweep, nothing of it knows."""

from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import connect, masters
from adapters.redis_store.keys import Keys
from core.link import Link
from core.push import reference
from playground.start import open_town
from playground.workspace import ALICE, BOB
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.servers import folder
from tests.topologies import Cluster, Sentinels

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module", params=["sentinel", "cluster"])
def stand(request: pytest.FixtureRequest) -> Iterator[Sentinels | Cluster]:
    kind = Cluster if request.param == "cluster" else Sentinels
    with folder() as at, kind(at) as running:
        yield running


async def test_a_push_is_made_announced_opened_confirmed_burned_and_swept(stand: Sentinels | Cluster) -> None:
    async with open_town(store_url=stand.url, timing=IN_TESTS) as town, Reader(town.service_url) as reader:
        town.slack.sender.patience = 20.0
        actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        await actors.push("@bob")
        assert await reader.read(await actors.open_in_chat()) == SECRET
        await actors.card("Opened")
        (link,) = links_in((await actors.push()).body)
        burned = await reader.claim(link)
        assert burned.status == 200
        assert await reader.burn(link, burned) == 204
        assert (await reader.claim(link)).status == 410
        (unread,) = links_in((await actors.push()).body)
        await expire(stand, Link.parse(unread))
        await actors.card("Expired")
        assert (await reader.claim(unread)).status == 410
    await nothing_stays_for_ever(stand)


async def expire(stand: Sentinels | Cluster, link: Link) -> None:
    """The push's time is up now, and its receipt is due."""
    client, keys = connect(stand.url, timeout=20), Keys("pushpw")
    await client.hset(keys.push(link.push_id)[0], "exp", "1")
    await client.zadd(keys.due(), {reference(link.push_id): 1})
    await client.aclose()


async def nothing_stays_for_ever(stand: Sentinels | Cluster) -> None:
    client = connect(stand.url, timeout=20)
    nodes: list[Redis] = await masters(client)
    endless = [key for node in nodes async for key in node.scan_iter("*") if await node.pttl(key) == -1]
    assert [key for key in endless if b":workspace:" not in key] == []  # those end with an uninstall
    assert sum([await node.dbsize() for node in nodes]) > 3
    await client.aclose()
