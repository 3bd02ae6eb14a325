"""The whole house, wired as in life, with a pretend Slack in front and a real Chromium beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from adapters.redis_store.connect import connect
from bot.ground import Timing
from playground.start import Town, open_town
from playground.workspace import ALICE, BOB
from tests.journeys.actors import Actors
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.validated import faults_found_by_the_sdk, watched

IN_TESTS = Timing(sweep_seconds=0.05, home_seconds=0.05, drain_seconds=1.0)


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS) as town:
        shown = watched(town.slack)
        town.slack.sender.patience = 20.0  # a busy machine is no slow app; the three seconds have tests of their own
        yield town
    assert faults_found_by_the_sdk(shown) == []


@pytest_asyncio.fixture(loop_scope="session")
async def reader(town: Town) -> AsyncIterator[Reader]:
    async with Reader(town.service_url) as reader:
        yield reader


@pytest_asyncio.fixture(loop_scope="session")
async def store(town: Town, store_url: str, prefix: str) -> AsyncIterator[Store]:
    redis = connect(store_url, timeout=20)
    yield Store(redis, prefix)
    await redis.aclose()


@pytest.fixture
def actors(town: Town) -> Actors:
    return Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with new_page(browser) as page:
        yield page


@asynccontextmanager
async def new_page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()
