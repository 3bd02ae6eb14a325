"""What is the store, how safe is it, and what does the fence hold? For `pushpw store` and `pushpw check`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

from adapters.redis_store.connect import Client, connect, masters
from adapters.redis_store.facts import StoreFacts, faults, read_all_facts
from adapters.redis_store.fence import Fence, Standing, doubts
from adapters.redis_store.push_store import FULL_AT_PERCENT
from adapters.redis_store.pushes import Count, count_pushes, release_all
from bot.settings import Settings, secret

_PATIENCE_SECONDS = 10.0

_FAULTS = {
    "evicts": "set maxmemory-policy noeviction: any other policy forgets unread pushes",
    "version_too_old": "use Redis 7.0 or newer, or Valkey 7.2 or newer",
    "info_denied": "allow the ACL user +info",
}
_DOUBTS = {
    "not_durable": "PUSHPW_STORE_MODE says durable, but not every act is on disk before its answer: a crash could show a secret twice",
    "not_ephemeral": "PUSHPW_STORE_MODE says ephemeral, but the server keeps files: what it loads again could be shown twice",
    "too_few_replicas": "fewer replicas are attached than PUSHPW_STORE_REPLICAS says, so nothing can be opened: attach them, or set a lower number",
    "replicas_not_waited_for": "more replicas are attached than PUSHPW_STORE_REPLICAS says: one that lags could take over and show a secret twice",
}
_FENCE = {
    "on": "on: after a restart or a failover, pushes from before are held until their senders release them",
    "own": "lets its own through: what was made while the store was durable and without a replica stays open over a restart",
    "off": "off, as PUSHPW_STORE_MODE says: pushes stay open over a restart or a failover",
}
_WHY = {
    "declared": "as PUSHPW_STORE_MODE says",
    "sentinel": "behind Sentinel a replica may take over at any time",
    "cluster": "in a cluster a replica may take over at any time",
    "facts_denied": "the server does not tell all (CONFIG GET is denied); say what it is with PUSHPW_STORE_MODE",
    "is_a_replica": "this server is a replica",
    "replicas": "a replica may take over",
    "not_every_act_on_disk": "a crash may lose the last acts (appendfsync always, and no-appendfsync-on-rewrite no, make it durable)",
    "every_act_on_disk": "every act is on disk before it is answered, and there is no replica",
    "nothing_on_disk": "nothing is written to disk, and there is no replica; a restart forgets all pushes",
}


@dataclass(frozen=True, slots=True)
class Server:
    """One server that holds pushes: its facts, and how many lie there."""

    facts: StoreFacts
    count: Count


@dataclass(frozen=True, slots=True)
class StoreReport:
    """The store as a whole."""

    standing: Standing
    replicas: int
    servers: list[Server]

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, as sentences that say what to do."""
        return faults_of([server.facts for server in self.servers], self.standing, self.replicas)

    @property
    def held(self) -> int:
        """Pushes that nobody may claim until they are released."""
        return sum(server.count.of_other_generations for server in self.servers) if self.standing.word != "off" else 0

    @property
    def fence(self) -> Literal["on", "own", "off"]:
        """`own`: it lets pass what was made while this server was durable and alone."""
        word = self.standing.word
        return "on" if word == "strict" else "off" if word == "off" else "own"

    @property
    def waits(self) -> bool:
        """Whether an act counts only once replicas have it."""
        return self.standing.word == "off" and self.replicas > 0

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "mode": self.standing.mode,
            "because": self.standing.because,
            "fence": self.fence,
            "waits_for_replicas": self.replicas if self.waits else 0,
            "pushes": sum(server.count.pushes for server in self.servers),
            "held": self.held,
            "faults": self.faults,
            "servers": [asdict(server.facts) | {"pushes": server.count.pushes} for server in self.servers],
        }

    def lines(self) -> list[str]:
        """For people."""
        told = [f"mode    {mode_line(self.standing)}"]
        told.append(f"fence   {_FENCE[self.fence]}")
        if self.waits:
            told.append(f"waits   an act counts once {self.replicas} replicas have it")
        elif self.replicas:
            told.append("waits   no: PUSHPW_STORE_REPLICAS is for PUSHPW_STORE_MODE=durable or ephemeral, where the fence is off")
        told += [f"server  {_server_line(server)}" for server in self.servers]
        told += [f"WRONG   {fault}" for fault in self.faults]
        if self.held:
            told.append(f"held    {self.held}. If the restart was planned and clean, `pushpw store adopt` releases them")
        return told


async def look(settings: Settings, prefix: str = "pushpw") -> StoreReport:
    """Ask the store, and count what lies there. Raises StoreUnavailable."""
    async with _connected(settings) as client:
        standing = await Fence(client, settings.declared_mode, prefix=prefix).look_again()
        counts = [await count_pushes(server, prefix, standing.generations) for server in await masters(client)]
        facts = await read_all_facts(client)
    return StoreReport(standing, settings.store_replicas, [Server(*pair) for pair in zip(facts, counts, strict=True)])


async def adopt(settings: Settings, on_progress: Callable[[int], None], prefix: str = "pushpw") -> None:
    """Release all that is held; `on_progress` hears how many more. Raises StoreUnavailable; may then be called again."""
    async with _connected(settings) as client:
        for server in await masters(client):
            await release_all(server, prefix, on_progress)


def faults_of(facts: list[StoreFacts], standing: Standing, replicas: int) -> list[str]:
    """Why these servers must not be used as they are, as sentences that say what to do."""
    declared = standing.mode if standing.because == "declared" else None
    unsafe = {_FAULTS[code] for one in facts for code in faults(one)}
    return sorted(unsafe | {_DOUBTS[code] for one in facts for code in doubts(declared, one, replicas)})


def mode_line(standing: Standing) -> str:
    """The mode and why, in a line."""
    return f"{standing.mode}, {_WHY[standing.because]}"


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[Client]:
    client = connect(secret(settings.redis_url), timeout=_PATIENCE_SECONDS)  # an operator waits longer than a page
    try:
        yield client
    finally:
        await client.aclose()


def _server_line(server: Server) -> str:
    facts, count = server.facts, server.count
    used = f"{(facts.used_memory or 0) / 2**20:.1f} MiB"
    room = f"{used} of {facts.maxmemory / 2**20:.0f} MiB (new pushes refused from {FULL_AT_PERCENT} %)" if facts.maxmemory else used
    return f"{facts.server} {facts.version}, {facts.role}, {facts.connected_replicas} replicas, {room}, {count.pushes} pushes"
