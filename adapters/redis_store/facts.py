"""What kind of server is the store, and is it safe to use?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, ResponseError

from adapters.redis_store.connect import Client, masters, server_time, trouble

Fault = Literal["info_denied", "version_too_old", "evicts"]
_OLDEST = {"redis": (7, 0), "valkey": (7, 2)}


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What the server says of itself. None where it may not tell us. Memory in bytes; `maxmemory` 0 means no limit."""

    server: Literal["redis", "valkey"] | None
    version: str | None
    run_id: str | None
    role: str | None
    connected_replicas: int | None
    replicated: bool | None
    """Whether a replica is attached, or was so lately that its backlog is still kept."""
    used_memory: int | None
    maxmemory: int | None
    maxmemory_policy: str | None
    saves: bool | None
    """Whether it takes snapshots by itself."""
    appendonly: bool | None
    appendfsync: str | None
    fsync_on_rewrite: bool | None
    """Whether it keeps its word on disk while it rewrites its file, too."""

    @property
    def every_act_on_disk(self) -> bool:
        """Whether an act is on disk before it is answered; False where that is not known."""
        return bool(self.appendonly and self.appendfsync == "always" and self.fsync_on_rewrite)

    @property
    def info_allowed(self) -> bool:
        """Whether INFO was answered; without it no push can be kept."""
        return self.server is not None


async def read_facts(redis: Redis) -> StoreFacts:
    """Ask the server. Raises StoreUnavailable when it does not answer; a denied command is a fact, not trouble."""
    async with trouble(redis):
        info = await _allowed(redis.info())
        config = await _allowed(redis.config_get("append*", "no-appendfsync-on-rewrite", "save", "maxmemory-policy"))
    valkey = info.get("server_name") == "valkey" or "valkey_version" in info
    version = info.get("valkey_version") if valkey else info.get("redis_version")
    return StoreFacts(
        server=("valkey" if valkey else "redis") if version else None,
        version=str(version) if version else None,
        run_id=info.get("run_id"),
        role=info.get("role"),
        connected_replicas=info.get("connected_slaves"),
        replicated=_either(info.get("connected_slaves"), info.get("repl_backlog_active")),
        used_memory=info.get("used_memory"),
        maxmemory=info.get("maxmemory"),
        maxmemory_policy=config.get("maxmemory-policy") or info.get("maxmemory_policy"),
        saves=_is(config, "save", lambda said: said != ""),
        appendonly=_is(config, "appendonly", lambda said: said == "yes"),
        appendfsync=config.get("appendfsync"),
        fsync_on_rewrite=_is(config, "no-appendfsync-on-rewrite", lambda said: said == "no"),
    )


async def read_all_facts(client: Client) -> list[StoreFacts]:
    """The facts of each server that pushes lie on."""
    return [await read_facts(server) for server in await masters(client)]


async def read_clock(client: Client) -> int:
    """The server's time in milliseconds since 1970. Raises StoreUnavailable."""
    async with trouble(client):
        return await server_time(client)


def faults(facts: StoreFacts) -> list[Fault]:
    """Why this server must not be used; empty when it may."""
    if not facts.info_allowed:
        return ["info_denied"]
    found: list[Fault] = []
    if facts.server and _number(facts.version or "0") < _OLDEST[facts.server]:
        found.append("version_too_old")
    # Every other policy evicts unread pushes, or the records that keep a view from being spent twice.
    if facts.maxmemory_policy not in (None, "noeviction"):
        found.append("evicts")
    return found


def _is(config: dict[str, str], name: str, so: Callable[[str], bool]) -> bool | None:
    return so(config[name]) if name in config else None


def _either(*said: int | None) -> bool | None:
    return None if None in said else any(said)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


async def _allowed(answer: Any) -> dict[str, Any]:
    try:
        told: dict[str, Any] = await answer
    except NoPermissionError:
        return {}
    except ResponseError as refused:
        # A hosted server without CONFIG says that it does not know the command.
        if "unknown" in str(refused).lower():
            return {}
        raise
    return told
