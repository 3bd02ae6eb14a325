"""Has this request been met before?"""

from typing import Any

from adapters.redis_store.cluster import Cluster
from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from adapters.redis_store.together import MOST_AT_ONCE, Together
from core.ports import RandomBytes

_Question = tuple[str, bytes, int]
"""A name, our mark, and its lifetime in milliseconds."""


class RedisSeenBefore:
    """Remembers what was met for as long as a replay of it would still be accepted. Every request waits for this answer."""

    def __init__(self, redis: Client, random: RandomBytes, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._random = random
        self._keys = Keys(prefix)
        self._script = load_script(redis, "first_time")
        most = 1 if isinstance(redis, Cluster) else MOST_AT_ONCE  # a cluster's script sees one slot, and each name has its own
        self._answer: Together[_Question, Any] = Together(self._ask, most=most)

    async def first_time(self, kind: str, what: bytes, lifetime: float) -> bool:
        # Our own mark comes back if the answer got lost and the client asked again: that is still the first time.
        mark = self._random(8)
        before = await self._answer((self._keys.seen(kind, what), mark, max(1, int(lifetime * 1000))))
        return before is None or before == mark

    async def forget(self, kind: str, what: bytes) -> None:
        async with trouble(self._redis):
            await self._redis.delete(self._keys.seen(kind, what))

    async def _ask(self, questions: list[_Question]) -> list[Any]:
        said = [part for _, mark, millis in questions for part in (mark, millis)]
        async with trouble(self._redis):
            answers: list[Any] = await self._script([name for name, _, _ in questions], said)
            return answers
