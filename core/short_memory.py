"""What was just read, and need not be read again?"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
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
        self._under_way: dict[str, set[object]] = {}
        """By name, whose readings and changes may yet be remembered."""

    async def recall(self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """What is remembered under `name`, or else what `read` gives. Raises what `read` raises."""
        until, known = self._known.get(name, (0, None))
        if known is not None and until > self._clock():
            return known
        with self._begun(name) as reading:
            found = await read()
            # What was changed while we read may be older in our hands than it is in the store.
            if reading in self._under_way.get(name, ()):
                self._remember(name, found)
        return found

    @contextmanager
    def changed(self, name: str, now: T) -> Iterator[None]:
        """Within it the store is told that it is `now` so. Remembered after that, unless it fails or somebody else changes it too."""
        self.forget(name)
        with self._begun(name) as change:
            try:
                yield
                is_alone = change in self._under_way.get(name, ())
            finally:
                self.forget(name)  # whoever read meanwhile, or changed it in the same moment, must not remember it either
            if is_alone:
                self._remember(name, now)

    def forget(self, name: str) -> None:
        """It has changed: read it again."""
        self._known.pop(name, None)
        self._under_way.pop(name, None)

    @contextmanager
    def _begun(self, name: str) -> Iterator[object]:
        mine = object()
        self._under_way.setdefault(name, set()).add(mine)
        try:
            yield mine
        finally:
            others = self._under_way.get(name)
            if others is not None:
                others.discard(mine)
                if not others:
                    del self._under_way[name]

    def _remember(self, name: str, found: T) -> None:
        self._known[name] = (self._clock() + self._millis, found)
        self._known.move_to_end(name)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
