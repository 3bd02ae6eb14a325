"""What is measured? Each subject makes a secret that works once, and opens it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

SECRET = "correct horse battery staple, and 36 characters more of a secret"
"""What every subject is given to keep: 64 characters, as long as an API token."""

Step = Callable[[Any], Awaitable[None]]


class Subject(Protocol):
    """One service under measurement. What is not in `create` and `steps` is not timed."""

    @property
    def name(self) -> str:
        """The column's heading."""

    @property
    def steps(self) -> Mapping[str, Step]:
        """What the recipient's browser does, in this order; raises RuntimeError on a wrong answer."""

    async def create(self) -> Any:
        """A new secret in the service's hands."""

    async def follow_up(self, made: Any) -> Any:
        """What the service does for the sender after the answer; gives what the steps need."""

    async def check(self) -> None:
        """Raise RuntimeError unless a secret comes out as it went in, and only once."""

    def cpu_seconds(self) -> float | None:
        """Processor time that the serving process has used so far; None where the system does not say."""
