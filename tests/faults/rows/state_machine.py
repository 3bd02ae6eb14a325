"""Does the store do what the protocol says in histories that nobody thought of?"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Callable

from tests.faults.machine.shard import Histories
from tests.faults.nursery import ROOT
from tests.faults.question import Found, Question, Tick

SHARDS = 2
FULL = 5000
_ONCE_AND_FOR_ALL = 20_260
"""The first seed of a run that is not the full one: it must come out the same each time."""
_TROUBLES = ("restarts", "replicas", "lags", "failovers", "failbacks", "turns back")


async def random_histories(trials: int, tick: Tick) -> Found:
    first = _ONCE_AND_FOR_ALL if trials < FULL else int.from_bytes(os.urandom(4))
    done = [0] * SHARDS

    def count(shard: int, runs: int) -> None:
        done[shard] = runs
        tick(sum(done), trials)

    shares = [trials // SHARDS + (shard < trials % SHARDS) for shard in range(SHARDS)]
    histories = await asyncio.gather(*(_shard(number, share, first + number, count) for number, share in enumerate(shares) if share))
    return _found(trials, list(histories))


def _found(trials: int, histories: list[Histories]) -> Found:
    counted: Counter[str] = Counter()
    for one in histories:
        counted.update(one.counted)
        if one.wrong:
            print(f"seed {one.seed}:\n{one.wrong}", file=sys.stderr)
    wrong = sum(bool(one.wrong) for one in histories)
    seeds = ", ".join(str(one.seed) for one in histories)
    told = [
        f"{counted['runs']} runs, {counted['steps']} steps",
        ", ".join(f"{counted[trouble]} {trouble}" for trouble in _TROUBLES),
        f"{counted['granted']} times shown, {counted['held']} held",
        f"{wrong} divergences, {counted['second readers']} histories with a second reader",
        f"seeds {seeds}",
    ]
    return Found("; ".join(told), wrong == 0 and counted["runs"] >= trials)


async def _shard(number: int, runs: int, seed: int, count: Callable[[int, int], None]) -> Histories:
    """A process of its own: Hypothesis drives it, and waits for nobody."""
    command = (sys.executable, "-m", "tests.faults.machine", "--runs", str(runs), "--seed", str(seed))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT, limit=1 << 24)
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if line.startswith(b"{"):
                return Histories(**json.loads(line))
            count(number, int(line))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    raise RuntimeError("a process of histories ended")


QUESTIONS = [
    Question(
        "random-histories",
        "random histories (create, claim, retry, ack, burn, extend, unbind, expire, restart, failover, failback, adopt, clock jump) against a pure model",
        "5,000 runs of 50 steps, 0 divergence",
        FULL,
        random_histories,
        least=40,
    )
]
