"""After every kind of push, with everything logged, no secret stands anywhere but where it belongs."""

import asyncio
import json
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from bot import logs
from core.link import Link, encode
from playground.sender import SignedRequest
from playground.workspace import GENERAL
from tests.journeys.actors import Actors, links_in
from tests.journeys.canaries import Needles, found_in
from tests.journeys.program import Outside, Program, outside
from tests.journeys.reader import Reader

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

PLAIN = "canary-plaintext-7Hq2 \N{SNOWMAN} &<>"
PASSPHRASE = "canary passphrase 9Kd4"
MISTAKE = "canary mistake 3Xw8 Tr0ub4dor"
LONG = "canary-long-message-5Bn1 " * 200
WRONG = "canary wrong passphrase 6Pz0"


class Monitor:
    """Everything that a Redis server is told, as MONITOR shows it, once `start` has returned."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._task: asyncio.Task[None]
        self.heard: list[str] = []

    async def start(self) -> None:
        began = asyncio.Event()
        self._task = asyncio.create_task(self._listen(began))
        await began.wait()

    async def _listen(self, began: asyncio.Event) -> None:
        async with self._redis.monitor() as monitor:
            began.set()
            while True:
                self.heard.append(str((await monitor.next_command())["command"]))

    async def stop(self) -> bytes:
        mark = "the-end-of-the-monitor"
        await self._redis.echo(mark)
        async with asyncio.timeout(10):
            while not any(mark in line for line in self.heard):
                await self._redis.ping()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        return "\n".join(self.heard).encode()


async def files_of(redis: Redis) -> bytes:
    """Names and values of all that the store keeps, as in its files."""
    parts: list[bytes] = []
    async for name in redis.scan_iter("*"):
        parts += [name, await redis.dump(name) or b""]
    return b"\n".join(parts)


async def slowlog_of(redis: Redis) -> bytes:
    entries: Any = await redis.slowlog_get(10_000)
    return b"\n".join(entry["command"] for entry in entries)


class Findings:
    """The places, the needles, and what must be there if the places were really looked at."""

    def __init__(self) -> None:
        self.places: dict[str, bytes] = {}
        self.needles: dict[str, bytes] = {}


def note_link(needles: dict[str, bytes], name: str, url: str) -> None:
    link = Link.parse(url)
    needles[f"key of {name}"] = link.key
    needles[f"fragment of {name}"] = link.fragment.encode()
    if link.ticket:
        needles[f"ticket of {name}"] = link.ticket


async def push_everything(around: Outside, reader: Reader, needles: dict[str, bytes]) -> None:
    """Bound, by link, with a passphrase, generated, by mistake and long; opened, mistyped, refused and burned."""
    actors, slack = around.actors(), around.slack

    async def opened(name: str, url: str, passphrase: str = "") -> None:
        note_link(needles, name, url)
        if passphrase:
            await reader.claim(url, passphrase=WRONG)
        claimed = await reader.claim(url, passphrase=passphrase)
        assert claimed.status == 200
        needles[f"nonce of {name}"] = claimed.nonce
        assert (await reader.claim(url, passphrase=passphrase, nonce=claimed.nonce)).status == 200
        await reader.acknowledge(url, claimed)

    await actors.push("@bob", secret=PLAIN)
    await opened("the bound push", await actors.open_in_chat())
    await opened("the link", links_in((await actors.push(secret=PLAIN)).body)[0])
    await opened("the passphrase", links_in((await actors.push(secret=PLAIN, passphrase=PASSPHRASE)).body)[0], PASSPHRASE)
    view = await actors.form("generate")
    needles["generated secret"] = next(held["secret"]["value"] for held in view.values.values() if "secret" in held).encode()
    await actors.alice.submit(view)
    await opened("the generated one", links_in(actors.alice.view.body)[0])
    await actors.form(MISTAKE)
    await actors.alice.submit(actors.alice.view)
    (burned,) = links_in(actors.alice.view.body)
    note_link(needles, "the mistake", burned)
    said = actors.alice.say(GENERAL, LONG)
    slack.workspace.delete(said)  # chat held that one before we came
    await misbehave(around, actors, reader, burned)
    await actors.alice.command("/pushpw", "burn all")
    await slack.until(lambda: next((m for m in actors.alice.ephemerals() if "burned." in m.text), None))


async def misbehave(around: Outside, actors: Actors, reader: Reader, url: str) -> None:
    """What goes wrong is logged most readily."""
    slack = around.slack
    for method, code in (("views.open", "expired_trigger_id"), ("views.open", "invalid_arguments")):
        slack.api.fail_with(method, code)
        before = len(actors.alice.ephemerals())
        await actors.alice.command("/pushpw", MISTAKE)
        await slack.until(lambda before=before: actors.alice.ephemerals()[before])
    body = b"text=" + MISTAKE.encode() + b"&command=%2Fpushpw"
    await slack.sender.send(SignedRequest(body, {"Content-Type": "application/x-www-form-urlencoded", "X-Slack-Signature": "v0=0"}))
    await slack.sender.send(slack.sender.signed(body, "application/x-www-form-urlencoded"))
    await slack.sender.send(slack.sender.signed(b"{" + MISTAKE.encode(), "application/json"))
    await reader.get("/p/" + url.partition("/p/")[2].replace("#", "%23"))
    await reader.get("/nowhere/" + url.partition("#")[2])
    await reader.post(Link.parse(url), "claim", {"nonce": PLAIN, "link_proof": url})
    await reader.claim(url.replace("#1o", "#1o"), ticket=False, guess=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def findings() -> Any:
    found = Findings()
    with EmbeddedServer() as server:
        redis = connect(server.url, timeout=20)
        await redis.config_set("slowlog-log-slower-than", 0)
        await redis.config_set("slowlog-max-len", 10_000)
        await redis.config_set("rdbcompression", "no")
        monitor = Monitor(redis)
        await monitor.start()
        async with outside(server.url, PUSHPW_LOG_LEVEL="debug") as around:
            program: Program = await around.start()
            async with Reader(program.url) as reader:
                await push_everything(around, reader, found.needles)
                ready, metrics = await reader.get("/readyz"), await reader.get("/metrics")
            kept = [m for m in around.slack.workspace.messages if not m.only_for]
            found.places["messages that stay"] = json.dumps([[m.text, m.blocks] for m in kept], ensure_ascii=False).encode()
            found.places["store's files"] = await files_of(redis)
            program.process.terminate()
            await program.ended()
            secrets = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "PUSHPW_SEAL_KEYS")
            found.needles |= {name: around.settings[name].encode() for name in secrets}
            hooks = {urlsplit(url).path.rpartition("/")[2] for url in around.slack.house.passes._urls}
            found.needles |= {f"response_url {n}": token.encode() for n, token in enumerate(sorted(hooks))}
        found.places |= {"log": program.log.encode(), "readyz": ready[1].encode(), "metrics": metrics[1].encode()}
        found.places["MONITOR"], found.places["SLOWLOG"] = await monitor.stop(), await slowlog_of(redis)
        await redis.aclose()
    found.needles |= {"plaintext": PLAIN.encode(), "passphrase": PASSPHRASE.encode(), "mistake": MISTAKE.encode(), "wrong": WRONG.encode()}
    return found


async def test_no_secret_is_found_anywhere(findings: Findings) -> None:
    assert found_in(findings.places, findings.needles) == []


async def test_what_was_looked_for_is_everything(findings: Findings) -> None:
    kinds = {name.partition(" ")[0] for name in findings.needles}
    assert kinds >= {
        "plaintext",
        "passphrase",
        "mistake",
        "generated",
        "key",
        "fragment",
        "nonce",
        "ticket",
        "SLACK_BOT_TOKEN",
        "response_url",
    }


@pytest.mark.parametrize(
    ("place", "always_there"),
    [
        ("log", b"push_claimed"),
        ("log", b"/p/{id}/{act}"),
        ("log", b"slack_signature_refused"),
        ("metrics", b"pushpw_events_total"),
        ("readyz", b"ready"),
        ("messages that stay", b"Opened by"),
        ("store's files", b"pushpw:"),
        ("MONITOR", b"EVALSHA"),
        ("SLOWLOG", b"EVALSHA"),
    ],
)
async def test_each_place_was_really_looked_at(findings: Findings, place: str, always_there: bytes) -> None:
    assert always_there in findings.places[place]


@pytest.mark.parametrize("spelling", [str.encode, lambda s: s.encode().hex().encode(), lambda s: json.dumps(s).encode()])
async def test_a_planted_secret_is_found_in_every_place(findings: Findings, spelling: Any) -> None:
    needles: Needles = {"planted": PLAIN.encode()}
    for place, content in findings.places.items():
        assert found_in({place: content + spelling(PLAIN)}, needles) == [f"planted in {place}"]


async def test_a_planted_key_is_found_as_a_link_spells_it(findings: Findings) -> None:
    key = bytes(range(32))
    assert found_in({"log": b"GET /p/x#1oAAAA" + encode(key).encode()}, {"key": key}) == ["key in log"]


async def test_a_secret_planted_in_the_store_is_found_in_its_files_monitor_and_slowlog() -> None:
    with EmbeddedServer() as server:
        redis = connect(server.url, timeout=20)
        await redis.config_set("slowlog-log-slower-than", 0)
        monitor = Monitor(redis)
        await monitor.start()
        await redis.set("a", PLAIN)
        places = {"files": await files_of(redis), "slowlog": await slowlog_of(redis), "monitor": await monitor.stop()}
        await redis.aclose()
    assert len(found_in(places, {"planted": PLAIN.encode()})) == 3


async def test_libraries_that_log_bodies_stay_silent_at_debug() -> None:
    logs.set_up("json", "debug")
    for name in ("slack_sdk.web.async_base_client", "slack_bolt", "aiohttp.access", "redis"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger("adapters.slack.http").isEnabledFor(logging.DEBUG)
