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
from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.outbox import RedisOutbox
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.request_book import RedisRequestBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from adapters.slack.ask_delivery import SlackAskDelivery
from adapters.slack.delivery import SlackDelivery
from adapters.slack.desk import Desk
from adapters.slack.groups import Groups
from adapters.slack.handlers import SlackHandlers
from adapters.slack.home import HomeTabs
from adapters.slack.http import SlackDoor
from adapters.slack.install import PATH as INSTALL_PATH
from adapters.slack.install import InstallDoor
from adapters.slack.installations import Installations
from adapters.slack.manifest import BOT_SCOPES, OPTIONAL_BOT_SCOPES
from adapters.slack.notices import Notices
from adapters.slack.oauth import OAuth
from adapters.slack.people import People
from adapters.slack.reception import Reception
from adapters.slack.recipients import Recipients
from adapters.slack.responses import Responses
from adapters.slack.socket import SocketDoor
from adapters.slack.switchboard import OneToken, Switchboard
from adapters.slack.vault import Vault
from adapters.web.http import WebDoor
from adapters.web.notices import NoticePages
from adapters.web.origin import claimant_address
from adapters.web.render import Brand
from adapters.web.scanners import Sightings
from bot.background import Background
from bot.health import HealthDoor, StoreState
from bot.metrics import Metrics
from bot.promises import Keeper
from bot.settings import Settings, secret
from bot.sweeper import sweep_for_ever
from core.engine import PushEngine
from core.farewell import Farewells
from core.identity import Platform
from core.keyring import KeyRing
from core.policies import WorkspacePolicies
from core.ports import AskDelivery, AuditLog, Delivery, Departures, Policies, ReceiptBook, WorkspaceRecords
from core.preferences import MemberPreferences
from core.promise import Ask, Farewell, Promise, Settle
from core.receipt import Change
from core.receipts import Receipts
from core.reveal import Reveals
from core.secret_request import SecretRequest
from core.secret_requests import SecretRequests
from core.totals import Counting

BUDGETS = {"create": 30, "invite": 120, "ask": 10, "failed_claim": 30, "told_refused": 10, "install": 30}
"""What a member may create and ask for, how many people in all they may name where there are several, what an address may fail and begin to install, and of how many attempts at one push its sender is told; a minute."""


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
    home_seconds: float = 1.0
    """Between two publishings of one Home tab."""


IN_LIFE = Timing()


@dataclass(frozen=True, slots=True)
class House:
    """Everything, wired."""

    engine: PushEngine
    receipts: Receipts
    requests: SecretRequests
    farewells: Farewells | None
    doors: list[Door]
    metrics: Metrics
    later: Background
    slack: "SlackSide | None"
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
    metrics: Metrics
    workspaces: WorkspaceRecords
    policies: WorkspacePolicies

    @property
    def limiter(self) -> RedisLimiter:
        """Budgets a minute."""
        return RedisLimiter(self.redis, self.ring, BUDGETS, prefix=self.prefix)


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
        session = await closing.enter_async_context(aiohttp.ClientSession())
        later, ring, fence = Background(), KeyRing(settings.ring_keys, random), Fence(redis, settings.declared_mode, prefix=prefix)
        outbox = RedisOutbox(redis, ring, prefix=prefix, lease_ms=timing.lease_ms)
        metrics, workspaces = Metrics(), RedisWorkspaceRecords(redis, ring, prefix=prefix)
        chosen = WorkspacePolicies(policies.of_installation if policies else settings.policy, workspaces, metrics, clock)
        house = _build(
            _Ground(settings, timing, prefix, clock, random, redis, fence, ring, outbox, session, later, metrics, workspaces, chosen)
        )
        lease = timing.lease_ms / 1000
        keeper = Keeper(outbox, house.keep, look_every=min(lease / 4, _LOOK_MOST_SECONDS), within=lease * 0.9)
        outbox.on_promise = keeper.call
        closing.push_async_callback(keeper.drain, _DRAIN_SECONDS)
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


