"""What was just read, and need not be read again?"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from core.ports import Clock

T = TypeVar("T")


class ShortMemory(Generic[T]):
    """Remembers what was read for some seconds, up to `most` things. The store is right, this is only near."""

    def __init__(self, clock: Clock, *, seconds: float, most: int) -> None:
        self._clock = clock
        self._millis = int(seconds * 1000)
        self._most = most
        self._known: OrderedDict[str, tuple[int, T]] = OrderedDict()
        self._edition = 0

    async def recall(self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """What is remembered under `name`, or else what `read` gives. Raises what `read` raises."""
        until, known = self._known.get(name, (0, None))
        if known is not None and until > self._clock():
            return known
        edition = self._edition
        found = await read()
        # What was changed while we read may be older in our hands than it is in the store.
        if edition == self._edition:
            self._known[name] = (self._clock() + self._millis, found)
            self._known.move_to_end(name)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    def forget(self, name: str) -> None:
        """It has changed: read it again."""
        self._edition += 1
        self._known.pop(name, None)
