"""Who makes pushes, and who comes to read them?"""

import itertools
import os
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from core.identity import Member
from core.keyring import KeyRing
from core.link import encode
from core.push import Attempt, PushId, SealedPush, Terms, reference
from core.receipt import Receipt
from tests.fakes import ALICE

_FROM_OUR_PAGE = {"X-Pushpw": "1", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Made:
    """A push that lies in the store, and all that its link holds."""

    push: SealedPush = field(repr=False)

    @property
    def path(self) -> str:
        return f"/p/{encode(self.push.id)}"

    def attempt(self, **changes: Any) -> Attempt:
        """A reader's own try: a new nonce, and everything else right."""
        return replace(Attempt(os.urandom(16), self.push.link_proof, self.push.pass_proof), **changes)


class Maker:
    """Puts pushes and their receipts into a store as the engine does, without sealing: what lies there is random bytes."""

    def __init__(self, store_url: str, seal_key: bytes, prefix: str) -> None:
        # More patient than a service: it stands outside of what is measured.
        self.redis: Redis = connect(store_url, timeout=20)
        ring = KeyRing([seal_key], os.urandom)
        self.store = RedisPushStore(self.redis, ring, prefix=prefix)
        self.book = RedisReceiptBook(self.redis, ring, prefix=prefix)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.redis.aclose()

    async def make(self, *, views: int = 1, passphrase: bool = False, bound_to: Member | None = None, expires_in: int = 600) -> Made:
        pass_proof = os.urandom(32) if passphrase else None
        terms = Terms(expires_in, views)
        push = SealedPush(PushId(os.urandom(16)), os.urandom(400), os.urandom(32), pass_proof, terms, bound_to)
        expires_at = await self.store.keep(push)
        assert expires_at is not None
        receipt = Receipt(
            reference(push.id), push.id, ALICE, bound_to, "", views, views, passphrase, expires_at - expires_in * 1000, expires_at
        )
        await self.book.enter(receipt)
        return Made(push)


@dataclass(frozen=True)
class Said:
    """What a service answered. Status 0: nothing, the line broke or the patience ended."""

    status: int
    body: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> str:
        return str(self.body.get("code", ""))

    def shows(self, made: Made) -> bool:
        """Whether these are the bytes that were pushed."""
        return self.status == 200 and self.body.get("sealed") == encode(made.push.sealed)


class Visitor:
    """Asks what the page asks. Each question comes from another address, as from another office."""

    def __init__(self, *, patience: float = 20.0, connections: int = 0) -> None:
        self._patience, self._connections = patience, connections
        self._addresses = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in itertools.count())
        self._session: ClientSession

    async def __aenter__(self) -> Self:
        connector = TCPConnector(limit=self._connections, force_close=True)
        self._session = ClientSession(timeout=ClientTimeout(self._patience), connector=connector)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    async def claim(self, url: str, made: Made, attempt: Attempt) -> Said:
        return await self._post(f"{url}{made.path}/claim", spelled(attempt))

    async def acknowledge(self, url: str, made: Made, attempt: Attempt) -> Said:
        return await self._post(f"{url}{made.path}/ack", {"nonce": encode(attempt.nonce)})

    async def burn(self, url: str, made: Made, attempt: Attempt) -> Said:
        return await self._post(f"{url}{made.path}/burn", spelled(attempt))

    async def page(self, url: str, made: Made) -> int:
        """The status of the page with the button."""
        try:
            async with self._session.get(url + made.path) as answer:
                await answer.read()
                return answer.status
        except (ClientError, OSError):
            return 0

    async def _post(self, url: str, said: dict[str, str]) -> Said:
        try:
            async with self._session.post(url, json=said, headers={**_FROM_OUR_PAGE, "X-Forwarded-For": next(self._addresses)}) as answer:
                body = await answer.json(content_type=None) if answer.status != 204 else {}
                return Said(answer.status, {**body, "content_type": answer.content_type})
        except (ClientError, OSError):
            return Said(0)


def spelled(attempt: Attempt) -> dict[str, str]:
    """The attempt as the page's JSON."""
    said = {"nonce": attempt.nonce, "link_proof": attempt.link_proof, "pass_proof": attempt.pass_proof, "ticket": attempt.ticket}
    return {name: encode(value) for name, value in said.items() if value}
