"""What may the sender know of a push, and which pushes have expired?

Receipts lie sealed. Sorted sets lead to them: one for each sender and one for each workspace (live
pushes by expiry), and one of all that somebody must look at once it has expired. Every step may be
repeated, and the steps of one act are in an order in which stopping halfway leaves nothing that misleads.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from adapters.redis_store.connect import Client, get_each, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.errors import Damaged, StoreUnavailable
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.link import decode, encode
from core.push import PushId
from core.receipt import Place, Receipt, State

_LEASE_MS = 60_000


class RedisReceiptBook:
    """Receipts until `keep_after` seconds past their push's expiry."""

    def __init__(
        self, redis: Client, ring: KeyRing, *, prefix: str = "pushpw", keep_after: float = 7 * 86400, lease_ms: int = _LEASE_MS
    ) -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)
        self._keep_after_ms = int(keep_after * 1000)
        self._lease_ms = lease_ms
        self._enter_list = load_script(redis, "list")
        self._relist = load_script(redis, "relist")
        self._live = load_script(redis, "live")
        self._replace = load_script(redis, "replace")
        self._take_due = load_script(redis, "take_due")

    async def enter(self, receipt: Receipt) -> None:
        """As the port says. Raises StoreUnavailable when another push has this reference: no receipt is overwritten."""
        key, until = self._keys.receipt(receipt.reference), receipt.expires_at + self._keep_after_ms
        async with trouble(self._redis):
            new = await self._redis.set(key, self._wrap(receipt), nx=True, pxat=until)
            known = None if new else await self.find(receipt.reference)
            if not new and (known is None or known.push_id != receipt.push_id):
                raise StoreUnavailable("the reference is taken")
            for key in self._lists(receipt):
                await self._enter_list(keys=[key], args=[receipt.expires_at, receipt.reference, until])

    async def find(self, reference: str) -> Receipt | None:
        async with trouble(self._redis):
            return self._open(reference, await self._redis.get(self._keys.receipt(reference)))

    async def amend(self, reference: str, change: Callable[[Receipt], Receipt]) -> Receipt | None:
        key = self._keys.receipt(reference)
        async with trouble(self._redis):
            while True:
                raw: Any = await self._redis.get(key)
                known = self._open(reference, raw)
                if known is None:
                    return None
                changed = change(known)
                if changed == known or await self._swap(key, raw, known, changed):
                    break
            if not changed.live:
                await self._unlist(changed)
        return changed

    async def find_each(self, references: Sequence[str]) -> list[Receipt]:
        async with trouble(self._redis):
            return [receipt for receipt in await self._each(references) if receipt]

    async def forget(self, reference: str) -> None:
        key = self._keys.receipt(reference)
        async with trouble(self._redis):
            known = self._open(reference, await self._redis.get(key))
            await self._redis.zrem(self._keys.due(), reference)
            if known is not None:  # it leads to its lists, so it goes last
                await self._unlist(known)
            await self._redis.delete(key)

    async def live_of(self, sender: Member) -> list[Receipt]:
        async with trouble(self._redis):
            # A receipt that is no longer there, or was amended as we read, is not live, whatever the list says.
            return _by_expiry(await self._each(await self._listed(self._lists_of(sender))))

    async def count_live_of(self, sender: Member) -> int:
        async with trouble(self._redis):
            return len(await self._listed(self._lists_of(sender)))

    async def live_in(self, workspace: Workspace, most: int) -> list[Receipt]:
        lists = self._lists_in(workspace)
        async with trouble(self._redis):
            while True:
                listed = await self._listed(lists, most)
                found = await self._each(listed)
                stale = [reference for reference, receipt in zip(listed, found, strict=True) if not (receipt and receipt.live)]
                if not stale:
                    return _by_expiry(found)[:most]
                for key in lists:  # else what somebody left halfway would stand before those that live
                    await self._redis.zrem(key, *stale)

    async def take_due(self, most: int) -> list[str]:
        async with trouble(self._redis):
            return [taken.decode("ascii") for taken in await self._take_due(keys=[self._keys.due()], args=[most, self._lease_ms])]

    async def settle_due(self, reference: str) -> None:
        async with trouble(self._redis):
            await self._redis.zrem(self._keys.due(), reference)

    async def _swap(self, key: str, raw: bytes, known: Receipt, changed: Receipt) -> bool:
        """Put `changed` in the place of `raw`; False when something else stands there by now."""
        until = changed.expires_at + self._keep_after_ms
        if moved := changed.expires_at != known.expires_at:
            # The lists first: who stops halfway has changed nothing yet, and does all of it again. Who is overtaken does so too.
            for listed in self._lists(changed):
                await self._relist(keys=[listed], args=[changed.expires_at, changed.reference, until])
        return bool(await self._replace(keys=[key], args=[raw, self._wrap(changed), until if moved else b""]))

    def _lists_of(self, sender: Member) -> list[str]:
        return self._keys.receipts_of(self._ring, sender.spelled())

    def _lists_in(self, workspace: Workspace) -> list[str]:
        return self._keys.receipts_in(self._ring, workspace.spelled())

    def _lists(self, receipt: Receipt) -> list[str]:
        """Where it belongs as it is."""
        live = [self._lists_of(receipt.sender)[0], self._lists_in(receipt.sender.workspace)[0]] if receipt.live else []
        return [self._keys.due(), *live]

    async def _unlist(self, receipt: Receipt) -> None:
        for key in (*self._lists_of(receipt.sender), *self._lists_in(receipt.sender.workspace)):
            await self._redis.zrem(key, receipt.reference)

    async def _listed(self, lists: list[str], most: int = 0) -> list[str]:
        """What has not expired, up to `most` of each list; 0 for all. What was extended may stand in an older list too."""
        listed = [reference.decode("ascii") for key in lists for reference in await self._live(keys=[key], args=[most])]
        return list(dict.fromkeys(listed))

    async def _each(self, references: Sequence[str]) -> list[Receipt | None]:
        raws = await get_each(self._redis, [self._keys.receipt(reference) for reference in references])
        return [self._open(reference, raw) for reference, raw in zip(references, raws, strict=True)]

    def _wrap(self, receipt: Receipt) -> bytes:
        return self._ring.wrap("receipt", json.dumps(_to_json(receipt)).encode(), receipt.reference.encode())

    def _open(self, reference: str, raw: Any) -> Receipt | None:
        if raw is None:
            return None
        try:
            return _from_json(json.loads(self._ring.unwrap("receipt", raw, reference.encode())))
        except Damaged:
            return None  # its key has left the ring: it counts as forgotten


def _by_expiry(found: list[Receipt | None]) -> list[Receipt]:
    return sorted((receipt for receipt in found if receipt and receipt.live), key=lambda receipt: receipt.expires_at)


def _to_json(receipt: Receipt) -> dict[str, Any]:
    members = {"sender": receipt.sender.to_json(), "recipient": receipt.recipient.to_json() if receipt.recipient else None}
    return asdict(receipt) | members | {"push_id": encode(receipt.push_id)}


def _from_json(told: dict[str, Any]) -> Receipt:
    recipient, card, invitation = told["recipient"], told["card"], told["invitation"]
    return Receipt(
        **told
        | {
            "push_id": PushId(decode(told["push_id"])),
            "sender": Member.from_json(told["sender"]),
            "recipient": Member.from_json(recipient) if recipient else None,
            "state": State(told["state"]),
            "group": tuple(told.get("group", ())),
            "card": Place(**card) if card else None,
            "invitation": Place(**invitation) if invitation else None,
        }
    )
