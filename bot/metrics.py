"""What is counted? Events and answers, with a fixed set of labels."""

from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from core.audit import AuditEvent, AuditName

log = structlog.get_logger("pushpw.audit")

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counters of one process. Also the audit log's first form: a line and a count for each event."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._events = Counter("pushpw_events_total", "What happened to pushes.", ["event"], registry=self._registry)
        self._answers = Histogram("pushpw_http_seconds", "Time to answer.", ["route", "status"], buckets=_BUCKETS, registry=self._registry)
        self.on_event: list[Callable[[AuditEvent], None]] = []
        self.on_answer: list[Callable[[str, int], None]] = []
        self._bugs = Counter("pushpw_bugs_total", "Requests that ended in an unexpected error.", registry=self._registry)

    def record(self, event: AuditEvent) -> None:
        """Count the event and write it down."""
        self._events.labels(event.name).inc()
        for listener in self.on_event:
            listener(event)
        facts = {"push": event.reference, "reason": event.reason, "by": event.by}
        log.info(event.name.replace(".", "_"), **{name: fact for name, fact in facts.items() if fact})

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer. `route` is a template of ours, never a path: labels stay few."""
        self._answers.labels(route, f"{status // 100}xx").observe(seconds)
        for listener in self.on_answer:
            listener(route, status)

    def broke(self) -> None:
        """Count a bug."""
        self._bugs.inc()

    def count_of(self, name: AuditName) -> int:
        """How often that event happened in this process."""
        return int(self._events.labels(name)._value.get())  # the library has no public reader of one value

    def exposition(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self._registry)
