"""How are figures shown? As a plain table, as JSON, and as a block in a document."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from bench.figures import Figure, Records

Tail = Literal["p95", "p99"]

_LABEL, _CELL, _RATIO = 37, 9, 14


def lines_of(title: str, records: Records, figures: Sequence[Figure], subjects: Sequence[str], *, tail: Tail | None = "p95") -> list[str]:
    """A table: a row for each figure; for each subject median and (with `tail`) that percentile; then the ratios of the first to the others."""
    ours, *others = subjects
    width = _CELL * (2 if tail else 1)
    named = title.ljust(_LABEL) + "".join(name.rjust(width) for name in subjects)
    units = " " * _LABEL + "".join("median".rjust(_CELL) + (tail.rjust(_CELL) if tail else "") for _ in subjects)
    lines = [named + "".join(f"vs {name}".rjust(_RATIO) for name in others), units]
    for figure in figures:
        cells = "".join(_cell(records, name, figure, tail) for name in subjects)
        ratios = "".join(_ratio(records.speed_ratio(figure, ours, other)).rjust(_RATIO) for other in others)
        lines.append(f"  {figure.label}".ljust(_LABEL) + cells + ratios)
    return [line.rstrip() for line in lines]


def _cell(records: Records, subject: str, figure: Figure, tail: Tail | None) -> str:
    found = records.summary(subject, figure)
    shown = [found.median if found else None, *([getattr(found, tail, None)] if tail else [])]
    return "".join(number(value).rjust(_CELL) for value in shown)


def number(value: float | None) -> str:
    """Three digits that count; a dash where nothing was measured."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"x {value:.2f}"


def as_json(records: Records, figures: Sequence[Figure], subjects: Sequence[str]) -> dict[str, Any]:
    """The same for machines: subject -> figure -> median, percentiles, count and the median of each round; and the ratios."""
    ours, *others = subjects
    found = {name: {figure.key: asdict(summary) for figure in figures if (summary := records.summary(name, figure))} for name in subjects}
    ratios = {other: {figure.key: records.speed_ratio(figure, ours, other) for figure in figures} for other in others}
    return {"rounds": len(records.rounds), "subjects": found, "speed_ratios": ratios}


def replace_block(document: str, name: str, lines: Sequence[str]) -> str:
    """`document` with `lines`, as a code block, between its two markers for `name`. Raises ValueError where they are missing."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the document has no block {begin} ... {end}")
    return f"{before}{begin}\n```text\n" + "\n".join(lines) + f"\n```\n{end}{after}"


def write_block(path: Path, name: str, lines: Sequence[str]) -> None:
    """Put `lines` into the document at `path`."""
    path.write_text(replace_block(path.read_text(encoding="utf-8"), name, lines), encoding="utf-8")
