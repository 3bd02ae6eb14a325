"""Who asked whom for a secret, and which requests have expired?"""

from dataclasses import asdict
from typing import Any

from adapters.redis_store.keys import Keys
from adapters.redis_store.sealed_book import Facts, Kind, SealedBook, known_fields
from core.identity import Member, Workspace
from core.receipt import Place
from core.secret_request import Asking, SecretRequest


def _facts(request: SecretRequest) -> Facts:
    return Facts(request.id, request.requester, request.expires_at, request.open)


def _spelled(request: SecretRequest) -> dict[str, Any]:
    return asdict(request) | {"requester": request.requester.to_json(), "asked": request.asked.to_json()}


def _read(told: dict[str, Any]) -> SecretRequest:
    card, invitation = told["card"], told["invitation"]
    return SecretRequest(
        **known_fields(told, SecretRequest)
        | {
            "requester": Member.from_json(told["requester"]),
            "asked": Member.from_json(told["asked"]),
            "state": Asking(told["state"]),
            "card": Place(**card) if card else None,
            "invitation": Place(**invitation) if invitation else None,
        }
    )


class RedisRequestBook(SealedBook[SecretRequest]):
    """Requests until `keep_after` seconds past their expiry, by id."""

    kind = Kind(
        purpose="request",
        facts=_facts,
        spelled=_spelled,
        read=_read,
        entry=Keys.request,
        due=Keys.requests_due,
        of_owner=Keys.requests_of,
        in_workspace=Keys.requests_in,
    )

    async def open_of(self, requester: Member) -> list[SecretRequest]:
        """As the port says."""
        return await self._of(requester)

    async def count_open_of(self, requester: Member) -> int:
        """As the port says."""
        return await self._count_of(requester)

    async def open_in(self, workspace: Workspace, most: int) -> list[SecretRequest]:
        """As the port says."""
        return await self._in(workspace, most)
