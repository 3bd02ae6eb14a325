"""How many messages of Teams are answered? `python -m bench.teams [--quick] [--json FILE] [--write-docs]`

Signed activities to POST /api/messages: pushpw, the least that can answer them, and Microsoft's own CloudAdapter, taking
turns. docs/reference/benchmarks.md says what each row means.
"""

import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import click

from adapters.redis_store.connect import connect, masters
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.facts import read_facts
from bench import table
from bench.activities import Sender
from bench.answers import Goal
from bench.children import ROOT, Child, free_port
from bench.cores import Cores, share_out
from bench.figures import Figure, Records, Round
from bench.load import Load, drive
from bench.machine import machine, versions
from bench.measure import idle
from bench.subjects import cloud_adapter
from bench.subjects.pretend_teams import SERVICE
from core.link import encode
from playground.microsoft.double import APP_ID
from playground.microsoft.identity import new_key
from playground.microsoft.world import TENANT

DOCUMENT = ROOT / "docs" / "reference" / "benchmarks.md"
BLOCK = "bench:teams"
AT_ONCE = 50
SUBJECTS = ("pushpw", "limit", "cloud", "empty")
GOAL_TIMES = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many activities of each gesture a subject gets in a round."""

    one_by_one: int
    at_once: int
    warm_up: int


# So many warm up that each of the lines, and what they open behind them, is there before anything is timed.
_FULL, _QUICK = Size(one_by_one=40, at_once=400, warm_up=300), Size(one_by_one=5, at_once=60, warm_up=60)
_REPLIED_WITHIN_SECONDS = 60.0

TIMES = (
    Figure("message.one", "message, one by one"),
    Figure("message.many", "message, 50 at once"),
    Figure("opening.one", "form opened, one by one"),
    Figure("opening.many", "form opened, 50 at once"),
)
REPLIES = Figure("message.replies", "messages replied to, a second", more_is_better=True)
RATES = (
    REPLIES,
    Figure("message.rate", "messages answered, a second", more_is_better=True),
    Figure("opening.rate", "forms opened, a second", more_is_better=True),
    Figure("message.cpu", "server's CPU for a message, ms"),
    Figure("opening.cpu", "server's CPU for a form, ms"),
)
BUSY = Figure("message.busy", "share of the asking process's time, %")


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands ready before anything is timed."""

    servers: dict[str, Child]
    microsoft: Child
    sender: Sender
    redis_url: str
    peer: str


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Some twenty seconds instead of two minutes, and smaller rounds.")
@click.option("--seconds", type=click.IntRange(1, 3600), help="Begin no further round after so many.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all figures to this file.")
@click.option("--write-docs", is_flag=True, help="Also put the table into docs/reference/benchmarks.md.")
def main(*, quick: bool, seconds: int | None, json_file: Path | None, write_docs: bool) -> None:
    """Measure the answer to a message and to the opening of the form: pushpw, the limit, and botbuilder's CloudAdapter, taking turns."""
    head, cores, size = {"machine": machine()}, share_out(), _QUICK if quick else _FULL
    with _stage(cores) as stage:
        records, store, counted = asyncio.run(_measure(stage, size, seconds or (5 if quick else 100)))
    head |= {
        "versions": f"{versions(store)}, botbuilder-core {version('botbuilder-core')}, PyJWT {version('pyjwt')}",
        "cores": cores.said,
        "peer": stage.peer,
        "run": f"{len(records.rounds)} rounds, subjects taking turns; in each, of each gesture, {size.one_by_one} one by one, "
        f"then {size.at_once} by {AT_ONCE} at once",
        "microsoft": f"{counted['posts']} replies posted, {counted['tokens']} tokens given",
        "asking": _asking(records),
    }
    lines = _lines(head, records)
    click.echo("\n".join(lines))
    if json_file:
        told = head | table.as_json(records, (*TIMES, *RATES), SUBJECTS) | {"goals": [asdict(goal) for goal in goals(records)]}
        json_file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if write_docs:
        table.write_block(DOCUMENT, BLOCK, lines)


