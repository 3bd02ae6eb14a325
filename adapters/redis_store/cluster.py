"""Which node of a cluster holds a key, and how is it reached?

redis-py's RedisCluster knows commands, slots and nodes. Three things are ours, because its own would
fail us: how a node is connected (it raises past its most connections; we wait, as everywhere), how a
redirection is followed (it sends ASKING down another connection than the command, and a push whose
slot is moving is then unreachable), and whom it asks for the slots (one node after the other; one that
hangs would take all the time that an act has).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

from redis._parsers import AsyncCommandsParser
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    ClusterError,
    MovedError,
    SlotNotCoveredError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as ConnectionBroken
from redis.exceptions import TimeoutError as TimedOut

from adapters.redis_store.race import Race

T = TypeVar("T")
Send = Callable[[Redis, bool], Awaitable[T]]
"""Sends an act to a node, with ASKING before it on the same connection where the bool is true."""

_REDIRECTIONS = 12
_AT_ONCE = 2
_PAUSE = 0.05
"""Seconds before an act is tried again while its keys are on their way, or the cluster is making up its mind."""


class Cluster(RedisCluster):
    """All masters of a cluster as one client. Replicas are never read: they may be behind."""

    def __init__(
        self, seeds: tuple[tuple[str, int], ...], *, patience: float, node: Callable[[str, int], BlockingConnectionPool], **options: Any
    ) -> None:
        """`node` makes the pool for one host and port; `options` are for the few connections that redis-py makes itself."""
        # Not all slots covered is no reason to refuse those that are: the servers say what they hold.
        super().__init__(
            startup_nodes=[ClusterNode(host, port) for host, port in seeds],
            require_full_coverage=False,
            retry=Retry(NoBackoff(), 1),
            **options,
        )
        self.patience = patience
        self._pool_for = node
        self._plain: dict[str, Redis] = {}
        self._seeds = list(self.nodes_manager.startup_nodes.values())
        self._reading = asyncio.Lock()
        self._race = Race()
        self.commands_parser = _LazyParser()

    def plain(self, node: ClusterNode) -> Redis:
        """The client for this one node, kept for as long as the cluster has it."""
        if node.name not in self._plain:
            self._plain[node.name] = Redis.from_pool(self._pool_for(node.host, int(node.port)))
        return self._plain[node.name]

    def holder(self, key: str) -> ClusterNode:
        """The master that holds the key's slot, as far as is known. Raises SlotNotCoveredError."""
        node = self.get_node_from_key(key)
        assert node is not None  # noqa: S101  # only when it is asked for a replica
        return node

    async def at(self, key: str, send: Send[T]) -> T:
        """What `send` gives at the node that holds the key's slot, wherever that is or is moving to."""
        try:
            await self.initialize()
            return await self._redirected(self.holder(key), send)
        except self.ERRORS_ALLOW_RETRY:
            await self.initialize()
            return await self._redirected(self.holder(key), send)

    async def read_slots(self) -> None:
        """Ask anew who holds what."""
        self._initialize = True
        await self.initialize()

    async def initialize(self, *_: Any, **__: Any) -> Self:
        """Find out who holds what, unless it is known. Raises what the connections raise."""
        if not self._initialize:
            return self
        async with self._reading:
            if self._initialize:
                guide = await self._a_node_that_answers()
                if guide is not None:
                    self.nodes_manager.startup_nodes = {guide.name: guide}
                await super().initialize()
                await self._leave_those_who_left()
        return self

    async def aclose(self) -> None:
        """Close every connection. Whatever was known counts as known here: redis-py closes nothing of what it doubts."""
        self._initialize = False
        await self._race.aclose()
        await super().aclose()
        plain, self._plain = list(self._plain.values()), {}
        await asyncio.gather(*(seed.disconnect() for seed in self._seeds), *(client.aclose() for client in plain))

    async def _execute_command(self, target_node: ClusterNode, *args: Any, **options: Any) -> Any:
        async def send(client: Redis, asking: bool) -> Any:
            if not asking:
                return await client.execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's own has no types
            async with client.pipeline(transaction=False) as both:
                both.execute_command("ASKING")
                both.execute_command(*args, **options)
                _, answer = await both.execute(raise_on_error=False)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return await self._redirected(target_node, send)

    async def _redirected(self, node: ClusterNode, send: Send[T]) -> T:
        asking = False
        for redirections in range(_REDIRECTIONS):
            if redirections > _AT_ONCE:  # two nodes name each other: they hear of it in a moment
                await asyncio.sleep(_PAUSE)
            try:
                return await send(self.plain(node), asking)
            except MovedError as moved:  # for good: remembered
                self.nodes_manager.slots_cache.setdefault(moved.slot_id, [node])
                await self.nodes_manager.move_slot(moved)
                node, asking = self._node(moved), False
            except AskError as moving:  # for this key alone
                node, asking = self._node(moving), True
            except TryAgainError:
                await asyncio.sleep(_PAUSE)
            except (ClusterDownError, SlotNotCoveredError):
                self._initialize = True
                await asyncio.sleep(_PAUSE)
                raise
            except (ConnectionBroken, TimedOut, OSError, asyncio.CancelledError):
                # Cancelled too: a node that hangs shows as the caller's patience coming to its end.
                self._initialize = True
                raise
        self._initialize = True
        raise ClusterError("sent from node to node without an end")

    def _node(self, hint: AskError) -> ClusterNode:
        known = self.get_node(host=hint.host, port=hint.port)
        return known or ClusterNode(hint.host, hint.port)  # only its name and address are used

    async def _a_node_that_answers(self) -> ClusterNode | None:
        """The first that says that the cluster is well, if one does. All are asked at once.

        The addresses that we were given are asked too: all nodes that we knew may have moved.
        """
        nodes = {node.name: node for node in self._seeds} | self.nodes_manager.nodes_cache
        return await self._race.run([self._asked(node) for node in nodes.values()])

    async def _asked(self, node: ClusterNode) -> ClusterNode:
        told: dict[str, str] = await self.plain(node).execute_command("CLUSTER INFO")  # type: ignore[no-untyped-call]  # redis-py's own has no types
        if told.get("cluster_state") != "ok":
            raise ClusterDownError("this node says that the cluster is not well")
        return node

    async def _leave_those_who_left(self) -> None:
        stay = {node.name for node in self._seeds} | self.nodes_manager.nodes_cache.keys()
        for name in self._plain.keys() - stay:
            pool = self._plain.pop(name).connection_pool
            await pool.update_active_connections_for_reconnect()  # type: ignore[no-untyped-call]  # closed as soon as the acts under way are through
            for connection in list(pool._get_free_connections()):
                await connection.disconnect(nowait=True)  # in one go: an act may still be about to take it


class _LazyParser(AsyncCommandsParser):
    """Where in a command the keys are. Asks for the table of all commands once, when it is needed, and not at each look for the slots."""

    async def initialize(self, node: ClusterNode | None = None) -> None:
        if node is None:
            await super().initialize()
        else:
            self.node = node
