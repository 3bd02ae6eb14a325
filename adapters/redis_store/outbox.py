"""What was promised before the answer, and is done after it, by whichever process comes first?

A stream with one consumer group. A promise is lent for a while; when nobody says that it was kept,
because its process died or the platform refused, it comes again.
"""

import json
from collections.abc import Callable
from typing import Any

from adapters.redis_store.connect import Client, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.errors import Damaged, PushError
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.link import Link
from core.promise import Announce, Ask, Farewell, Lent, Nudge, Parting, Promise, Settle, Tell
from core.receipt import Happening, Hold, Seen, State

LEASE_MS = 30_000
_FORGET_AFTER_MS = 7 * 86_400_000
_UNREADABLE_SECONDS = 86_400


class RedisOutbox:
    """The Outbox and the place where its promises wait. Sealed: an announcement holds a link."""

    def __init__(self, client: Client, ring: KeyRing, *, prefix: str = "pushpw", lease_ms: int = LEASE_MS) -> None:
        self._client = client
        self._ring = ring
        self._keys = [Keys(prefix).promises()]
        self._lease_ms = lease_ms
        self._promise, self._take, self._kept = (load_script(client, name) for name in ("promise", "take_promises", "promise_kept"))
        self.on_promise: Callable[[], None] = lambda: None

    async def promise(self, *what: Promise) -> None:
        """As the port says."""
        sealed = [self._ring.wrap("promise", json.dumps(_to_json(each)).encode(), b"") for each in what]
        async with trouble(self._client):
            await self._promise(keys=self._keys, args=[_FORGET_AFTER_MS, *sealed])
        self.on_promise()

    async def take(self, most: int) -> list[Lent]:
        """Up to `most` promises, lent to the caller alone until the lease is over. Raises StoreUnavailable."""
        async with trouble(self._client):
            now, *told = await self._take(keys=self._keys, args=[most, self._lease_ms])
        found: list[Lent] = []
        for number, sealed, again in zip(told[::3], told[1::3], told[2::3], strict=True):
            spelled = number.decode("ascii")
            age = now - int(spelled.partition("-")[0]) / 1000
            try:
                promise = _from_json(json.loads(self._ring.unwrap("promise", sealed, b"")))
            except (Damaged, PushError, KeyError, ValueError):
                # Sealed with a key that we have not, or written by another version: left to a process that has, for a day.
                if age > _UNREADABLE_SECONDS:
                    await self.done(spelled)
                continue
            found.append(Lent(spelled, promise, bool(again), age))
        return found

    async def done(self, number: str) -> None:
        """That promise was kept, or is given up. Raises StoreUnavailable."""
        async with trouble(self._client):
            await self._kept(keys=self._keys, args=[number])


def _to_json(what: Promise) -> dict[str, Any]:
    match what:
        case Tell(Happening(reference, news, at, views_left)):
            return {"tell": reference, "what": news.value, "at": at, "left": views_left}
        case Announce(reference, link):
            return {"announce": reference, "link": link.url("") if link else None}
        case Nudge(reference):
            return {"nudge": reference}
        case Ask(request_id):
            return {"ask": request_id}
        case Settle(request_id):
            return {"settle": request_id}
        case Farewell(workspace, at):
            return {"farewell": workspace.to_json(), "at": at}
        case Parting(member, at):
            return {"parting": member.to_json(), "at": at}


def _from_json(told: dict[str, Any]) -> Promise:
    """Raises KeyError or ValueError for what another version has promised."""
    match told:
        case {"tell": reference}:
            return Tell(Happening(reference, _news(told["what"]), told["at"], told["left"]))
        case {"announce": reference}:
            return Announce(reference, Link.parse(told["link"]) if told["link"] else None)
        case {"nudge": reference}:
            return Nudge(reference)
        case {"ask": request_id}:
            return Ask(request_id)
        case {"settle": request_id}:
            return Settle(request_id)
        case {"farewell": workspace}:
            return Farewell(Workspace.from_json(workspace), told["at"])
        case {"parting": member}:
            return Parting(Member.from_json(member), told["at"])
    raise ValueError("not a promise")


def _news(spelled: str) -> State | Hold | Seen:
    for kind in (Hold, Seen):
        if spelled in set(kind):
            return kind(spelled)
    return State(spelled)