@contextmanager
def _stage(cores: Cores) -> Iterator[Stage]:
    """Store, pretend Microsoft and four servers, each in its own process; all ended on the way out."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="pushpw-bench-")))
        redis_url, key, port = closing.enter_context(EmbeddedServer()).url, new_key("msteams"), free_port()
        said = (str(port), json.dumps(key.jwk()))
        microsoft = closing.enter_context(Child.of_ours("bench.subjects.pretend_teams", *said, port=port, folder=folder / "microsoft"))
        place = cloud_adapter.folder()
        facts = {
            "app_id": APP_ID,
            "secret": secrets.token_hex(20),
            "login_url": f"{microsoft.origin}/",
            "openid_url": f"{microsoft.origin}/v1/.well-known/openidconfiguration",
            "redis_url": redis_url,
            "key": key.jwk(),
        }

        def other(which: str) -> Child:
            port = free_port()
            path = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, place)))} if place else None
            said = (which, str(port), json.dumps(facts))
            return closing.enter_context(
                Child.of_ours("bench.subjects.teams_servers", *said, port=port, folder=folder / which, environment=path, core=cores.serving)
            )

        ours = _settings(facts)
        pushpw = Child.of_ours("bot", "web", port=int(ours["PORT"]), folder=folder / "pushpw", environment=ours, core=cores.serving)
        servers = {"pushpw": closing.enter_context(pushpw)} | {which: other(which) for which in SUBJECTS[1:]}
        peer = (
            f"CloudAdapter of botbuilder-integration-aiohttp {version('botbuilder-core')}" if place else "CloudAdapterBase, thinly served"
        )
        yield Stage(servers, microsoft, Sender(APP_ID, f"{microsoft.origin}{SERVICE}", key), redis_url, peer)


def _settings(facts: dict[str, Any]) -> dict[str, str]:
    """The environment of a service that has Teams alone."""
    port = free_port()
    return {
        "PORT": str(port),
        "PUSHPW_BASE_URL": f"http://127.0.0.1:{port}",
        "PUSHPW_REDIS_URL": facts["redis_url"],
        "PUSHPW_SEAL_KEYS": encode(os.urandom(32)),
        "PUSHPW_TEAMS_OPENID_URL": facts["openid_url"],
        "PUSHPW_TEAMS_LOGIN_URL": facts["login_url"],
        "PUSHPW_TEAMS_TENANTS": TENANT,
        "MICROSOFT_APP_ID": facts["app_id"],
        "MICROSOFT_APP_PASSWORD": facts["secret"],
    }


async def _measure(stage: Stage, size: Size, seconds: int) -> tuple[Records, str, dict[str, float]]:
    """Rounds until the time is up; the records, the store's own name, and what Microsoft counted."""
    await _check(stage, size.warm_up)
    records, began, before = Records(), time.monotonic(), await _counted(stage.microsoft)
    while (spent := time.monotonic() - began) < seconds or not records.rounds:
        click.echo(f"round {len(records.rounds) + 1}, {spent:.0f} of {seconds} s ...", err=True)
        records.rounds.append(await _measure_round(stage, size, turn=len(records.rounds)))
    after = await _counted(stage.microsoft)
    (redis,) = await masters(connect(stage.redis_url))
    facts = await read_facts(redis)
    await redis.aclose()
    return records, f"{str(facts.server).capitalize()} {facts.version}", {name: after[name] - before[name] for name in ("posts", "tokens")}


async def _check(stage: Stage, warm_up: int) -> None:
    """Raise RuntimeError unless each lets in what is rightly signed and replies, and the two that look at it twice refuse the rest; and let each get warm."""
    for name, server in stage.servers.items():
        before = await _counted(stage.microsoft)
        await drive(server.port, stage.sender.requests("message", warm_up), AT_ONCE, status=_status(name))
        if name != "empty":
            await _all_replied(stage.microsoft, int(before["posts"]) + warm_up)
        if _opens(name):
            await drive(server.port, stage.sender.requests("opening", warm_up), AT_ONCE)
        if name in ("pushpw", "limit"):
            # CloudAdapter answers 500 to a token for somebody else, and does not tell it from a fault of its own.
            await drive(server.port, stage.sender.requests("message", 1, stage.sender.token(aud="another")), 1, status=401)


async def _measure_round(stage: Stage, size: Size, turn: int) -> Round:
    """Every subject with every gesture; `turn` says who begins, so that no one always runs first."""
    begin, found = turn % len(SUBJECTS), Round()
    for name in SUBJECTS[begin:] + SUBJECTS[:begin]:
        found[name] = await _messages(stage, name, size)
        if _opens(name):
            found[name] |= await _openings(stage, name, size)
    return found


