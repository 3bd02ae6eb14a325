"""Which real thing stands behind each port? The only place that chooses."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from adapters.redis_store.connect import connect
from adapters.redis_store.facts import faults, read_all_facts
from adapters.redis_store.fence import Fence, doubts
from adapters.redis_store.outbox import RedisOutbox
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.request_book import RedisRequestBook
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from adapters.web.http import WebDoor
from adapters.web.scanners import Sightings
from adapters.web.statements import StatementsDoor
from bot.background import Background
from bot.ground import IN_LIFE, Door, Ground, Timing, brand_of
from bot.health import HealthDoor, StoreState
from bot.metrics import Metrics
from bot.promises import Keeper
from bot.settings import Settings, secret
from bot.slack_side import SlackSide
from bot.sweeper import sweep_for_ever
from core.bridge import Bridge
from core.engine import PushEngine
from core.farewell import Farewells, Partings
from core.identity import Platform
from core.keyring import KeyRing
from core.policies import WorkspacePolicies
from core.ports import AskDelivery, Delivery, Directory, Policies
from core.preferences import MemberPreferences
from core.promise import Ask, Farewell, Parting, Promise, Settle
from core.receipt import Change
from core.receipts import Receipts
from core.secret_requests import SecretRequests
from core.totals import Counting

if TYPE_CHECKING:
    from bot.teams_side import TeamsSide

_CANCEL_AGAIN_SECONDS = 0.2
_LOOK_MOST_SECONDS = 5.0


def system_clock() -> int:
    """Milliseconds since 1970, by this machine."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class House:
    """Everything, wired."""

    engine: PushEngine
    receipts: Receipts
    requests: SecretRequests
    farewells: Farewells | None
    partings: Partings
    doors: list[Door]
    metrics: Metrics
    later: Background
    slack: SlackSide | None
    sightings: Sightings
    policies: WorkspacePolicies

    async def keep(self, promise: Promise, again: bool = False) -> None:
        """Do what was promised, whoever's work it is."""
        match promise:
            case Ask() | Settle():
                await self.requests.keep(promise, again)
            case Farewell():
                if self.farewells is not None:
                    await self.farewells.keep(promise)
            case Parting():
                await self.partings.keep(promise)
            case _:
                await self.receipts.keep(promise, again)


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    timing: Timing = IN_LIFE,
    prefix: str = "pushpw",
    clock: Callable[[], int] = system_clock,
    random: Callable[[int], bytes] = os.urandom,
    policies: Policies | None = None,
) -> AsyncIterator[House]:
    """Connect and wire everything; on the way out, drain what was promised, then close. `policies` in place of the settings' one."""
    async with AsyncExitStack() as closing:
        redis = connect(secret(settings.redis_url))
        closing.push_async_callback(redis.aclose)
        # Nobody we call has a session with us: no cookie is kept, and none goes along.
        session = await closing.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        later, ring, fence = Background(), KeyRing(settings.ring_keys, random), Fence(redis, settings.declared_mode, prefix=prefix)
        outbox = RedisOutbox(redis, ring, prefix=prefix, lease_ms=timing.lease_ms)
        metrics, workspaces = Metrics(), RedisWorkspaceRecords(redis, ring, prefix=prefix)
        chosen = WorkspacePolicies(policies.of_installation if policies else settings.policy, workspaces, metrics, clock)
        house = _build(
            Ground(settings, timing, prefix, clock, random, redis, fence, ring, outbox, session, later, metrics, workspaces, chosen)
        )
        lease = timing.lease_ms / 1000
        keeper = Keeper(outbox, house.keep, look_every=min(lease / 4, _LOOK_MOST_SECONDS), within=lease * 0.9)
        outbox.on_promise = keeper.call
        closing.push_async_callback(keeper.drain, timing.drain_seconds)
        closing.push_async_callback(later.drain)  # before the keeper's: what runs there may still promise
        if house.slack:
            closing.push_async_callback(house.slack.drain)
            if house.slack.socket:
                closing.push_async_callback(_cancelled, asyncio.create_task(house.slack.socket.keep_connected()))
        for work in (
            keeper.keep_for_ever(),
            *(sweep_for_ever(each, every_seconds=timing.sweep_seconds) for each in (house.receipts, house.requests)),
            house.sightings.tell_for_ever(house.engine.note_scanned),
        ):
            closing.push_async_callback(_cancelled, asyncio.create_task(work))
        yield house


