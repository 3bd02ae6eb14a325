"""Which real thing stands behind each port? The only place that chooses."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import web

from adapters.redis_store.connect import Client, connect
from adapters.redis_store.facts import faults, read_all_facts
from adapters.redis_store.fence import Fence, doubts
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.outbox import RedisOutbox
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.request_book import RedisRequestBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.slack.ask_delivery import SlackAskDelivery
from adapters.slack.delivery import SlackDelivery
from adapters.slack.desk import Desk
from adapters.slack.groups import Groups
from adapters.slack.handlers import SlackHandlers
from adapters.slack.http import SlackDoor
from adapters.slack.people import People
from adapters.slack.recipients import Recipients
from adapters.slack.responses import Responses
from adapters.slack.switchboard import OneToken, Switchboard
from adapters.web.http import WebDoor
from adapters.web.render import Brand
from bot.background import Background
from bot.health import HealthDoor, StoreState
from bot.metrics import Metrics
from bot.promises import Keeper
from bot.settings import Settings, secret
from bot.sweeper import sweep_for_ever
from core.engine import PushEngine
from core.identity import Platform
from core.keyring import KeyRing
from core.policies import InstallationPolicies
from core.ports import AskDelivery, Delivery, Policies
from core.promise import Ask, Promise, Settle
from core.receipts import Receipts
from core.secret_requests import SecretRequests

BUDGETS = {"create": 30, "invite": 120, "ask": 10, "failed_claim": 30}
"""What a member may create, whom they may name where they name several, what they may ask for, and what an address may fail; a minute."""


_CANCEL_AGAIN_SECONDS = 0.2
_DRAIN_SECONDS = 10.0
_LOOK_MOST_SECONDS = 5.0


def system_clock() -> int:
    """Milliseconds since 1970, by this machine."""
    return time.time_ns() // 1_000_000


class Door(Protocol):
    """What a foreign system comes in by."""

    def mount(self, app: web.Application) -> None:
        """Put the door's routes into the house."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Times that tests shorten. Milliseconds, but for the sweep."""

    grace_ms: int = 60_000
    ticket_ms: int = 600_000
    sweep_seconds: float = 5.0
    lease_ms: int = 30_000
    """For how long a promise is lent: as long as what a dead process left undone must wait."""


IN_LIFE = Timing()


