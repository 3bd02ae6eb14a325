"""Which scene plays which gesture? One for each that a door knows, so that a new gesture without one is found."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

S = TypeVar("S")


class SceneTable(dict[tuple[str, str], S], Generic[S]):
    """Scenes by the kind of a gesture and its name. `kinds` are the tables that a chat's gestures have."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__()
        self.kinds = kinds

    def scene(self, kind: str, *names: str) -> Callable[[S], S]:
        """The scene of these gestures."""

        def enter(played: S) -> S:
            for name in names:
                assert (kind, name) not in self, f"two scenes for {kind} {name}"
                self[kind, name] = played
            return played

        return enter

    def gestures_in(self, gestures: object) -> Iterator[tuple[str, str]]:
        """Every gesture that the door knows, by kind and name."""
        for kind in self.kinds:
            for name in getattr(gestures, kind):
                yield kind, name
