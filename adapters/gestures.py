"""Which gesture leads where? What the tables of both chats have in common."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

Payload = Mapping[str, Any]
"""What a chat posts for a gesture, as it came."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Handlers by what a chat calls each gesture. A chat's own class has its tables as fields, in the order of its arguments."""

    def __or__(self, more: Self) -> Self:
        """Both. Raises ValueError when both claim the same gesture."""
        return type(self)(*(_joined(getattr(self, table.name), getattr(more, table.name)) for table in fields(self)))

    def each(self, change: Callable[[Any], Callable[[Payload], Awaitable[Any]]]) -> Self:
        """The same gestures, every handler changed."""
        return type(self)(*({name: change(handler) for name, handler in getattr(self, table.name).items()} for table in fields(self)))


def _joined(some: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    if twice := some.keys() & more.keys():
        raise ValueError(f"two handlers for {sorted(twice)}")
    return {**some, **more}
