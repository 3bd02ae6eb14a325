"""How many histories, from which seed, and what came of them?"""

import asyncio
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine.machine import STEPS, Machine
from tests.faults.machine.world import Breakage, World
from tests.servers import folder

_EACH = 20


@dataclass
class Histories:
    """What was counted, and the shortest history that went wrong, if one did."""

    seed: int
    counted: dict[str, int] = field(default_factory=dict)
    wrong: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def run_histories(
    runs: int, seed: int, *, breakage: Breakage | None = None, shrink: bool = True, tick: Callable[[int], None] = lambda done: None
) -> Histories:
    """Play so many histories of fifty steps. The same seed chooses the same ones."""

    class Counted(Machine):
        tally: ClassVar[Counter[str]] = Counter()

        def teardown(self) -> None:
            super().teardown()
            if self.tally["runs"] % _EACH == 0:
                tick(self.tally["runs"])

    found = Histories(seed)
    with folder() as at, asyncio.Runner() as runner:
        Counted.world, Counted.runner = World(at, breakage=breakage), runner
        try:
            # Without it a tenth of the histories and more would be cut short, where Hypothesis varies one that it has.
            run_state_machine_as_test(hypothesis.seed(seed)(Counted), settings=_settings(runs, shrink=shrink), _min_steps=STEPS)
        except Exception as problem:  # noqa: BLE001  # whatever it is, it is what this history led to
            found.wrong = "".join(traceback.format_exception(problem))
        finally:
            runner.run(Counted.world.close())
    found.counted = dict(Counted.tally)
    return found


def _settings(runs: int, *, shrink: bool) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=runs,
        stateful_step_count=STEPS + 1,  # the first only sets the stage
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
