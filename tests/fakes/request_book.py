"""A RequestBook in memory."""

from collections.abc import Callable

from core.identity import Member, Workspace
from core.push import Millis
from core.secret_request import SecretRequest
from tests.fakes.small import ManualClock


class FakeRequestBook:
    def __init__(self, clock: ManualClock, *, keep_after: float = 7 * 86400, lease_ms: int = 60_000) -> None:
        self._clock = clock
        self._keep_after_ms = int(keep_after * 1000)
        self._lease_ms = lease_ms
        self._requests: dict[str, SecretRequest] = {}
        self._due: dict[str, Millis] = {}

    async def enter(self, request: SecretRequest) -> None:
        self._requests.setdefault(request.id, request)
        self._due[request.id] = request.expires_at

    async def find(self, request_id: str) -> SecretRequest | None:
        request = self._requests.get(request_id)
        return request if request and self._clock() < request.expires_at + self._keep_after_ms else None

    async def amend(self, request_id: str, change: Callable[[SecretRequest], SecretRequest]) -> SecretRequest | None:
        known = await self.find(request_id)
        if known is None:
            return None
        changed = self._requests[request_id] = change(known)
        return changed

    async def open_of(self, requester: Member) -> list[SecretRequest]:
        mine = (request for request in self._requests.values() if request.requester.spelled() == requester.spelled())
        live = [request for request in mine if request.open and request.expires_at > self._clock()]
        return sorted(live, key=lambda request: request.expires_at)

    async def count_open_of(self, requester: Member) -> int:
        return len(await self.open_of(requester))

    async def open_in(self, workspace: Workspace, most: int) -> list[SecretRequest]:
        theirs = (request for request in self._requests.values() if request.requester.workspace.spelled() == workspace.spelled())
        live = [request for request in theirs if request.open and request.expires_at > self._clock()]
        return sorted(live, key=lambda request: request.expires_at)[:most]

    async def forget(self, request_id: str) -> None:
        self._requests.pop(request_id, None)
        self._due.pop(request_id, None)

    async def take_due(self, most: int) -> list[str]:
        now = self._clock()
        due = sorted((at, request_id) for request_id, at in self._due.items() if at <= now)[:most]
        for _, request_id in due:
            self._due[request_id] = now + self._lease_ms
        return [request_id for _, request_id in due]

    async def settle_due(self, request_id: str) -> None:
        self._due.pop(request_id, None)
