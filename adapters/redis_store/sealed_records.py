"""What small things must the app remember for a while, sealed?"""

from typing import Any

from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from core.errors import Damaged
from core.keyring import KeyRing


class RedisSealedRecords:
    """Records wrapped by the ring. One whose key has left the ring counts as forgotten."""

    def __init__(self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)

    async def keep(self, kind: str, name: str, plain: bytes, lifetime: float) -> None:
        """As the port says. Raises ValueError unless `lifetime` is at least a millisecond: nothing is kept for ever."""
        if not lifetime >= 0.001:
            raise ValueError("a record needs a lifetime")
        here, *older = self._keys.record(self._ring, kind, name)
        async with trouble(self._redis):
            await self._redis.set(here, self._ring.wrap("record/" + kind, plain, name.encode()), px=int(lifetime * 1000))
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

    def _open(self, kind: str, name: str, wrapped: bytes) -> bytes | None:
        try:
            return self._ring.unwrap("record/" + kind, wrapped, name.encode())
        except Damaged:
            return None
