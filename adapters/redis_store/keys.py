"""Under which names does the store keep things?

A thief of the store's files sees these names, and a name must tell nothing: a push goes by the
SHA-256 of its id, people and records by a keyed hash of the ring. What stands in braces decides
the slot in a cluster: all keys of one push share theirs.
"""

import hashlib
from dataclasses import dataclass

from core.keyring import KeyRing
from core.link import encode
from core.push import PushId

_NAME_BYTES = 16


@dataclass(frozen=True, slots=True)
class Keys:
    """All names under one prefix."""

    prefix: str

    def push(self, push_id: PushId) -> list[str]:
        """The record and the sealed bytes of a push, in this order."""
        slot = encode(hashlib.sha256(push_id).digest())
        return [f"{self.prefix}:{{{slot}}}:push", f"{self.prefix}:{{{slot}}}:sealed"]

    def any_push(self) -> str:
        """The pattern of all records of pushes."""
        return f"{self.prefix}:{{*}}:push"

    def receipt(self, reference: str) -> str:
        """A receipt; a reference gives no access to its push."""
        return f"{self.prefix}:receipt:{reference}"

    def generations(self) -> str:
        """On which generations the server was found durable and alone."""
        return f"{self.prefix}:generations"

    def due(self) -> str:
        """The pushes whose expiry somebody must look at."""
        return f"{self.prefix}:due"

    def promises(self) -> str:
        """What was promised and is not done yet."""
        return f"{self.prefix}:promises"

    def receipts_of(self, ring: KeyRing, member: str) -> list[str]:
        """A sender's live pushes: one name for each key of the ring, current one first."""
        return [f"{self.prefix}:sent:{name}" for name in _names(ring, "sender", member)]

    def receipts_in(self, ring: KeyRing, workspace: str) -> list[str]:
        """The live pushes of a workspace's members: one name for each key of the ring, current one first."""
        return [f"{self.prefix}:sent-in:{name}" for name in _names(ring, "workspace", workspace)]

    def request(self, request_id: str) -> str:
        """A secret request. Its plain hash: the id stands in buttons, and the store need not know it."""
        return f"{self.prefix}:request:{encode(hashlib.sha256(request_id.encode()).digest()[:_NAME_BYTES])}"

    def requests_due(self) -> str:
        """The secret requests whose expiry somebody must look at."""
        return f"{self.prefix}:requests-due"

    def requests_of(self, ring: KeyRing, member: str) -> list[str]:
        """A member's open secret requests: one name for each key of the ring, current one first."""
        return [f"{self.prefix}:asked:{name}" for name in _names(ring, "requester", member)]

    def requests_in(self, ring: KeyRing, workspace: str) -> list[str]:
        """The open secret requests of a workspace's members: one name for each key of the ring, current one first."""
        return [f"{self.prefix}:asked-in:{name}" for name in _names(ring, "asked-in", workspace)]

    def record(self, ring: KeyRing, kind: str, name: str) -> list[str]:
        """A sealed record: one name for each key of the ring, current one first."""
        return [f"{self.prefix}:record:{kind}:{hidden}" for hidden in _names(ring, "record/" + kind, name)]

    def workspace(self, ring: KeyRing, workspace: str) -> list[str]:
        """All that is remembered of a workspace: one name for each key of the ring, current one first. The only keys without an end."""
        return [f"{self.prefix}:workspace:{name}" for name in _names(ring, "of-workspace", workspace)]

    def kept(self, ring: KeyRing, workspace: str, name: str) -> list[str]:
        """A field of that: one name for each key of the ring, current one first."""
        return _names(ring, "kept", f"{workspace}\0{name}")

    def lock(self, name: str) -> str:
        """Something that one process at a time does. Its plain hash: processes with different rings must meet here."""
        return f"{self.prefix}:lock:{encode(hashlib.sha256(name.encode()).digest()[:_NAME_BYTES])}"

    def seen(self, kind: str, what: bytes) -> str:
        """Something met before. Its plain hash: `what` is random enough, and a rotated ring must not forget it."""
        return f"{self.prefix}:seen:{kind}:{encode(hashlib.sha256(what).digest()[:_NAME_BYTES])}"


def _names(ring: KeyRing, purpose: str, said: str) -> list[str]:
    return [encode(ring.keyed_hash("name/" + purpose, said.encode(), number)[:_NAME_BYTES]) for number in ring.numbers]
