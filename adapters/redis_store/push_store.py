"""Who gets which view of a push? Each answer is one Lua script, by the server's clock.

The scripts repeat the same answer to the same call, so a lost reply, a retry or a reload never
spends a second view and never counts a typo twice (lua/*.lua; the rules are told in
docs/explanation/one-view-one-reader.md).
Nothing that a claimant says travels or rests in the clear: the scripts see and compare hashes
under keys of the ring, and the sealed bytes are wrapped by the ring once more.
"""

import json
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis

from adapters.redis_store.connect import trouble
from adapters.redis_store.keys import Keys
from adapters.redis_store.scripts import Script
from core.errors import Damaged
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
    Millis,
    PushId,
    SealedPush,
    Status,
    TicketNeeded,
    WrongPassphrase,
)

GRACE_MS = 60_000
TICKET_MS = 600_000
_NONCE_HASH_BYTES = 16
_WRONG_PROOF_BYTES = 32


def load_script(redis: Redis, name: str, *, judges: bool = False) -> Script:
    """The script lua/<name>.lua; one that `judges` a push has lua/common.lua put below its first line."""
    folder = files(__package__) / "lua"
    first, _, rest = (folder / f"{name}.lua").read_text(encoding="utf-8").partition("\n")
    shared = (folder / "common.lua").read_text(encoding="utf-8") if judges else ""
    return Script(redis, f"{first}\n{shared}\n{rest}")


class RedisPushStore:
    """The PushStore on one Redis (7.0 or newer) or Valkey (7.2 or newer) server."""

    def __init__(
        self, redis: Redis, ring: KeyRing, *, prefix: str = "pushpw", grace_ms: int = GRACE_MS, ticket_ms: int = TICKET_MS
    ) -> None:
        self._redis = redis
        self._ring = ring
        self._keys = Keys(prefix)
        self._grace_ms = grace_ms
        self._ticket_ms = ticket_ms
        names = ("keep", "claim", "acknowledge", "burn", "burn_as_claimant", "mint_ticket")
        self._scripts = {name: load_script(redis, name, judges=True) for name in names}

    async def keep(self, push: SealedPush) -> Millis | None:
        """As the port says; the very same push kept again is the same act and has the same answer."""
        kept: Millis | None = await self._run(
            "keep",
            push.id,
            push.terms.expires_in * 1000,
            self._ring.wrap("push", push.sealed, push.id),
            self._ring.keyed_hash("made", push.link_proof + push.sealed)[:_NONCE_HASH_BYTES],
            *_flat(self._record_of(push)),
        )
        return kept

    async def claim(self, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
        reply = await self._run("claim", push_id, self._grace_ms, PASSPHRASE_ATTEMPTS, *self._said(attempt))
        if reply[0] == b"granted":
            return self._granted(push_id, *reply[1:])
        return _refusal(reply)

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> bool:
        return bool(await self._run("acknowledge", push_id, *self._said(Attempt(nonce, b""))))

    async def burn(self, push_id: PushId) -> bool:
        return bool(await self._run("burn", push_id))

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt) -> BurnOutcome:
        reply = await self._run("burn_as_claimant", push_id, self._grace_ms, PASSPHRASE_ATTEMPTS, *self._said(attempt))
        return Burned() if reply[0] == b"burned" else _refusal(reply)

    async def mint_ticket(self, push_id: PushId, ticket: bytes, holder: Member) -> bool:
        said = self._said(Attempt(b"", b"", ticket=ticket), holder)
        return bool(await self._run("mint_ticket", push_id, self._ticket_ms, *said))

    async def status(self, push_id: PushId) -> Status | None:
        async with trouble(self._redis):
            known: list[Any] = await self._redis.hmget(self._keys.push(push_id)[0], ["left", "exp", "gen", "wrong"])
        left, exp, generation, wrong = known
        if left is None or exp is None or generation is None:
            return None
        return Status(int(left), int(exp), generation.decode("ascii"), len(wrong or b"") // _WRONG_PROOF_BYTES)

    async def _run(self, script: str, push_id: PushId, *args: bytes | int) -> Any:
        async with trouble(self._redis):
            return await self._scripts[script](keys=self._keys.push(push_id), args=args)

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


def _refusal(reply: list[Any]) -> WrongPassphrase | TicketNeeded | Gone:
    match reply:
        case [b"wrong", left, counted]:
            return WrongPassphrase(attempts_left=left, counted=bool(counted))
        case [b"ticket"]:
            return TicketNeeded()
    return Gone()


def _flat(record: dict[str, bytes | int]) -> list[bytes | int]:
    return [part for name, value in record.items() for part in (name.encode("ascii"), value)]
