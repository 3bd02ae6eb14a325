"""bot/sweeper: everything due is told, whatever happened in the round before."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import cast

from structlog.testing import capture_logs

from bot.sweeper import BATCH, sweep_for_ever
from core.errors import StoreUnavailable
from core.receipts import Receipts


class Rounds:
    """Stands in for the receipts: each call is answered, or fails, as the test says; then nothing is due."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers: Iterable[int | Exception] = iter(answers)
        self.asked: list[int] = []
        self.told: list[str] = []
        self.failing: dict[str, Exception] = {}
        self.idle = asyncio.Event()

    async def take_due(self, most: int) -> list[str]:
        self.asked.append(most)
        answer = next(iter(self._answers), None)
        if answer is None:
            self.idle.set()
            return []
        if isinstance(answer, Exception):
            raise answer
        return [f"push{number}" for number in range(answer)]

    async def tell_expired(self, reference: str) -> None:
        if reference in self.failing:
            raise self.failing[reference]
        self.told.append(reference)


@asynccontextmanager
async def sweeping(rounds: Rounds, every_seconds: float) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(sweep_for_ever(cast("Receipts", rounds), every_seconds=every_seconds))
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_full_batch_is_followed_by_another_without_a_rest() -> None:
    rounds = Rounds(BATCH, BATCH)
    async with sweeping(rounds, every_seconds=3600):
        await asyncio.wait_for(rounds.idle.wait(), 5)
    assert rounds.asked == [BATCH] * 3
    assert len(rounds.told) == 2 * BATCH


async def test_after_a_rest_it_sweeps_again() -> None:
    rounds = Rounds(0, 1, 0)
    async with sweeping(rounds, every_seconds=0):
        await asyncio.wait_for(rounds.idle.wait(), 5)
    assert len(rounds.asked) >= 4


async def test_a_store_that_is_away_is_tried_again_at_the_next_round() -> None:
    rounds = Rounds(StoreUnavailable("away"), StoreUnavailable("away"))
    with capture_logs() as logged:
        async with sweeping(rounds, every_seconds=0):
            await asyncio.wait_for(rounds.idle.wait(), 5)
    assert [line["event"] for line in logged] == ["sweep_postponed"] * 2


async def test_a_bug_in_one_round_does_not_end_all_sweeping() -> None:
    rounds = Rounds(ValueError("a bug"))
    with capture_logs() as logged:
        async with sweeping(rounds, every_seconds=0):
            await asyncio.wait_for(rounds.idle.wait(), 5)
    assert [(line["event"], line["log_level"]) for line in logged] == [("sweep_broke", "error")]


async def test_a_receipt_that_cannot_be_told_keeps_no_other_waiting() -> None:
    rounds = Rounds(3)
    rounds.failing["push1"] = ValueError("a bug")
    with capture_logs() as logged:
        async with sweeping(rounds, every_seconds=0):
            await asyncio.wait_for(rounds.idle.wait(), 5)
    assert rounds.told == ["push0", "push2"]
    assert [(line["event"], line["push"]) for line in logged] == [("expiry_not_told", "push1")]


async def test_it_ends_when_it_is_cancelled() -> None:
    rounds = Rounds()
    async with sweeping(rounds, every_seconds=3600) as task:
        await asyncio.wait_for(rounds.idle.wait(), 5)
    assert task.cancelled()
