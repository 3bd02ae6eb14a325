"""One embedded server and one Chromium for the whole session; a fresh key prefix and a fresh connection for each test."""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import structlog
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from bot import logs
from core.keyring import KeyRing
from tests.servers import redis_of_debian

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Whatever a test sets up about logs is put back, so that no other test depends on the order."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    libraries = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    yield
    if not structlog.is_configured():
        return
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in libraries.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """The address of a real server that lives as long as the session."""
    with EmbeddedServer() as server:
        yield server.url


@pytest.fixture(scope="session")
def debian_redis() -> Iterator[Path]:
    """The oldest server that we promise to work with, and one that speaks TLS: redis-server 7.0 as Debian 12 has it."""
    with redis_of_debian() as binary:
        if binary is None:
            pytest.skip("Debian's redis-tools is not installed; with it comes Redis 7.0 with TLS (sudo apt install redis-tools)")
        yield binary


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator["Browser"]:
    from tests.chromium import launched  # here, so that tests without a browser do not wait for its library

    async with launched() as browser:
        yield browser


@pytest.fixture
async def redis(store_url: str) -> AsyncIterator[Redis]:
    # More patient than in production: a loaded machine must not look like a broken store.
    client = connect(store_url, timeout=20, pool=64)
    yield client
    await client.aclose()


@pytest.fixture
def prefix() -> str:
    return "test-" + os.urandom(6).hex()


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing([os.urandom(32)], os.urandom)
