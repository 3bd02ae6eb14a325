"""The RequestBook's promise."""

import asyncio
from dataclasses import replace

from core.identity import Member, Workspace
from core.receipt import Place
from core.secret_request import Asking, SecretRequest
from tests.contract.stages import Stage
from tests.fakes import ALICE, BOB, EVE

SHORT = 800


async def a_request(stage: Stage, name: str = "r1", *, requester: Member = ALICE, lasts_ms: int = 60_000, **facts: object) -> SecretRequest:
    now = await stage.now()
    return replace(SecretRequest(name, requester, BOB, "the VPN \N{KEY}", now, now + lasts_ms), **facts)


async def test_what_was_entered_is_found_whole(stage: Stage):
    book = stage.request_book()
    full = await a_request(
        stage,
        "r2",
        state=Asking.ANSWERED,
        changed_at=5,
        answer="abcdefgh",
        card=Place("D1", "1.2"),
        invitation=Place("D2", "3.4"),
        undeliverable="gone",
        step="Fx1",
    )
    for request in (await a_request(stage), full):
        await book.enter(request)
        assert await book.find(request.id) == request


async def test_a_request_never_entered_is_not_found(stage: Stage):
    book = stage.request_book()
    assert await book.find("nobody") is None
    assert await book.amend("nobody", lambda request: request) is None


async def test_entering_again_changes_nothing(stage: Stage):
    book, request = stage.request_book(), await a_request(stage)
    await book.enter(request)
    await book.amend(request.id, lambda known: known.after(Asking.DECLINED, 5))
    await book.enter(request)
    assert (await book.find(request.id)).state is Asking.DECLINED


async def test_open_requests_are_the_requesters_own_soonest_to_expire_first(stage: Stage):
    book = stage.request_book()
    late, soon = await a_request(stage, "late", lasts_ms=90_000), await a_request(stage, "soon")
    for request in (late, soon, await a_request(stage, "eves", requester=EVE)):
        await book.enter(request)
    assert await book.open_of(ALICE) == [soon, late]
    assert await book.count_open_of(ALICE) == 2
    assert await book.open_of(BOB) == []


async def test_open_requests_of_a_workspace_are_those_of_its_members_soonest_to_expire_first(stage: Stage):
    book = stage.request_book()
    stranger = Member(Workspace("slack", "T0OTHER"), ALICE.id)
    late, soon, eves = (
        await a_request(stage, "late", lasts_ms=90_000),
        await a_request(stage, "soon"),
        await a_request(stage, "eves", requester=EVE, lasts_ms=70_000),
    )
    for request in (late, soon, eves, await a_request(stage, "theirs", requester=stranger)):
        await book.enter(request)
    assert await book.open_in(ALICE.workspace, 9) == [soon, eves, late]
    assert await book.open_in(ALICE.workspace, 2) == [soon, eves]
    await book.amend(soon.id, lambda known: known.after(Asking.WITHDRAWN, 5))
    assert await book.open_in(ALICE.workspace, 9) == [eves, late]


async def test_what_is_forgotten_is_nowhere_any_more(stage: Stage):
    book = stage.request_book(lease_ms=SHORT)
    gone, stays = await a_request(stage, "gone", lasts_ms=SHORT), await a_request(stage, "stays")
    for request in (gone, stays):
        await book.enter(request)
    for _ in range(2):
        await book.forget(gone.id)
    assert await book.find(gone.id) is None
    assert await book.open_of(ALICE) == await book.open_in(ALICE.workspace, 9) == [stays]
    await stage.let_pass(SHORT)
    assert await book.take_due(10) == []


async def test_what_is_over_is_not_open_any_more(stage: Stage):
    book, request = stage.request_book(), await a_request(stage)
    await book.enter(request)
    await book.amend(request.id, lambda known: known.after(Asking.WITHDRAWN, 5))
    assert (await book.open_of(ALICE), await book.count_open_of(ALICE)) == ([], 0)


async def test_what_has_expired_is_not_open_and_is_due_to_one_caller(stage: Stage):
    book, request = stage.request_book(lease_ms=SHORT), await a_request(stage, lasts_ms=SHORT)
    await book.enter(request)
    assert await book.take_due(10) == []
    await stage.let_pass(SHORT)
    assert await book.open_of(ALICE) == []
    taken = await asyncio.gather(*(book.take_due(10) for _ in range(5)))
    assert sorted(taken) == [[], [], [], [], [request.id]]
    await stage.let_pass(SHORT + 1)
    assert await book.take_due(10) == [request.id]
    await book.settle_due(request.id)
    await stage.let_pass(SHORT + 1)
    assert await book.take_due(10) == []


async def test_of_many_who_end_it_at_once_one_is_believed(stage: Stage):
    book, request = stage.request_book(), await a_request(stage)
    await book.enter(request)
    answers = [f"answer{number}" for number in range(10)]
    told = await asyncio.gather(*(book.amend(request.id, lambda known, it=it: known.after(Asking.ANSWERED, 5, it)) for it in answers))
    assert len({known.answer for known in told}) == 1
