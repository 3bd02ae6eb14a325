"""The whole house, wired as in life, with a pretend Slack in front and a real Chromium beside it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.wiring import Timing
from playground.start import Town, open_town
from playground.workspace import ALICE, BOB
from tests.journeys.actors import Actors

IN_TESTS = Timing(sweep_seconds=0.05)


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str) -> AsyncIterator[Town]:
    async with open_town(store_url=store_url, prefix="test-" + os.urandom(6).hex(), timing=IN_TESTS) as town:
        yield town


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
