"""SealedRecords, SeenBefore and Limiter: small promises."""

import asyncio
import math

import pytest

from core.errors import TooMany
from tests.contract.stages import Stage

SHORT = 0.25


async def test_a_record_is_read_as_often_as_one_likes(stage: Stage):
    records = stage.sealed_records()
    await records.keep("form", "one", b"\0plain\xff", 60)
    assert [await records.read("form", "one") for _ in range(2)] == [b"\0plain\xff"] * 2


async def test_records_of_another_kind_or_name_are_others(stage: Stage):
    records = stage.sealed_records()
    await records.keep("form", "one", b"plain", 60)
    assert await records.read("form", "two") is None
    assert await records.read("token", "one") is None


async def test_what_is_kept_at_once_is_kept_each_for_its_own_time(stage: Stage):
    records = stage.sealed_records()
    await asyncio.gather(*(records.keep("form", name, name.encode(), SHORT if name == "two" else 60) for name in ("one", "two", "three")))
    assert [await records.read("form", name) for name in ("one", "two", "three")] == [b"one", b"two", b"three"]
    await stage.let_pass(int(SHORT * 1000) + 5)
    assert [await records.read("form", name) for name in ("one", "two", "three")] == [b"one", None, b"three"]


async def test_keeping_again_replaces(stage: Stage):
    records = stage.sealed_records()
    await records.keep("form", "one", b"old", 60)
    await records.keep("form", "one", b"new", 60)
    assert await records.read("form", "one") == b"new"


async def test_a_record_is_taken_by_one_caller(stage: Stage):
    records = stage.sealed_records()
    await records.keep("form", "one", b"plain", 60)
    taken = await asyncio.gather(*(records.take("form", "one") for _ in range(10)))
    assert sorted(taken, key=str) == [None] * 9 + [b"plain"] or taken.count(b"plain") == 1


async def test_a_dropped_record_is_forgotten(stage: Stage):
    records = stage.sealed_records()
    await records.keep("form", "one", b"plain", 60)
    await records.drop("form", "one")
    assert await records.read("form", "one") is None


async def test_a_record_lives_as_long_as_said(stage: Stage):
    records = stage.sealed_records()
    await records.keep("form", "one", b"plain", SHORT)
    await stage.let_pass(int(SHORT * 1000) + 5)
    assert await records.read("form", "one") is None
    assert await records.take("form", "one") is None


@pytest.mark.parametrize("lifetime", [0, -1, math.nan, 0.0001])
async def test_no_record_is_kept_for_ever_or_for_no_time(stage: Stage, lifetime: float):
    with pytest.raises(ValueError):
        await stage.sealed_records().keep("form", "one", b"plain", lifetime)


async def test_only_the_first_caller_is_the_first(stage: Stage):
    seen = stage.seen_before()
    told = await asyncio.gather(*(seen.first_time("signature", b"what", 60) for _ in range(10)))
    assert sum(told) == 1


async def test_other_things_and_kinds_have_their_own_first_time(stage: Stage):
    seen = stage.seen_before()
    assert [await seen.first_time(kind, what, 60) for kind in ("a", "b") for what in (b"x", b"y")] == [True] * 4


async def test_what_was_seen_is_forgotten_after_its_lifetime(stage: Stage):
    seen = stage.seen_before()
    assert await seen.first_time("event", b"id", SHORT)
    await stage.let_pass(int(SHORT * 1000) + 5)
    assert await seen.first_time("event", b"id", SHORT)


async def test_a_budget_is_spent_and_says_when_to_come_back(stage: Stage):
    limiter = stage.limiter({"create": 3})
    for _ in range(3):
        await limiter.check("create", "alice")
        await limiter.spend("create", "alice")
    for act in (limiter.spend, limiter.check):
        with pytest.raises(TooMany) as refused:
            await act("create", "alice")
        assert 1 <= refused.value.retry_after <= 60


async def test_checking_takes_nothing(stage: Stage):
    limiter = stage.limiter({"create": 1})
    for _ in range(5):
        await limiter.check("create", "alice")
    await limiter.spend("create", "alice")


async def test_budgets_and_people_do_not_share(stage: Stage):
    limiter = stage.limiter({"create": 1, "failed_claim": 1})
    await limiter.spend("create", "alice")
    await limiter.spend("failed_claim", "alice")
    await limiter.spend("create", "bob")


async def test_a_parallel_rush_gets_no_more_than_the_budget(stage: Stage):
    limiter = stage.limiter({"create": 7})
    told = await asyncio.gather(*(limiter.spend("create", "alice") for _ in range(20)), return_exceptions=True)
    assert told.count(None) == 7
