"""Whose clock counts, and what happens at the very edge of an expiry?"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis

from adapters.redis_store.connect import connect, server_time
from adapters.redis_store.keys import Keys
from adapters.redis_store.push_store import RedisPushStore
from bot.server import Service
from bot.settings import load
from bot.wiring import system_clock
from core.creation import Order
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.link import encode
from core.payload import Payload
from core.push import Attempt, Granted, PushId, SealedPush, Terms
from tests.faults.question import Found, Question, Tick, Took
from tests.faults.visitors import Made, Maker, Visitor
from tests.servers import EPHEMERAL, Server, folder

DAY_MS = 86_400_000
PREFIX = "faults"


# The app's clock is off


@dataclass
class Skewed:
    worst_ms: int = 0
    """How far an `expires_at` is from the store's own time plus the lifetime that was ordered."""
    early: int = 0
    late: int = 0
    """Live pushes that did not open, and expired ones that did."""


@asynccontextmanager
async def service_with_clock(store_url: str, seal_key: bytes, shift: int) -> AsyncIterator[tuple[Service, str]]:
    """The service in this process, its clock off by `shift` milliseconds; and where it listens."""
    told = {"PUSHPW_BASE_URL": "http://127.0.0.1:8080", "PUSHPW_REDIS_URL": store_url, "PUSHPW_SEAL_KEYS": encode(seal_key)}
    settings = load(None, **told, PUSHPW_TRUSTED_PROXIES="1")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with Service(settings, listening=listening, prefix=PREFIX, clock=lambda: system_clock() + shift) as service:
            yield service, f"http://127.0.0.1:{service.port}"


