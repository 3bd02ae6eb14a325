"""Who gets which view of a push? Each answer is one Lua script, by the server's clock.

The scripts repeat the same answer to the same call, so a lost reply, a retry or a reload never
spends a second view and never counts a typo twice (lua/*.lua; the rules are told in
docs/explanation/one-view-one-reader.md).
Nothing that a claimant says travels or rests in the clear: the scripts see and compare hashes
under keys of the ring, and the sealed bytes are wrapped by the ring once more.
"""

import json
from typing import Any

from adapters.redis_store.acts import Acts
from adapters.redis_store.connect import Client
from adapters.redis_store.fence import Fence
from adapters.redis_store.keys import Keys
from core.errors import Damaged, OnHold, StoreFull
from core.identity import Member
from core.keyring import KeyRing
from core.push import (
    PASSPHRASE_ATTEMPTS,
    Attempt,
    Burned,
    BurnOutcome,
    ClaimOutcome,
    Gone,
    Granted,
    Held,
    Millis,
    PushId,
    SealedPush,
    Status,
    TicketNeeded,
    WrongPassphrase,
)

GRACE_MS = 60_000
TICKET_MS = 600_000
FULL_AT_PERCENT = 80
"""Of the server's maxmemory: above it nothing new is kept, so that what is there can still be claimed."""
_NONCE_HASH_BYTES = 16
_ACTS = ("keep", "claim", "acknowledge", "burn", "burn_as_claimant", "mint_ticket", "release", "extend", "unbind", "status")


class RedisPushStore:
    """The PushStore on one Redis (7.0 or newer) or Valkey (7.2 or newer) server."""

    def __init__(
        self,
        client: Client,
        ring: KeyRing,
        *,
        prefix: str = "pushpw",
        grace_ms: int = GRACE_MS,
        ticket_ms: int = TICKET_MS,
        fence: Fence | None = None,
        replicas: int = 0,
    ) -> None:
        """`fence`: None means one of its own, by the server's facts. `replicas`: see `Acts`."""
        self._ring = ring
        self._keys = Keys(prefix)
        self._grace_ms = grace_ms
        self._ticket_ms = ticket_ms
        self._acts = Acts(client, fence or Fence(client, prefix=prefix), _ACTS, replicas=replicas)

    async def keep(self, push: SealedPush) -> Millis | None:
        """As the port says; the very same push kept again is the same act and has the same answer."""
        kept: Millis | bytes | None = await self._do(
            "keep",
            push.id,
            push.terms.expires_in * 1000,
            self._ring.wrap("push", push.sealed, push.id),
            self._ring.keyed_hash("made", push.link_proof + push.sealed)[:_NONCE_HASH_BYTES],
            FULL_AT_PERCENT,
            *_flat(self._record_of(push)),
        )
        if isinstance(kept, bytes):
            raise StoreFull(f"over {FULL_AT_PERCENT} % of maxmemory is used")
        return kept

    async def claim(self, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
        reply = await self._do("claim", push_id, self._grace_ms, PASSPHRASE_ATTEMPTS, *self._said(attempt))
        if reply[0] == b"granted":
            return self._granted(push_id, *reply[1:])
        return _refusal(reply)

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> bool:
        return bool(await self._do("acknowledge", push_id, *self._said(Attempt(nonce, b""))))

    async def burn(self, push_id: PushId) -> bool:
        return bool(await self._do("burn", push_id))

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt) -> BurnOutcome:
        reply = await self._do("burn_as_claimant", push_id, self._grace_ms, PASSPHRASE_ATTEMPTS, *self._said(attempt))
        return Burned() if reply[0] == b"burned" else _refusal(reply)

    async def mint_ticket(self, push_id: PushId, ticket: bytes, holder: Member) -> bool:
        said = self._said(Attempt(b"", b"", ticket=ticket), holder)
        reply = await self._do("mint_ticket", push_id, self._ticket_ms, *said)
        if reply == b"held":
            raise OnHold
        return bool(reply == b"minted")

    async def release(self, push_id: PushId) -> bool:
        return bool(await self._do("release", push_id))

    async def extend(self, push_id: PushId, until: Millis) -> Millis | None:
        expires_at: Millis | None = await self._do("extend", push_id, until)
        return expires_at

    async def unbind(self, push_id: PushId) -> bool:
        return bool(await self._do("unbind", push_id))

    async def status(self, push_id: PushId) -> Status | None:
        known: list[Any] = await self._do("status", push_id)
        if not known:
            return None
        left, expires_at, generation, wrong, held = known
        return Status(left, expires_at, generation.decode("ascii"), wrong, bool(held))

    async def _do(self, act: str, push_id: PushId, *args: bytes | int) -> Any:
        return await self._acts.do(act, self._keys.push(push_id), *args)

    def _record_of(self, push: SealedPush) -> dict[str, bytes | int]:
        ring = self._ring
        record: dict[str, bytes | int] = {
            "ring": ring.numbers[0],
            "link": ring.keyed_hash("link-proof", push.link_proof),
            "left": push.terms.views,
            "burn": int(push.terms.recipient_may_burn),
        }
        if push.pass_proof is not None:
            record["pass"] = ring.keyed_hash("pass-proof", push.pass_proof)
        if push.bound_to is not None:
            record["who"] = ring.keyed_hash("holder", push.bound_to.spelled().encode())
            record["bound"] = ring.wrap("bound", json.dumps(push.bound_to.to_json()).encode(), push.id)
        return record

    def _said(self, attempt: Attempt, holder: Member | None = None) -> list[bytes]:
        """What the caller said, hashed under each key of the ring: the script knows which one the record was made with."""
        said: list[bytes] = []
        for number in self._ring.numbers:
            said += [
                number,
                self._ring.keyed_hash("link-proof", attempt.link_proof, number),
                self._ring.keyed_hash("pass-proof", attempt.pass_proof, number) if attempt.pass_proof is not None else b"",
                self._ring.keyed_hash("nonce", attempt.nonce, number)[:_NONCE_HASH_BYTES],
                self._ring.keyed_hash("ticket", attempt.ticket, number) if attempt.ticket is not None else b"",
                self._ring.keyed_hash("holder", holder.spelled().encode(), number) if holder is not None else b"",
            ]
        return said

    def _granted(
        self, push_id: PushId, wrapped: bytes, left: int, expires_at: int, again: int, burnable: int, at: int, bound: bytes
    ) -> ClaimOutcome:
        try:
            sealed = self._ring.unwrap("push", wrapped, push_id)
            bound_to = Member.from_json(json.loads(self._ring.unwrap("bound", bound, push_id))) if bound else None
        except Damaged:
            return Gone()  # somebody changed the store's files: what lies there is not what was pushed
        return Granted(
            sealed=sealed,
            views_left=left,
            expires_at=expires_at,
            redelivered=bool(again),
            burnable=bool(burnable),
            claimed_at=at,
            bound_to=bound_to,
        )


def _refusal(reply: list[Any]) -> WrongPassphrase | TicketNeeded | Gone | Held:
    match reply:
        case [b"wrong", left, counted]:
            return WrongPassphrase(attempts_left=left, counted=bool(counted))
        case [b"ticket"]:
            return TicketNeeded()
        case [b"held"]:
            return Held()
    return Gone()


def _flat(record: dict[str, bytes | int]) -> list[bytes | int]:
    return [part for name, value in record.items() for part in (name.encode("ascii"), value)]
