"""What may the sender know of a push, and which pushes have expired?"""

from dataclasses import asdict
from typing import Any

from adapters.redis_store.keys import Keys
from adapters.redis_store.sealed_book import Facts, Kind, SealedBook, known_fields
from core.identity import Member, Workspace
from core.link import decode, encode
from core.push import PushId
from core.receipt import Place, Receipt, State


def _facts(receipt: Receipt) -> Facts:
    return Facts(receipt.reference, receipt.sender, receipt.expires_at, receipt.live, receipt.push_id)


def _spelled(receipt: Receipt) -> dict[str, Any]:
    members = {"sender": receipt.sender.to_json(), "recipient": receipt.recipient.to_json() if receipt.recipient else None}
    return asdict(receipt) | members | {"push_id": encode(receipt.push_id)}


def _read(told: dict[str, Any]) -> Receipt:
    recipient, card, invitation = told["recipient"], told["card"], told["invitation"]
    return Receipt(
        **known_fields(told, Receipt)
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


class RedisReceiptBook(SealedBook[Receipt]):
    """Receipts until `keep_after` seconds past their push's expiry, by reference."""

    kind = Kind(
        purpose="receipt",
        facts=_facts,
        spelled=_spelled,
        read=_read,
        entry=Keys.receipt,
        due=Keys.due,
        of_owner=Keys.receipts_of,
        in_workspace=Keys.receipts_in,
    )

    async def live_of(self, sender: Member) -> list[Receipt]:
        """As the port says."""
        return await self._of(sender)

    async def count_live_of(self, sender: Member) -> int:
        """As the port says."""
        return await self._count_of(sender)

    async def live_in(self, workspace: Workspace, most: int) -> list[Receipt]:
        """As the port says."""
        return await self._in(workspace, most)
