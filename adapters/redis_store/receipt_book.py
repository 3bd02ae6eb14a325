"""What may the sender know of a push, and which pushes have expired?

Receipts lie sealed. Two sorted sets lead to them: one for each sender (live pushes by expiry), and
one of all that somebody must look at once it has expired. Every step may be repeated, and the
steps of one act are in an order in which stopping halfway leaves nothing that misleads.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from adapters.redis_store.connect import Client, get_each, trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import load_script
from core.errors import Damaged, StoreUnavailable
from core.identity import Member
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
            await self._list(self._keys.due(), receipt, until)
            if receipt.live:
                await self._list(self._keys.receipts_of(self._ring, receipt.sender.spelled())[0], receipt, until)

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
                if changed == known or await self._replace(keys=[key], args=[raw, self._wrap(changed)]):
                    break
            if not changed.live:
                await self._unlist(changed)
        return changed

    async def live_of(self, sender: Member) -> list[Receipt]:
        async with trouble(self._redis):
            references = await self._listed(sender)
            raws = await get_each(self._redis, [self._keys.receipt(reference) for reference in references])
            # A receipt that is no longer there, or was amended as we read, is not live, whatever the list says.
            found = (self._open(reference, raw) for reference, raw in zip(references, raws, strict=True))
        return sorted((receipt for receipt in found if receipt and receipt.live), key=lambda receipt: receipt.expires_at)

    async def count_live_of(self, sender: Member) -> int:
        async with trouble(self._redis):
            return len(await self._listed(sender))

    async def take_due(self, most: int) -> list[str]:
        async with trouble(self._redis):
            return [taken.decode("ascii") for taken in await self._take_due(keys=[self._keys.due()], args=[most, self._lease_ms])]

    async def settle_due(self, reference: str) -> None:
        async with trouble(self._redis):
            await self._redis.zrem(self._keys.due(), reference)

    async def _list(self, key: str, receipt: Receipt, until: int) -> None:
        await self._enter_list(keys=[key], args=[receipt.expires_at, receipt.reference, until])

    async def _unlist(self, receipt: Receipt) -> None:
        for key in self._keys.receipts_of(self._ring, receipt.sender.spelled()):
            await self._redis.zrem(key, receipt.reference)

    async def _listed(self, sender: Member) -> list[str]:
        lists = self._keys.receipts_of(self._ring, sender.spelled())
        return [reference.decode("ascii") for key in lists for reference in await self._live(keys=[key])]

    def _wrap(self, receipt: Receipt) -> bytes:
        return self._ring.wrap("receipt", json.dumps(_to_json(receipt)).encode(), receipt.reference.encode())

    def _open(self, reference: str, raw: Any) -> Receipt | None:
        if raw is None:
            return None
        try:
            return _from_json(json.loads(self._ring.unwrap("receipt", raw, reference.encode())))
        except Damaged:
            return None  # its key has left the ring: it counts as forgotten


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
            "card": Place(**card) if card else None,
            "invitation": Place(**invitation) if invitation else None,
        }
    )
