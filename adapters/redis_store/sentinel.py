"""Which server is the master just now, and how do connections follow it?

A connection asks the sentinels when it is made. After a failover the old ones break, or are
refused as read-only (redis-py then breaks them), and the next ones lead to the new master. When an
operator asks for the failover, though, the old master goes on taking writes for seconds, and they are
lost: so the pool also asks once a second while it is used, and leaves a master that is none any more.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.exceptions import RedisError

from adapters.redis_store.race import Race

_HEAD_START = 0.1
_LOOK_EVERY = 1.0


class Sentinels(Sentinel):
    """Asks the next sentinel when one says nothing for a tenth of a second: one that hangs must not take all the time of an act."""

    def __init__(self, hosts: Iterable[tuple[str, int]], **own: Any) -> None:
        """`own` are the options of the connections to the sentinels."""
        super().__init__(hosts, sentinel_kwargs=own)  # type: ignore[no-untyped-call]  # redis-py's own has no types
        self._race = Race()

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Host and port, from the first that knows a master in order; it is asked first from then on. Raises MasterNotFoundError."""
        told = await self._race.run([self._ask(sentinel, service_name) for sentinel in self.sentinels], head_start=_HEAD_START)
        if told is None:
            raise MasterNotFoundError("no sentinel knows a master of that service")
        first, address = told
        self.sentinels.sort(key=lambda one: one is not first)
        return address

    async def aclose(self) -> None:
        """Close the connections to the sentinels."""
        await self._race.aclose()
        await super().aclose()

    async def _ask(self, sentinel: Redis, service_name: str) -> tuple[Redis, tuple[str, int]]:
        masters: Any = await sentinel.sentinel_masters()
        state = masters.get(service_name)
        if not state or not self.check_master_state(state, service_name):
            raise MasterNotFoundError("this sentinel knows none")
        return sentinel, (state["ip"], state["port"])


class MasterPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the master; past the most of them callers wait, where redis-py's own pool raises."""

    def __init__(self, service_name: str, sentinel_manager: Sentinels, **limits: Any) -> None:
        super().__init__(service_name, sentinel_manager, **limits)  # type: ignore[no-untyped-call]  # redis-py's own has no types
        self._asking = asyncio.Lock()
        self._answers = 0
        self._address: tuple[str, int] | None = None
        self._looked_at = 0.0
        self._looking: asyncio.Task[None] | None = None

    async def get_connection(self, *args: Any, **options: Any) -> Any:
        """One that is connected to the master, or trouble."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at > _LOOK_EVERY and (self._looking is None or self._looking.done()):
            # Beside the act and not before it: sentinels that are away are no reason to wait while the master is there.
            self._looked_at, self._looking = now, asyncio.create_task(self._look())
        return await super().get_connection(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's own has no types

    async def get_master_address(self) -> tuple[str, int]:
        """Ask the sentinels. Whoever waited while another asked takes that answer: after a failover all connect at once."""
        before = self._answers
        async with self._asking:
            if self._answers == before or self._address is None:
                address: tuple[str, int] = await self.sentinel_manager.discover_master(self.service_name)
                self._answers += 1
                if address != self._address:
                    # Marked and not closed: one that is closed here while an act takes it would lose its new socket.
                    for connection in (*self._get_free_connections(), *self._get_in_use_connections()):
                        connection.mark_for_reconnect()  # type: ignore[no-untyped-call]  # redis-py's own has no types
                self._address = self.master_address = address
            return self._address

    async def ensure_connection(self, connection: Any) -> None:
        """See to it that the connection, which nobody else has now, leads to the master."""
        if connection.should_reconnect():
            await connection.disconnect()
        await super().ensure_connection(connection)

    async def aclose(self) -> None:
        """Close the connections, those to the sentinels too."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        try:
            await super().aclose()
        finally:
            await self.sentinel_manager.aclose()

    async def _look(self) -> None:
        with suppress(RedisError, OSError):
            async with asyncio.timeout(self.timeout):
                await self.get_master_address()
