"""What can a test do to the town's store, behind the service's back?"""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from adapters.redis_store.keys import Keys
from core.link import Link
from core.push import reference


@dataclass(frozen=True)
class Store:
    redis: Redis
    prefix: str

    async def expire(self, link: Link) -> None:
        """The push's time is up now: no claim is granted any more, and its receipt is due."""
        keys = Keys(self.prefix)
        change: Any = self.redis.hset(keys.push(link.push_id)[0], "exp", "1")
        await change
        await self.redis.zadd(keys.due(), {reference(link.push_id): 1})

    async def expire_only_push(self) -> None:
        """As `expire`, for a test with one push, whose link nobody has seen."""
        (record,) = await self.names("*:push")
        change: Any = self.redis.hset(record, "exp", "1")
        await change
        due = Keys(self.prefix).due()
        await self.redis.zadd(due, dict.fromkeys(await self.redis.zrange(due, 0, -1), 1))

    async def come_back(self) -> None:
        """As after a restart of the server: every push was made on another generation of it."""
        for record in await self.names("*:push"):
            change: Any = self.redis.hset(record, "gen", "0123:4567")
            await change

    async def forget(self, kind: str) -> int:
        """All sealed records of that kind, as when their time is up."""
        names = await self.names(f"record:{kind}:*")
        return int(await self.redis.delete(*names)) if names else 0

    async def names(self, pattern: str) -> list[bytes]:
        return [name async for name in self.redis.scan_iter(f"{self.prefix}:{pattern}")]
