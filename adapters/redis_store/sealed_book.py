"""How does a book keep its entries, find them again, and know which have expired?

Entries lie sealed. Sorted sets lead to them: one for each owner and one for each workspace (live
entries by expiry), and one of all that somebody must look at once it has expired. Every step may be
repeated, and the steps of one act are in an order in which stopping halfway leaves nothing that misleads.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from adapters.redis_store.connect import Client, get_each, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.errors import Damaged, StoreUnavailable
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.push import Millis

LEASE_MS = 60_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a book must know of an entry. `mark` is never the same for two entries that share a name by chance."""

    name: str
    owner: Member
    expires_at: Millis
    live: bool
    mark: bytes = b""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a book is about: its entries, and the names of its keys."""

    purpose: str
    """What the ring wraps for; also tells one kind of record from another."""
    facts: Callable[[T], Facts]
    spelled: Callable[[T], dict[str, Any]]
    read: Callable[[dict[str, Any]], T]
    entry: Callable[[Keys, str], str]
    due: Callable[[Keys], str]
    of_owner: Callable[[Keys, KeyRing, str], list[str]]
    in_workspace: Callable[[Keys, KeyRing, str], list[str]]


class SealedBook(Generic[T]):
    """Entries until `keep_after` seconds past their expiry."""

    kind: Kind[T]

    def __init__(
        self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw", keep_after: float = 7 * 86400, lease_ms: int = LEASE_MS
    ) -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)
        self._keep_after_ms = int(keep_after * 1000)
        self._lease_ms = lease_ms
        self._list = load_script(redis, "list")
        self._relist = load_script(redis, "relist")
        self._live = load_script(redis, "live")
        self._replace = load_script(redis, "replace")
        self._take_due = load_script(redis, "take_due")

    async def enter(self, entry: T, /) -> None:
        """As the port says. Raises StoreUnavailable when another entry has this name: none is overwritten."""
        facts = self.kind.facts(entry)
        until = facts.expires_at + self._keep_after_ms
        async with trouble(self._redis):
            if not await self._redis.set(self._key(facts.name), self._wrap(entry), nx=True, pxat=until):
                known = await self.find(facts.name)
                if known is None or self.kind.facts(known).mark != facts.mark:
                    raise StoreUnavailable("the name is taken")
            for key in self._lists(facts):
                await self._list(keys=[key], args=[facts.expires_at, facts.name, until])

    async def find(self, name: str, /) -> T | None:
        """As the port says."""
        async with trouble(self._redis):
            return self._open(name, await self._redis.get(self._key(name)))

    async def find_each(self, names: Sequence[str], /) -> list[T]:
        """As the port says."""
        async with trouble(self._redis):
            return [entry for entry in await self._each(names) if entry]

    async def amend(self, name: str, change: Callable[[T], T], /) -> T | None:
        """As the port says."""
        async with trouble(self._redis):
            while True:
                raw: Any = await self._redis.get(self._key(name))
                known = self._open(name, raw)
                if known is None:
                    return None
                changed = change(known)
                if changed == known or await self._swap(raw, known, changed):
                    break
            facts = self.kind.facts(changed)
            if not facts.live:
                await self._unlist(facts)
        return changed

    async def forget(self, name: str, /) -> None:
        """As the port says."""
        async with trouble(self._redis):
            known = self._open(name, await self._redis.get(self._key(name)))
            await self._redis.zrem(self.kind.due(self._keys), name)
            if known is not None:  # it leads to its lists, so it goes last
                await self._unlist(self.kind.facts(known))
            await self._redis.delete(self._key(name))

    async def take_due(self, most: int, /) -> list[str]:
        """As the port says."""
        async with trouble(self._redis):
            taken = await self._take_due(keys=[self.kind.due(self._keys)], args=[most, self._lease_ms])
            return [name.decode("ascii") for name in taken]

    async def settle_due(self, name: str, /) -> None:
        """As the port says."""
        async with trouble(self._redis):
            await self._redis.zrem(self.kind.due(self._keys), name)

    async def _of(self, owner: Member) -> list[T]:
        async with trouble(self._redis):
            # What is no longer there, or was amended as we read, is not live, whatever the list says.
            return self._by_expiry(await self._each(await self._listed(self._of_owner(owner))))

    async def _count_of(self, owner: Member) -> int:
        async with trouble(self._redis):
            return len(await self._listed(self._of_owner(owner)))

    async def _in(self, workspace: Workspace, most: int) -> list[T]:
        lists = self._in_workspace(workspace)
        async with trouble(self._redis):
            while True:
                listed = await self._listed(lists, most)
                found = await self._each(listed)
                stale = [name for name, entry in zip(listed, found, strict=True) if not (entry and self.kind.facts(entry).live)]
                if not stale:
                    return self._by_expiry(found)[:most]
                for key in lists:  # else what somebody left halfway would stand before those that live
                    await self._redis.zrem(key, *stale)

    async def _swap(self, raw: bytes, known: T, changed: T) -> bool:
        """Put `changed` in the place of `raw`; False when something else stands there by now."""
        facts = self.kind.facts(changed)
        until = facts.expires_at + self._keep_after_ms
        if moved := facts.expires_at != self.kind.facts(known).expires_at:
            # The lists first: who stops halfway has changed nothing yet, and does all of it again. Who is overtaken does so too.
            for listed in self._lists(facts):
                await self._relist(keys=[listed], args=[facts.expires_at, facts.name, until])
        return bool(await self._replace(keys=[self._key(facts.name)], args=[raw, self._wrap(changed), until if moved else b""]))

    def _key(self, name: str) -> str:
        return self.kind.entry(self._keys, name)

    def _of_owner(self, owner: Member) -> list[str]:
        return self.kind.of_owner(self._keys, self._ring, owner.spelled())

    def _in_workspace(self, workspace: Workspace) -> list[str]:
        return self.kind.in_workspace(self._keys, self._ring, workspace.spelled())

    def _lists(self, facts: Facts) -> list[str]:
        """Where it belongs as it is."""
        live = [self._of_owner(facts.owner)[0], self._in_workspace(facts.owner.workspace)[0]] if facts.live else []
        return [self.kind.due(self._keys), *live]

    async def _unlist(self, facts: Facts) -> None:
        for key in (*self._of_owner(facts.owner), *self._in_workspace(facts.owner.workspace)):
            await self._redis.zrem(key, facts.name)

    async def _listed(self, lists: list[str], most: int = 0) -> list[str]:
        """What has not expired, up to `most` of each list; 0 for all. What was extended may stand in an older list too."""
        listed = [name.decode("ascii") for key in lists for name in await self._live(keys=[key], args=[most])]
        return list(dict.fromkeys(listed))

    async def _each(self, names: Sequence[str]) -> list[T | None]:
        raws = await get_each(self._redis, [self._key(name) for name in names])
        return [self._open(name, raw) for name, raw in zip(names, raws, strict=True)]

    def _by_expiry(self, found: Iterable[T | None]) -> list[T]:
        live = ((self.kind.facts(entry), entry) for entry in found if entry)
        return [entry for _, entry in sorted(((f, e) for f, e in live if f.live), key=lambda each: each[0].expires_at)]

    def _wrap(self, entry: T) -> bytes:
        name = self.kind.facts(entry).name
        return self._ring.wrap(self.kind.purpose, json.dumps(self.kind.spelled(entry)).encode(), name.encode())

    def _open(self, name: str, raw: Any) -> T | None:
        if raw is None:
            return None
        try:
            return self.kind.read(json.loads(self._ring.unwrap(self.kind.purpose, raw, name.encode())))
        except Damaged:
            return None  # its key has left the ring: it counts as forgotten


def known_fields(told: dict[str, Any], made: type) -> dict[str, Any]:
    """Of what was written, perhaps by another edition of this program, what `made` (a dataclass) has."""
    names = {field.name for field in fields(made)}
    return {name: value for name, value in told.items() if name in names}
