"""Which core serves, and which asks?"""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for the server under measurement; the rest for whoever asks, the store and the pretend Slack. None: as the system wants."""

    serving: int | None = None
    others: frozenset[int] = frozenset()

    @property
    def said(self) -> str:
        return (
            "the system's choice" if self.serving is None else f"core {self.serving} serves; {_named(self.others)} asks and holds the store"
        )


def share_out() -> Cores:
    """The first core of those that this process may use is left to the servers; the process keeps to the others, and so do its children."""
    if not hasattr(os, "sched_setaffinity"):
        return Cores()
    first, *rest = sorted(os.sched_getaffinity(0))
    if not rest:
        return Cores()
    os.sched_setaffinity(0, rest)
    return Cores(first, frozenset(rest))


def _named(cores: frozenset[int]) -> str:
    return f"core{'s' if len(cores) > 1 else ''} {', '.join(map(str, sorted(cores)))}"
