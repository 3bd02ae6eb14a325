"""The store forgets its scripts whenever it likes, and no caller notices."""

import os

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.push_store import RedisPushStore
from core.keyring import KeyRing
from core.push import Attempt, Granted, PushId, SealedPush, Terms
from tests.faults.proxy import Exchange, Proxy, of_script


async def test_scripts_flushed_before_every_call_are_no_trouble(ring: KeyRing):
    with EmbeddedServer() as server:
        behind = connect(server.url, timeout=20)
        asked = 0

        async def flush(exchange: Exchange) -> bool:
            nonlocal asked
            asked += of_script(exchange.question)
            await behind.script_flush()
            return True

        async with Proxy(server.url.removeprefix("unix://")) as line:
            line.on_question = flush
            redis = connect(line.url, timeout=20)
            store = RedisPushStore(redis, ring)
            push = SealedPush(PushId(os.urandom(16)), os.urandom(300), os.urandom(32), None, Terms(600, 1), None)
            attempt = Attempt(os.urandom(16), push.link_proof)
            assert await store.keep(push)
            for _ in range(2):
                assert isinstance(await store.claim(push.id, attempt), Granted)
            assert await store.acknowledge(push.id, attempt.nonce)
            assert await store.burn(push.id)
            await redis.aclose()
        await behind.aclose()
    assert asked == 2 * 5  # each by its hash, and then as a whole
