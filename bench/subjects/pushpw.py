"""How is pushpw itself measured? The real service in a process of its own, as `pushpw web` starts it.

Pushes come from chat, so there is no route for creating that a client could call: here the
engine makes them in the measuring process, wired as in life, on the same store.
"""

import itertools
import json
import os
import secrets
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.children import Child, free_port
from bench.subjects import SECRET
from bot.settings import Settings, load
from bot.wiring import House, open_house
from core.creation import Created, Order
from core.identity import Member, Workspace
from core.link import Link, decode, encode
from core.payload import Payload, unframe
from core.promise import Announce
from core.push import NONCE_BYTES
from core.sealing import input_key, link_proof, open_seal

_SENDERS = 1000
"""So many take turns: one alone may create thirty a minute."""
_HEADERS = {"Content-Type": "application/json", "X-Pushpw": "1", "Sec-Fetch-Site": "same-origin"}


def settings_for(redis_url: str, slack_url: str) -> dict[str, str]:
    """The environment of a service on that store, with credentials made up for this run."""
    port = free_port()
    return {
        "PORT": str(port),
        "PUSHPW_BASE_URL": f"http://127.0.0.1:{port}",
        "PUSHPW_REDIS_URL": redis_url,
        "PUSHPW_SEAL_KEYS": encode(os.urandom(32)),
        "PUSHPW_SLACK_API_URL": f"{slack_url}/api/",
        "SLACK_SIGNING_SECRET": secrets.token_hex(16),
        "SLACK_BOT_TOKEN": f"xoxb-{secrets.token_hex(24)}",
    }


def service(environment: dict[str, str], folder: Path, *, core: int | None = None) -> Child:
    """`pushpw web` with that environment."""
    return Child.of_ours("bot", "web", port=int(environment["PORT"]), folder=folder, environment=environment, core=core)


def service_alone(environment: dict[str, str], folder: Path, *, core: int | None = None) -> Child:
    """The same without Slack behind it (pushpw_alone.py)."""
    return Child.of_ours("bench.subjects.pushpw_alone", port=int(environment["PORT"]), folder=folder, environment=environment, core=core)


def house_beside(environment: dict[str, str]) -> AbstractAsyncContextManager[House]:
    """The same house in this process, to create in."""
    settings: Settings = load(env_file=None, **environment)
    return open_house(settings)


@dataclass(frozen=True, slots=True)
class _Visit:
    path: str
    claim: bytes = field(repr=False)
    ack: bytes = field(repr=False)


class Pushpw:
    """create through the engine; page, claim and ack by HTTP."""

    name = "pushpw"

    def __init__(self, house: House, child: Child, client: aiohttp.ClientSession) -> None:
        self._house, self._child, self._client = house, child, client
        self._senders = itertools.cycle([Member(Workspace("slack", "T0BENCH"), f"U{n:04}") for n in range(_SENDERS)])
        self.steps = {"page": self._page, "claim": self._claim, "ack": self._ack}
        self.cpu_seconds = child.cpu_seconds

    async def create(self) -> Created:
        """One push of the default terms: one view."""
        return await self._house.engine.create(Order(Payload.of_text(SECRET), next(self._senders)))

    async def follow_up(self, made: Created) -> _Visit:
        """Give the sender a receipt card, as after every push; write down what the browser will send."""
        await self._house.receipts.keep(Announce(made.receipt.reference))
        return _visit(made.link)

    async def page_bytes(self) -> int:
        """How long the retrieval page is."""
        async with self._client.get(f"{self._child.origin}/p/any") as answer:
            return len(await answer.read())

    async def check(self) -> None:
        made = await self.create()
        visit = await self.follow_up(made)
        told = json.loads(await self._post(f"{visit.path}/claim", visit.claim, 200))
        link = made.link
        opened = unframe(open_seal(decode(told["sealed"]), input_key(link.key), link.mode, link.push_id))
        if opened.text() != SECRET:
            raise RuntimeError("pushpw gave back something else")
        await self._ack(visit)
        await self._post(f"{visit.path}/claim", _visit(link).claim, 410)

    async def _page(self, visit: _Visit) -> None:
        async with self._client.get(self._child.origin + visit.path) as answer:
            if answer.status != 200 or not await answer.read():
                raise RuntimeError(f"page: {answer.status}")

    async def _claim(self, visit: _Visit) -> None:
        await self._post(f"{visit.path}/claim", visit.claim, 200)

    async def _ack(self, visit: _Visit) -> None:
        await self._post(f"{visit.path}/ack", visit.ack, 204)

    async def _post(self, path: str, body: bytes, expected: int) -> bytes:
        async with self._client.post(self._child.origin + path, data=body, headers=_HEADERS) as answer:
            if answer.status != expected:
                raise RuntimeError(f"{path.rpartition('/')[2]}: {answer.status} instead of {expected}")
            return await answer.read()


def _visit(link: Link) -> _Visit:
    nonce, proof = encode(os.urandom(NONCE_BYTES)), encode(link_proof(link.key, link.push_id))
    return _Visit(link.path, json.dumps({"nonce": nonce, "link_proof": proof}).encode(), json.dumps({"nonce": nonce}).encode())
