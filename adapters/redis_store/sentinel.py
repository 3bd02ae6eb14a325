"""Which server is the master just now, and how do connections follow it?

A connection asks the sentinels when it is made. After a failover the old ones break, or are
refused as read-only (redis-py then breaks them), and the next ones lead to the new master.
"""

import asyncio
from contextlib import suppress
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.exceptions import RedisError


class Sentinels(Sentinel):
    """Asks all sentinels at once: one that hangs must not hold up the others, at each connection anew."""

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Host and port, from the first that knows a master in order. Raises MasterNotFoundError."""
        asking = [asyncio.ensure_future(self._ask(sentinel, service_name)) for sentinel in self.sentinels]
        try:
            for answer in asyncio.as_completed(asking):
                with suppress(RedisError, OSError):
                    return await answer
        finally:
            for other in asking:
                other.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        raise MasterNotFoundError("no sentinel knows a master of that service")

    async def _ask(self, sentinel: Redis, service_name: str) -> tuple[str, int]:
        masters: Any = await sentinel.sentinel_masters()
        state = masters.get(service_name)
        if not state or not self.check_master_state(state, service_name):
            raise MasterNotFoundError("this sentinel knows none")
        return state["ip"], state["port"]


class MasterPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master; past the most of them callers wait, where redis-py's own pool raises."""

    def __init__(self, service_name: str, sentinel_manager: Sentinels, **limits: Any) -> None:
        super().__init__(service_name, sentinel_manager, **limits)  # type: ignore[no-untyped-call]
        self._asking = asyncio.Lock()
        self._answers = 0

    async def get_master_address(self) -> tuple[str, int]:
        """Ask the sentinels. Whoever waited while another asked takes that answer: after a failover all connect at once."""
        before = self._answers
        async with self._asking:
            if self._answers == before:
                self._address: tuple[str, int] = await super().get_master_address()  # type: ignore[no-untyped-call]
                self._answers += 1
            return self._address

    async def aclose(self) -> None:
        """Close the connections, those to the sentinels too."""
        try:
            await super().aclose()
        finally:
            await self.sentinel_manager.aclose()
