"""bot/background: promised work is done, waited for, and harms nothing else."""

import asyncio
import itertools

import pytest
import structlog
from structlog.testing import capture_logs

from bot.background import Background
from core.errors import StoreUnavailable, Undeliverable


async def test_draining_waits_for_what_is_under_way_and_for_what_that_starts() -> None:
    later, done, gate = Background(), [], asyncio.Event()

    async def second() -> None:
        await asyncio.sleep(0)
        done.append("second")

    async def first() -> None:
        await gate.wait()
        done.append("first")
        later(second())

    later(first())
    draining = asyncio.create_task(later.drain())
    await asyncio.wait([draining], timeout=0)
    assert done == []
    gate.set()
    await draining
    assert done == ["first", "second"]


async def test_draining_an_idle_house_ends_at_once() -> None:
    await asyncio.wait_for(Background().drain(), 1)


@pytest.mark.parametrize(
    ("trouble", "event", "level"),
    [
        (StoreUnavailable("a canary"), "background_work_failed", "warning"),
        (Undeliverable("not_in_channel"), "background_work_failed", "warning"),
        (ValueError("a bug"), "background_work_broke", "error"),
    ],
)
async def test_work_that_fails_is_logged_by_kind_and_harms_no_other(trouble: Exception, event: str, level: str) -> None:
    later, done = Background(), []

    async def fails() -> None:
        raise trouble

    async def succeeds() -> None:
        await asyncio.sleep(0)
        done.append(True)

    with capture_logs() as logged:
        later(fails())
        later(succeeds())
        await later.drain()
    assert done == [True]
    assert [(line["event"], line["log_level"]) for line in logged] == [(event, level)]
    assert "fails" in logged[0]["work"]
    assert level == "error" or "canary" not in str(logged)


async def test_what_takes_too_long_is_cancelled_and_said_so() -> None:
    later, ended = Background(), []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    later(endless())
    later(endless())
    with capture_logs() as logged:
        await later.drain(0.01)
    assert ended == [True, True]  # ended, and not only asked to: what they use is closed next
    assert logged == [{"event": "background_work_cancelled", "tasks": 2, "log_level": "warning"}]


async def test_a_rush_of_requests_goes_before_the_work_that_it_makes() -> None:
    later, order = Background(), []

    async def work(number: int) -> None:
        order.append(f"work {number}")

    async def request(number: int) -> None:
        later(work(number))
        await asyncio.sleep(0)  # the store is asked
        order.append(f"answer {number}")

    await asyncio.gather(*(request(number) for number in range(10)))
    await later.drain()
    answers = [order.index(f"answer {number}") for number in range(10)]
    assert max(answers) <= 11  # at most what began in the two turns that all answers took
    assert [said for said in order if said.startswith("work")] == [f"work {number}" for number in range(10)]


async def test_work_logs_under_the_request_that_it_came_from_whoever_else_was_first() -> None:
    later, said = Background(), []

    async def work() -> None:
        said.append(structlog.contextvars.get_contextvars().get("request"))

    async def request(name: str) -> None:
        structlog.contextvars.bind_contextvars(request=name)
        later(work())

    await asyncio.gather(request("a"), request("b"), request("c"))
    await later.drain()
    assert said == ["a", "b", "c"]


async def test_work_that_never_began_is_told_and_closed_with_the_rest() -> None:
    later = Background()

    async def endless() -> None:
        await asyncio.Event().wait()

    for _ in range(3):
        later(endless())
    with capture_logs() as logged:
        await later.drain(-1)
    assert logged == [{"event": "background_work_cancelled", "tasks": 3, "log_level": "warning"}]


async def test_after_work_was_given_up_the_next_turn_finds_nothing_and_breaks_nothing() -> None:
    broken: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: broken.append(context))
    later = Background()
    _work_in(later, 3)
    await later.drain(-1)
    await _turns(3)
    assert broken == []
    begun = _work_in(later, 3)
    await later.drain()
    assert begun == [0, 1, 2]


def _work_in(later: Background, count: int) -> list[int]:
    """So much of it waits; in the list stands what has begun."""
    begun: list[int] = []

    async def work(number: int) -> None:
        begun.append(number)

    for number in range(count):
        later(work(number))
    return begun


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_in_turns_that_have_something_else_to_do_no_work_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.background._IDLE_TURN_SECONDS", -1.0)
    later = Background()
    begun = _work_in(later, 10)
    await _turns(20)
    assert begun == []
    monkeypatch.undo()
    await later.drain()
    assert begun == list(range(10))


async def test_in_turns_with_nothing_to_do_work_is_begun_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.background._IDLE_TURN_SECONDS", 60.0)
    later = Background()
    begun = _work_in(later, 10)
    found = []
    for _ in range(12):
        await _turns(1)
        found.append(len(begun))
    assert found == [0, *range(1, 11), 10]
    await later.drain()


async def test_what_has_waited_too_long_is_begun_one_by_one_and_never_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a rush's whole work asks the store at once, waits for an answer until its patience is over, and is lost."""
    monkeypatch.setattr("bot.background._IDLE_TURN_SECONDS", -1.0)
    later = Background()
    begun = _work_in(later, 100)
    await _turns(3)
    monkeypatch.setattr("bot.background._PATIENCE_SECONDS", 0.0)
    found = [0]
    for _ in range(50):
        await _turns(1)
        found.append(len(begun))
    assert max(after - before for before, after in itertools.pairwise(found)) == 1
    assert len(begun) > 40
    await later.drain()
    assert begun == list(range(100))


async def test_in_a_rush_without_end_as_much_is_begun_as_comes_and_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.background._IDLE_TURN_SECONDS", -1.0)
    later = Background()
    begun = _work_in(later, 100)
    await _turns(3)
    monkeypatch.setattr("bot.background._PATIENCE_SECONDS", 0.0)
    more = []
    for _ in range(20):
        more.append(_work_in(later, 10))
        await _turns(1)
    assert len(begun) == 100  # those who waited longest, although twenty times ten came after them
    assert 80 <= sum(map(len, more)) <= 150
    await later.drain()


async def test_work_that_falls_behind_is_begun_faster_than_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.background._IDLE_TURN_SECONDS", -1.0)
    later = Background()
    begun = _work_in(later, 100)
    await _turns(3)
    monkeypatch.setattr("bot.background._PATIENCE_SECONDS", -10.0)  # as if it had waited for ten seconds too long
    _work_in(later, 10)
    await _turns(2)
    assert len(begun) == 31
    await later.drain()
