"""How long does Slack wait for our answer? `python -m bench.ack [--quick] [--json FILE] [--write-docs]`

Signed gestures to POST /slack/events: pushpw, the least that can answer them, and Slack's own framework
as it comes, taking turns. docs/reference/benchmarks.md says what each row means.
"""

import asyncio
import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import structlog

from adapters.redis_store.connect import connect, masters
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.facts import read_facts
from adapters.slack.http import SlackDoor
from bench import table
from bench.answers import ALL, AT_ONCE, BEFORE, BUSY, WITH_CALLS, Servers, Size, goals, measure_round, tables
from bench.children import ROOT, Child, free_port
from bench.cores import Cores, share_out
from bench.figures import Records
from bench.gestures import GESTURES, form_view, requests
from bench.load import drive
from bench.machine import machine, versions
from bench.subjects import pushpw

DOCUMENT = ROOT / "docs" / "reference" / "benchmarks.md"
BLOCK = "bench:ack"
_FULL = Size(one_by_one=100, at_once=1500, warm_up=500, steady_seconds=5)
_QUICK = Size(one_by_one=10, at_once=100, warm_up=60, steady_seconds=0.3)


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands ready before anything is timed."""

    servers: Servers
    redis_url: str
    listeners: int


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Some twenty seconds instead of two minutes, and smaller rounds.")
@click.option("--seconds", type=click.IntRange(1, 3600), help="Begin no further round after so many.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all figures to this file.")
@click.option("--write-docs", is_flag=True, help="Also put the table into docs/reference/benchmarks.md.")
def main(*, quick: bool, seconds: int | None, json_file: Path | None, write_docs: bool) -> None:
    """Measure the answer to a command, a click and a submission: pushpw, the limit, and a stock slack_bolt, taking turns."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # the house in this process; the service logs as in life
    head, cores, size = {"machine": machine()}, share_out(), _QUICK if quick else _FULL
    with _stage(cores) as stage:
        records, store = asyncio.run(_measure(stage, size, seconds or (5 if quick else 100)))
    head |= {
        "versions": f"{versions(store)}, slack_bolt {version('slack_bolt')}",
        "cores": cores.said,
        "run": f"{len(records.rounds)} rounds, subjects taking turns; in each, of each gesture, {size.one_by_one} one by one, "
        f"then a rush of {size.at_once} by {AT_ONCE} at once; those that call Slack also {AT_ONCE} at once for {size.steady_seconds:g} s; slack_bolt with {stage.listeners} listeners, as many names as ours answers to",
        "slack": _slack(records),
        "asking": _asking(records),
    }
    lines = _lines(head, records)
    click.echo("\n".join(lines))
    if json_file:
        told = head | table.as_json(records, ALL, BEFORE) | {"goals": [asdict(goal) for goal in goals(records)]}
        json_file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if write_docs:
        table.write_block(DOCUMENT, BLOCK, lines)


@contextmanager
def _stage(cores: Cores) -> Iterator[Stage]:
    """Store, pretend Slack and six servers, each in its own process; all ended on the way out."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="pushpw-bench-")))
        redis_url = closing.enter_context(EmbeddedServer()).url
        port = free_port()
        slack = closing.enter_context(Child.of_ours("bench.subjects.pretend_slack", str(port), port=port, folder=folder / "slack"))
        ours = pushpw.settings_for(redis_url, slack.origin)
        again = ours | {"PORT": str(free_port())}
        names = asyncio.run(_names(ours))
        facts = {
            "redis_url": redis_url,
            "api_url": ours["PUSHPW_SLACK_API_URL"],
            "secret": ours["SLACK_SIGNING_SECRET"],
            "token": f"xoxb-{secrets.token_hex(24)}",
            "names": names,
            "form": None,
        }

        def other(which: str, name: str, **more: Any) -> Child:
            port = free_port()
            said = (which, str(port), json.dumps(facts | more))
            return closing.enter_context(
                Child.of_ours("bench.subjects.ack_servers", *said, port=port, folder=folder / name, core=cores.serving)
            )

        before = {
            "pushpw": closing.enter_context(pushpw.service_alone(ours, folder / "pushpw", core=cores.serving)),
            **{which: other(which, which) for which in BEFORE[1:]},
        }
        calling = {
            "pushpw": closing.enter_context(pushpw.service(again, folder / "calling", core=cores.serving)),
            "slack_bolt": other("slack_bolt", "slack_bolt_calling", form=form_view()),
        }
        servers = Servers(ours["SLACK_SIGNING_SECRET"], before, calling, slack)
        yield Stage(servers, redis_url, sum(len(found) for found in names.values()))


async def _names(environment: dict[str, str]) -> dict[str, list[str]]:
    """What our door listens to, as it says itself; the command and the event have one name each."""
    async with pushpw.house_beside(environment) as house:
        (door,) = (door for door in house.doors if isinstance(door, SlackDoor))
        known = door.gestures
        return {
            "command": ["/pushpw"],
            "event": [*known.events],
            "shortcut": [*known.shortcuts],
            "action": [*known.actions],
            "view": [*known.views],
            "options": [*known.options],
        }


async def _measure(stage: Stage, size: Size, seconds: int) -> tuple[Records, str]:
    """Rounds until the time is up; the records, and the store's own name."""
    await _check(stage, size.warm_up)
    records, began = Records(), time.monotonic()
    while (spent := time.monotonic() - began) < seconds or not records.rounds:
        click.echo(f"round {len(records.rounds) + 1}, {spent:.0f} of {seconds} s ...", err=True)
        records.rounds.append(await measure_round(stage.servers, size, turn=len(records.rounds)))
    (redis,) = await masters(connect(stage.redis_url))
    facts = await read_facts(redis)
    await redis.aclose()
    return records, f"{str(facts.server).capitalize()} {facts.version}"


async def _check(stage: Stage, warm_up: int) -> None:
    """Raise RuntimeError unless each lets in what is rightly signed, the limit only once; and let each get warm."""
    secret = stage.servers.secret
    for name, server in [*stage.servers.before.items(), *stage.servers.calling.items()]:
        for gesture in GESTURES:
            await drive(server.port, requests(gesture, secret, warm_up), AT_ONCE)
        if name != "empty":
            await drive(server.port, requests("command", f"not {secret}", 1), 1, status=401)
    once = requests("command", secret, 1)
    await drive(stage.servers.before["limit"].port, once, 1)
    await drive(stage.servers.before["limit"].port, once, 1, status=409)


def _slack(records: Records) -> str:
    """Whether every command that called Slack had its form."""
    sent, lost = (
        {name: int(sum(sum(one[name][figure]) for one in records.rounds)) for name in WITH_CALLS}
        for figure in ("calling.sent", "calling.lost")
    )
    return "calling: " + ", ".join(f"{sent[name] - lost[name]} forms opened for {sent[name]} commands by {name}" for name in WITH_CALLS)


def _asking(records: Records) -> str:
    """How much of its core the asking process used: below 100 %, it was not what held a subject back."""
    busiest = {name: max(found.median for figure in BUSY if (found := records.summary(name, figure))) for name in BEFORE}
    return "busy " + ", ".join(f"{share:.0f} % of the time with {name}" for name, share in busiest.items())


def _lines(head: dict[str, str], records: Records) -> list[str]:
    """All that is printed."""
    return [
        "signed gesture -> answer",
        *(f"  {name.ljust(9)} {said}" for name, said in head.items()),
        "",
        *tables(records),
        "",
        *(f"{goal.promised}: {'held' if goal.held else 'NOT held'} ({goal.found})" for goal in goals(records)),
    ]


if __name__ == "__main__":
    main()
