"""Has this request been met before?"""

from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.ports import RandomBytes


class RedisSeenBefore:
    """Remembers what was met for as long as a replay of it would still be accepted."""

    def __init__(self, redis: Client, random: RandomBytes, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._random = random
        self._keys = Keys(prefix)
        self._script = load_script(redis, "first_time")

    async def first_time(self, kind: str, what: bytes, lifetime: float) -> bool:
        # Our own mark comes back if the answer got lost and the client asked again: that is still the first time.
        mark = self._random(8)
        async with trouble(self._redis):
            before = await self._script([self._keys.seen(kind, what)], [mark, max(1, int(lifetime * 1000))])
        return before is None or before == mark
