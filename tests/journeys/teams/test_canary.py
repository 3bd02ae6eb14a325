"""After every kind of push in Teams, with everything logged, no secret stands anywhere but where it belongs."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.teams.http import PATH
from core.link import encode
from playground.microsoft.double import PretendMicrosoft
from playground.microsoft.forms import find_button
from playground.microsoft.world import JANE, LENA, OMAR, PROJECT_CHAT, default_world
from playground.office import pretend_microsoft
from tests.journeys.canaries import found_in
from tests.journeys.program import Program, environment
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import Actors, links_in
from tests.journeys.test_canary import LONG, MISTAKE, PASSPHRASE, PLAIN, WRONG, Findings, Monitor, files_of, note_link, slowlog_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

NAME, ADDRESS = "Omar Canary-Haddad", "omar.canary@corp.example"
ANSWERED = "canary-answer-2Vf8"
WHAT = "canary-what-for-4Ty6"


@dataclass(frozen=True)
class Outside:
    """A pretend Microsoft, and the real program as a process of its own."""

    microsoft: PretendMicrosoft
    program: Program
    settings: dict[str, str]


@asynccontextmanager
async def outside(store_url: str, **settings: str) -> AsyncIterator[Outside]:
    async with pretend_microsoft() as (microsoft, told):
        told |= {"PUSHPW_BASE_URL": "http://localhost:8080", "PUSHPW_REDIS_URL": store_url, "PORT": "0", **settings}
        told["PUSHPW_SEAL_KEYS"] = encode(secrets.token_bytes(32))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "web", stderr=asyncio.subprocess.PIPE, cwd="/", env=environment(**told)
        )
        program = Program(process)
        try:
            await program.listen()
            microsoft.wire.bot_url, microsoft.wire.patience = program.url + PATH, 20.0
            yield Outside(microsoft, program, told)
        finally:
            if process.returncode is None:
                await program.kill()


async def push_everything(around: Outside, reader: Reader, needles: dict[str, bytes]) -> None:
    """Bound, by link, with a passphrase, generated, long, in a chat, asked for, passed on; opened, mistyped and burned."""
    microsoft = around.microsoft
    world = microsoft.world
    world.people[OMAR] = replace(world.people[OMAR], name=NAME, email=ADDRESS)
    actors = Actors(around, microsoft.as_person(JANE), microsoft.as_person(OMAR))
    for person in (actors.jane, actors.omar):
        await person.installs()
    microsoft.settle(where=world.conversation(PROJECT_CHAT))

    async def opened(name: str, url: str, passphrase: str = "") -> None:
        note_link(needles, name, url)
        if passphrase:
            await reader.claim(url, passphrase=WRONG)
        claimed = await reader.claim(url, passphrase=passphrase)
        assert claimed.status == 200
        needles[f"nonce of {name}"] = claimed.nonce
        await reader.acknowledge(url, claimed)

    await actors.push(PLAIN)
    await opened("the bound push", await actors.open_in_chat())
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    await opened(
        "the passphrase", links_in((await actors.jane.submits(form, secret=PLAIN, passphrase=PASSPHRASE)).dialog.card)[0], PASSPHRASE
    )
    form = (await actors.jane.submits(await actors.form(), "Generate a strong one")).dialog
    needles["generated secret"] = form.fields["secret"]["value"].encode()
    await opened("the generated one", links_in((await actors.jane.submits(form)).dialog.card)[0])
    said = await actors.jane.says(LONG, PROJECT_CHAT, html=f"<p>{LONG * 2}</p>", mention=False)
    form = (await actors.jane.opens("push_message", on=said)).dialog
    await opened("the long one", links_in((await actors.jane.submits(form)).dialog.card)[0])
    await actors.jane.says(MISTAKE)
    form = await actors.form(PROJECT_CHAT)
    await actors.jane.submits(form, secret=PLAIN, recipients=OMAR, where="here")
    shared = actors.jane.sends_draft(PROJECT_CHAT)
    await opened("the one in the chat", links_in((await actors.omar.presses(shared, "Open")).card)[0])
    await answer(actors, opened)
    await actors.push(PLAIN, to=LENA)
    passed_on = links_in((await actors.jane.presses(await actors.card("link to pass on"), "pass_on")).dialog.card)[0]
    note_link(needles, "the one passed on", passed_on)
    await misbehave(around, actors, reader, passed_on)
    await actors.jane.says("burn all")
    await around.program.says("push_burned")


async def answer(actors: Actors, opened: Any) -> None:
    form = (await actors.jane.opens("request")).dialog
    await actors.jane.submits(form, asked=OMAR, what=WHAT)
    message = await actors.office.microsoft.until(lambda: actors.omar.latest(WHAT))
    assert (await actors.omar.submits((await actors.omar.presses(message, "Send it securely")).dialog, secret=ANSWERED)).ok
    invitation = await actors.card("sent you a secret")
    await opened("the answer", links_in((await actors.jane.presses(invitation, "Open")).card)[0])


async def misbehave(around: Outside, actors: Actors, reader: Reader, url: str) -> None:
    """What goes wrong is logged most readily."""
    microsoft = around.microsoft
    microsoft.connector.fail_with(400, "BadSyntax", on="send")
    await actors.jane.says(MISTAKE)
    microsoft.connector.break_line(times=2)
    microsoft.login.expire_all()
    await actors.push(PLAIN)
    form = find_button((await actors.form()).card, "Push it").data
    wire, activities = microsoft.wire, microsoft.stage.activities
    for data in ({"dialog": "push", "secret": PLAIN, "form": "AAAA"}, form | {"secret": [PLAIN]}, form | {"secret": PLAIN, "views": PLAIN}):
        await wire.send(activities.invoke("task/submit", actors.jane.person, actors.jane.chat, {"data": data}))
    for value in (PLAIN, url):
        action = {"type": "Action.Execute", "verb": "open", "data": {"value": value}}
        await wire.send(activities.invoke("adaptiveCard/action", actors.omar.person, actors.omar.chat, {"action": action}))
    good = wire.signed(activities.message(actors.jane.person, actors.jane.chat, "1", MISTAKE, mentions_bot=False, is_targeted=False))
    bearer = good.headers["Authorization"]
    for spoiled in (bearer[:-4] + "AAAA", bearer + "." + PLAIN, f"Basic {PLAIN}", "Bearer " + PLAIN):
        await wire.again(replace(good, headers=good.headers | {"Authorization": spoiled}))
    await wire.again(replace(good, body=good.body[:-3]))
    await wire.again(replace(good, body=good.body.replace(b'"type":"message"', b'"type":7')))
    await reader.get("/p/" + url.partition("/p/")[2].replace("#", "%23"))
    await reader.claim(url, guess=True)


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
            async with Reader(around.program.url) as reader:
                await push_everything(around, reader, found.needles)
                ready, metrics = await reader.get("/readyz"), await reader.get("/metrics")
            microsoft = around.microsoft
            kept = [message.card for message in microsoft.world.messages if message.card]
            found.places["messages that stay"] = (json.dumps(kept, ensure_ascii=False) + microsoft.connector.stored).encode()
            found.places["store's files"] = await files_of(redis)
            around.program.process.terminate()
            await around.program.ended()
            found.needles |= {name: around.settings[name].encode() for name in ("MICROSOFT_APP_PASSWORD", "PUSHPW_SEAL_KEYS")}
            found.needles |= {f"bearer {n}": token.encode() for n, token in enumerate(microsoft.login._expiries)}
            came = {request.headers["Authorization"].rpartition(".")[2] for request in microsoft.wire.sent}
            found.needles |= {f"token {n}": each.encode() for n, each in enumerate(sorted(each for each in came if len(each) > 100))}
        found.places |= {"log": around.program.log.encode(), "readyz": ready[1].encode(), "metrics": metrics[1].encode()}
        found.places["MONITOR"], found.places["SLOWLOG"] = await monitor.stop(), await slowlog_of(redis)
        await redis.aclose()
    texts = {"plaintext": PLAIN, "passphrase": PASSPHRASE, "mistake": MISTAKE, "wrong": WRONG, "answer": ANSWERED, "long": LONG[:24]}
    found.needles |= {name: text.encode() for name, text in texts.items()}
    return found


async def test_no_secret_is_found_anywhere(findings: Findings) -> None:
    assert found_in(findings.places, findings.needles) == []


async def test_no_link_with_a_key_was_ever_posted_or_put(findings: Findings) -> None:
    stored = findings.places["messages that stay"].decode()
    assert links_in(stored) == []
    assert "#1" not in stored


async def test_who_people_are_and_where_they_are_reached_stands_sealed_in_the_store(findings: Findings) -> None:
    people: dict[str, bytes] = {"name": NAME.encode(), "address": ADDRESS.encode(), "Entra id": OMAR.encode(), "what for": WHAT.encode()}
    people |= {
        "Teams id": default_world(float).people[OMAR].id.encode(),
        "service url": b"/teams/",
        "personal chat": b"a:1",
        "group": PROJECT_CHAT.encode(),
    }
    stores = {place: findings.places[place] for place in ("store's files", "MONITOR", "SLOWLOG")}
    assert found_in(stores, people) == []


async def test_the_log_names_nobody(findings: Findings) -> None:
    people = {"name": NAME.encode(), "address": ADDRESS.encode(), "Entra id": OMAR.encode(), "what for": WHAT.encode()}
    assert found_in({"log": findings.places["log"]}, people) == []


async def test_what_was_looked_for_is_everything(findings: Findings) -> None:
    kinds = {name.partition(" ")[0] for name in findings.needles}
    assert kinds >= {"plaintext", "passphrase", "mistake", "generated", "key", "fragment", "nonce", "ticket", "bearer", "token"}
    assert kinds >= {"MICROSOFT_APP_PASSWORD", "PUSHPW_SEAL_KEYS", "answer", "long"}


@pytest.mark.parametrize(
    ("place", "always_there"),
    [
        ("log", b"push_claimed"),
        ("log", b"/api/messages"),
        ("log", b"teams_token_refused"),
        ("log", b"teams_call_refused"),
        ("metrics", b"pushpw_events_total"),
        ("readyz", b"ready"),
        ("messages that stay", b"Opened by"),
        ("messages that stay", NAME.encode()),
        ("store's files", b"pushpw:"),
        ("MONITOR", b"EVALSHA"),
        ("SLOWLOG", b"EVALSHA"),
    ],
)
async def test_each_place_was_really_looked_at(findings: Findings, place: str, always_there: bytes) -> None:
    assert always_there in findings.places[place]