def _build(ground: Ground) -> House:
    metrics, book, store = ground.metrics, RedisReceiptBook(ground.redis, ground.ring, prefix=ground.prefix), _push_store(ground)
    counting = Counting(ground.workspaces, book)
    slack = SlackSide(ground, book, counting) if ground.settings.has_slack else None
    teams = _teams_side(ground) if ground.settings.has_teams else None
    deliveries, askers = _carriers(slack, teams)
    receipts = Receipts(book, deliveries, metrics, ground.clock)
    looks_on = [slack.look] if slack else []

    async def looked_at(change: Change) -> None:
        await counting.note(change)  # first, so that whoever looks sees it counted
        for look in looks_on:
            await look(change)

    receipts.on_change.append(lambda change: ground.later(looked_at(change)))
    limiter = ground.limiter
    engine = PushEngine(
        store=store,
        book=book,
        outbox=ground.outbox,
        audit=metrics,
        limiter=limiter,
        clock=ground.clock,
        random=ground.random,
        policies=ground.policies,
    )
    asked = RedisRequestBook(ground.redis, ground.ring, prefix=ground.prefix)
    requests = SecretRequests(
        book=asked,
        outbox=ground.outbox,
        deliveries=askers,
        policies=ground.policies,
        audit=metrics,
        limiter=limiter,
        clock=ground.clock,
        random=ground.random,
    )
    sightings, bridge = Sightings(), _bridge(ground, slack, teams)
    doors = [_web_door(ground.settings, engine, sightings), _statements_door(ground.settings), _health_door(ground, metrics)]
    farewells, partings = None, Partings(store, book, asked, follow=receipts.follow, settle=requests.keep)
    partings.forgetting.append(MemberPreferences(ground.workspaces, metrics, ground.clock).forget)
    if teams:
        partings.forgetting.append(teams.forget)
        doors += teams.doors(engine, requests, bridge)
    if slack:
        requests.on_change.append(slack.look_at_request)
        doors += slack.doors(engine, requests, book, metrics, bridge)
        farewells = Farewells(slack.departures, store, book, asked, ground.workspaces)
    return House(engine, receipts, requests, farewells, partings, doors, metrics, ground.later, slack, sightings, ground.policies)


def _teams_side(ground: Ground) -> "TeamsSide":
    from bot.teams_side import TeamsSide  # only here: botbuilder takes a quarter of a second to load, and not everybody has Teams

    return TeamsSide(ground)


def _carriers(slack: SlackSide | None, teams: "TeamsSide | None") -> tuple[dict[Platform, Delivery], dict[Platform, AskDelivery]]:
    """Who carries a push's news, and a request's, on each platform that is set up."""
    deliveries: dict[Platform, Delivery] = {}
    askers: dict[Platform, AskDelivery] = {}
    if slack:
        deliveries["slack"], askers["slack"] = slack.delivery, slack.asking
    if teams:
        deliveries["teams"], askers["teams"] = teams.delivery, teams.asking
    return deliveries, askers


def _bridge(ground: Ground, slack: SlackSide | None, teams: "TeamsSide | None") -> Bridge:
    directories: dict[Platform, Directory] = {}
    if slack:
        directories["slack"] = slack.directory
    if teams:
        directories["teams"] = teams.directory
    return Bridge(ground.settings.bridge_domains, directories, ground.policies, ground.limiter)


def _push_store(ground: Ground) -> RedisPushStore:
    return RedisPushStore(
        ground.redis,
        ground.ring,
        prefix=ground.prefix,
        grace_ms=ground.timing.grace_ms,
        ticket_ms=ground.timing.ticket_ms,
        fence=ground.fence,
        replicas=ground.settings.store_replicas,
    )


def _web_door(settings: Settings, engine: PushEngine, sightings: Sightings) -> Door:
    return WebDoor(
        engine,
        base_url=settings.base_url,
        brand=brand_of(settings),
        hsts=settings.hsts,
        trusted_proxies=settings.trusted_proxies,
        sightings=sightings,
    )


def _statements_door(settings: Settings) -> Door:
    return StatementsDoor(
        brand_of(settings),
        https=settings.base_url.startswith("https:"),
        hsts=settings.hsts,
        privacy_url=settings.privacy_url or "",
        terms_url=settings.terms_url or "",
    )


def _health_door(ground: Ground, metrics: Metrics) -> Door:
    async def look_at_store() -> StoreState:
        declared, replicas = ground.settings.declared_mode, ground.settings.store_replicas
        found: set[str] = set()
        for facts in await read_all_facts(ground.redis):
            found |= {*faults(facts), *doubts(declared, facts, replicas)}
        return StoreState((await ground.fence.look_again()).mode, sorted(found))

    return HealthDoor(look_at_store, metrics, metrics_token=secret(ground.settings.metrics_token))


async def _cancelled(task: asyncio.Task[None]) -> None:
    # Asked again until it is so: a cancellation that arrives together with the store's answer can get lost in the
    # client's own timeouts, and waiting for the task would then keep the process from ever ending.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)
