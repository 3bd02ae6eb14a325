"""How does the page read a secret, step by step, without a browser?"""

import os
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from core.link import Link, decode, encode
from core.payload import unframe
from core.sealing import input_key, link_proof, open_seal, pass_proof

FROM_OUR_PAGE = {"X-Pushpw": "1", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Claimed:
    """What the service answered to a claim."""

    status: int
    body: dict[str, Any]
    nonce: bytes = field(repr=False)

    @property
    def code(self) -> str:
        return str(self.body.get("code", ""))


class Reader:
    """Sends what the page's script sends. `base_url` is where the service listens, whatever its links say."""

    def __init__(self, base_url: str, connections: int = 0) -> None:
        self.base_url = base_url
        self._connections = connections
        self._session: ClientSession

    async def __aenter__(self) -> Self:
        self._session = ClientSession(timeout=ClientTimeout(total=30), connector=TCPConnector(limit=self._connections))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    async def claim(
        self, url: str, *, passphrase: str = "", nonce: bytes = b"", ticket: bool = True, guess: bool = False, **headers: str
    ) -> Claimed:
        """One click on the button; `ticket` False leaves the link's ticket away, `guess` sends a wrong passphrase's proof."""
        link, nonce = Link.parse(url), nonce or os.urandom(16)
        said = {"nonce": encode(nonce), "link_proof": encode(link_proof(link.key, link.push_id))}
        if passphrase:
            said["pass_proof"] = encode(pass_proof(input_key(link.key, passphrase), link.push_id))
        if guess:
            said["pass_proof"] = encode(os.urandom(32))
        if link.ticket and ticket:
            said["ticket"] = encode(link.ticket)
        status, body = await self.post(link, "claim", said, **headers)
        return Claimed(status, body, nonce)

    async def read(self, url: str, passphrase: str = "") -> str:
        """Claim, open the seal, acknowledge; the secret."""
        claimed = await self.claim(url, passphrase=passphrase)
        assert claimed.status == 200, claimed
        link = Link.parse(url)
        framed = open_seal(decode(claimed.body["sealed"]), input_key(link.key, passphrase), link.mode, link.push_id)
        status, _ = await self.acknowledge(url, claimed)
        assert status == 204
        return unframe(framed).text()

    async def acknowledge(self, url: str, claimed: Claimed) -> tuple[int, dict[str, Any]]:
        return await self.post(Link.parse(url), "ack", {"nonce": encode(claimed.nonce)})

    async def burn(self, url: str, claimed: Claimed) -> int:
        """The recipient has it safe and wants it forgotten; the status."""
        return (await self.post(Link.parse(url), "burn", {"nonce": encode(claimed.nonce)}))[0]

    async def post(self, link: Link, act: str, said: dict[str, str], **headers: str) -> tuple[int, dict[str, Any]]:
        async with self._session.post(
            f"{self.base_url}{link.path}/{act}",
            json=said,
            headers={**FROM_OUR_PAGE, **{k.replace("_", "-"): v for k, v in headers.items()}},
        ) as answer:
            body = await answer.json(content_type=None) if answer.status != 204 else {}
            return answer.status, body

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(self.base_url + path) as answer:
            return answer.status, await answer.text()