async def _messages(stage: Stage, name: str, size: Size) -> dict[str, list[float]]:
    server, microsoft = stage.servers[name], stage.microsoft
    one = await drive(server.port, stage.sender.requests("message", size.one_by_one), 1, status=_status(name))
    ready = stage.sender.requests("message", size.at_once)
    await idle(server)
    cpu, posts, began = server.cpu_seconds(), int((await _counted(microsoft))["posts"]), time.perf_counter()
    many = await drive(server.port, ready, AT_ONCE, status=_status(name))
    found = _found("message", one, many)
    if name != "empty":
        last = await _all_replied(microsoft, posts + size.at_once)
        found["message.replies"] = [size.at_once / (last - began)]
    return found | await _cpu("message", server, cpu, size.at_once)


async def _openings(stage: Stage, name: str, size: Size) -> dict[str, list[float]]:
    server = stage.servers[name]
    one = await drive(server.port, stage.sender.requests("opening", size.one_by_one), 1)
    ready = stage.sender.requests("opening", size.at_once)
    await idle(server)
    cpu = server.cpu_seconds()
    many = await drive(server.port, ready, AT_ONCE)
    return _found("opening", one, many) | await _cpu("opening", server, cpu, size.at_once)


def _found(gesture: str, one: Load, many: Load) -> dict[str, list[float]]:
    told = {"one": one.times, "many": many.times, "rate": [many.per_second], "busy": [many.busy * 100]}
    return {f"{gesture}.{figure}": values for figure, values in told.items()}


async def _cpu(gesture: str, server: Child, before: float | None, count: int) -> dict[str, list[float]]:
    await idle(server)  # what follows the answer is part of a gesture's price
    after = server.cpu_seconds()
    return {} if before is None or after is None else {f"{gesture}.cpu": [(after - before) / count * 1000]}


def _status(name: str) -> int:
    """Of the answer to a message: Microsoft's own framework says 201 where others say 200."""
    return 201 if name == "cloud" else 200


def _opens(name: str) -> bool:
    """Whether it can answer an invoke with a form: CloudAdapter answers 500 to every invoke that has a body."""
    return name != "cloud"


async def _counted(microsoft: Child) -> dict[str, float]:
    async with aiohttp.ClientSession() as client, client.get(f"{microsoft.origin}/calls") as answer:
        found: dict[str, float] = await answer.json()
        return found


async def _all_replied(microsoft: Child, posts: int) -> float:
    """When the last of so many replies came, by the clock that all processes of this machine share. Raises TimeoutError."""
    async with asyncio.timeout(_REPLIED_WITHIN_SECONDS):
        while (counted := await _counted(microsoft))["posts"] < posts:  # noqa: ASYNC110  # another process knows
            await asyncio.sleep(0.02)  # between two askings
    return counted["last"]


def _asking(records: Records) -> str:
    """How much of its core the asking process used: below 100 %, it was not what held a subject back."""
    told = ((name, records.summary(name, BUSY)) for name in SUBJECTS)
    return "busy " + ", ".join(f"{found.median:.0f} % of the time with {name}" for name, found in told if found)


def goals(records: Records) -> list[Goal]:
    """Replies, beside Microsoft's own framework."""
    ratio = records.speed_ratio(REPLIES, "pushpw", "cloud")
    if ratio is None:
        return []
    return [Goal(f"{GOAL_TIMES:.0f} times the replies of cloud", f"{ratio:.1f} times", ratio >= GOAL_TIMES)]


def _lines(head: dict[str, str], records: Records) -> list[str]:
    """All that is printed."""
    return [
        "signed activity -> answer",
        *(f"  {name.ljust(9)} {said}" for name, said in head.items()),
        "",
        *table.lines_of("to the answer, ms", records, TIMES, SUBJECTS, tail="p99"),
        "",
        *table.lines_of("at 50 at once", records, RATES, SUBJECTS, tail=None),
        "",
        *(f"{goal.promised}: {'held' if goal.held else 'NOT held'} ({goal.found})" for goal in goals(records)),
    ]


if __name__ == "__main__":
    main()
