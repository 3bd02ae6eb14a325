"""WorkspaceRecords and Locks: what a workspace has us remember, and who does what alone."""

import asyncio
import math
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from core.identity import Workspace
from tests.contract.stages import Stage

ACME = Workspace("slack", "T0ACME")
OTHER = Workspace("slack", "T0OTHER")
TEAMS = Workspace("teams", "T0ACME")
SHORT = 0.25


async def test_what_is_kept_of_a_workspace_is_read_as_often_as_one_likes(stage: Stage):
    records = stage.workspace_records()
    await records.keep(ACME, "installation", b"\0plain\xff")
    assert [await records.read(ACME, "installation") for _ in range(2)] == [b"\0plain\xff"] * 2
    assert await records.read(replace(ACME, enterprise="E0"), "installation") == b"\0plain\xff"


async def test_another_workspace_or_name_has_its_own(stage: Stage):
    records = stage.workspace_records()
    await records.keep(ACME, "installation", b"plain")
    await records.count(ACME, "pushes")
    for workspace, name in ((ACME, "settings"), (OTHER, "installation"), (TEAMS, "installation")):
        assert await records.read(workspace, name) is None
    assert await records.counts(OTHER) == await records.counts(TEAMS) == {}


async def test_keeping_again_replaces_and_dropping_forgets_that_alone(stage: Stage):
    records = stage.workspace_records()
    for plain in (b"old", b"new"):
        await records.keep(ACME, "settings", plain)
    await records.keep(ACME, "installation", b"plain")
    assert await records.read(ACME, "settings") == b"new"
    for _ in range(2):
        await records.drop(ACME, "settings")
    assert [await records.read(ACME, name) for name in ("settings", "installation")] == [None, b"plain"]


async def test_what_is_counted_adds_up(stage: Stage):
    records = stage.workspace_records()
    await asyncio.gather(*(records.count(ACME, "pushes") for _ in range(10)))
    await records.count(ACME, "pushes", 5)
    await records.count(ACME, "requests", 2)
    await records.keep(ACME, "pushes", b"a record is no counter")
    assert await records.counts(ACME) == {"pushes": 15, "requests": 2}


async def test_all_of_a_workspace_is_erased_and_nothing_of_another(stage: Stage):
    records = stage.workspace_records()
    for workspace in (ACME, OTHER):
        await records.keep(workspace, "installation", b"plain")
        await records.keep(workspace, "settings", b"plain")
        await records.count(workspace, "pushes")
    for _ in range(2):
        await records.erase(ACME)
    assert [await records.read(ACME, name) for name in ("installation", "settings")] == [None, None]
    assert await records.counts(ACME) == {}
    assert await records.read(OTHER, "installation") == b"plain"
    assert await records.counts(OTHER) == {"pushes": 1}


# Locks


async def test_one_of_many_gets_the_lock(stage: Stage):
    async with AsyncExitStack() as stack:
        told = await asyncio.gather(*(stack.enter_async_context(stage.locks().held("sweep", 60)) for _ in range(10)))
    assert sum(told) == 1


async def test_a_lock_is_given_back_at_the_end_and_when_the_work_fails(stage: Stage):
    locks = stage.locks()

    async def failing_work() -> None:
        async with locks.held("sweep", 60) as mine:
            assert mine
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await failing_work()


async def test_who_did_not_get_it_gives_nothing_back(stage: Stage):
    async with stage.locks().held("sweep", 60) as mine:
        for _ in range(2):
            async with stage.locks().held("sweep", 60) as theirs:
                assert (mine, theirs) == (True, False)


async def test_other_names_have_locks_of_their_own(stage: Stage):
    async with stage.locks().held("sweep", 60) as one, stage.locks().held("other", 60) as another:
        assert (one, another) == (True, True)


async def test_a_lock_that_ran_out_is_anothers_and_its_first_holder_leaves_it(stage: Stage):
    slow, quick, third = (stage.locks() for _ in range(3))
    async with quick.held("other", 60):
        async with slow.held("sweep", SHORT) as first:
            await stage.let_pass(int(SHORT * 1000) + 5)
            second_holder = quick.held("sweep", 60)
            second = await second_holder.__aenter__()
        async with third.held("sweep", 60) as while_the_second_has_it:
            assert (first, second, while_the_second_has_it) == (True, True, False)
        await second_holder.__aexit__(None, None, None)
    async with third.held("sweep", 60) as afterwards:
        assert afterwards


@pytest.mark.parametrize("lifetime", [0, -1, math.nan, 0.0001])
async def test_nothing_is_locked_for_ever_or_for_no_time(stage: Stage, lifetime: float):
    with pytest.raises(ValueError):
        await stage.locks().held("sweep", lifetime).__aenter__()
