"""Which real thing stands behind each port? The only place that chooses."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import web

from adapters.redis_store.connect import connect
from adapters.redis_store.facts import faults, read_facts
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.slack.calls import SlackCalls
from adapters.slack.delivery import SlackDelivery
from adapters.slack.handlers import SlackHandlers
from adapters.slack.http import SlackDoor
from adapters.slack.people import People
from adapters.web.http import WebDoor
from adapters.web.render import Brand
from bot.background import Background, PromptOutbox
from bot.health import HealthDoor
from bot.metrics import Metrics
from bot.settings import Settings, secret
from bot.sweeper import sweep_for_ever
from core.engine import PushEngine
from core.identity import Platform
from core.keyring import KeyRing
from core.ports import Delivery
from core.receipts import Receipts

BUDGETS = {"create": 30, "failed_claim": 30}
"""What a member may create and an address may fail, a minute."""


_CANCEL_AGAIN_SECONDS = 0.2


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


IN_LIFE = Timing()


@dataclass(frozen=True, slots=True)
class House:
    """Everything, wired."""

    engine: PushEngine
    receipts: Receipts
    doors: list[Door]
    metrics: Metrics
    later: Background


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    timing: Timing = Timing(),  # frozen
    prefix: str = "pushpw",
    clock: Callable[[], int] = system_clock,
    random: Callable[[int], bytes] = os.urandom,
) -> AsyncIterator[House]:
    """Connect and wire everything; on the way out, drain what was promised, then close."""
    async with AsyncExitStack() as closing:
        redis = connect(secret(settings.redis_url))
        closing.push_async_callback(redis.aclose)
        session = await closing.enter_async_context(aiohttp.ClientSession())
        ring = KeyRing(settings.ring_keys, random)
        metrics, later = Metrics(), Background()
        closing.push_async_callback(later.drain)

        book = RedisReceiptBook(redis, ring, prefix=prefix)
        outbox = PromptOutbox(later)
        engine = PushEngine(
            store=RedisPushStore(redis, ring, prefix=prefix, grace_ms=timing.grace_ms, ticket_ms=timing.ticket_ms),
            book=book,
            outbox=outbox,
            audit=metrics,
            limiter=RedisLimiter(redis, ring, BUDGETS, prefix=prefix),
            clock=clock,
            random=random,
            policy=settings.policy,
        )
        deliveries: dict[Platform, Delivery] = {}
        receipts = Receipts(book, deliveries, metrics, clock)
        outbox.follow = receipts.follow

        async def store_faults() -> Sequence[str]:
            return faults(await read_facts(redis))

        brand = Brand(name=settings.brand_name, support_url=settings.support_url or "")
        doors: list[Door] = [
            WebDoor(engine, base_url=settings.base_url, brand=brand, hsts=settings.hsts, trusted_proxies=settings.trusted_proxies),
            HealthDoor(store_faults, metrics, metrics_token=secret(settings.metrics_token)),
        ]
        if settings.has_slack:
            calls = SlackCalls(token=secret(settings.slack_bot_token), api_url=settings.slack_api_url, session=session)
            people = People(calls, clock)
            deliveries["slack"] = SlackDelivery(calls, people, ring)
            handlers = SlackHandlers(
                engine=engine,
                receipts=receipts,
                records=RedisSealedRecords(redis, ring, prefix=prefix),
                calls=calls,
                people=people,
                ring=ring,
                random=random,
                base_url=settings.base_url,
                later=later,
            )
            seen = RedisSeenBefore(redis, random, prefix=prefix)
            signing_secret, bot_token = secret(settings.slack_signing_secret), secret(settings.slack_bot_token)
            doors.append(SlackDoor(handlers, signing_secret=signing_secret, bot_token=bot_token, seen=seen, clock=clock))

        sweeping = asyncio.create_task(sweep_for_ever(receipts, every_seconds=timing.sweep_seconds))
        closing.push_async_callback(_cancelled, sweeping)
        yield House(engine, receipts, doors, metrics, later)


async def _cancelled(task: asyncio.Task[None]) -> None:
    # Asked again until it is so: a cancellation that arrives together with the store's answer can get lost in the
    # client's own timeouts, and waiting for the task would then keep the process from ever ending.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)
