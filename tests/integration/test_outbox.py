"""The stream of promises: lent to one, again to another when the first has died, sealed, and there when memory is full."""

import json
import os
from itertools import pairwise
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.redis_store.keys import Keys
from adapters.redis_store.outbox import RedisOutbox
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.link import Link
from core.promise import Announce, Ask, Farewell, Nudge, Parting, Promise, Settle, Tell
from core.push import PushId
from core.receipt import Happening, Hold, Seen, State
from tests.contract.stages import keys_without_ttl

LINK = Link(PushId(os.urandom(16)), os.urandom(32), "p")
PROMISES: list[Promise] = [
    Tell(Happening("abcdefgh", State.OPENED, 5, 0)),
    Tell(Happening("abcdefgh", State.BURNED, 6)),
    Tell(Happening("abcdefgh", Hold.HELD, 7)),
    *(Tell(Happening("abcdefgh", what, 8)) for what in Seen),
    Announce("abcdefgh"),
    Announce("abcdefgh", LINK),
    Nudge("abcdefgh"),
    Ask("request-1"),
    Settle("request-1"),
    Farewell(Workspace("slack", "T0ACME"), 1_800_000_000_000),
    Farewell(Workspace("teams", "tenant", "E0"), 0),
    Parting(Member(Workspace("teams", "tenant"), "somebody"), 1_800_000_000_000),
]


@pytest.fixture
def outbox(redis: Redis, ring: KeyRing, prefix: str) -> RedisOutbox:
    return RedisOutbox(redis, ring, prefix=prefix)


@pytest.fixture
def short(redis: Redis, ring: KeyRing, prefix: str) -> RedisOutbox:
    """Another process; what is lent comes again to it at once."""
    return RedisOutbox(redis, ring, prefix=prefix, lease_ms=0)


async def test_what_was_promised_comes_in_order_and_as_it_was(outbox: RedisOutbox):
    for promise in PROMISES:
        await outbox.promise(promise)
    lent = [*await outbox.take(16), *await outbox.take(16)]
    assert [one.promise for one in lent] == PROMISES
    assert {one.again for one in lent} == {False}
    assert all(a.number < b.number for a, b in pairwise(lent))


async def test_what_is_promised_together_is_promised_once_and_in_one_act(outbox: RedisOutbox, ring: KeyRing, redis: Redis, prefix: str):
    await outbox.promise(*PROMISES)
    sealed = [entry[b"p"] for _, entry in await redis.xrange(Keys(prefix).promises())]
    await outbox._promise(keys=[Keys(prefix).promises()], args=[60_000, *sealed])  # the same call once more, after a lost answer
    assert [one.promise for one in await outbox.take(100)] == PROMISES


async def test_nothing_is_lent_twice_while_its_lease_runs(outbox: RedisOutbox):
    for _ in range(5):
        await outbox.promise(PROMISES[0])
    taken = [len(await outbox.take(most)) for most in (2, 2, 2, 2)]
    assert taken == [2, 2, 1, 0]


async def test_what_was_lent_and_not_done_comes_again_to_any_process(outbox: RedisOutbox, short: RedisOutbox):
    await outbox.promise(PROMISES[0])
    (first,) = await outbox.take(1)
    (again,) = await short.take(1)
    assert (again.number, again.promise, again.again) == (first.number, first.promise, True)


async def test_what_is_done_never_comes_again(outbox: RedisOutbox, short: RedisOutbox):
    await outbox.promise(PROMISES[0])
    (lent,) = await outbox.take(1)
    await outbox.done(lent.number)
    await outbox.done(lent.number)
    assert await short.take(1) == []


async def test_an_empty_stream_has_nothing(outbox: RedisOutbox):
    assert await outbox.take(3) == []


async def test_a_promise_lies_sealed_and_not_for_ever(outbox: RedisOutbox, redis: Redis, prefix: str):
    await outbox.promise(Announce("abcdefgh", LINK))
    lying = await redis.xrange(Keys(prefix).promises())
    assert LINK.key not in lying[0][1][b"p"]
    assert LINK.fragment.encode() not in lying[0][1][b"p"]
    assert await keys_without_ttl(redis, prefix) == []


async def test_what_no_key_of_the_ring_opens_is_left_to_who_has_the_key(outbox: RedisOutbox, short: RedisOutbox, redis: Redis, prefix: str):
    await outbox.promise(PROMISES[0])
    other = RedisOutbox(redis, KeyRing([os.urandom(32)], os.urandom), prefix=prefix)
    assert await other.take(5) == []
    assert [lent.promise for lent in await short.take(5)] == [PROMISES[0]]


async def test_what_another_version_promised_is_left_to_it(outbox: RedisOutbox, redis: Redis, ring: KeyRing, prefix: str):
    key = Keys(prefix).promises()
    for told in (
        {"promised": "later"},
        {"tell": "abcdefgh", "what": "melted", "at": 1, "left": None},
        {"farewell": {"platform": "irc"}},
        [],
    ):
        await redis.xadd(key, {b"p": ring.wrap("promise", json.dumps(told).encode())})
    await redis.pexpire(key, 60_000)
    await outbox.promise(PROMISES[0])
    assert [lent.promise for lent in await outbox.take(10)] == [PROMISES[0]]
    assert await redis.xlen(key) == 5


async def test_what_nobody_could_open_for_a_day_is_dropped(outbox: RedisOutbox, redis: Redis, prefix: str):
    key = Keys(prefix).promises()
    await redis.xadd(key, {b"p": b"sealed by nobody"}, id="1-1")
    await redis.pexpire(key, 60_000)
    assert await outbox.take(5) == []
    assert await redis.xlen(key) == 0


async def test_a_promise_calls_whoever_keeps_them(outbox: RedisOutbox):
    called: list[bool] = []
    outbox.on_promise = lambda: called.append(True)
    await outbox.promise(PROMISES[0])
    assert called == [True]


async def test_a_promise_sent_again_over_a_new_line_is_promised_once(outbox: RedisOutbox, redis: Redis, prefix: str):
    sent: list[list[object]] = []

    class Twice:
        """What the client does when its line breaks after the act: the very same once more."""

        def __init__(self, script: Any) -> None:
            self._script = script

        async def __call__(self, keys: Any, args: Any) -> Any:
            sent.append(args)
            await self._script(keys=keys, args=args)
            return await self._script(keys=keys, args=args)

    outbox._promise = Twice(outbox._promise)
    for promise in PROMISES[:3]:
        await outbox.promise(promise)
    assert len(sent) == await redis.xlen(Keys(prefix).promises()) == 3


async def test_neither_what_is_new_nor_what_was_left_starves_the_other(outbox: RedisOutbox, short: RedisOutbox):
    for _ in range(40):
        await outbox.promise(Announce("leftover"))
    while await outbox.take(40):
        pass
    for _ in range(8):
        await outbox.promise(Announce("brandnew"))
    taken = await short.take(16)
    assert {lent.again for lent in taken} == {True, False}
    assert sum(not lent.again for lent in taken) == 8
