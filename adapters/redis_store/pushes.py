"""What lies in the store as a whole? For the operator: how many pushes there are, how many are held, and releasing them all."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from adapters.redis_store.connect import trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Count:
    """Pushes on one server that have a view left: all of them, and those of another generation than the server's own."""

    pushes: int = 0
    of_other_generations: int = 0


async def count_pushes(server: Redis, prefix: str = "pushpw", trusted: Collection[str] = ()) -> Count:
    """Look through one server. Raises StoreUnavailable. Reads of each record its generation and its views, nothing else.

    `trusted`: generations that count as the server's own (see `Standing`).
    """
    own = {await _generation(server), *(generation.encode("ascii") for generation in trusted)}
    found = Counter[bool]()
    async for batch in _batches(server, prefix):
        found.update(generation not in own for _, generation, left in batch if left > 0)
    return Count(found.total(), found[True])


async def release_all(server: Redis, prefix: str = "pushpw", on_progress: Callable[[int], None] = lambda more: None) -> int:
    """Release what is of another generation on one server; how many that were. May be repeated, also after half of it.

    Each record takes on the generation that the server has at that moment: one that is held later, by
    another restart, is not covered by it. `on_progress` hears now and then how many more there are.
    """
    current, release, released = await _generation(server), load_script(server, "release", judges=True), 0
    async for batch in _batches(server, prefix):
        more = 0
        for key, generation, _ in batch:
            if generation == current:
                continue
            async with trouble(server):
                more += int(await release(keys=[key], args=[]))
        released += more
        on_progress(more)
    return released


async def _generation(server: Redis) -> bytes:
    async with trouble(server):
        info: dict[str, Any] = await server.info("server") | await server.info("replication")
    return f"{info['run_id']}:{info['master_replid']}".encode("ascii")


async def _batches(server: Redis, prefix: str) -> AsyncIterator[list[tuple[Any, bytes, int]]]:
    """Records, their generations and the views that they have left. SCAN may show a record twice, and misses none that is there all the time."""
    cursor = 0
    while True:
        async with trouble(server):
            cursor, keys = await server.scan(cursor, match=Keys(prefix).any_push(), count=_AT_ONCE)
            async with server.pipeline(transaction=False) as asking:
                for key in keys:
                    asking.hmget(key, ["gen", "left"])
                known: list[Any] = await asking.execute()
        yield [(key, generation, int(left or 0)) for key, (generation, left) in zip(keys, known, strict=True) if generation is not None]
        if cursor == 0:
            return
