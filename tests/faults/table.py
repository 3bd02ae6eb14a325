"""How is shown what was found? A plain table: row, goal, measured, seconds."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

_WIDTHS = (42, 34, 52)
_HEADS = ("row", "goal", "measured")


@dataclass(frozen=True, slots=True)
class Row:
    """One question, answered. `measured` was counted by the run; `seconds` is how long the run took."""

    what: str
    goal: str
    measured: str
    reached: bool
    seconds: float


def lines_of(rows: Sequence[Row]) -> list[str]:
    """The table; a row whose goal was missed says so in its last column."""
    lines = [_line(_HEADS, "seconds"), _line(["-" * width for width in _WIDTHS], "-------")]
    for row in rows:
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip((row.what, row.goal, row.measured), _WIDTHS, strict=True)]
        for at in range(max(len(cell) for cell in cells)):
            ends = (f"{row.seconds:.1f}" + ("" if row.reached else "  MISSED")) if at == 0 else ""
            lines.append(_line([cell[at] if at < len(cell) else "" for cell in cells], ends))
    return lines


def summary(rows: Sequence[Row]) -> str:
    """How many rows reached their goals, and how long all of it took."""
    reached = sum(row.reached for row in rows)
    return f"{reached} of {len(rows)} goals reached in {sum(row.seconds for row in rows):.0f} s"


def _line(cells: Sequence[str], seconds: str) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)), seconds.rjust(7)]).rstrip()
