"""What becomes of a view whose answer gets lost, between store and service or between service and browser?"""

import asyncio
import json
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from adapters.redis_store.connect import connect
from adapters.redis_store.keys import Keys
from bot.settings import load
from bot.wiring import open_house
from core.creation import Order
from core.identity import Member, Workspace
from core.link import Link, decode
from core.payload import Payload, unframe
from core.push import Attempt
from core.sealing import input_key, link_proof, open_seal
from tests.faults.nursery import Nursery
from tests.faults.proxy import Exchange, Proxy, of_script, reset_on_close
from tests.faults.question import Found, Question, Tick
from tests.faults.visitors import Said, Visitor, spelled
from tests.servers import EPHEMERAL, Server, folder

SECRET = "the secret of this trial, "
RETRIES = 5


@dataclass(frozen=True)
class Linked:
    """A push made by the engine: what the page knows of it."""

    link: Link
    secret: str

    @property
    def path(self) -> str:
        return self.link.path

    def attempt(self) -> Attempt:
        return Attempt(os.urandom(16), link_proof(self.link.key, self.link.push_id))

    def opened(self, said: Said) -> bool:
        """Whether the answer holds the very secret."""
        if said.status != 200:
            return False
        sealed = decode(said.body["sealed"])
        return unframe(open_seal(sealed, input_key(self.link.key), self.link.mode, self.link.push_id)).text() == self.secret


@dataclass
class Tally:
    """What befell the readers."""

    faults: int = 0
    again: int = 0
    """Trials in which the view was spent already when the reader asked again: the others prove less."""
    lost: int = 0
    double: int = 0
    """Trials in which the first reader did not get it, and in which anybody else did."""

    def found(self, trials: int, what: str) -> Found:
        said = f"{self.lost} lost, {self.double} double; {self.faults} {what}, {self.again} of {trials} views had been spent by then"
        return Found(said, self.lost == self.double == 0 and self.faults >= trials and self.again >= trials / 2)


class Bench:
    """Store, proxy before it, service behind both, engine beside it."""

    def __init__(self) -> None:
        self._closing = AsyncExitStack()
        self._made = 0

    async def __aenter__(self) -> "Bench":
        enter = self._closing.enter_async_context
        at = self._closing.enter_context(folder())
        server = self._closing.enter_context(Server(at, **EPHEMERAL))
        self.line = await enter(Proxy(server.port))
        nursery = await enter(Nursery())
        self.service = await nursery.start(self.line.url)
        self.visitor = await enter(Visitor())
        self._redis, self._prefix = connect(server.url, timeout=20), nursery.prefix
        self._closing.push_async_callback(self._redis.aclose)
        self._house = await enter(open_house(load(None, **nursery.settings(server.url)), prefix=nursery.prefix))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def make(self) -> Linked:
        """By another sender each time, since one may make thirty a minute."""
        self._made += 1
        sender = Member(Workspace("slack", "T0FAULTS"), f"U{self._made:04}")
        secret = f"{SECRET}{self._made}"
        created = await self._house.engine.create(Order(Payload.of_text(secret), sender))
        return Linked(created.link, secret)

    async def judge(self, made: Linked, nonce_holder: Attempt, first: Said, tally: Tally) -> None:
        """The first reader asks until there is an answer; then nobody else may have it, nor get it.

        A question that was cut off before the service read it has spent nothing: then the next one gets the view, and nobody else.
        """
        others = [await self.visitor.claim(self.service.url, made, made.attempt())]
        again = first
        for _ in range(RETRIES):
            if again.status not in (0, 503):
                break
            again = await self.visitor.claim(self.service.url, made, nonce_holder)
        others.append(await self.visitor.claim(self.service.url, made, made.attempt()))
        shown = [made.opened(again), *(other.status == 200 for other in others)]
        was_unspent = shown[1]
        tally.lost += not (shown[0] or was_unspent)
        tally.again += again.body.get("redelivered") is True
        tally.double += sum(shown) > 1 or await self._granted(made) > 1

    async def _granted(self, made: Linked) -> int:
        """To how many nonces the store has ever given a view."""
        fields: Any = self._redis.hkeys(Keys(self._prefix).push(made.link.push_id)[0])
        return sum(field.startswith(b"c:") for field in await fields)


async def store_answers_lost(trials: int, tick: Tick) -> Found:
    """The script has run, its answer never comes: once, and every second time also for the client's own second try."""
    tally = Tally()
    async with Bench() as bench:
        for done in range(trials):
            made = await bench.make()
            mine, before = made.attempt(), bench.line.lost
            bench.line.lose_replies(1 + done % 2)
            said = await bench.visitor.claim(bench.service.url, made, mine)
            tally.faults += bench.line.lost > before
            bench.line.lose_replies(0)
            await bench.judge(made, mine, said, tally)
            tick(done + 1, trials)
    return tally.found(trials, "replies dropped")


async def browsers_cut_off(trials: int, tick: Tick) -> Found:
    """The browser's socket is reset: right after the question, while the store is asked, or with the answer on its way."""
    tally = Tally()
    async with Bench() as bench:
        for done in range(trials):
            made = await bench.make()
            mine = made.attempt()
            await _cut_off(bench, made, mine, when=done % 3)
            tally.faults += 1
            await bench.judge(made, mine, Said(0), tally)
            tick(done + 1, trials)
    return tally.found(trials, "sockets reset")


async def _cut_off(bench: Bench, made: Linked, attempt: Attempt, when: int) -> None:
    """Send the claim and reset the socket; 0: at once, 1: when the store has answered, 2: when the answer's first byte is here."""
    store_answered = asyncio.Event()

    async def on_answer(exchange: Exchange) -> bool:
        if of_script(exchange.question):
            store_answered.set()
        return True

    bench.line.on_answer = on_answer
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.service.port)
    writer.write(_request(made, attempt))
    await writer.drain()
    if when == 1:
        await asyncio.wait_for(store_answered.wait(), 20)
    if when == 2:
        await asyncio.wait_for(reader.readexactly(1), 20)
    reset_on_close(writer)
    writer.transport.abort()
    bench.line.on_answer = None


def _request(made: Linked, attempt: Attempt) -> bytes:
    body = json.dumps(spelled(attempt)).encode()
    head = [
        f"POST {made.path}/claim HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "X-Pushpw: 1",
        "Sec-Fetch-Site: same-origin",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


QUESTIONS = [
    Question("replies", "Redis replies dropped during a claim", "0 lost, 0 double", 200, store_answers_lost, least=4),
    Question("resets", "browser's socket reset mid-answer", "0 lost, 0 double", 200, browsers_cut_off, least=6),
]
