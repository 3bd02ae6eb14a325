"""Who asked whom for a secret, and which requests have expired?

As the receipt book: sealed records, a sorted set for each requester (open requests by expiry), and one
of all that somebody must look at once it has expired. Every step may be repeated.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from adapters.redis_store.connect import Client, get_each, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.errors import Damaged
from core.identity import Member
from core.keyring import KeyRing
from core.receipt import Place
from core.secret_request import Asking, SecretRequest

_LEASE_MS = 60_000


class RedisRequestBook:
    """Requests until `keep_after` seconds past their expiry."""

    def __init__(
        self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw", keep_after: float = 7 * 86400, lease_ms: int = _LEASE_MS
    ) -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)
        self._keep_after_ms = int(keep_after * 1000)
        self._lease_ms = lease_ms
        self._list = load_script(redis, "list")
        self._live = load_script(redis, "live")
        self._replace = load_script(redis, "replace")
        self._take_due = load_script(redis, "take_due")

    async def enter(self, request: SecretRequest) -> None:
        until = request.expires_at + self._keep_after_ms
        async with trouble(self._redis):
            await self._redis.set(self._keys.request(request.id), self._wrap(request), nx=True, pxat=until)
            for key in (self._keys.requests_due(), self._lists_of(request.requester)[0]):
                await self._list(keys=[key], args=[request.expires_at, request.id, until])

    async def find(self, request_id: str) -> SecretRequest | None:
        async with trouble(self._redis):
            return self._open(request_id, await self._redis.get(self._keys.request(request_id)))

    async def amend(self, request_id: str, change: Callable[[SecretRequest], SecretRequest]) -> SecretRequest | None:
        key = self._keys.request(request_id)
        async with trouble(self._redis):
            while True:
                raw: Any = await self._redis.get(key)
                known = self._open(request_id, raw)
                if known is None:
                    return None
                changed = change(known)
                if changed == known or await self._replace(keys=[key], args=[raw, self._wrap(changed), b""]):
                    break
            if not changed.open:
                for listed in self._lists_of(changed.requester):
                    await self._redis.zrem(listed, request_id)
        return changed

    async def open_of(self, requester: Member) -> list[SecretRequest]:
        async with trouble(self._redis):
            listed = await self._listed(requester)
            raws = await get_each(self._redis, [self._keys.request(request_id) for request_id in listed])
        found = (self._open(request_id, raw) for request_id, raw in zip(listed, raws, strict=True))
        return sorted((request for request in found if request and request.open), key=lambda request: request.expires_at)

    async def count_open_of(self, requester: Member) -> int:
        async with trouble(self._redis):
            return len(await self._listed(requester))

    async def take_due(self, most: int) -> list[str]:
        async with trouble(self._redis):
            return [taken.decode("ascii") for taken in await self._take_due(keys=[self._keys.requests_due()], args=[most, self._lease_ms])]

    async def settle_due(self, request_id: str) -> None:
        async with trouble(self._redis):
            await self._redis.zrem(self._keys.requests_due(), request_id)

    def _lists_of(self, requester: Member) -> list[str]:
        return self._keys.requests_of(self._ring, requester.spelled())

    async def _listed(self, requester: Member) -> list[str]:
        lists = self._lists_of(requester)
        listed = [request_id.decode("ascii") for key in lists for request_id in await self._live(keys=[key], args=[0])]
        return list(dict.fromkeys(listed))

    def _wrap(self, request: SecretRequest) -> bytes:
        return self._ring.wrap("request", json.dumps(_to_json(request)).encode(), request.id.encode())

    def _open(self, request_id: str, raw: Any) -> SecretRequest | None:
        if raw is None:
            return None
        try:
            return _from_json(json.loads(self._ring.unwrap("request", raw, request_id.encode())))
        except Damaged:
            return None  # its key has left the ring: it counts as forgotten


def _to_json(request: SecretRequest) -> dict[str, Any]:
    return asdict(request) | {"requester": request.requester.to_json(), "asked": request.asked.to_json()}


def _from_json(told: dict[str, Any]) -> SecretRequest:
    card, invitation = told["card"], told["invitation"]
    return SecretRequest(
        **told
        | {
            "requester": Member.from_json(told["requester"]),
            "asked": Member.from_json(told["asked"]),
            "state": Asking(told["state"]),
            "card": Place(**card) if card else None,
            "invitation": Place(**invitation) if invitation else None,
        }
    )
