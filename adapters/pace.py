"""When may the next call go out? A platform's rates, kept before the platform has to say so.

So many messages a second to each conversation, short bursts allowed, in the order in which they were
asked for. A 429 stops what it was said of for as long as the platform wants. Each process counts for
itself; where several post to one conversation, the platform's own answer keeps them apart.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.errors import Undeliverable, Unreachable

WAIT_MOST_SECONDS = 20.0
"""Less than the lease of a promise: what would wait longer is left to the outbox, which tries again."""
_LANES_MOST = 10_000

What = TypeVar("What")
Sleep = Callable[[float], Awaitable[None]]


class RateLimited(Unreachable):
    """We are to wait `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` messages at once, and from then on `per_second`."""

    burst: float
    per_second: float


@dataclass(slots=True)
class _Lane:
    """One method, or one method in one conversation. `room`: for each rate, how many messages may go at once, as it was at `counted_at`."""

    room: list[float]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    counted_at: float = 0.0
    shut_until: float = 0.0


class Pace:
    """The rates of one workspace, in seconds. Raises RateLimited rather than wait past a deadline."""

    def __init__(self, *rates: Rate, now: Callable[[], float] | None = None, sleep: Sleep = asyncio.sleep) -> None:
        """All `rates` hold in each conversation. `now` never goes back; the event loop's time where none is given."""
        self._rates = rates
        self._given_now = now
        self._sleep = sleep
        self._lanes: OrderedDict[tuple[str, str], _Lane] = OrderedDict()

    def now(self) -> float:
        """The time that deadlines are told by."""
        return self._given_now() if self._given_now else asyncio.get_running_loop().time()

    async def wait(self, method: str, deadline: float) -> None:
        """Until the platform takes calls of this method again."""
        await self._until(self._lane(method, "").shut_until, deadline)

    @asynccontextmanager
    async def turn(self, method: str, conversation: str, deadline: float) -> AsyncIterator[None]:
        """One's turn to post there; whoever comes later waits until this one is done."""
        lane = self._lane(method, conversation)
        try:
            async with asyncio.timeout(max(0.0, deadline - self.now())):
                await lane.turn.acquire()
        except TimeoutError:
            raise RateLimited(1.0) from None
        try:
            self._count(lane)
            delays = ((1 - room) / rate.per_second for rate, room in zip(self._rates, lane.room, strict=True))
            await self._until(max(lane.shut_until, self.now() + max(delays, default=0.0)), deadline)
            self._count(lane)
            lane.room = [room - 1 for room in lane.room]
            yield
        finally:
            lane.turn.release()

    def shut(self, method: str, conversation: str, seconds: float) -> None:
        """The platform wants nothing more of that for so long."""
        lane = self._lane(method, conversation)
        lane.shut_until = max(lane.shut_until, self.now() + seconds)

    def _lane(self, method: str, conversation: str) -> _Lane:
        name = (method, conversation)
        lane = self._lanes.setdefault(name, _Lane([rate.burst for rate in self._rates], counted_at=self.now()))
        self._lanes.move_to_end(name)
        while len(self._lanes) > _LANES_MOST:  # the longest unused: its room is full again by now, or nearly
            self._lanes.popitem(last=False)
        return lane

    def _count(self, lane: _Lane) -> None:
        now = self.now()
        since = now - lane.counted_at
        lane.room = [min(rate.burst, room + since * rate.per_second) for rate, room in zip(self._rates, lane.room, strict=True)]
        lane.counted_at = now

    async def _until(self, moment: float, deadline: float) -> None:
        delay = moment - self.now()
        if delay <= 0:
            return
        if moment > deadline:
            raise RateLimited(delay)
        await self._sleep(delay)


@dataclass(slots=True, eq=False)
class _Waiting(Generic[What]):
    what: What
    done: asyncio.Future[None]


class Newest(Generic[What]):
    """Does one thing at a time to each object. Of what waits for its turn only the newest is done, for all who asked."""

    def __init__(self) -> None:
        self._turns: dict[Hashable, asyncio.Lock] = {}
        self._waiting: dict[Hashable, _Waiting[What]] = {}

    async def do(self, key: Hashable, what: What, ready: Callable[[], Awaitable[None]], act: Callable[[What], Awaitable[None]]) -> None:
        """`act` on `what`, or on something newer, once `ready` is through and nobody else is at it. Raises what these raise."""
        if (waiting := self._waiting.get(key)) is not None:
            waiting.what = what
            return await asyncio.shield(waiting.done)
        mine = self._waiting[key] = _Waiting(what, asyncio.get_running_loop().create_future())
        try:
            await self._in_turn(key, mine, ready, act)
        except BaseException as problem:
            # Whoever joined must not hang on a caller who was cancelled: they may try for themselves.
            mine.done.set_exception(problem if isinstance(problem, Undeliverable) else Unreachable("given_up"))
            mine.done.exception()  # perhaps nobody joined
            raise
        mine.done.set_result(None)
        return None

    async def _in_turn(
        self, key: Hashable, mine: _Waiting[What], ready: Callable[[], Awaitable[None]], act: Callable[[What], Awaitable[None]]
    ) -> None:
        turn = self._turns.setdefault(key, asyncio.Lock())
        try:
            async with turn:
                try:
                    await ready()
                finally:
                    del self._waiting[key]
                await act(mine.what)
        finally:
            if self._waiting.get(key) is mine:  # cancelled before its turn
                del self._waiting[key]
            if key not in self._waiting and not turn.locked():
                self._turns.pop(key, None)
