"""Has this request been met before?"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from adapters.redis_store.cluster import Cluster
from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.ports import RandomBytes

_MOST_AT_ONCE = 64


@dataclass(slots=True)
class _Question:
    """What is asked together. Answered by a task, so that one caller who leaves takes nobody's answer along."""

    keys: list[str] = field(default_factory=list)
    said: list[bytes | int] = field(default_factory=list)
    answer: asyncio.Task[list[Any]] | None = None


class RedisSeenBefore:
    """Remembers what was met for as long as a replay of it would still be accepted.

    Every request waits for this answer, and the way to the store costs far more than the answer: who
    asks within one turn of the event loop asks together. Nobody waits for others to come.
    """

    def __init__(self, redis: Client, random: RandomBytes, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._random = random
        self._keys = Keys(prefix)
        self._script = load_script(redis, "first_time")
        self._most = 1 if isinstance(redis, Cluster) else _MOST_AT_ONCE  # a cluster's script sees one slot, and each name has its own
        self._open: _Question | None = None

    async def first_time(self, kind: str, what: bytes, lifetime: float) -> bool:
        # Our own mark comes back if the answer got lost and the client asked again: that is still the first time.
        mark, question = self._random(8), self._question()
        at = len(question.keys)
        question.keys.append(self._keys.seen(kind, what))
        question.said += (mark, max(1, int(lifetime * 1000)))
        question.answer = question.answer or asyncio.create_task(self._ask(question))
        before = (await asyncio.shield(question.answer))[at]
        return before is None or before == mark

    async def forget(self, kind: str, what: bytes) -> None:
        async with trouble(self._redis):
            await self._redis.delete(self._keys.seen(kind, what))

    def _question(self) -> _Question:
        """The one that is not asked yet and has room, or a new one."""
        if self._open is None or len(self._open.keys) >= self._most:
            self._open = _Question()
        return self._open

    async def _ask(self, question: _Question) -> list[Any]:
        if self._open is question:
            self._open = None
        async with trouble(self._redis):
            answers: list[Any] = await self._script(question.keys, question.said)
            return answers
