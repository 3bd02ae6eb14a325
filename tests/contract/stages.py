"""The same play on two stages: a fake with a clock in hand, and a real server with its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.redis_store.connect import Client, masters, server_time
from adapters.redis_store.keys import Keys
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.request_book import RedisRequestBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from core.keyring import KeyRing
from core.ports import Limiter, Locks, PushStore, ReceiptBook, RequestBook, SealedRecords, SeenBefore, WorkspaceRecords
from core.push import Millis, PushId
from tests.fakes import (
    FakeLimiter,
    FakeLocks,
    FakePushStore,
    FakeReceiptBook,
    FakeRequestBook,
    FakeSealedRecords,
    FakeSeenBefore,
    FakeWorkspaceRecords,
    ManualClock,
)


class Stage(Protocol):
    """Sets up what is tested, and moves its time."""

    def push_store(self, *, grace_ms: int = 60_000, ticket_ms: int = 600_000) -> PushStore: ...

    def receipt_book(self, *, keep_after: float = 600.0, lease_ms: int = 60_000) -> ReceiptBook: ...

    def request_book(self, *, keep_after: float = 600.0, lease_ms: int = 60_000) -> RequestBook: ...

    def sealed_records(self) -> SealedRecords: ...

    def seen_before(self) -> SeenBefore: ...

    def limiter(self, budgets: dict[str, int]) -> Limiter: ...

    def workspace_records(self) -> WorkspaceRecords: ...

    def locks(self) -> Locks:
        """Those of one process more."""

    async def now(self) -> Millis: ...

    async def let_pass(self, millis: int) -> None:
        """Return once so much time has passed where the port's time is judged."""

    async def expire(self, push_id: PushId) -> None:
        """The push's time is up now, though its record still lies there."""

    async def come_back(self, push_id: PushId) -> None:
        """As after a restart or a failover: the push was made on another generation of the server."""


class FakeStage:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self._locks = FakeLocks(self.clock)
        self._store: FakePushStore | None = None

    def push_store(self, *, grace_ms: int = 60_000, ticket_ms: int = 600_000) -> PushStore:
        self._store = FakePushStore(self.clock, grace_ms=grace_ms, ticket_ms=ticket_ms)
        return self._store

    def receipt_book(self, *, keep_after: float = 600.0, lease_ms: int = 60_000) -> ReceiptBook:
        return FakeReceiptBook(self.clock, keep_after=keep_after, lease_ms=lease_ms)

    def request_book(self, *, keep_after: float = 600.0, lease_ms: int = 60_000) -> RequestBook:
        return FakeRequestBook(self.clock, keep_after=keep_after, lease_ms=lease_ms)

    def sealed_records(self) -> SealedRecords:
        return FakeSealedRecords(self.clock)

    def seen_before(self) -> SeenBefore:
        return FakeSeenBefore(self.clock)

    def limiter(self, budgets: dict[str, int]) -> Limiter:
        return FakeLimiter(self.clock, budgets)

    def workspace_records(self) -> WorkspaceRecords:
        return FakeWorkspaceRecords()

    def locks(self) -> Locks:
        return self._locks

    async def now(self) -> Millis:
        return self.clock()

    async def let_pass(self, millis: int) -> None:
        self.clock.advance(millis)

    async def expire(self, push_id: PushId) -> None:
        assert self._store is not None
        self._store.expire(push_id)

    async def come_back(self, push_id: PushId) -> None:
        assert self._store is not None
        self._store.come_back()


@dataclass
class RealStage:
    redis: Client
    ring: KeyRing
    prefix: str
    random: Callable[[int], bytes]

    def push_store(self, *, grace_ms: int = 60_000, ticket_ms: int = 600_000) -> PushStore:
        return RedisPushStore(self.redis, self.ring, prefix=self.prefix, grace_ms=grace_ms, ticket_ms=ticket_ms)

    def receipt_book(self, *, keep_after: float = 600.0, lease_ms: int = 60_000) -> ReceiptBook:
        return RedisReceiptBook(self.redis, self.ring, prefix=self.prefix, keep_after=keep_after, lease_ms=lease_ms)

    def request_book(self, *, keep_after: float = 600.0, lease_ms: int = 60_000) -> RequestBook:
        return RedisRequestBook(self.redis, self.ring, prefix=self.prefix, keep_after=keep_after, lease_ms=lease_ms)

    def sealed_records(self) -> SealedRecords:
        return RedisSealedRecords(self.redis, self.ring, prefix=self.prefix)

    def seen_before(self) -> SeenBefore:
        return RedisSeenBefore(self.redis, self.random, prefix=self.prefix)

    def limiter(self, budgets: dict[str, int]) -> Limiter:
        return RedisLimiter(self.redis, self.ring, budgets, prefix=self.prefix)

    def workspace_records(self) -> WorkspaceRecords:
        return RedisWorkspaceRecords(self.redis, self.ring, prefix=self.prefix)

    def locks(self) -> Locks:
        return RedisLocks(self.redis, self.random, prefix=self.prefix)

    async def now(self) -> Millis:
        return await server_time(self.redis)

    async def let_pass(self, millis: int) -> None:
        until = await self.now() + millis
        while await self.now() < until:
            pass

    async def expire(self, push_id: PushId) -> None:
        writing: Any = self.redis.hset(Keys(self.prefix).push(push_id)[0], "exp", str(await self.now()))
        await writing

    async def come_back(self, push_id: PushId) -> None:
        writing: Any = self.redis.hset(Keys(self.prefix).push(push_id)[0], "gen", "0123:4567")
        await writing


async def keys_without_ttl(redis: Client, prefix: str) -> list[bytes]:
    """The keys of this test that would stay for ever, without those of workspaces: they end with an uninstall."""
    lying = [(key, await node.pttl(key)) for node in await masters(redis) async for key in node.scan_iter(f"{prefix}:*")]
    return [key for key, left in lying if left < 0 and not key.startswith(f"{prefix}:workspace:".encode())]
