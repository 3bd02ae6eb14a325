"""What was just read is not read again; what was changed meanwhile is."""

import asyncio
from contextlib import ExitStack

import pytest

from core.short_memory import ShortMemory
from tests.fakes.small import ManualClock


class Shelf:
    """A store whose readings can be held up."""

    def __init__(self) -> None:
        self.lies: dict[str, str] = {"a": "old", "b": "old"}
        self.readings: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, name: str) -> str:
        self.readings.append(name)
        found = self.lies[name]
        await self.open.wait()
        return found


class Near:
    """A memory of five seconds for two things, before a shelf."""

    def __init__(self) -> None:
        self.clock, self.shelf = ManualClock(), Shelf()
        self.memory: ShortMemory[str] = ShortMemory(self.clock, seconds=5, most=2)

    async def recall(self, name: str) -> str:
        return await self.memory.recall(name, lambda: self.shelf.read(name))

    async def begun(self, name: str) -> "asyncio.Task[str]":
        """A reading that is under way."""
        self.shelf.open.clear()
        task = asyncio.create_task(self.recall(name))
        await asyncio.sleep(0)
        return task


async def test_what_was_read_is_near_for_its_seconds_and_no_longer():
    near = Near()
    for _ in range(2):
        assert await near.recall("a") == "old"
    assert near.shelf.readings == ["a"]
    near.shelf.lies["a"] = "new"
    near.clock.advance(5_000)
    assert await near.recall("a") == "new"


async def test_of_more_than_it_has_room_for_the_oldest_is_read_again():
    near = Near()
    near.shelf.lies["c"] = "old"
    for name in ("a", "b", "c", "b", "a"):
        await near.recall(name)
    assert near.shelf.readings == ["a", "b", "c", "a"]


async def test_what_was_forgotten_while_it_was_read_is_read_again():
    near = Near()
    reading = await near.begun("a")
    near.shelf.lies["a"] = "new"
    near.memory.forget("a")
    near.shelf.open.set()
    assert await reading == "old"
    assert await near.recall("a") == "new"


async def test_a_change_of_one_thing_leaves_the_readings_of_others_alone():
    near = Near()
    reading = await near.begun("a")
    near.memory.forget("b")
    near.shelf.open.set()
    await reading
    await near.recall("a")
    assert near.shelf.readings == ["a"]


async def test_what_one_has_changed_is_near_and_not_read():
    near = Near()
    await near.recall("a")
    with near.memory.changed("a", "new"):
        near.shelf.lies["a"] = "new"
    assert await near.recall("a") == "new"
    assert near.shelf.readings == ["a"]


async def test_a_change_that_failed_is_not_near_nor_is_what_was_read_during_it():
    near = Near()
    change = ExitStack()
    change.enter_context(near.memory.changed("a", "new"))
    await near.recall("a")
    near.shelf.lies["a"] = "who knows"
    with pytest.raises(ConnectionError), change:
        raise ConnectionError
    assert await near.recall("a") == "who knows"


async def test_what_was_read_before_or_during_a_change_does_not_outlive_it():
    near = Near()
    before = await near.begun("a")
    with near.memory.changed("a", "new"):
        during = await near.begun("a")
        near.shelf.lies["a"] = "new"
    near.shelf.open.set()
    assert [await before, await during] == ["old", "old"]
    assert await near.recall("a") == "new"


@pytest.mark.parametrize("order", ["one two", "two one"])
async def test_of_two_changes_at_once_neither_stays_near(order: str):
    near, changes = Near(), {"one": ExitStack(), "two": ExitStack()}
    for said, change in changes.items():
        change.enter_context(near.memory.changed("a", said))
    near.shelf.lies["a"] = "the store knows"
    for said in order.split():
        changes[said].close()
    assert await near.recall("a") == "the store knows"


async def test_nothing_stays_behind_of_what_is_over():
    near = Near()
    with near.memory.changed("a", "new"):
        await near.recall("b")
    assert near.memory._under_way == {}
