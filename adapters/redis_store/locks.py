"""Which process does what one alone should do?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.errors import StoreUnavailable
from core.ports import RandomBytes

_TOKEN_BYTES = 16


class RedisLocks:
    """Locks that run out by themselves; each is given back only by whoever took it."""

    def __init__(self, redis: Client, random: RandomBytes, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._random = random
        self._keys = Keys(prefix)
        self._take = load_script(redis, "lock")
        self._give_back = load_script(redis, "unlock")

    @asynccontextmanager
    async def held(self, name: str, lifetime: float) -> AsyncIterator[bool]:
        """As the port says. Raises ValueError unless `lifetime` is at least a millisecond: nothing is locked for ever."""
        if not lifetime >= 0.001:
            raise ValueError("a lock needs a lifetime")
        key, token = self._keys.lock(name), self._random(_TOKEN_BYTES)
        async with trouble(self._redis):
            before = await self._take([key], [token, int(lifetime * 1000)])
        # Our own token comes back if the answer got lost and the client asked again.
        if before not in (None, token):
            yield False
            return
        try:
            yield True
        finally:
            with suppress(StoreUnavailable):  # it runs out by itself; the work is done all the same
                async with trouble(self._redis):
                    await self._give_back([key], [token])
