"""How is the physical limit measured? A bare server (limit_server.py), the same client, the same store."""

import os
from pathlib import Path

import aiohttp
from redis.asyncio import Redis

from bench.children import Child, free_port
from bench.subjects import SECRET
from bench.subjects.limit_server import PREFIX
from core.link import encode
from core.payload import Payload, frame
from core.push import ID_BYTES, PushId
from core.sealing import SALT_BYTES, input_key, seal

_LIFETIME_MS = 600_000
_HEADERS = {"Content-Type": "application/json"}


def server(redis_url: str, page_bytes: int, folder: Path) -> Child:
    """The bare server, with a page as long as ours."""
    port = free_port()
    return Child.of_ours("bench.subjects.limit_server", str(port), redis_url, str(page_bytes), port=port, folder=folder)


class Limit:
    """create: one SET NX; page: bytes; claim: one GETDEL; ack: one DEL."""

    name = "limit"

    def __init__(self, redis: Redis, child: Child, client: aiohttp.ClientSession) -> None:
        self._redis, self._child, self._client = redis, child, client
        push_id, key = PushId(os.urandom(ID_BYTES)), os.urandom(32)
        sealed = seal(frame(Payload.of_text(SECRET)), input_key(key), "o", push_id, os.urandom(SALT_BYTES))
        self._kept = encode(sealed).encode()  # as many bytes as a claim of ours gives back
        self.steps = {"page": self._page, "claim": self._claim, "ack": self._ack}
        self.cpu_seconds = child.cpu_seconds

    async def create(self) -> str:
        """The name under which the bytes are kept."""
        name = encode(os.urandom(ID_BYTES))
        if not await self._redis.set(PREFIX + name, self._kept, nx=True, px=_LIFETIME_MS):
            raise RuntimeError("create: taken")
        return name

    async def follow_up(self, made: str) -> str:
        """Nothing: it tells nobody."""
        return f"{self._child.origin}/p/{made}"

    async def check(self) -> None:
        url = await self.follow_up(await self.create())
        if await self._post(f"{url}/claim", 200) != self._kept:
            raise RuntimeError("limit gave back something else")
        await self._post(f"{url}/claim", 410)

    async def _page(self, url: str) -> None:
        async with self._client.get(url) as answer:
            if answer.status != 200 or not await answer.read():
                raise RuntimeError(f"page: {answer.status}")

    async def _claim(self, url: str) -> None:
        await self._post(f"{url}/claim", 200)

    async def _ack(self, url: str) -> None:
        await self._post(f"{url}/ack", 204)

    async def _post(self, url: str, expected: int) -> bytes:
        async with self._client.post(url, data=b"{}", headers=_HEADERS) as answer:
            if answer.status != expected:
                raise RuntimeError(f"{url.rpartition('/')[2]}: {answer.status} instead of {expected}")
            return await answer.read()