def _build(ground: _Ground) -> House:
    metrics, book = ground.metrics, RedisReceiptBook(ground.redis, ground.ring, prefix=ground.prefix)
    counting = Counting(ground.workspaces, book)
    slack = SlackSide(ground, book, counting) if ground.settings.has_slack else None
    deliveries: dict[Platform, Delivery] = {"slack": slack.delivery} if slack else {}
    askers: dict[Platform, AskDelivery] = {"slack": slack.asking} if slack else {}
    limiter, store = ground.limiter, _push_store(ground)
    receipts = Receipts(book, deliveries, metrics, ground.clock)
    looks_on = [slack.look] if slack else []

    async def looked_at(change: Change) -> None:
        await counting.note(change)  # first, so that whoever looks sees it counted
        for look in looks_on:
            await look(change)

    receipts.on_change.append(lambda change: ground.later(looked_at(change)))
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
    sightings = Sightings()
    doors = [_web_door(ground.settings, engine, sightings), _health_door(ground, metrics)]
    farewells = None
    if slack:
        requests.on_change.append(slack.look_at_request)
        doors += slack.doors(engine, requests, book, metrics)
        farewells = Farewells(slack.departures, store, book, ground.workspaces)
    return House(engine, receipts, requests, farewells, doors, metrics, ground.later, slack, sightings, ground.policies)


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


def _brand(settings: Settings) -> Brand:
    return Brand(name=settings.brand_name, support_url=settings.support_url or "")


def _web_door(settings: Settings, engine: PushEngine, sightings: Sightings) -> Door:
    return WebDoor(
        engine,
        base_url=settings.base_url,
        brand=_brand(settings),
        hsts=settings.hsts,
        trusted_proxies=settings.trusted_proxies,
        sightings=sightings,
    )


def _health_door(ground: _Ground, metrics: Metrics) -> Door:
    async def look_at_store() -> StoreState:
        declared, replicas = ground.settings.declared_mode, ground.settings.store_replicas
        found: set[str] = set()
        for facts in await read_all_facts(ground.redis):
            found |= {*faults(facts), *doubts(declared, facts, replicas)}
        return StoreState((await ground.fence.look_again()).mode, sorted(found))

    return HealthDoor(look_at_store, metrics, metrics_token=secret(ground.settings.metrics_token))


