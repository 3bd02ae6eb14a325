"""Does the proxy do to a real server's line what it says?"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionBroken
from redis.exceptions import TimeoutError as TooLate

from adapters.redis_store.embedded import EmbeddedServer
from tests.faults.proxy import Exchange, Proxy


@pytest.fixture
async def proxy(store_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(store_url.removeprefix("unix://")) as proxy:
        yield proxy


@pytest.fixture
async def through(proxy: Proxy) -> AsyncIterator[Redis]:
    """A client that never tries twice."""
    client = Redis.from_url(proxy.url, socket_timeout=5, retry=Retry(NoBackoff(), 0))
    await client.ping()
    yield client
    await client.aclose()


async def test_what_passes_is_what_was_sent(through: Redis, prefix: str):
    long = os.urandom(300_000)
    await through.set(prefix, long, px=60_000)
    assert await through.get(prefix) == long


@pytest.mark.parametrize("of", ["questions", "answers"])
async def test_a_delay_makes_each_answer_late(proxy: Proxy, through: Redis, of: Any):
    proxy.delay(0.2, of=of)
    began = time.monotonic()
    await through.ping()
    assert time.monotonic() - began >= 0.2
    await proxy.set_mode("pass")
    await through.ping()


async def test_a_delayed_question_gets_there_though_its_client_has_gone(proxy: Proxy, redis: Redis, prefix: str):
    impatient = Redis.from_url(proxy.url, socket_timeout=0.05, retry=Retry(NoBackoff(), 0))
    await impatient.ping()
    proxy.delay(0.2, of="questions")
    with pytest.raises(TooLate):
        await impatient.rpush(prefix, 1)
    await impatient.aclose()
    assert await redis.blpop([prefix], timeout=10)


async def test_a_black_hole_swallows_and_what_was_swallowed_never_comes(proxy: Proxy, redis: Redis, prefix: str):
    impatient = Redis.from_url(proxy.url, socket_timeout=0.1, retry=Retry(NoBackoff(), 0))
    await impatient.ping()
    await proxy.set_mode("blackhole")
    with pytest.raises(TooLate):
        await impatient.set(prefix, 1, px=60_000)
    await proxy.set_mode("pass")
    assert await impatient.ping()
    assert not await redis.exists(prefix)
    await impatient.aclose()


async def test_a_reset_breaks_the_line_there_is_and_the_next(proxy: Proxy, through: Redis):
    await proxy.set_mode("reset")
    for _ in range(2):
        with pytest.raises(ConnectionBroken):
            await through.ping()
    await proxy.set_mode("pass")
    assert await through.ping()


async def test_a_reset_is_a_reset_and_not_an_orderly_end(proxy: Proxy):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"PING\r\n")
    assert await reader.readline() == b"+PONG\r\n"
    await proxy.set_mode("reset")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_a_refusal_leaves_nobody_listening_until_it_ends(proxy: Proxy, through: Redis):
    await proxy.set_mode("refuse")
    with pytest.raises(ConnectionBroken):
        await through.ping()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy.port)
    await proxy.set_mode("pass")
    assert await through.ping()


async def test_a_lost_reply_is_that_of_an_act_that_was_done(proxy: Proxy, through: Redis, prefix: str):
    proxy.lose_replies(1, of=lambda question: b"INCR" in question)
    await through.ping()
    with pytest.raises(ConnectionBroken):
        await through.incr(prefix)
    assert proxy.lost == 1
    assert await through.get(prefix) == b"1"
    await through.delete(prefix)


async def test_hooks_see_each_exchange_before_it_goes_on(proxy: Proxy, through: Redis, redis: Redis, prefix: str):
    seen: list[tuple[str, int, bool]] = []

    async def asked(exchange: Exchange) -> bool:
        seen.append(("asked", exchange.number, bool(await redis.exists(prefix))))
        return True

    async def answered(exchange: Exchange) -> bool:
        assert exchange.answer == b"+OK\r\n"
        seen.append(("answered", exchange.number, bool(await redis.exists(prefix))))
        return True

    proxy.count_from_here()
    proxy.on_question, proxy.on_answer = asked, answered
    await through.set(prefix, 1, px=60_000)
    await through.set(prefix, 2, px=60_000)
    assert seen == [("asked", 1, False), ("answered", 1, True), ("asked", 2, True), ("answered", 2, True)]


async def test_a_hook_can_stop_a_question(proxy: Proxy, through: Redis, redis: Redis, prefix: str):
    async def stop(_: Exchange) -> bool:
        return False

    proxy.on_question = stop
    with pytest.raises(ConnectionBroken):
        await through.set(prefix, 1, px=60_000)
    assert not await redis.exists(prefix)


async def test_it_can_lead_to_another_server(proxy: Proxy, through: Redis, prefix: str):
    with EmbeddedServer() as other:
        await through.set(prefix, 1, px=60_000)
        proxy.lead_to(other.url.removeprefix("unix://"))
        with pytest.raises(ConnectionBroken):
            await through.ping()
        assert await through.get(prefix) is None


async def test_a_server_that_is_away_breaks_the_line():
    async with Proxy("/nonexistent/socket") as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
