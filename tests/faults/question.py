"""What is a row before it is measured? A question with a goal, and how to find out."""

import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.table import Row

Tick = Callable[[int, int], None]
"""Told how many trials are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Took:
    """A promise with a time in it: the slowest, and what it must stay below. Both in seconds."""

    what: str
    seconds: float
    below: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted, in words, and whether it is what was promised; `took` is judged besides."""

    measured: str
    reached: bool
    took: tuple[Took, ...] = ()

    def judged(self, leniency: float) -> bool:
        """Whether all was reached, with so many times the promised seconds allowed."""
        return self.reached and all(one.seconds < one.below * leniency for one in self.took)

    def __str__(self) -> str:
        return "; ".join([self.measured, *(f"{one.what} {one.seconds:.2f} s" for one in self.took)])


@dataclass(frozen=True, slots=True)
class Question:
    """`full` is the number of trials behind the figure; fewer than `least` could not fail as they should."""

    name: str
    what: str
    goal: str
    full: int
    measure: Callable[[int, Tick], Awaitable[Found]]
    least: int = 1

    def trials(self, scale: float) -> int:
        """How many trials at that scale; 1 is the full figure."""
        return max(self.least, round(self.full * scale))

    async def ask(self, scale: float, tick: Tick, *, leniency: float = 1.0) -> Row:
        """Measure it. What goes wrong in measuring is a goal missed, and the other rows still run.

        `leniency` stretches promised seconds, for a machine that is busy with other things.
        """
        began = time.monotonic()
        try:
            found = await self.measure(self.trials(scale), tick)
        except Exception as problem:  # noqa: BLE001  # told in the row; the others still run
            traceback.print_exc()
            found = Found(f"not measured: {type(problem).__name__}", reached=False)
        return Row(self.what, self.goal, str(found), found.judged(leniency), time.monotonic() - began)