async def skew(trials: int, tick: Tick) -> Found:
    seen, done = Skewed(), 0
    for shift in (-DAY_MS, DAY_MS):
        done = await _skewed_by(shift, trials // 2, seen, lambda so_far, before=done: tick(before + so_far, trials))
    said = f"{seen.early} live pushes refused, {seen.late} expired ones opened, in {done} trials"
    return Found(said, not (seen.early or seen.late), (Took("expires_at off by", seen.worst_ms / 1000, 1.0),))


async def _skewed_by(shift: int, trials: int, seen: Skewed, tick: Callable[[int], None]) -> int:
    key = os.urandom(32)
    async with AsyncExitStack() as closing:
        enter = closing.enter_async_context
        server = closing.enter_context(Server(closing.enter_context(folder()), **EPHEMERAL))
        service, url = await enter(service_with_clock(server.url, key, shift))
        maker, visitor = await enter(Maker(server.url, key, PREFIX)), await enter(Visitor())
        short = [await maker.make(expires_in=1) for _ in range(trials)]
        for number in range(trials):
            seen.worst_ms = max(seen.worst_ms, await _expiry_error(service, maker.redis, number))
            made = await maker.make(expires_in=60)
            seen.early += not (await visitor.claim(url, made, made.attempt())).shows(made)
            tick(number + 1)
        await _until(maker.redis, await server_time(maker.redis) + 1000)
        told = [await visitor.claim(url, made, made.attempt()) for made in short]
        seen.late += sum(said.code != "gone" for said in told)
    return trials if shift < 0 else 2 * trials


async def _expiry_error(service: Service, redis: Redis, number: int) -> int:
    """Milliseconds between what the sender is told and the store's time at the making plus the lifetime."""
    lifetime = 300 + number
    before = await server_time(redis)
    order = Order(Payload.of_text("a secret"), Member(Workspace("slack", "T0FAULTS"), f"U{number:04}"), expires_in=lifetime)
    created = await service.house.engine.create(order)
    return abs(created.receipt.expires_at - before - lifetime * 1000)


async def _until(redis: Redis, millis: int) -> int:
    """The server's time, once it is past `millis`."""
    while (now := await server_time(redis)) <= millis:
        await asyncio.sleep(max(0.001, (millis - now) / 2000))  # nearer with each look
    return now


# At the edge


@dataclass
class Edge:
    granted: int = 0
    refused: int = 0
    late: int = 0
    early: int = 0
    """Grants at or after expires_at, and refusals before it, by the store's clock."""
    latest: int = -(10**9)
    earliest: int = 10**9
    """The grant nearest to expires_at and the refusal nearest to it, in ms from it."""
    again: int = 0
    kept: int = 0
    leaks: int = 0
    slowest_to_go: float = 0.0
    _claimed: list[tuple[Made, Attempt, Granted]] = field(default_factory=list)


GRACE_MS = 700
LIFETIME = 1
AT_ONCE = 40
SPREAD_MS = 60


async def edges(trials: int, tick: Tick) -> Found:
    """Claims aimed at 60 ms around expires_at; each grant is fetched again after the expiry and again after its grace."""
    edge = Edge()
    with folder() as at, Server(at, **EPHEMERAL) as server:
        redis = connect(server.url, timeout=20)
        store = RedisPushStore(redis, KeyRing([os.urandom(32)], os.urandom), prefix=PREFIX, grace_ms=GRACE_MS)
        for done in range(0, trials, AT_ONCE):
            await _one_batch(store, redis, min(AT_ONCE, trials - done), edge)
            tick(min(trials, done + AT_ONCE), trials)
        await redis.aclose()
    said = (
        f"{edge.granted} granted up to {-edge.latest} ms before, {edge.refused} refused from {edge.earliest} ms after; {edge.late} late, "
        f"{edge.early} early; {edge.again} of {edge.granted} fetched again past expiry; after grace {edge.kept} opened, {edge.leaks} keys left"
    )
    right = not (edge.late or edge.early or edge.kept or edge.leaks) and edge.again == edge.granted > 0 < edge.refused
    return Found(said, right, (Took("last key gone after", edge.slowest_to_go, 1.0),))


async def _one_batch(store: RedisPushStore, redis: Redis, number: int, edge: Edge) -> None:
    pushes = []
    for _ in range(number):
        push = SealedPush(PushId(os.urandom(16)), os.urandom(100), os.urandom(32), None, Terms(LIFETIME, 1), None)
        expires_at = await store.keep(push)
        assert expires_at
        pushes.append((Made(push), expires_at))
    grants = await asyncio.gather(
        *(_claim_near(store, redis, made, at, round(SPREAD_MS * (2 * n / number - 1)), edge) for n, (made, at) in enumerate(pushes))
    )
    claimed = [grant for grant in grants if grant]
    for made, mine, first in claimed:
        await _until(redis, first.expires_at)
        again = await store.claim(made.push.id, mine)
        edge.again += isinstance(again, Granted) and again.redelivered and again.sealed == made.push.sealed
    last = max([at for _, at in pushes] + [first.claimed_at + GRACE_MS for _, _, first in claimed])
    for made, mine, first in claimed:
        await _until(redis, first.claimed_at + GRACE_MS)
        edge.kept += isinstance(await store.claim(made.push.id, mine), Granted)
    await _gone(redis, pushes, last, edge)


async def _claim_near(
    store: RedisPushStore, redis: Redis, made: Made, expires_at: int, offset: int, edge: Edge
) -> tuple[Made, Attempt, Granted] | None:
    mine = made.attempt()
    before = await _until(redis, expires_at + offset)
    outcome = await store.claim(made.push.id, mine)
    after = await server_time(redis)
    if isinstance(outcome, Granted):
        edge.granted += 1
        edge.late += outcome.claimed_at >= expires_at
        edge.latest = max(edge.latest, outcome.claimed_at - expires_at)
        return made, mine, outcome
    edge.refused += 1
    edge.early += after < expires_at
    edge.earliest = min(edge.earliest, max(0, before - expires_at))
    return None


async def _gone(redis: Redis, pushes: list[tuple[Made, int]], last: int, edge: Edge) -> None:
    """All keys of these pushes, within a second of the last moment that any was wanted."""
    names = [name for made, _ in pushes for name in Keys(PREFIX).push(made.push.id)]
    while (left := int(await redis.exists(*names))) and await server_time(redis) < last + 2000:
        await asyncio.sleep(0.005)  # between two looks
    edge.leaks += left
    edge.slowest_to_go = max(edge.slowest_to_go, (await server_time(redis) - last) / 1000)


QUESTIONS = [
    Question(
        "skew", "the service's clock is a day slow, a day fast", "expiry off by less than 1 s, judged by the store", 400, skew, least=20
    ),
    Question("edges", "claims just before and just after expiry", "none at or after it; nothing left after grace", 400, edges, least=20),
]