@dataclass(frozen=True, slots=True)
class House:
    """Everything, wired."""

    engine: PushEngine
    receipts: Receipts
    requests: SecretRequests
    doors: list[Door]
    metrics: Metrics
    later: Background

    async def keep(self, promise: Promise, again: bool = False) -> None:
        """Do what was promised, whoever's work it is."""
        match promise:
            case Ask() | Settle():
                await self.requests.keep(promise, again)
            case _:
                await self.receipts.keep(promise, again)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything else stands on."""

    settings: Settings
    timing: Timing
    prefix: str
    clock: Callable[[], int]
    random: Callable[[int], bytes]
    redis: Client
    fence: Fence
    ring: KeyRing
    outbox: RedisOutbox
    session: aiohttp.ClientSession
    later: Background

    @property
    def policies(self) -> Policies:
        """What each workspace allows."""
        return InstallationPolicies(self.settings.policy)


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    timing: Timing = IN_LIFE,
    prefix: str = "pushpw",
    clock: Callable[[], int] = system_clock,
    random: Callable[[int], bytes] = os.urandom,
) -> AsyncIterator[House]:
    """Connect and wire everything; on the way out, drain what was promised, then close."""
    async with AsyncExitStack() as closing:
        redis = connect(secret(settings.redis_url))
        closing.push_async_callback(redis.aclose)
        session = await closing.enter_async_context(aiohttp.ClientSession())
        later, ring, fence = Background(), KeyRing(settings.ring_keys, random), Fence(redis, settings.declared_mode, prefix=prefix)
        outbox = RedisOutbox(redis, ring, prefix=prefix, lease_ms=timing.lease_ms)
        house = _build(_Ground(settings, timing, prefix, clock, random, redis, fence, ring, outbox, session, later))
        lease = timing.lease_ms / 1000
        keeper = Keeper(outbox, house.keep, look_every=min(lease / 4, _LOOK_MOST_SECONDS), within=lease * 0.9)
        outbox.on_promise = keeper.call
        closing.push_async_callback(keeper.drain, _DRAIN_SECONDS)
        closing.push_async_callback(later.drain)  # before the keeper's: what runs there may still promise
        for work in (
            keeper.keep_for_ever(),
            *(sweep_for_ever(each, every_seconds=timing.sweep_seconds) for each in (house.receipts, house.requests)),
        ):
            closing.push_async_callback(_cancelled, asyncio.create_task(work))
        yield house


def _build(ground: _Ground) -> House:
    metrics = Metrics()
    slack = _SlackSide(ground) if ground.settings.has_slack else None
    deliveries: dict[Platform, Delivery] = {"slack": slack.delivery} if slack else {}
    askers: dict[Platform, AskDelivery] = {"slack": slack.asking} if slack else {}
    book = RedisReceiptBook(ground.redis, ground.ring, prefix=ground.prefix)
    receipts = Receipts(book, deliveries, metrics, ground.clock)
    limiter = RedisLimiter(ground.redis, ground.ring, BUDGETS, prefix=ground.prefix)
    engine = PushEngine(
        store=_push_store(ground),
        book=book,
        outbox=ground.outbox,
        audit=metrics,
        limiter=limiter,
        clock=ground.clock,
        random=ground.random,
        policies=ground.policies,
    )
    requests = SecretRequests(
        book=RedisRequestBook(ground.redis, ground.ring, prefix=ground.prefix),
        outbox=ground.outbox,
        deliveries=askers,
        policies=ground.policies,
        audit=metrics,
        limiter=limiter,
        clock=ground.clock,
        random=ground.random,
    )
    doors = [_web_door(ground.settings, engine), _health_door(ground, metrics)]
    if slack:
        doors.append(slack.door(engine, requests))
    return House(engine, receipts, requests, doors, metrics, ground.later)


def _push_store(ground: _Ground) -> RedisPushStore:
    return RedisPushStore(
        ground.redis,
        ground.ring,
        prefix=ground.prefix,
        grace_ms=ground.timing.grace_ms,
        ticket_ms=ground.timing.ticket_ms,
        fence=ground.fence,
        replicas=ground.settings.store_replicas,
    )


def _web_door(settings: Settings, engine: PushEngine) -> Door:
    brand = Brand(name=settings.brand_name, support_url=settings.support_url or "")
    return WebDoor(engine, base_url=settings.base_url, brand=brand, hsts=settings.hsts, trusted_proxies=settings.trusted_proxies)


def _health_door(ground: _Ground, metrics: Metrics) -> Door:
    async def look_at_store() -> StoreState:
        declared, replicas = ground.settings.declared_mode, ground.settings.store_replicas
        found: set[str] = set()
        for facts in await read_all_facts(ground.redis):
            found |= {*faults(facts), *doubts(declared, facts, replicas)}
        return StoreState((await ground.fence.look_again()).mode, sorted(found))

    return HealthDoor(look_at_store, metrics, metrics_token=secret(ground.settings.metrics_token))


class _SlackSide:
    """Slack comes in two halves: notices out, which the receipts need, and gestures in, which need the engine."""

    def __init__(self, ground: _Ground) -> None:
        self._ground = ground
        settings, session = ground.settings, ground.session
        self._switchboard = Switchboard(OneToken(secret(settings.slack_bot_token)), api_url=settings.slack_api_url, session=session)
        self._responses = Responses(api_url=settings.slack_api_url, session=session)
        self._people = People(self._switchboard, ground.clock)
        self._records = RedisSealedRecords(ground.redis, ground.ring, prefix=ground.prefix)
        self._groups = Groups(self._switchboard, ground.clock)
        self.asking = SlackAskDelivery(self._switchboard, self._people)
        self.delivery = SlackDelivery(self._switchboard, self._responses, self._people, self._records, ground.ring, ground.policies)

    def door(self, engine: PushEngine, requests: SecretRequests) -> Door:
        """The door, with its handlers behind it."""
        ground = self._ground
        desk = Desk(
            engine=engine,
            policies=ground.policies,
            records=self._records,
            switchboard=self._switchboard,
            responses=self._responses,
            people=self._people,
            groups=self._groups,
            recipients=Recipients(self._people, self._groups),
            ring=ground.ring,
            random=ground.random,
            base_url=ground.settings.base_url,
            later=ground.later,
        )
        return SlackDoor(
            SlackHandlers(desk, requests),
            signing_secret=secret(ground.settings.slack_signing_secret),
            bot_token=secret(ground.settings.slack_bot_token),
            seen=RedisSeenBefore(ground.redis, ground.random, prefix=ground.prefix),
            clock=ground.clock,
        )


async def _cancelled(task: asyncio.Task[None]) -> None:
    # Asked again until it is so: a cancellation that arrives together with the store's answer can get lost in the
    # client's own timeouts, and waiting for the task would then keep the process from ever ending.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)