class SlackSide:
    """Slack comes in two halves: notices out, which the receipts need, and gestures in, which need the engine."""

    def __init__(self, ground: _Ground, book: ReceiptBook, counting: Counting) -> None:
        self._ground = ground
        settings, session = ground.settings, ground.session
        self.socket: SocketDoor | None = None
        self._many = _ManyWorkspaces(ground) if settings.has_many_workspaces else None
        self.tokens = self._many.installations if self._many else OneToken(secret(settings.slack_bot_token))
        self._switchboard = Switchboard(self.tokens, api_url=settings.slack_api_url, session=session)
        self._responses = Responses(api_url=settings.slack_api_url, session=session)
        self._preferences = MemberPreferences(ground.workspaces, ground.metrics, ground.clock)
        self._people = People(self._switchboard, self._preferences, ground.clock)
        self._records = RedisSealedRecords(ground.redis, ground.ring, prefix=ground.prefix)
        self.asking = SlackAskDelivery(self._switchboard, self._people)
        self._groups = Groups(self._switchboard, ground.clock)
        self.delivery = SlackDelivery(self._switchboard, self._responses, self._people, self._records, ground.ring, ground.policies)
        self._notices = Notices(self._switchboard, self._people, self._preferences)
        self._home = HomeTabs(
            book=book,
            records=self._records,
            policies=ground.policies,
            preferences=self._preferences,
            counting=counting,
            people=self._people,
            switchboard=self._switchboard,
            later=ground.later,
            support_url=settings.support_url or "",
            every_seconds=ground.timing.home_seconds,
        )

    @property
    def departures(self) -> Departures:
        """Who knows which workspaces have the app."""
        return self.tokens

    @property
    def _leave_url(self) -> str:
        """Where members let the app delete messages of theirs; empty when nowhere."""
        return f"{self._ground.settings.base_url}{INSTALL_PATH}?user=1" if self._many else ""

    async def drain(self) -> None:
        """Wait for what must not be cut off."""
        if self.socket:
            await self.socket.drain()
        if self._many:
            await self._many.vault.drain()

    async def look(self, change: Change) -> None:
        """Something changed for a sender: their Home tab shows it, and perhaps they want to be told. Both may be lost."""
        if change.after.sender.workspace.platform == "slack":
            self._home.refresh(change.after.sender)
            await self._notices.note(change)

    def look_at_request(self, request: SecretRequest) -> None:
        """Something changed for whoever asked: their Home tab shows it."""
        if request.requester.workspace.platform == "slack":
            self._home.refresh(request.requester)

    def doors(self, engine: PushEngine, requests: SecretRequests, book: ReceiptBook, audit: AuditLog) -> list[Door]:
        """The doors, with their handlers behind them."""
        ground = self._ground
        reveals = Reveals(engine=engine, book=book, policies=ground.policies, records=self._records, audit=audit, random=ground.random)
        desk = Desk(
            engine=engine,
            reveals=reveals,
            outbox=ground.outbox,
            tokens=self.tokens,
            clock=ground.clock,
            policies=ground.policies,
            preferences=self._preferences,
            records=self._records,
            switchboard=self._switchboard,
            responses=self._responses,
            people=self._people,
            groups=self._groups,
            recipients=Recipients(self._people, self._groups),
            home=self._home,
            ring=ground.ring,
            random=ground.random,
            base_url=ground.settings.base_url,
            later=ground.later,
        )
        reception = Reception(
            SlackHandlers(desk, requests, self._leave_url), RedisSeenBefore(ground.redis, ground.random, prefix=ground.prefix)
        )
        doors: list[Door] = []
        if ground.settings.slack_app_token is not None:
            token, api_url = secret(ground.settings.slack_app_token), ground.settings.slack_api_url
            self.socket = SocketDoor(reception, app_token=token, api_url=api_url, session=ground.session)
        if ground.settings.slack_signing_secret is not None:
            doors.append(SlackDoor(reception, signing_secret=secret(ground.settings.slack_signing_secret), clock=ground.clock))
        if self._many:
            doors.append(self._many.door(self._records))
        return doors


class _ManyWorkspaces:
    """Workspaces that install the app themselves."""

    def __init__(self, ground: _Ground) -> None:
        self._ground = ground
        settings = ground.settings
        self._oauth = OAuth(
            client_id=settings.slack_client_id or "",
            client_secret=secret(settings.slack_client_secret),
            api_url=settings.slack_api_url,
            session=ground.session,
        )
        records, locks = ground.workspaces, RedisLocks(ground.redis, ground.random, prefix=ground.prefix)
        self.vault = Vault(records, locks, self._oauth, ground.clock)
        self.installations = Installations(records, self.vault, locks, ground.clock)

    def door(self, records: RedisSealedRecords) -> Door:
        """Where they install it."""
        ground, settings = self._ground, self._ground.settings
        return InstallDoor(
            self._oauth,
            self.installations,
            pages=NoticePages(_brand(settings), https=settings.base_url.startswith("https:"), hsts=settings.hsts),
            records=records,
            limiter=ground.limiter,
            random=ground.random,
            address_of=lambda request: claimant_address(request, settings.trusted_proxies),
            scopes=[*BOT_SCOPES, *OPTIONAL_BOT_SCOPES],
            base_url=settings.base_url,
            name=settings.brand_name,
        )


async def _cancelled(task: asyncio.Task[None]) -> None:
    # Asked again until it is so: a cancellation that arrives together with the store's answer can get lost in the
    # client's own timeouts, and waiting for the task would then keep the process from ever ending.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_SECONDS)
