"""How often may one do that?

Windows of a minute from the first act on, counted by the library `limits` in the store, on the
store's clock: two processes with different clocks share one budget.
"""

from collections.abc import Mapping

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import FixedWindowRateLimiter

from adapters.redis_store.connect import Client, trouble
from core.errors import TooMany
from core.keyring import KeyRing
from core.link import encode


class RedisLimiter:
    """Budgets a minute, by name. It never fails open: when the store cannot count, StoreUnavailable goes up."""

    def __init__(self, redis: Client, ring: KeyRing, budgets: Mapping[str, int], *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._ring = ring
        self._prefix = f"{prefix}:limit"
        self._windows = FixedWindowRateLimiter(_Shared(redis, self._prefix))
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


class _Shared(RedisStorage):
    """Counts through our own client, whatever it leads to: the library would make one of its own, without our timeouts."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client = client
        super().__init__("async+redis://", implementation="redispy", key_prefix=prefix)

    def configure_bridge(self) -> None:
        """Hand our client over in place of a new one; each counter is one key, so a cluster needs nothing else."""
        assert isinstance(self.bridge, RedispyBridge)  # noqa: S101  # as asked for above
        self.bridge.storage = self._client
        self.bridge.connection_getter = lambda _: self._client  # type: ignore[assignment,return-value]  # its protocol has no sentinel nor cluster
