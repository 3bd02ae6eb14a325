"""What did the service say?"""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said. `problem` is a word for what went wrong, the platform's own where it has one, or empty."""

    status: int = 0
    text: str = field(default="", repr=False)
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem

    def json(self) -> Any:
        """The body as JSON; None when there is none. Raises ValueError when it is something else."""
        return json.loads(self.text) if self.text.strip() else None
