"""What does a user get elsewhere? SnapPass on the same store, asked the same."""

import asyncio
import base64
import html
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from yarl import URL

from bench.subjects import SECRET, snappass
from tests.faults.nursery import Nursery, Service
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Made, Maker, Visitor
from tests.servers import EPHEMERAL, Server, folder

READERS = 16
FULL = 100


class Peer:
    """SnapPass as its users meet it."""

    def __init__(self, subject: snappass.SnapPass, client: ClientSession) -> None:
        self._subject, self._client = subject, client

    async def make(self) -> URL:
        return await self._subject.follow_up(await self._subject.create())

    async def shows(self, link: URL) -> bool:
        """Whether its POST, as its button sends it, brings the secret."""
        async with self._client.post(link) as answer:
            return html.escape(SECRET) in await answer.text()


@dataclass
class Table:
    """Ours, and beside it the peer or why there is none."""

    service: Service
    maker: Maker
    visitor: Visitor
    peer: Peer | None
    without: str

    async def ours(self, made: Made, **changes: bytes) -> bool:
        return (await self.visitor.claim(self.service.url, made, replace(made.attempt(), **changes))).shows(made)


@asynccontextmanager
async def laid(*, install: bool) -> AsyncIterator[Table]:
    async with AsyncExitStack() as closing:
        enter = closing.enter_async_context
        at = closing.enter_context(folder())
        server = closing.enter_context(Server(at / "store", **EPHEMERAL))
        nursery = await enter(Nursery())
        client = await enter(ClientSession(connector=TCPConnector(limit=READERS), cookie_jar=DummyCookieJar()))
        peer, without = await _peer(closing, server.url, at, client, install=install)
        service = await nursery.start(server.url)
        maker, visitor = await enter(Maker(server.url, nursery.seal_key, nursery.prefix)), await enter(Visitor())
        yield Table(service, maker, visitor, peer, without)


async def _peer(closing: AsyncExitStack, store_url: str, at: Path, client: ClientSession, *, install: bool) -> tuple[Peer | None, str]:
    if not install and not snappass.is_installed():
        return None, "SnapPass not installed: make test-faults does it"
    try:
        programs = await asyncio.to_thread(snappass.install)
        child = closing.enter_context(snappass.server(programs, store_url, at / "snappass"))
    except (snappass.NotInstalled, RuntimeError) as problem:
        return None, f"SnapPass not installed: {problem}"
    return Peer(snappass.SnapPass(child, client), client), ""


@dataclass
class Race:
    got: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        if min(self.got) == max(self.got):
            return f"{self.got[0]} of {READERS}"
        return f"{min(self.got)} to {max(self.got)} of {READERS}, on average {sum(self.got) / len(self.got):.1f}"


async def race(trials: int, tick: Tick) -> Found:
    ours, theirs = Race(), Race()
    async with laid(install=trials >= FULL) as table:
        for done in range(trials):
            made = await table.maker.make()
            ours.got.append(sum(await asyncio.gather(*(table.ours(made) for _ in range(READERS)))))
            if table.peer:
                link = await table.peer.make()
                theirs.got.append(sum(await asyncio.gather(*(table.peer.shows(link) for _ in range(READERS)))))
            tick(done + 1, trials)
        beside = table.without or f"SnapPass {snappass.VERSION} showed it to {theirs}"
    return Found(f"pushpw showed it to {ours}; {beside}; {trials} trials", set(ours.got) == {1})


async def wrong_key(trials: int, tick: Tick) -> Found:
    ours, theirs = 0, 0
    async with laid(install=trials >= FULL) as table:
        for done in range(trials):
            made = await table.maker.make(passphrase=done % 2 == 1)
            wrong = {"pass_proof": os.urandom(32)} if done % 2 else {"link_proof": os.urandom(32)}
            assert not await table.ours(made, **wrong)
            ours += await table.ours(made)
            if table.peer:
                link = await table.peer.make()
                assert not await table.peer.shows(_with_another_key(link))
                theirs += await table.peer.shows(link)
            tick(done + 1, trials)
        beside = table.without or f"SnapPass {snappass.VERSION}: {theirs} of {trials}"
    return Found(f"pushpw: {ours} of {trials} readable afterwards; {beside}", ours == trials)


def _with_another_key(link: URL) -> URL:
    """As if one had cut and mistyped it."""
    other = base64.urlsafe_b64encode(os.urandom(32)).decode().replace("=", "%3D")
    return URL(str(link).partition("~")[0] + "~" + other, encoded=True)


QUESTIONS = [
    Question("race", f"{READERS} readers of one secret, by HTTP", "pushpw: exactly 1, in every trial", FULL, race, least=5),
    Question("wrong-key", "a wrong key or passphrase, then the right one", "pushpw: readable every time", FULL, wrong_key, least=6),
]
