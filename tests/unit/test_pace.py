"""Calls keep to Slack's rates, in their order, and never wait longer than a promise may."""

import asyncio

import pytest

from adapters.pace import WAIT_MOST_SECONDS, Newest, Pace, Rate, RateLimited
from core.errors import Unreachable

POST = "chat.postMessage"
BURST = 10


class Time:
    """Passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pace(time: Time) -> Pace:
    return Pace(Rate(BURST, 1.0), now=time, sleep=time.sleep)


async def post(pace: Pace, conversation: str = "D1", within: float = WAIT_MOST_SECONDS) -> float:
    async with pace.turn(POST, conversation, pace.now() + within):
        return pace.now()


async def test_a_burst_goes_out_at_once_and_then_one_message_a_second(pace: Pace) -> None:
    began = pace.now()
    at = [await post(pace) - began for _ in range(BURST + 3)]
    assert at[:BURST] == [0.0] * BURST
    assert at[BURST:] == pytest.approx([1.0, 2.0, 3.0])


async def test_a_quiet_while_makes_room_for_another_burst_and_no_more(pace: Pace, time: Time) -> None:
    for _ in range(BURST):
        await post(pace)
    time.now += 3600
    began = pace.now()
    at = [await post(pace) - began for _ in range(BURST + 1)]
    assert at[-2:] == pytest.approx([0.0, 1.0])


async def test_of_two_rates_the_slower_one_counts_in_the_long_run(time: Time) -> None:
    pace = Pace(Rate(7, 7.0), Rate(20, 0.5), now=time, sleep=time.sleep)
    began = pace.now()
    at = [await post(pace) - began for _ in range(22)]
    assert at[:8] == pytest.approx([0.0] * 7 + [1 / 7])
    assert at[19] == pytest.approx(13 / 7)
    assert at[20:] == pytest.approx([2.0, 4.0])


async def test_one_conversation_does_not_slow_another(pace: Pace) -> None:
    for _ in range(BURST + 5):
        await post(pace, "D1")
    now = pace.now()
    assert await post(pace, "D2") == now


async def test_messages_to_one_conversation_go_out_in_the_order_of_asking(pace: Pace) -> None:
    order: list[int] = []

    async def one(number: int) -> None:
        async with pace.turn(POST, "D1", pace.now() + WAIT_MOST_SECONDS):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(one(number) for number in range(15)))
    assert order == list(range(15))


async def test_what_slack_shuts_stays_shut_for_as_long_as_it_says_and_nothing_else_does(pace: Pace) -> None:
    began = pace.now()
    pace.shut(POST, "D1", 7)
    assert await post(pace, "D2") == began
    assert await post(pace, "D1") == began + 7


async def test_who_would_wait_past_the_deadline_is_told_at_once(pace: Pace) -> None:
    pace.shut(POST, "D1", WAIT_MOST_SECONDS + 10)
    began = pace.now()
    with pytest.raises(RateLimited) as limited:
        await post(pace)
    assert (limited.value.retry_after, pace.now()) == (WAIT_MOST_SECONDS + 10, began)
    pace.shut("chat.update", "", 30)
    with pytest.raises(RateLimited):
        await pace.wait("chat.update", pace.now() + WAIT_MOST_SECONDS)


async def test_a_refused_turn_is_given_to_the_next(pace: Pace, time: Time) -> None:
    pace.shut(POST, "D1", 60)
    for _ in range(3):
        with pytest.raises(RateLimited):
            await post(pace)
    time.now += 60
    assert await post(pace) == time.now


async def ready() -> None:
    """At once."""


async def test_of_edits_that_wait_only_the_newest_is_made_and_all_hear_of_it() -> None:
    newest: Newest[str] = Newest()
    made: list[str] = []
    gate = asyncio.Event()

    async def make(what: str) -> None:
        made.append(what)
        await gate.wait()

    asked = [asyncio.create_task(newest.do("m1", what, ready, make)) for what in ("a", "b", "c", "d")]
    other = asyncio.create_task(newest.do("m2", "of another", ready, make))
    await asyncio.wait([*asked, other], timeout=0.01)
    assert made == ["a", "of another"]
    gate.set()
    await asyncio.gather(*asked, other)
    assert made == ["a", "of another", "d"]
    await newest.do("m1", "e", ready, make)
    assert made[-1] == "e"
    assert (newest._turns, newest._waiting) == ({}, {})


async def test_a_refusal_is_heard_by_all_who_waited_for_it() -> None:
    newest: Newest[str] = Newest()
    gate = asyncio.Event()

    async def make(what: str) -> None:
        await gate.wait()
        if what == "c":
            raise RateLimited(5)

    asked = [asyncio.create_task(newest.do("m1", what, ready, make)) for what in ("a", "b", "c")]
    await asyncio.wait(asked, timeout=0.01)
    gate.set()
    said = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in said] == [type(None), RateLimited, RateLimited]


async def test_who_joined_an_edit_that_is_given_up_may_try_again_and_does_not_hang() -> None:
    newest: Newest[str] = Newest()
    gate, made = asyncio.Event(), []

    async def make(what: str) -> None:
        made.append(what)
        await gate.wait()

    first, second, third = (asyncio.create_task(newest.do("m1", what, ready, make)) for what in "abc")
    await asyncio.wait([first, second, third], timeout=0.01)
    second.cancel()
    (said,) = await asyncio.gather(third, return_exceptions=True)
    assert isinstance(said, Unreachable)
    gate.set()
    await first
    await newest.do("m1", "d", ready, make)
    assert made == ["a", "d"]
