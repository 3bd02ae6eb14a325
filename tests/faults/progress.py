"""Does it still run? One live line on a terminal, elsewhere a plain line every few seconds."""

import sys
import time
from typing import TextIO

_EVERY_SECONDS = 5.0


class Progress:
    """What is under way, and how far it is."""

    def __init__(self, out: TextIO = sys.stderr, *, every: float = _EVERY_SECONDS) -> None:
        self._out = out
        self._live = out.isatty()
        self._every = 0.1 if self._live else every
        self._name, self._began, self._said = "", 0.0, 0.0

    def begin(self, name: str) -> None:
        """A row starts."""
        self._name, self._began = name, time.monotonic()
        self._say("...", even_if_just_said=True)

    def tick(self, done: int, of: int) -> None:
        """So many trials are done."""
        self._say(f"{done} of {of}, {time.monotonic() - self._began:.0f} s")

    def end(self, measured: str) -> None:
        """The row is done."""
        self._say(measured, even_if_just_said=True)
        if self._live:
            self._out.write("\n")

    def _say(self, text: str, *, even_if_just_said: bool = False) -> None:
        now = time.monotonic()
        if not even_if_just_said and now - self._said < self._every:
            return
        self._said = now
        self._out.write(f"\r\x1b[K{self._name}: {text}" if self._live else f"{self._name}: {text}\n")
        self._out.flush()
