"""How is the store reached, and how does its trouble become ours?

Every act of this package may be repeated: nothing is spent or counted twice. So one quick retry
on a broken connection is safe here, and more would only make people wait.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionBroken
from redis.exceptions import OutOfMemoryError, RedisClusterException, RedisError

from adapters.redis_store.address import Address, check_address, connection_class, read_address
from adapters.redis_store.cluster import Cluster, Send, T
from adapters.redis_store.sentinel import MasterPool, Sentinels
from core.errors import StoreFull, StoreUnavailable

__all__ = ["Client", "at_node", "check_address", "connect", "get_each", "masters", "server_time", "trouble"]

Client = Redis | Cluster
"""One server, the master that sentinels name (a Redis too), or a cluster."""


def connect(url: str, *, timeout: float = 0.7, pool: int = 64) -> Client:
    """A client for the store at `url` (see `address`), not yet connected. Close it with `aclose`.

    `timeout` seconds bound a whole act (see `trouble`) and each of its steps: waiting for one of
    `pool` connections (of a cluster: to one node), finding the master, connecting, and reading. Raises
    ValueError for an address that we do not speak, without the address in it, because it may hold a password.
    """
    address = read_address(url)
    # The client's own pool raises past 100 connections; this one makes the 65th caller wait.
    limits = {"timeout": timeout, "max_connections": pool} | address.pool
    times = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    match address.kind:
        case "cluster":
            return _cluster(address, limits, times)
        case "sentinel":
            return _master(address, limits, times)
    place: dict[str, Any] = (
        {"path": address.path} if address.kind == "socket" else dict(zip(("host", "port"), address.hosts[0], strict=True))
    )
    return Redis.from_pool(_pool(address, limits, times | place))


async def masters(client: Client) -> list[Redis]:
    """A client for each server that takes writes just now: for what is asked of servers, such as INFO. Raises StoreUnavailable.

    They belong to `client` and are closed with it, or when the cluster has lost their node.
    """
    if not isinstance(client, Cluster):
        return [client]
    async with trouble(client):
        await client.read_slots()
        return [client.plain(node) for node in client.get_primaries()]


async def at_node(client: Client, key: str, send: Send[T]) -> T:
    """What `send` gives at the server that holds the key's slot. Within `trouble`.

    Redirections are followed, so `send` may be called more than once; when told so it sends ASKING
    first, down the same connection. It must raise what the server answers (MOVED, ASK and the like).
    """
    if isinstance(client, Cluster):
        return await client.at(key, send)
    return await send(client, False)


async def get_each(client: Client, keys: list[str]) -> list[Any]:
    """What lies under each of these names; in a cluster they may lie anywhere. Within `trouble`."""
    if not keys:
        return []
    if isinstance(client, Cluster):
        return list(await asyncio.gather(*(client.get(key) for key in keys)))
    return await client.mget(keys)


async def server_time(client: Client) -> int:
    """The server's time in milliseconds since 1970, of some master in a cluster. Within `trouble`."""
    if isinstance(client, Cluster):
        await client.initialize()
        client = client.plain(client.get_default_node())
    seconds, micros = await client.time()
    return int(seconds) * 1000 + int(micros) // 1000


@asynccontextmanager
async def trouble(client: Client) -> AsyncIterator[None]:
    """Within it, what goes wrong with the store is raised as StoreUnavailable `from` its cause.

    The act is given up after the `timeout` of `connect`, whatever it waits for.
    """
    patience = client.patience if isinstance(client, Cluster) else getattr(client.connection_pool, "timeout", None)
    try:
        async with asyncio.timeout(patience):
            yield
    except OutOfMemoryError as cause:
        raise StoreFull("the store's memory is used up") from cause
    except (RedisError, RedisClusterException, OSError) as cause:  # the builtin TimeoutError is an OSError
        raise StoreUnavailable("the store did not answer as it should") from cause


def _pool(address: Address, limits: dict[str, Any], said: dict[str, Any]) -> BlockingConnectionPool:
    return BlockingConnectionPool(connection_class=connection_class(address), retry=_once_more(), **limits, **(said | address.options))


def _master(address: Address, limits: dict[str, Any], times: dict[str, Any]) -> Redis:
    tls = {"ssl": address.tls}
    own = times | tls | address.tls_options | address.sentinels_own | {"retry": _once_more()}
    sentinels = Sentinels(address.hosts, **own)
    return Redis.from_pool(MasterPool(address.service, sentinels, retry=_once_more(), **limits, **tls, **(times | address.options)))


def _cluster(address: Address, limits: dict[str, Any], times: dict[str, Any]) -> Cluster:
    def node(host: str, port: int) -> BlockingConnectionPool:
        return _pool(address, limits, times | {"host": host, "port": port})

    return Cluster(address.hosts, patience=limits["timeout"], node=node, ssl=address.tls, **(times | address.options))


def _once_more() -> Retry:
    # A server that restarted leaves dead connections behind: try once more on a new one. A timeout is not tried again.
    return Retry(NoBackoff(), 1, supported_errors=(ConnectionBroken,))
