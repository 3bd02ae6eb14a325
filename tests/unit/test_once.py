"""core/once: what was done is not done again, and whoever asks again hears what the first was told."""

import asyncio

import pytest

from core.errors import StillBusy, StoreUnavailable
from core.once import KEY_BYTES, Once, Told
from tests.fakes import FakeLocks, FakeSealedRecords, ManualClock, SeededRandom

KEY = b"k" * KEY_BYTES


class Records(FakeSealedRecords):
    """Shows what lies in it, and refuses to keep when told so."""

    full = False
    away = False

    async def read(self, kind: str, name: str) -> bytes | None:
        if self.away:
            raise StoreUnavailable("away for a test")
        return await super().read(kind, name)

    async def keep(self, kind: str, name: str, plain: bytes, lifetime: float) -> None:
        if self.full:
            raise StoreUnavailable("away for a test")
        await super().keep(kind, name, plain, lifetime)

    def all(self) -> bytes:
        return b"".join(plain for plain, _ in self._kept.values())


class Work:
    """Something that must not be done twice."""

    def __init__(self, *, done: bool = True) -> None:
        self.done = done
        self.times = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> Told:
        self.times += 1
        await self.may_end.wait()
        return Told(b"answer %d" % self.times, self.done)


class Desk:
    def __init__(self) -> None:
        clock = ManualClock()
        self.records, self.locks = Records(clock), FakeLocks(clock)

    def process(self) -> Once:
        return Once(self.records, self.locks, SeededRandom())


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_whoever_asks_again_hears_the_first_answer_from_any_process(desk: Desk):
    work = Work()
    told = [await desk.process().told("a form", work, KEY) for _ in range(3)]
    assert (told, work.times) == ([b"answer 1"] * 3, 1)


async def test_whoever_asks_meanwhile_waits_for_the_first_answer(desk: Desk):
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(desk.process().told("a form", work, KEY))
    second = asyncio.create_task(desk.process().told("a form", work, KEY))
    while not work.times:
        await asyncio.sleep(0)
    work.may_end.set()
    assert (await first, await second, work.times) == (b"answer 1", b"answer 1", 1)


async def test_whoever_waits_too_long_is_told_so_and_does_nothing(desk: Desk):
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(desk.process().told("a form", work, KEY))
    while not work.times:
        await asyncio.sleep(0)
    with pytest.raises(StillBusy):
        await desk.process().told("a form", work, KEY)
    work.may_end.set()
    assert (await first, work.times) == (b"answer 1", 1)


async def test_nobody_hears_that_the_store_is_away_while_the_first_may_have_done_it(desk: Desk):
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(desk.process().told("a form", work, KEY))
    while not work.times:
        await asyncio.sleep(0)
    desk.records.away = True
    with pytest.raises(StillBusy):  # of StoreUnavailable people read that nothing was sent
        await desk.process().told("a form", work, KEY)
    work.may_end.set()
    assert await first == b"answer 1"
    with pytest.raises(StoreUnavailable):
        await desk.process().told("a form", work, KEY)


async def test_what_was_not_done_may_be_asked_for_again(desk: Desk):
    work = Work(done=False)
    await desk.process().told("a form", work, KEY)
    work.done = True
    assert await desk.process().told("a form", work, KEY) == b"answer 2"
    assert await desk.process().told("a form", work, KEY) == b"answer 2"


async def test_what_broke_may_be_asked_for_again(desk: Desk):
    async def broken() -> Told:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await desk.process().told("a form", broken, KEY)
    assert await desk.process().told("a form", Work(), KEY) == b"answer 1"


async def test_two_things_are_two(desk: Desk):
    work = Work()
    assert [await desk.process().told(name, work, KEY) for name in ("one", "two")] == [b"answer 1", b"answer 2"]


async def test_the_store_cannot_open_an_answer_without_the_key_of_who_asks(desk: Desk):
    await desk.process().told("a form", Work(), KEY)
    assert desk.records.all()
    assert b"answer" not in desk.records.all()
    with pytest.raises(StillBusy):
        await desk.process().told("a form", Work(), b"x" * KEY_BYTES)


async def test_what_is_done_is_told_even_if_it_cannot_be_remembered(desk: Desk):
    desk.records.full = True
    assert await desk.process().told("a form", Work(), KEY) == b"answer 1"
