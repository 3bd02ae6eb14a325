"""The whole house behind a pretend Microsoft."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.redis_store.connect import connect
from playground.office import Office, open_office
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.teams.actors import Actors, actors_in, settle_in


@pytest_asyncio.fixture(loop_scope="session")
async def office(store_url: str, prefix: str) -> AsyncIterator[Office]:
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS) as office:
        await settle_in(office)
        yield office


@pytest.fixture
def actors(office: Office) -> Actors:
    return actors_in(office)


@pytest_asyncio.fixture(loop_scope="session")
async def reader(office: Office) -> AsyncIterator[Reader]:
    async with Reader(office.service_url) as reader:
        yield reader


@pytest_asyncio.fixture(loop_scope="session")
async def store(office: Office, store_url: str, prefix: str) -> AsyncIterator[Store]:
    redis = connect(store_url, timeout=20)
    yield Store(redis, prefix)
    await redis.aclose()
