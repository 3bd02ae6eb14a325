"""How often may one do that?

Windows of a minute from the first act on, counted by the library `limits` in the store, on the
store's clock: two processes with different clocks share one budget.
"""

from collections.abc import Mapping

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import Redis

from adapters.redis_store.connect import trouble
from core.errors import TooMany
from core.keyring import KeyRing
from core.link import encode


class RedisLimiter:
    """Budgets a minute, by name. It never fails open: when the store cannot count, StoreUnavailable goes up."""

    def __init__(self, redis: Redis, ring: KeyRing, budgets: Mapping[str, int], *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._ring = ring
        self._prefix = f"{prefix}:limit"
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=self._prefix,
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # handed through to the client, as its docs say
        )
        self._windows = FixedWindowRateLimiter(storage)
        self._budgets = {name: RateLimitItemPerMinute(most, namespace=name) for name, most in budgets.items()}

    async def spend(self, budget: str, who: str) -> None:
        item, name = self._budgets[budget], self._name(who)
        async with trouble(self._redis):
            allowed = await self._windows.hit(item, name)
        if not allowed:
            raise await self._too_many(item, name)

    async def check(self, budget: str, who: str) -> None:
        item, name = self._budgets[budget], self._name(who)
        async with trouble(self._redis):
            allowed = await self._windows.test(item, name)
        if not allowed:
            raise await self._too_many(item, name)

    async def _too_many(self, item: RateLimitItem, name: str) -> TooMany:
        async with trouble(self._redis):
            seconds = await self._redis.ttl(f"{self._prefix}:{item.key_for(name)}")
        return TooMany(retry_after=max(1, seconds))

    def _name(self, who: str) -> str:
        return encode(self._ring.keyed_hash("name/limit", who.encode())[:16])
