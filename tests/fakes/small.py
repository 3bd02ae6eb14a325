"""Time, chance, limits and memory, all in hand."""

import hashlib
from collections.abc import Mapping

from core.errors import StoreUnavailable, TooMany
from core.push import Millis


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self, now: Millis = 1_800_000_000_000) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now

    def advance(self, millis: int) -> None:
        self.now += millis


class SeededRandom:
    """Bytes that look random and are the same in every run with the same seed."""

    def __init__(self, seed: str = "pushpw") -> None:
        self._seed = seed.encode()
        self._drawn = 0

    def __call__(self, count: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "big")).digest(count)


class FakeSealedRecords:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[bytes, Millis]] = {}

    async def keep(self, kind: str, name: str, plain: bytes, lifetime: float) -> None:
        if not lifetime >= 0.001:
            raise ValueError("a record needs a lifetime")
        self._kept[kind, name] = (plain, self._clock() + int(lifetime * 1000))

    async def read(self, kind: str, name: str) -> bytes | None:
        plain, until = self._kept.get((kind, name), (None, 0))
        return plain if self._clock() < until else None

    async def take(self, kind: str, name: str) -> bytes | None:
        plain = await self.read(kind, name)
        await self.drop(kind, name)
        return plain

    async def drop(self, kind: str, name: str) -> None:
        self._kept.pop((kind, name), None)


class FakeSeenBefore:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, bytes], Millis] = {}

    async def first_time(self, kind: str, what: bytes, lifetime: float) -> bool:
        if self._clock() < self._seen.get((kind, what), 0):
            return False
        self._seen[kind, what] = self._clock() + max(1, int(lifetime * 1000))
        return True

    async def forget(self, kind: str, what: bytes) -> None:
        self._seen.pop((kind, what), None)


class FakeLimiter:
    """Windows of a minute from the first act on. Set `down` and it refuses, as the real one does without a store."""

    def __init__(self, clock: ManualClock, budgets: Mapping[str, int]) -> None:
        self._clock = clock
        self._budgets = budgets
        self._windows: dict[tuple[str, str], tuple[int, Millis]] = {}
        self.down = False

    async def spend(self, budget: str, who: str) -> None:
        spent, until = self._window(budget, who)
        self._windows[budget, who] = (spent + 1, until)
        if spent >= self._budgets[budget]:
            raise self._too_many(until)

    async def check(self, budget: str, who: str) -> None:
        spent, until = self._window(budget, who)
        if spent >= self._budgets[budget]:
            raise self._too_many(until)

    def spent(self, budget: str, who: str) -> int:
        """How many `who` has taken in the window that runs."""
        return self._window(budget, who)[0]

    def _window(self, budget: str, who: str) -> tuple[int, Millis]:
        if self.down:
            raise StoreUnavailable("the fake limiter is down")
        spent, until = self._windows.get((budget, who), (0, 0))
        return (spent, until) if self._clock() < until else (0, self._clock() + 60_000)

    def _too_many(self, until: Millis) -> TooMany:
        return TooMany(retry_after=max(1, (until - self._clock()) // 1000))
