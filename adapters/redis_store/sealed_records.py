"""What small things must the app remember for a while, sealed?"""

from typing import Any

from adapters.redis_store.cluster import Cluster
from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.together import MOST_AT_ONCE, Together
from core.errors import Damaged
from core.keyring import KeyRing

_Kept = tuple[str, bytes, int]
"""A name, what is wrapped under it, and its lifetime in milliseconds."""


class RedisSealedRecords:
    """Records wrapped by the ring. One whose key has left the ring counts as forgotten."""

    def __init__(self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)
        # In a cluster each name has a slot of its own.
        self._keep: Together[_Kept, None] = Together(self._keep_each, most=1 if isinstance(redis, Cluster) else MOST_AT_ONCE)

    async def keep(self, kind: str, name: str, plain: bytes, lifetime: float) -> None:
        """As the port says. Raises ValueError unless `lifetime` is at least a millisecond: nothing is kept for ever."""
        if not lifetime >= 0.001:
            raise ValueError("a record needs a lifetime")
        here, *older = self._keys.record(self._ring, kind, name)
        await self._keep((here, self._ring.wrap("record/" + kind, plain, name.encode()), int(lifetime * 1000)))
        async with trouble(self._redis):
            for key in older:
                await self._redis.delete(key)

    async def read(self, kind: str, name: str) -> bytes | None:
        async with trouble(self._redis):
            for key in self._keys.record(self._ring, kind, name):
                wrapped: Any = await self._redis.get(key)
                if wrapped is not None:
                    return self._open(kind, name, wrapped)
        return None

    async def take(self, kind: str, name: str) -> bytes | None:
        async with trouble(self._redis):
            found: list[Any] = [await self._redis.getdel(key) for key in self._keys.record(self._ring, kind, name)]
        return next((self._open(kind, name, wrapped) for wrapped in found if wrapped is not None), None)

    async def drop(self, kind: str, name: str) -> None:
        async with trouble(self._redis):
            for key in self._keys.record(self._ring, kind, name):
                await self._redis.delete(key)

    async def _keep_each(self, kept: list[_Kept]) -> list[None]:
        async with trouble(self._redis):
            if len(kept) == 1:
                ((name, wrapped, millis),) = kept
                await self._redis.set(name, wrapped, px=millis)
            else:
                down_one_line = self._redis.pipeline(transaction=False)
                for name, wrapped, millis in kept:
                    down_one_line.set(name, wrapped, px=millis)
                await down_one_line.execute()
        return [None] * len(kept)

    def _open(self, kind: str, name: str, wrapped: bytes) -> bytes | None:
        try:
            return self._ring.unwrap("record/" + kind, wrapped, name.encode())
        except Damaged:
            return None
