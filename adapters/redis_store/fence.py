"""After the store was restarted or replaced: may a push still be claimed?

A store that went back in time may offer a view that was already spent. So every record carries the
generation of the server that it was made on, and where going back is possible, a push of another
generation is held until its sender, or the operator for all, says that it may be claimed.

A durable server alone never goes back, so there a restart holds nothing. But its files cannot tell whether it was alone all
the time: a replica that lagged, was promoted and then restarted looks just as durable. So while it is alone its
generations are noted down among its data, and only what was made on one of those is let through.

How far a store can go back follows from what it is (`mode_of`). Scripts are told in one word how the
fence stands; they look for themselves whether that word still fits the server, and ask for a newer
one before they do anything (lua/common.lua).
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

import structlog
from redis.asyncio.sentinel import SentinelConnectionPool

from adapters.redis_store.cluster import Cluster
from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.facts import StoreFacts, read_facts
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.policy import DAY, LONGEST_EXPIRY

log = structlog.get_logger(__name__)

Mode = Literal["strict", "durable", "ephemeral"]
"""strict: it may go back, so the fence decides. durable: every act is on disk before its answer. ephemeral: it starts empty."""

Because = Literal[
    "declared",
    "sentinel",
    "cluster",
    "facts_denied",
    "is_a_replica",
    "replicas",
    "not_every_act_on_disk",
    "every_act_on_disk",
    "nothing_on_disk",
]
Doubt = Literal["not_durable", "not_ephemeral", "replicas_not_waited_for", "too_few_replicas"]
_LOOK_AGAIN_SECONDS = 60.0
_NOTED_MS = (LONGEST_EXPIRY + 60 * DAY) * 1000
"""Longer than any push lives that was made on it."""
_ENDS_TRUST: tuple[Because, ...] = ("replicas", "not_every_act_on_disk", "nothing_on_disk")
_NOTED_MOST = 100
"""Restarts that a push outlives without being held."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which mode, why, and on which run of the server that was found."""

    mode: Mode
    because: Because
    run_id: str = ""
    generations: tuple[str, ...] = ()
    """On which it is known to have been durable and alone; what was made on those is not held."""

    @property
    def word(self) -> str:
        """For the scripts: `strict`, `off`, or a run id and generations.

        An ephemeral store is empty after a restart, so there the fence has nothing to hold; it stays on,
        because a file that somebody put in the server's way would be loaded all the same.
        """
        if self.because == "declared":
            return "strict" if self.mode == "strict" else "off"
        return " ".join([self.run_id, *self.generations, ""]) if self.mode == "durable" else "strict"


def mode_of(facts: StoreFacts) -> Standing:
    """What a single server's facts allow to believe. Strict wherever they do not say it all."""
    if facts.role is None or facts.saves is None or facts.appendonly is None or facts.replicated is None:
        return Standing("strict", "facts_denied")
    if facts.role != "master":
        return Standing("strict", "is_a_replica")
    if facts.replicated:
        return Standing("strict", "replicas")
    if facts.every_act_on_disk:
        return Standing("durable", "every_act_on_disk", facts.run_id or "")
    if facts.appendonly or facts.saves:
        return Standing("strict", "not_every_act_on_disk")
    return Standing("ephemeral", "nothing_on_disk")


def doubts(declared: Mode | None, facts: StoreFacts, replicas: int) -> list[Doubt]:
    """Where a server's facts contradict what the operator said of it; only of what switches the fence off, and only known facts."""
    found: list[Doubt] = []
    if declared in (None, "strict"):
        return found
    if declared == "durable" and facts.appendonly is not None and not facts.every_act_on_disk:
        found.append("not_durable")
    if declared == "ephemeral" and (facts.appendonly or facts.saves):
        found.append("not_ephemeral")
    if (facts.connected_replicas or 0) > replicas:
        found.append("replicas_not_waited_for")
    if facts.connected_replicas is not None and facts.connected_replicas < replicas:
        found.append("too_few_replicas")
    return found


class Fence:
    """How the fence stands, read from the store when first needed, each minute, and whenever a script asks."""

    def __init__(self, client: Client, declared: Mode | None = None, *, prefix: str = "pushpw") -> None:
        """`declared`: the operator's word instead of the server's facts."""
        self._trust = load_script(client, "trust", judges=True)
        self._key = Keys(prefix).generations()
        self._client = client
        self._declared = declared
        self._reading = asyncio.Lock()
        self._found: Standing | None = None
        self._found_at = 0.0

    async def standing(self) -> Standing:
        """What stands now, at most a minute old. Raises StoreUnavailable when it must be read and cannot."""
        if self._found is None or asyncio.get_running_loop().time() - self._found_at > _LOOK_AGAIN_SECONDS:
            return await self.look_again()
        return self._found

    async def look_again(self) -> Standing:
        """Read the facts now. Those who ask meanwhile share one reading."""
        asked_at = asyncio.get_running_loop().time()
        async with self._reading:
            if self._found is None or self._found_at < asked_at:
                found = await self._read()
                if self._found is None or found.mode != self._found.mode:
                    log.info("store_mode", mode=found.mode, because=found.because)
                self._found, self._found_at = found, asyncio.get_running_loop().time()
            return self._found

    async def _read(self) -> Standing:
        if self._declared is not None:
            return Standing(self._declared, "declared")
        # Several servers may take over from each other at any time, whatever the one that we see now says of itself.
        if isinstance(self._client, Cluster):
            return Standing("strict", "cluster")
        if isinstance(self._client.connection_pool, SentinelConnectionPool):
            return Standing("strict", "sentinel")
        found = mode_of(await read_facts(self._client))
        if found.because in _ENDS_TRUST:  # nothing of before may be trusted when it looks durable and alone once more
            async with trouble(self._client):
                await self._client.delete(self._key)
        return replace(found, generations=await self._noted(found.run_id)) if found.mode == "durable" else found

    async def _noted(self, run_id: str) -> tuple[str, ...]:
        async with trouble(self._client):
            noted: list[bytes] | None = await self._trust(keys=[self._key], args=["", run_id, _NOTED_MS, _NOTED_MOST])
        return tuple(generation.decode("ascii") for generation in noted or ())
