"""How is one subject timed? By one client, step by step; then by many at once, for rates."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bench.figures import Figure, Records, Round
from bench.subjects import Subject

AT_ONCE = 16
_IDLE_AFTER = 0.05
_IDLE_WITHIN = 5.0

STEPS = (
    Figure("create", "create"),
    Figure("page", "page"),
    Figure("claim", "claim"),
    Figure("ack", "ack"),
    Figure("journey", "whole journey"),
)
RATES = (
    Figure("creates", "created a second", more_is_better=True),
    Figure("openings", "opened a second (page, claim, ack)", more_is_better=True),
    Figure("journeys", "journeys a second", more_is_better=True),
    Figure("cpu", "server's CPU for an opening, ms"),
)


class Serving(Protocol):
    """A process that answers."""

    def cpu_seconds(self) -> float | None:
        """Processor time that it has used so far; None where the system does not say."""


T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Size:
    """How many journeys each subject makes in a round."""

    one_by_one: int
    at_once: int


async def measure_round(subjects: list[Subject], size: Size, turn: int) -> Round:
    """Each subject once; `turn` says who begins, so that no one always runs first."""
    found: Round = {}
    begin = turn % len(subjects)
    for subject in subjects[begin:] + subjects[:begin]:
        values = await one_client(subject, size.one_by_one)
        await idle(subject)
        values |= await many_clients(subject, size.at_once)
        found[subject.name] = values
    return found


async def one_client(subject: Subject, count: int) -> dict[str, list[float]]:
    """Milliseconds of each step and of the whole, journey after journey."""
    found: dict[str, list[float]] = {name: [] for name in ("create", *subject.steps, "journey")}
    for _ in range(count):
        made, spent = await _timed(subject.create)
        found["create"].append(spent)
        visit, whole = await subject.follow_up(made), spent
        for name, step in subject.steps.items():
            _, spent = await _timed(lambda step=step, visit=visit: step(visit))  # type: ignore[misc]  # mypy infers no lambda with defaults
            found[name].append(spent)
            whole += spent
        found["journey"].append(whole)
    return found


async def many_clients(subject: Subject, count: int) -> dict[str, list[float]]:
    """Rates a second with 16 clients: `count` secrets are made first, then opened. One value for each figure."""

    async def make(_: int) -> object:
        return await subject.create()

    async def open_one(visit: object) -> None:
        for step in subject.steps.values():
            await step(visit)

    made, creating = await _timed(lambda: _shared(range(count), make))
    visits = await _shared(made, subject.follow_up)
    await idle(subject)
    before = subject.cpu_seconds()
    _, opening = await _timed(lambda: _shared(visits, open_one))
    await idle(subject)  # what is told after the answers is part of an opening's price
    after = subject.cpu_seconds()
    per_second = {"creates": count / creating, "openings": count / opening, "journeys": count / (creating + opening)}
    found = {name: [value * 1000] for name, value in per_second.items()}
    if before is not None and after is not None:
        found["cpu"] = [(after - before) / count * 1000]
    return found


async def _shared(items: Iterable[T], act: Callable[[T], Awaitable[R]]) -> list[R]:
    """`act` on every item, 16 at a time; what came of them, in any order."""
    waiting, done = iter(items), list[R]()

    async def work() -> None:
        for item in waiting:  # one iterator for all: each item goes to one worker
            done.append(await act(item))  # not a comprehension: the workers share the list

    async with asyncio.TaskGroup() as workers:
        for _ in range(AT_ONCE):
            workers.create_task(work())
    return done


async def _timed(act: Callable[[], Awaitable[R]]) -> tuple[R, float]:
    """What came of it, and the milliseconds it took."""
    began = time.perf_counter()
    result = await act()
    return result, (time.perf_counter() - began) * 1000


async def idle(server: Serving) -> None:
    """Until the server's process does nothing more, so that what it still owes is charged to nobody else."""
    deadline = time.perf_counter() + _IDLE_WITHIN
    before = server.cpu_seconds()
    while before is not None and time.perf_counter() < deadline:
        await asyncio.sleep(_IDLE_AFTER)
        now = server.cpu_seconds()
        if now is None or now - before < _IDLE_AFTER * 0.1:
            return
        before = now


def cpu_is_known(records: Records) -> bool:
    """Whether this system told what the servers' processes used."""
    return any("cpu" in values for one in records.rounds for values in one.values())
