"""Which of the connector's answers go wrong? Refusals, broken lines and rates, as a test orders them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.microsoft.refusals import Refused

RATES = {1: 7, 2: 8, 30: 60, 3600: 1800}
"""Writes to one conversation within so many seconds: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit."""


@dataclass(slots=True)
class Fault:
    """What happens instead of an answer. `on` is create, send, update, delete or members; "" is all of them."""

    refusal: Refused | None
    """None breaks the line without an answer."""
    on: str = ""
    to: str = ""
    """A conversation's id, or "" for all."""
    times: int = 1
    after_doing: bool = False
    """The call takes effect, and only then its answer goes wrong."""

    def fits(self, call: str, conversation: str) -> bool:
        return self.times > 0 and self.on in ("", call) and self.to in ("", conversation)


@dataclass(slots=True)
class Faults:
    """What is ordered, first come first served."""

    now: Callable[[], float]
    ordered: list[Fault] = field(default_factory=list)
    enforce_rates: bool = False
    writes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When each conversation was written to, in seconds since 1970."""

    def due(self, call: str, conversation: str) -> Fault | None:
        """The next one that fits, which is one less from now on."""
        for fault in self.ordered:
            if fault.fits(call, conversation):
                fault.times -= 1
                return fault
        return None

    def note_write(self, conversation: str) -> None:
        """Raises Refused 429 where rates are enforced and this is too much."""
        at, times = self.now(), self.writes[conversation]
        if self.enforce_rates and any(self.within(conversation, span) >= most for span, most in RATES.items()):
            raise Refused(429, "Throttled", retry_after=1)
        times.append(at)

    def within(self, conversation: str, seconds: float) -> int:
        """How many writes there were in the last seconds."""
        at = self.now()
        return sum(at - seconds < time <= at for time in self.writes[conversation])

    def busiest(self, conversation: str, seconds: float = 1.0) -> int:
        """The most writes there were within any such span."""
        times = self.writes[conversation]
        return max((sum(start <= time < start + seconds for time in times) for start in times), default=0)
