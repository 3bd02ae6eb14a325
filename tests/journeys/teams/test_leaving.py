"""Whoever takes the app away in Teams leaves nothing behind, and takes nothing from others."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from playground.microsoft.world import OMAR
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_they_sent_ends_and_its_recipient_hears_so(actors: Actors):
    await actors.push()
    invitation = await actors.invitation()
    await actors.card("Waiting")
    await actors.jane.uninstalls()
    await actors.office.microsoft.until(lambda: invitation.edits == 1)
    assert "taken back" in actors.omar.reads(invitation)
    assert not actors.omar.card(invitation).get("actions")


async def test_what_they_asked_for_ends_too(actors: Actors):
    form = (await actors.jane.opens("request")).dialog
    await actors.jane.submits(form, asked=OMAR, what="the staging password")
    asked = await actors.office.microsoft.until(lambda: actors.omar.latest("asks you for a secret"))
    await actors.jane.uninstalls()
    await actors.office.microsoft.until(lambda: asked.edits == 1)
    assert "withdrawn" in actors.omar.reads(asked)


async def test_what_others_sent_them_is_still_there_when_they_come_back(actors: Actors, reader: Reader):
    await actors.push()
    await actors.invitation()
    await actors.omar.uninstalls()
    await actors.omar.installs()
    page = await actors.open_in_chat()
    assert (await reader.read(page)) == SECRET


@pytest_asyncio.fixture(loop_scope="session")
async def lying(store_url: str) -> AsyncIterator[Redis]:
    client = connect(store_url, timeout=20)
    yield client
    await client.aclose()


async def test_nothing_is_kept_of_them(actors: Actors, lying: Redis, prefix: str):
    before = await kept_of_the_tenant(lying, prefix)
    await actors.push()
    await actors.card("Waiting")
    invitation = await actors.invitation()
    await actors.jane.uninstalls()
    await actors.office.microsoft.until(lambda: invitation.edits == 1)
    assert await kept_of_the_tenant(lying, prefix) == before - 1
    assert [name async for name in lying.scan_iter(f"{prefix}:sent*")] == []


async def kept_of_the_tenant(redis: Redis, prefix: str) -> int:
    """How many records there are, counters left out."""
    (name,) = [name async for name in redis.scan_iter(f"{prefix}:workspace:*")]
    asked: Any = redis.hkeys(name)
    return len([each for each in await asked if not each.startswith(b"n:")])


async def test_who_comes_back_can_push_again(actors: Actors, reader: Reader):
    await actors.jane.uninstalls()
    await actors.jane.installs()
    await actors.push()
    assert (await reader.read(await actors.open_in_chat())) == SECRET
    await actors.card("Opened by Omar Haddad")
