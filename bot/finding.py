"""What does a look at something find?"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is right, and what was found or what to do."""

    what: str
    right: bool
    said: str

    def as_json(self) -> dict[str, Any]:
        """The finding for machines."""
        return asdict(self)
