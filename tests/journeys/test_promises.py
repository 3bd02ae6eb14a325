"""A process dies between its answer and what it promised with it: the next one does it."""

import os

import pytest

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.keys import Keys
from adapters.redis_store.outbox import LEASE_MS, RedisOutbox
from core.keyring import KeyRing
from core.link import Link, encode
from core.promise import Tell
from core.push import reference
from core.receipt import Happening, State
from tests.journeys.actors import links_in
from tests.journeys.program import outside

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_a_killed_process_had_taken_is_told_by_the_next() -> None:
    key = os.urandom(32)
    with EmbeddedServer() as server:
        redis = connect(server.url, timeout=20)
        async with outside(server.url, PUSHPW_SEAL_KEYS=encode(key)) as around:
            first, actors = await around.start(), around.actors()
            (url,) = links_in((await actors.push()).body)
            await actors.card("Waiting")
            await first.kill()
            # As if it had been killed while it told this: promised, taken, and not done.
            outbox = RedisOutbox(redis, KeyRing([key], os.urandom))
            await outbox.promise(Tell(Happening(reference(Link.parse(url).push_id), State.OPENED, 1, 0)))
            (lent,) = await outbox.take(1)
            await redis.xclaim(Keys("pushpw").promises(), "keepers", "all", 0, [lent.number], idle=LEASE_MS, justid=True)
            await around.start()
            await actors.card("Opened by")
        await redis.aclose()
