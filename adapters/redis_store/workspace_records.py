"""What is remembered of a workspace for as long as it has the app?

One hash for each workspace, so that forgetting all of it is one DEL. It has no lifetime on purpose:
it ends with an uninstall. Its name and the names of what is kept in it are hashed by the ring, so a thief
of the store's files learns neither; counters are plain, they are numbers about nobody.
"""

from typing import Any

from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from core.errors import Damaged
from core.identity import Workspace
from core.keyring import KeyRing

_COUNTER = "n:"
"""Stands before the name of a counter; before a hashed name stands nothing, and no hashed name has a colon."""


class RedisWorkspaceRecords:
    """Records wrapped by the ring. One whose key has left the ring counts as forgotten."""

    def __init__(self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw") -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)

    async def keep(self, workspace: Workspace, name: str, plain: bytes) -> None:
        """As the port says; what lay there under an older key of the ring goes."""
        (here, *older), sealed = self._places(workspace, name), self._ring.wrap("workspace", plain, _about(workspace, name))
        async with trouble(self._redis):
            await _told(self._redis.hset(here[0], here[1], sealed))
            for key, field in older:
                await _told(self._redis.hdel(key, field))

    async def read(self, workspace: Workspace, name: str) -> bytes | None:
        async with trouble(self._redis):
            for key, field in self._places(workspace, name):
                sealed = await _told(self._redis.hget(key, field))
                if sealed is not None:
                    return self._open(workspace, name, sealed)
        return None

    async def drop(self, workspace: Workspace, name: str) -> None:
        async with trouble(self._redis):
            for key, field in self._places(workspace, name):
                await _told(self._redis.hdel(key, field))

    async def count(self, workspace: Workspace, what: str, by: int = 1) -> None:
        async with trouble(self._redis):
            await _told(self._redis.hincrby(self._hashes(workspace)[0], _COUNTER + what, by))

    async def counts(self, workspace: Workspace) -> dict[str, int]:
        found: dict[str, int] = {}
        async with trouble(self._redis):
            for key in self._hashes(workspace):
                for field, value in (await _told(self._redis.hgetall(key))).items():
                    name = field.decode("ascii")
                    if name.startswith(_COUNTER):
                        what = name.removeprefix(_COUNTER)
                        found[what] = found.get(what, 0) + int(value)
        return found

    async def erase(self, workspace: Workspace) -> None:
        async with trouble(self._redis):
            for key in self._hashes(workspace):
                await self._redis.delete(key)

    def _hashes(self, workspace: Workspace) -> list[str]:
        return self._keys.workspace(self._ring, workspace.spelled())

    def _places(self, workspace: Workspace, name: str) -> list[tuple[str, str]]:
        """The hash and the field: one place for each key of the ring, current one first."""
        return list(zip(self._hashes(workspace), self._keys.kept(self._ring, workspace.spelled(), name), strict=True))

    def _open(self, workspace: Workspace, name: str, sealed: bytes) -> bytes | None:
        try:
            return self._ring.unwrap("workspace", sealed, _about(workspace, name))
        except Damaged:
            return None


def _about(workspace: Workspace, name: str) -> bytes:
    return f"{workspace.spelled()}\0{name}".encode()


async def _told(asking: Any) -> Any:
    """The answer. The client's own types say that it may come at once."""
    return await asking
