"""How is the store reached, and how does its trouble become ours?

Every act of this package may be repeated: nothing is spent or counted twice. So one quick retry
on a broken connection is safe here, and more would only make people wait.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionBroken
from redis.exceptions import OutOfMemoryError, RedisError

from core.errors import StoreFull, StoreUnavailable

_SPOKEN = ("redis", "rediss", "unix")
_DATABASE = re.compile(r"/?\d{0,5}")
_MALFORMED = "the store's address is malformed"
_NOT_YET = ("redis+sentinel", "redis+cluster")


def connect(url: str, *, timeout: float = 0.8, pool: int = 64) -> Redis:
    """A client for the store at `url`, not yet connected.

    `timeout` seconds bound a whole act (see `trouble`) and each of its steps: waiting for one of
    `pool` connections, connecting, and reading. Raises ValueError for an address that we do not
    speak, without the address in it, because it may hold a password.
    """
    _check_scheme(url)
    try:
        # The client's own default raises past 100 connections; this pool makes the 65th caller wait.
        connections = BlockingConnectionPool.from_url(
            url,
            max_connections=pool,
            timeout=timeout,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            # A server that restarted leaves dead connections behind: try once more on a new one. A timeout is not tried again.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionBroken,)),
        )
    except ValueError:
        raise ValueError(_MALFORMED) from None
    return Redis.from_pool(connections)


def check_address(url: str) -> None:
    """Raise ValueError, without the address in it, for what `connect` or its first connection would choke on. Asks nobody."""
    _check_scheme(url)
    try:
        address = urlsplit(url)
    except ValueError:
        raise ValueError(_MALFORMED) from None
    if address.scheme == "unix" and not address.path:
        raise ValueError("unix:// needs the path of the store's socket")
    # The client takes a database that is no number for number 0.
    if address.scheme != "unix" and not _DATABASE.fullmatch(address.path):
        raise ValueError("what follows the store's host is the number of a database, such as /0")
    pool = connect(url).connection_pool
    try:
        pool.connection_class(**pool.connection_kwargs)  # not yet connected: it only looks at what it was given
    except (TypeError, ValueError, RedisError):
        raise ValueError("the store's address has an option that is not known") from None


def _check_scheme(url: str) -> None:
    scheme = url.partition("://")[0]
    if scheme in _NOT_YET:
        raise ValueError(f"{scheme}:// is not spoken yet: give the address of one server, redis://, rediss:// or unix://")
    if scheme not in _SPOKEN:
        raise ValueError("the store's address starts with redis://, rediss:// or unix://")


async def server_time(redis: Redis) -> int:
    """The server's time in milliseconds since 1970. Within `trouble`."""
    seconds, micros = await redis.time()
    return int(seconds) * 1000 + int(micros) // 1000


Client = Redis


async def close(client: Client) -> None:
    """Close it."""
    await client.aclose()


async def masters(redis: Client) -> list[Redis]:
    """A client for each server that holds pushes."""
    return [redis]


@asynccontextmanager
async def trouble(redis: Redis) -> AsyncIterator[None]:
    """Within it, what goes wrong with the store is raised as StoreUnavailable `from` its cause.

    The act is given up after the `timeout` of `connect`, whatever it waits for.
    """
    patience = getattr(redis.connection_pool, "timeout", None)
    try:
        async with asyncio.timeout(patience):
            yield
    except OutOfMemoryError as cause:
        raise StoreFull("the store's memory is used up") from cause
    except (RedisError, OSError) as cause:  # the builtin TimeoutError is an OSError
        raise StoreUnavailable("the store did not answer as it should") from cause
