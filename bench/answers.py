"""How is the way to an answer timed, and what was promised of it?"""

from dataclasses import dataclass

from bench import table
from bench.children import Child
from bench.figures import Figure, Records, Round
from bench.gestures import GESTURES, requests
from bench.load import drive
from bench.measure import idle
from bench.opened import opened

AT_ONCE = 50
BEFORE = ("pushpw", "limit", "slack_bolt", "empty")
"""Nobody waits for Slack's API here: pushpw's is answered from memory, and the others call none."""
WITH_CALLS = ("pushpw", "slack_bolt")
"""Both open a form by HTTP after their ack."""

TIMES = tuple(
    Figure(f"{name}.{how}", f"{name}, {said}") for name in GESTURES for how, said in (("one", "one by one"), ("many", "50 at once"))
)
RATES = tuple(Figure(f"{name}.rate", f"{name}s a second, 50 at once", more_is_better=True) for name in GESTURES)
CPU = (
    Figure("command.cpu_first", "server's CPU until it is answered, ms"),
    *(Figure(f"{name}.cpu", f"server's CPU for a {name}, ms") for name in GESTURES),
)
BUSY = tuple(Figure(f"{name}.busy", f"{name}: share of the asking process's time, %") for name in GESTURES)
CALLING_TIMES = (
    Figure("calling.one", "answered, one by one"),
    Figure("calling.many", "answered, a rush by 50 at once"),
    Figure("steady.many", "answered, 50 at once without end"),
    Figure("calling.one_opened", "form opened, one by one"),
    Figure("calling.opened", "form opened, a rush"),
    Figure("steady.opened", "form opened, without end"),
)
CALLING_REST = (
    Figure("calling.rate", "answers a second in a rush", more_is_better=True),
    Figure("steady.rate", "forms opened a second, without end", more_is_better=True),
    Figure("calling.cpu", "server's CPU for a command, ms"),
)
ALL = (*TIMES, *RATES, *CPU, *BUSY, *CALLING_TIMES, *CALLING_REST)

GOAL_RATE, GOAL_SHARE, GOAL_P99_MS = 2000.0, 0.8, 50.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many requests of each gesture a subject gets in a round."""

    one_by_one: int
    at_once: int
    warm_up: int
    steady_seconds: float = 0.0
    """How long commands come without end, as fast as they are answered."""

    @property
    def steady_most(self) -> int:
        """More than any server answers in that time."""
        return int(5000 * self.steady_seconds)


@dataclass(frozen=True, slots=True)
class Servers:
    """The processes under measurement, by subject, and the secret by which all of them know Slack."""

    secret: str
    before: dict[str, Child]
    calling: dict[str, Child]
    slack: Child


async def measure_round(servers: Servers, size: Size, turn: int) -> Round:
    """Every subject with every gesture; `turn` says who begins, so that no one always runs first."""
    found: Round = {name: {} for name in servers.before}
    for name in _turned(tuple(servers.before), turn):
        for gesture in GESTURES:
            found[name] |= await _measure(servers.before[name], servers.secret, gesture, size)
    for name in _turned(tuple(servers.calling), turn):
        found[name] |= await _measure_calling(servers, servers.calling[name], size)
    return found


async def _measure_calling(servers: Servers, server: Child, size: Size) -> dict[str, list[float]]:
    """The command with all that follows: until answered, and until the pretend Slack was told to open the form."""
    one, rush, steady = (requests("command", servers.secret, count) for count in (size.one_by_one, size.at_once, size.steady_most))
    first = await drive(server.port, one, 1)
    first_opened = await opened(servers.slack, one, first)
    await idle(server)
    before = server.cpu_seconds()
    many = await drive(server.port, rush, AT_ONCE)
    many_opened = await opened(servers.slack, rush, many)
    await idle(server)
    after = server.cpu_seconds()
    endless = await drive(server.port, steady, AT_ONCE, seconds=size.steady_seconds)
    endless_opened = await opened(servers.slack, steady, endless)
    await idle(server)
    found = {
        "calling.one": first.times,
        "calling.one_opened": first_opened.times,
        "calling.many": many.times,
        "calling.opened": many_opened.times,
        "calling.rate": [many.per_second],
        "steady.many": endless.times,
        "steady.opened": endless_opened.times,
        "steady.rate": [endless_opened.per_second],
        "calling.sent": [float(len(load.sent)) for load in (first, many, endless)],
        "calling.lost": [float(load.lost) for load in (first_opened, many_opened, endless_opened)],
    }
    if before is not None and after is not None:
        found["calling.cpu"] = [(after - before) / size.at_once * 1000]
    return found


async def _measure(server: Child, secret: str, gesture: str, size: Size) -> dict[str, list[float]]:
    one = await drive(server.port, requests(gesture, secret, size.one_by_one), 1)
    ready = requests(gesture, secret, size.at_once)
    await idle(server)
    before = server.cpu_seconds()
    many = await drive(server.port, ready, AT_ONCE)
    answered = server.cpu_seconds()
    await idle(server)  # what follows the ack is part of a gesture's price
    after = server.cpu_seconds()
    found = {"one": one.times, "many": many.times, "rate": [many.per_second], "busy": [many.busy * 100]}
    if before is not None and answered is not None and after is not None:
        found |= {"cpu_first": [(answered - before) / size.at_once * 1000], "cpu": [(after - before) / size.at_once * 1000]}
    return {f"{gesture}.{figure}": values for figure, values in found.items()}


def _turned(names: tuple[str, ...], turn: int) -> tuple[str, ...]:
    begin = turn % len(names)
    return names[begin:] + names[:begin]


def tables(records: Records) -> list[str]:
    """All figures."""
    return [
        *table.lines_of("to the answer, ms", records, TIMES, BEFORE, tail="p99"),
        "",
        *table.lines_of("at 50 at once", records, (*RATES, *CPU), BEFORE, tail=None),
        "",
        *table.lines_of("calling Slack after it, ms", records, CALLING_TIMES, WITH_CALLS, tail="p99"),
        *table.lines_of("", records, CALLING_REST, WITH_CALLS, tail=None)[2:],
    ]


@dataclass(frozen=True, slots=True)
class Goal:
    """What was promised, what was found, and whether that keeps it."""

    promised: str
    found: str
    held: bool


def goals(records: Records) -> list[Goal]:
    """Of the command, before its calls to Slack."""
    times, rate = (Figure("command.many", ""), Figure("command.rate", "", more_is_better=True))
    reached, spent = records.summary("pushpw", rate), records.summary("pushpw", times)
    share = records.speed_ratio(rate, "pushpw", "limit")
    if reached is None or spent is None or share is None:
        return []
    return [
        Goal(
            f"{GOAL_RATE:.0f} commands a second on one core, or {GOAL_SHARE:.0%} of limit",
            f"{reached.median:.0f} a second, {share:.0%} of limit",
            reached.median >= GOAL_RATE or share >= GOAL_SHARE,
        ),
        Goal(f"p99 under {GOAL_P99_MS:.0f} ms at {AT_ONCE} at once", f"{spent.p99:.1f} ms", spent.p99 < GOAL_P99_MS),
    ]
