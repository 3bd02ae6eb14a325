"""How fast are create, page, claim and ack?  `python -m bench.journey [--quick] [--no-peer] [--json FILE] [--write-docs]`

Three subjects take turns on one store: pushpw, the least that any such service must do, and a peer.
docs/reference/benchmarks.md says what each row means.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import click
import structlog

from adapters.redis_store.connect import connect, masters
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.facts import read_facts
from bench import table
from bench.children import ROOT, Child, free_port
from bench.figures import Figure, Records
from bench.machine import machine, versions
from bench.measure import AT_ONCE, RATES, STEPS, Size, cpu_is_known, measure_round, one_client
from bench.small import SMALL, measure_small
from bench.subjects import Subject, limit, pushpw, snappass

DOCUMENT = ROOT / "docs" / "reference" / "benchmarks.md"
BLOCK = "bench:journey"
_FULL, _QUICK = Size(one_by_one=100, at_once=160), Size(one_by_one=15, at_once=32)
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands ready before anything is timed."""

    redis_url: str
    environment: dict[str, str]
    service: Child
    folder: Path
    peer: Child | None
    peer_said: str


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Some ten seconds instead of a minute, and smaller rounds.")
@click.option("--seconds", type=click.IntRange(1, 3600), help="Begin no further round after so many.")
@click.option("--no-peer", is_flag=True, help="Without SnapPass (which is installed into bench/.peers at the first run).")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all figures to this file.")
@click.option("--write-docs", is_flag=True, help="Also put the table into docs/reference/benchmarks.md.")
def main(*, quick: bool, seconds: int | None, no_peer: bool, json_file: Path | None, write_docs: bool) -> None:
    """Measure create, page, claim and ack: pushpw, the physical limit, and SnapPass, taking turns."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # the house in this process; the service logs as in life
    head = {"machine": machine()}
    with _stage(with_peer=not no_peer) as stage:
        records, names, store = asyncio.run(_measure(stage, _QUICK if quick else _FULL, seconds or (4 if quick else 55)))
    head |= {"versions": versions(store), "peer": stage.peer_said, "run": _run_of(records, _QUICK if quick else _FULL)}
    lines = _lines(head, records, names)
    click.echo("\n".join(lines))
    if json_file:
        json_file.write_text(json.dumps(head | table.as_json(records, _figures(records), names), indent=2) + "\n", encoding="utf-8")
    if write_docs:
        table.write_block(DOCUMENT, BLOCK, lines)


@contextmanager
def _stage(*, with_peer: bool) -> Iterator[Stage]:
    """Store, service, pretend Slack and the peer, each in its own process; all ended on the way out."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="pushpw-bench-")))
        redis_url = closing.enter_context(EmbeddedServer()).url
        port = free_port()
        slack = closing.enter_context(Child.of_ours("bench.subjects.pretend_slack", str(port), port=port, folder=folder / "slack"))
        environment = pushpw.settings_for(redis_url, slack.origin)
        service = closing.enter_context(pushpw.service(environment, folder / "pushpw"))
        peer, said = None, "left out (--no-peer)"
        if with_peer:
            peer, said = _peer(closing, redis_url, folder)
        yield Stage(redis_url, environment, service, folder, peer, said)


def _peer(closing: ExitStack, redis_url: str, folder: Path) -> tuple[Child | None, str]:
    _say("SnapPass: made ready in bench/.peers (at the first run it is installed there) ...")
    try:
        programs = snappass.install()
        child = closing.enter_context(snappass.server(programs, redis_url, folder / "snappass"))
    except (snappass.NotInstalled, RuntimeError) as problem:
        return None, f"SnapPass not measured: {problem}"
    return child, f"SnapPass {snappass.VERSION} behind {snappass.SERVED_BY}"


async def _measure(stage: Stage, size: Size, seconds: int) -> tuple[Records, list[str], str]:
    """Rounds until the time is up; the records, the subjects' names, and the store's own name."""
    async with AsyncExitStack() as closing:
        client = await closing.enter_async_context(_client())
        (redis,) = await masters(connect(stage.redis_url))
        closing.push_async_callback(redis.aclose)
        house = await closing.enter_async_context(pushpw.house_beside(stage.environment))
        ours = pushpw.Pushpw(house, stage.service, client)
        bare = closing.enter_context(limit.server(stage.redis_url, await ours.page_bytes(), stage.folder / "limit"))
        subjects: list[Subject] = [ours, limit.Limit(redis, bare, client)]
        if stage.peer:
            subjects.append(snappass.SnapPass(stage.peer, client))
        facts = await read_facts(redis)
        for subject in subjects:
            await subject.check()
            await one_client(subject, _WARM_UP)
        records = await _rounds(subjects, size, seconds)
        return records, [subject.name for subject in subjects], f"{str(facts.server).capitalize()} {facts.version}"


async def _rounds(subjects: list[Subject], size: Size, seconds: int) -> Records:
    records, began = Records(), time.monotonic()
    while (spent := time.monotonic() - began) < seconds or not records.rounds:
        _say(f"round {len(records.rounds) + 1}, {spent:.0f} of {seconds} s ...")
        found = await measure_round(subjects, size, turn=len(records.rounds))
        for name, values in measure_small().items():
            found[name] |= values
        records.rounds.append(found)
    return records


def _client() -> aiohttp.ClientSession:
    """One client for all subjects: connections kept alive, no cookies kept, a browser's language."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Language": "en-US,en;q=0.9"},
    )


def _run_of(records: Records, size: Size) -> str:
    return (
        f"{len(records.rounds)} rounds, subjects taking turns; in each {size.one_by_one} journeys by one client, "
        f"then {size.at_once} by {AT_ONCE} at once; one store for all"
    )


def _figures(records: Records) -> tuple[Figure, ...]:
    rates = RATES if cpu_is_known(records) else RATES[:-1]
    return (*STEPS, *rates, *SMALL)


def _lines(head: dict[str, Any], records: Records, names: list[str]) -> list[str]:
    """All that is printed."""
    rates = [figure for figure in RATES if figure in _figures(records)]
    return [
        "create -> page -> claim -> ack",
        *(f"  {name.ljust(9)} {said}" for name, said in head.items()),
        "",
        *table.lines_of("one client, ms", records, STEPS, names),
        "",
        *table.lines_of(f"{AT_ONCE} clients", records, rates, names, tail=None),
        "",
        *table.lines_of("in one process", records, SMALL, names[:2]),
        "",
        "vs compares speed: x 2 is twice as fast as that one, x 0.5 half as fast (median of the rounds' ratios).",
        "create: pushpw through its engine and limit in this process (no public route to create yet), SnapPass by HTTP.",
    ]


def _say(text: str) -> None:
    click.echo(text, err=True)
    sys.stderr.flush()


if __name__ == "__main__":
    main()
