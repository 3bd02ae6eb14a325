"""What do many timings come to? Medians, 95th and 99th percentiles, and ratios of speed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

Round = dict[str, dict[str, list[float]]]
"""Subject -> figure -> the values of one round."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that is measured: a row of the table."""

    key: str
    label: str
    more_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """All values of one subject and figure, over all rounds."""

    median: float
    p95: float
    p99: float
    count: int


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed: the nearest rank."""
    if not values or not 0 < share <= 1:
        raise ValueError("values, and a share of them")
    return sorted(values)[math.ceil(share * len(values)) - 1]


@dataclass
class Records:
    """What was measured, round by round."""

    rounds: list[Round] = field(default_factory=list)

    def summary(self, subject: str, figure: Figure) -> Summary | None:
        """Median and high percentiles over every value of every round; None where nothing was measured."""
        values = [value for one in self.rounds for value in one.get(subject, {}).get(figure.key, [])]
        return Summary(median(values), quantile(values, 0.95), quantile(values, 0.99), len(values)) if values else None

    def speed_ratio(self, figure: Figure, ours: str, theirs: str) -> float | None:
        """How fast `ours` is compared with `theirs`: 2 is twice as fast, 0.5 half as fast.

        Each round gives one ratio, and the median of those counts: subjects of one round ran within
        seconds of each other, so what else the machine did befell them alike.
        """
        ratios = [ratio for one in self.rounds if (ratio := _ratio(one, figure, ours, theirs)) is not None]
        return median(ratios) if ratios else None


def _ratio(one: Round, figure: Figure, ours: str, theirs: str) -> float | None:
    mine, other = (one.get(name, {}).get(figure.key, []) for name in (ours, theirs))
    if not mine or not other or not median(mine) or not median(other):
        return None
    return median(mine) / median(other) if figure.more_is_better else median(other) / median(mine)
