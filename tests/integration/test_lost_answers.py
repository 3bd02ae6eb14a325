"""The act was done and its answer got lost: the client asks again, and nothing is spent or counted twice."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.seen_before import RedisSeenBefore
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Attempt, Burned, Granted, PushId, SealedPush, Terms, WrongPassphrase
from tests.fakes import BOB

LINK, PASS, TICKET = os.urandom(32), os.urandom(32), os.urandom(16)


@dataclass
class LossyLine:
    """Carries bytes to a server and back, and loses as many answers as `lose` says, cutting the line each time."""

    upstream: str
    lose: int = 0
    lost: int = 0
    carrying: list[asyncio.Task[Any]] = field(default_factory=list)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        up_reader, up_writer = await asyncio.open_unix_connection(self.upstream)
        self.carrying += [this, asyncio.create_task(self._ask(reader, up_writer))]
        while answer := await up_reader.read(65536):
            if self.lose:
                self.lose, self.lost = self.lose - 1, self.lost + 1
                break
            writer.write(answer)
        for end in (writer, up_writer):
            end.close()
            await end.wait_closed()

    async def _ask(self, reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter) -> None:
        while question := await reader.read(65536):
            up_writer.write(question)
        up_writer.close()


@pytest.fixture
async def line(store_url: str) -> AsyncIterator[tuple[LossyLine, Redis]]:
    """The line and a client with one connection at its end."""
    with TemporaryDirectory(dir="/tmp") as folder:
        carrier = LossyLine(store_url.removeprefix("unix://"))
        async with await asyncio.start_unix_server(carrier.carry, Path(folder) / "line"):
            redis = connect(f"unix://{folder}/line", timeout=20, pool=1)
            yield carrier, redis
            await redis.aclose()
            async with asyncio.timeout(5):
                await asyncio.gather(*carrier.carrying)


async def test_an_answer_lost_once_changes_nothing(line: tuple[LossyLine, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store, seen = RedisPushStore(redis, ring, prefix=prefix), RedisSeenBefore(redis, os.urandom, prefix=prefix)
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, PASS, Terms(600, 2), BOB)
    attempt = Attempt(os.urandom(16), LINK, PASS, TICKET)
    # Each script has been heard of before, so that what gets lost is the answer of the act and not of its loading.
    await store.keep(replace(push, id=PushId(os.urandom(16))))
    nobody = PushId(os.urandom(16))
    for warm in (store.claim(nobody, attempt), store.burn_as_claimant(nobody, attempt), store.mint_ticket(nobody, TICKET, BOB)):
        await warm

    carrier.lose = 1
    expires_at = await store.keep(push)
    status = await store.status(push.id)
    assert status is not None
    assert expires_at == status.expires_at
    carrier.lose = 1
    assert await store.mint_ticket(push.id, TICKET, BOB)
    carrier.lose = 1
    assert await store.claim(push.id, replace(attempt, pass_proof=bytes(32))) == WrongPassphrase(4, counted=False)
    carrier.lose = 1
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert (granted.sealed, granted.views_left) == (push.sealed, 1)
    carrier.lose = 1
    assert await store.burn_as_claimant(push.id, attempt) == Burned()
    carrier.lose = 1
    assert await seen.first_time("signature", b"what", 60)
    assert not await seen.first_time("signature", b"what", 60)
    assert carrier.lost == 6


async def test_the_lost_answer_of_the_burning_guess_is_heard_after_all(line: tuple[LossyLine, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store = RedisPushStore(redis, ring, prefix=prefix)
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, PASS, Terms(600, 2), None)
    await store.keep(push)
    for number in range(4):
        await store.claim(push.id, Attempt(os.urandom(16), LINK, bytes([number]) * 32))
    carrier.lose = 1
    assert await store.claim(push.id, Attempt(os.urandom(16), LINK, b"x" * 32)) == WrongPassphrase(0, counted=True)
    assert carrier.lost == 1


async def test_answers_lost_for_long_are_trouble_and_the_nonce_gets_it_later(line: tuple[LossyLine, Redis], ring: KeyRing, prefix: str):
    carrier, redis = line
    store = RedisPushStore(redis, ring, prefix=prefix)
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, None, Terms(600, 1), None)
    attempt = Attempt(os.urandom(16), LINK)
    await store.keep(push)
    await store.claim(PushId(os.urandom(16)), attempt)
    carrier.lose = 100
    with pytest.raises(StoreUnavailable):
        await store.claim(push.id, attempt)
    carrier.lose = 0
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert granted.sealed == push.sealed
