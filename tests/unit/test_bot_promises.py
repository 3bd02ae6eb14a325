"""bot/promises: each promise is kept, one that fails comes again, and nothing ends the keeping."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.promises import AT_ONCE, Keeper
from core.errors import StoreUnavailable, Undeliverable
from core.promise import Announce, Lent, Promise


@dataclass
class Shelf:
    """Where promises wait, in memory. What was lent comes again when `forget_leases` is called."""

    waiting: list[Lent] = field(default_factory=list)
    lent: dict[str, Lent] = field(default_factory=dict)
    down: bool = False

    def put(self, reference: str, age_seconds: float = 0.0) -> None:
        self.waiting.append(Lent(str(len(self.waiting) + len(self.lent)), Announce(reference), False, age_seconds))

    def forget_leases(self) -> None:
        self.waiting += [Lent(one.number, one.promise, True, one.age_seconds) for one in self.lent.values()]
        self.lent.clear()

    async def take(self, most: int) -> list[Lent]:
        if self.down:
            raise StoreUnavailable("the fake shelf is down")
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        self.lent |= {one.number: one for one in taken}
        return taken

    async def done(self, number: str) -> None:
        self.lent.pop(number, None)


@dataclass
class Hands:
    """What keeps promises: remembers which, and how many at once; fails as told."""

    kept: list[tuple[str, bool]] = field(default_factory=list)
    fail: dict[str, Exception] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    async def keep(self, promise: Promise, again: bool) -> None:
        assert isinstance(promise, Announce)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
            if problem := self.fail.pop(promise.reference, None):
                raise problem
            self.kept.append((promise.reference, again))
        finally:
            self.at_once -= 1


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def hands() -> Hands:
    hands = Hands()
    hands.gate.set()
    return hands


@pytest.fixture
async def keeper(shelf: Shelf, hands: Hands) -> AsyncIterator[Keeper]:
    keeper = Keeper(shelf, hands.keep, look_every=0.001, within=5.0)
    running = asyncio.create_task(keeper.keep_for_ever())
    yield keeper
    running.cancel()
    await asyncio.wait([running])
    await keeper.drain(1.0)


async def settled(shelf: Shelf, hands: Hands, kept: int) -> None:
    async with asyncio.timeout(5):
        while len(hands.kept) < kept or shelf.lent:
            await asyncio.sleep(0)


@pytest.mark.usefixtures("keeper")
async def test_what_waits_is_kept_and_done(shelf: Shelf, hands: Hands) -> None:
    for reference in "abc":
        shelf.put(reference)
    await settled(shelf, hands, 3)
    assert sorted(hands.kept) == [("a", False), ("b", False), ("c", False)]


@pytest.mark.parametrize("problem", [StoreUnavailable("away"), Undeliverable("ratelimited"), TimeoutError(), ValueError("a bug")])
@pytest.mark.usefixtures("keeper")
async def test_what_fails_comes_again_and_holds_up_no_other(shelf: Shelf, hands: Hands, problem: Exception) -> None:
    hands.fail["a"] = problem
    shelf.put("a")
    shelf.put("b")
    async with asyncio.timeout(5):
        while hands.kept != [("b", False)] or list(shelf.lent) != ["0"]:
            await asyncio.sleep(0)
    shelf.forget_leases()
    await settled(shelf, hands, 2)
    assert hands.kept == [("b", False), ("a", True)]


@pytest.mark.usefixtures("keeper")
async def test_no_more_than_so_many_at_once(shelf: Shelf, hands: Hands) -> None:
    hands.gate.clear()
    for number in range(3 * AT_ONCE):
        shelf.put(str(number))
    async with asyncio.timeout(5):
        while hands.at_once < AT_ONCE:
            await asyncio.sleep(0)
    hands.gate.set()
    await settled(shelf, hands, 3 * AT_ONCE)
    assert hands.most_at_once == AT_ONCE


@pytest.mark.usefixtures("keeper")
async def test_a_store_that_was_away_ends_nothing(shelf: Shelf, hands: Hands) -> None:
    with capture_logs() as logged:
        shelf.down = True
        async with asyncio.timeout(5):
            while not logged:
                await asyncio.sleep(0)
        shelf.down = False
        shelf.put("a")
        await settled(shelf, hands, 1)
    assert logged[0]["event"] == "promises_postponed"


@pytest.mark.usefixtures("keeper")
async def test_what_could_not_be_kept_for_a_day_is_given_up_loudly(shelf: Shelf, hands: Hands) -> None:
    hands.fail["a"] = Undeliverable("channel_not_found")
    with capture_logs() as logged:
        shelf.put("a", age_seconds=90_000)
        async with asyncio.timeout(5):
            while shelf.waiting or shelf.lent:
                await asyncio.sleep(0)
    assert [line["event"] for line in logged] == ["promise_not_kept_yet", "promise_given_up"]


async def test_what_takes_too_long_is_left_for_the_next_lease(shelf: Shelf, hands: Hands) -> None:
    hands.gate.clear()
    keeper = Keeper(shelf, hands.keep, look_every=0.001, within=0.01)
    shelf.put("a")
    await keeper.drain(5.0)
    assert list(shelf.lent) == ["0"]
    assert hands.at_once == 0


async def test_a_call_is_heard_before_the_next_look(shelf: Shelf, hands: Hands) -> None:
    keeper = Keeper(shelf, hands.keep, look_every=3600.0, within=5.0)
    running = asyncio.create_task(keeper.keep_for_ever())
    await asyncio.sleep(0)
    shelf.put("a")
    keeper.call()
    await settled(shelf, hands, 1)
    running.cancel()
    await asyncio.wait([running])


async def test_draining_keeps_what_waits_and_leaves_the_rest_when_time_is_up(shelf: Shelf, hands: Hands) -> None:
    keeper = Keeper(shelf, hands.keep, look_every=3600.0, within=5.0)
    shelf.put("a")
    await keeper.drain(5.0)
    assert hands.kept == [("a", False)]
    hands.gate.clear()
    shelf.put("b")
    await keeper.drain(0.01)
    assert (hands.at_once, list(shelf.lent)) == (0, ["0"])
