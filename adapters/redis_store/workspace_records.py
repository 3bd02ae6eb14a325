"""What is remembered of a workspace for as long as it has the app?

One hash for each workspace, so that forgetting all of it is one DEL. It has no lifetime on purpose:
it ends with an uninstall. Its name and the names of what is kept in it are hashed by the ring, so a thief
of the store's files learns neither; counters are plain, they are numbers about nobody.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.together import Together
from core.errors import Damaged
from core.identity import Workspace
from core.keyring import KeyRing

_COUNTER = "n:"
"""Stands before the name of a counter; before a hashed name stands nothing, and no hashed name has a colon."""
_WORKSPACES_NEAR = 1000
_Place = tuple[str, str]
"""A hash and a field of it."""
What = TypeVar("What")


class RedisWorkspaceRecords:
    """Records wrapped by the ring. One whose key has left the ring counts as forgotten."""

    def __init__(self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)
        self._hashes: Callable[[str], list[str]] = lru_cache(_WORKSPACES_NEAR)(self._hashes_now)
        self._read: Together[_Place, bytes | None] = Together(self._read_each)
        self._keep: Together[tuple[_Place, bytes], None] = Together(self._keep_each)

    async def keep(self, workspace: Workspace, name: str, plain: bytes) -> None:
        """As the port says; what lay there under an older key of the ring goes."""
        (here, *older), sealed = self._places(workspace, name), self._ring.wrap("workspace", plain, _about(workspace, name))
        await self._keep((here, sealed))
        async with trouble(self._redis):
            for key, field in older:
                await _told(self._redis.hdel(key, field))

    async def read(self, workspace: Workspace, name: str) -> bytes | None:
        for place in self._places(workspace, name):
            sealed = await self._read(place)
            if sealed is not None:
                return self._open(workspace, name, sealed)
        return None

    async def drop(self, workspace: Workspace, name: str) -> None:
        async with trouble(self._redis):
            for key, field in self._places(workspace, name):
                await _told(self._redis.hdel(key, field))

    async def count(self, workspace: Workspace, what: str, by: int = 1) -> None:
        async with trouble(self._redis):
            await _told(self._redis.hincrby(self._hashes(workspace.spelled())[0], _COUNTER + what, by))

    async def counts(self, workspace: Workspace) -> dict[str, int]:
        found: dict[str, int] = {}
        async with trouble(self._redis):
            for key in self._hashes(workspace.spelled()):
                for field, value in (await _told(self._redis.hgetall(key))).items():
                    name = field.decode("ascii")
                    if name.startswith(_COUNTER):
                        what = name.removeprefix(_COUNTER)
                        found[what] = found.get(what, 0) + int(value)
        return found

    async def erase(self, workspace: Workspace) -> None:
        async with trouble(self._redis):
            for key in self._hashes(workspace.spelled()):
                await self._redis.delete(key)

    async def _read_each(self, places: list[_Place]) -> list[bytes | None]:
        """What lies at each; a hash is asked once for all of its fields, so in a cluster too."""
        by_hash = _by_hash((key, field) for key, field in places)
        async with trouble(self._redis):
            answers = await _all(_told(self._redis.hmget(key, fields)) for key, fields in by_hash.items())
        found = {
            (key, field): sealed
            for (key, fields), sealeds in zip(by_hash.items(), answers, strict=True)
            for field, sealed in zip(fields, sealeds, strict=True)
        }
        return [found[place] for place in places]

    async def _keep_each(self, kept: list[tuple[_Place, bytes]]) -> list[None]:
        """Of two that keep the same in one moment the later one wins, as in the store itself."""
        by_hash = _by_hash((key, (field, sealed)) for (key, field), sealed in kept)
        async with trouble(self._redis):
            await _all(_told(self._redis.hset(key, mapping=dict(fields))) for key, fields in by_hash.items())
        return [None] * len(kept)

    def _hashes_now(self, workspace: str) -> list[str]:
        return self._keys.workspace(self._ring, workspace)

    def _places(self, workspace: Workspace, name: str) -> list[_Place]:
        """The hash and the field: one place for each key of the ring, current one first."""
        return list(zip(self._hashes(workspace.spelled()), self._keys.kept(self._ring, workspace.spelled(), name), strict=True))

    def _open(self, workspace: Workspace, name: str, sealed: bytes) -> bytes | None:
        try:
            return self._ring.unwrap("workspace", sealed, _about(workspace, name))
        except Damaged:
            return None


def _about(workspace: Workspace, name: str) -> bytes:
    return f"{workspace.spelled()}\0{name}".encode()


def _by_hash(places: Iterable[tuple[str, What]]) -> dict[str, list[What]]:
    found: dict[str, list[What]] = {}
    for key, what in places:
        found.setdefault(key, []).append(what)
    return found


async def _all(asking: Iterable[Any]) -> list[Any]:
    """All answers. One question, which is the rule, needs no task of its own."""
    each = list(asking)
    return [await each[0]] if len(each) == 1 else await asyncio.gather(*each)


async def _told(asking: Any) -> Any:
    """The answer. The client's own types say that it may come at once."""
    return await asking
