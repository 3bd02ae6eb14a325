"""core/secret_requests: one person asks another, and the answer is a push that only the asker can open."""

from dataclasses import dataclass, field, replace

import pytest

from core.errors import BadInput, NotYours, StoreUnavailable, TooMany, Unreachable
from core.identity import Member
from core.policy import Policy, Standing
from core.promise import Ask, Settle
from core.secret_request import OPEN_FOR_SECONDS, WHAT_MOST, Asking, SecretRequest
from core.secret_requests import OPEN_MOST, Question, SecretRequests
from tests.fakes import (
    ALICE,
    BOB,
    EVE,
    FakeLimiter,
    FakeRequestBook,
    ManualClock,
    RecordingAskDelivery,
    RecordingAudit,
    RecordingOutbox,
    SeededRandom,
)
from tests.fakes.policies import InstallationPolicies


@dataclass
class Office:
    policy: Policy = field(default_factory=Policy)
    budget: int = 1000
    clock: ManualClock = field(default_factory=ManualClock)
    slack: RecordingAskDelivery = field(default_factory=RecordingAskDelivery)
    outbox: RecordingOutbox = field(default_factory=RecordingOutbox)
    audit: RecordingAudit = field(default_factory=RecordingAudit)

    def __post_init__(self) -> None:
        self.book = FakeRequestBook(self.clock)
        self.requests = SecretRequests(
            book=self.book,
            outbox=self.outbox,
            deliveries={"slack": self.slack},
            policies=InstallationPolicies(self.policy),
            audit=self.audit,
            limiter=FakeLimiter(self.clock, {"ask": self.budget, "ask_step": self.budget}),
            clock=self.clock,
            random=SeededRandom(),
        )

    async def ask(self, asked: Member = BOB, what: str = "the VPN", **facts: object) -> SecretRequest:
        return await self.requests.ask(replace(Question(ALICE, asked, what), **facts))

    async def asked(self) -> SecretRequest:
        request = await self.ask()
        await self.requests.keep(Ask(request.id))
        return await self.known(request)

    async def known(self, request: SecretRequest) -> SecretRequest:
        found = await self.book.find(request.id)
        assert found is not None
        return found


async def test_a_person_is_asked_and_the_requester_gets_a_card():
    office = Office()
    request = await office.asked()
    assert [it.id for it in office.slack.asked] == [request.id]
    assert (request.invitation, request.card) != (None, None)
    assert office.audit.names == ["request.made"]


async def test_the_promise_is_kept_twice_without_a_second_message():
    office = Office()
    request = await office.asked()
    await office.requests.keep(Ask(request.id), again=True)
    assert len(office.slack.asked) == 1


@pytest.mark.parametrize(
    ("question", "field_name", "reason"),
    [
        ({"what": "  \n "}, "what", "empty"),
        ({"what": "x" * (WHAT_MOST + 1)}, "what", "too_long"),
        ({"asked": ALICE}, "asked", "oneself"),
    ],
)
async def test_what_cannot_be_asked_is_refused_and_nothing_is_kept(question: dict[str, object], field_name: str, reason: str):
    office = Office()
    with pytest.raises(BadInput) as refused:
        await office.ask(**question)
    assert (refused.value.field, refused.value.reason) == (field_name, reason)
    assert office.outbox.promised == []


async def test_the_policy_decides_whom_one_may_ask():
    office = Office(Policy(guests_allowed=False))
    with pytest.raises(BadInput) as refused:
        await office.ask(standing=Standing.GUEST)
    assert refused.value.reason == "guest"


async def test_line_breaks_in_what_for_become_blanks():
    assert (await Office().ask(what="the VPN\n  of the office")).what == "the VPN of the office"


async def test_the_steps_of_a_workspace_have_one_budget_and_nobodys_own_is_spent():
    office = Office(budget=1)
    await office.ask(step="Fx1")
    with pytest.raises(TooMany):
        await office.requests.ask(Question(EVE, BOB, "the VPN", step="Fx2"))
    await office.ask()


async def test_what_workflows_have_asked_for_does_not_count_as_a_members_own_and_has_a_limit_too():
    office = Office()
    for number in range(OPEN_MOST):
        await office.ask(step=f"Fx{number}")
    with pytest.raises(TooMany):
        await office.ask(step="Fx")
    for _ in range(OPEN_MOST):
        await office.ask()
    with pytest.raises(TooMany):
        await office.ask()


async def test_asking_has_a_budget():
    office = Office(budget=1)
    await office.ask()
    with pytest.raises(TooMany):
        await office.ask()


async def test_nobody_has_more_open_requests_than_the_most():
    office = Office()
    for _ in range(OPEN_MOST):
        await office.ask()
    with pytest.raises(TooMany):
        await office.ask()


async def test_only_the_asked_person_may_answer_or_decline():
    office = Office()
    request = await office.asked()
    for other in (ALICE, EVE):
        with pytest.raises(NotYours):
            await office.requests.answerable_by(request.id, other)
        with pytest.raises(NotYours):
            await office.requests.decline(request.id, other)
    assert (await office.known(request)).open


async def test_the_first_answer_counts():
    office = Office()
    request = await office.asked()
    assert await office.requests.answered(request.id, BOB, "first")
    with pytest.raises(NotYours):
        await office.requests.answered(request.id, BOB, "second")
    assert (await office.known(request)).answer == "first"


async def test_two_answers_at_once_are_one():
    office = Office()
    request = await office.asked()
    amend = office.book.amend

    async def overtaken(request_id, change):
        await amend(request_id, lambda known: known.after(Asking.ANSWERED, 1, "first"))
        return await amend(request_id, change)

    office.book.amend = overtaken
    assert not await office.requests.answered(request.id, BOB, "second")
    assert (await office.known(request)).answer == "first"


async def test_an_answer_settles_both_messages():
    office = Office()
    request = await office.asked()
    await office.requests.answered(request.id, BOB, "first")
    assert office.outbox.promised[-1] == Settle(request.id)
    await office.requests.keep(Settle(request.id))
    assert [it.state for it in (office.slack.shown[-1], office.slack.settled[-1])] == [Asking.ANSWERED] * 2


async def test_only_the_requester_may_withdraw():
    office = Office()
    request = await office.asked()
    with pytest.raises(NotYours):
        await office.requests.withdraw(request.id, BOB)
    assert (await office.requests.withdraw(request.id, ALICE)).state is Asking.WITHDRAWN
    with pytest.raises(NotYours):
        await office.requests.answerable_by(request.id, BOB)


async def test_what_is_over_is_not_withdrawn_again():
    office = Office()
    request = await office.asked()
    await office.requests.answered(request.id, BOB, "first")
    assert (await office.requests.withdraw(request.id, ALICE)).state is Asking.ANSWERED
    assert "request.withdrawn" not in office.audit.names


async def test_nobody_answers_in_time():
    office = Office()
    request = await office.asked()
    office.clock.advance(OPEN_FOR_SECONDS * 1000)
    with pytest.raises(NotYours):
        await office.requests.answerable_by(request.id, BOB)
    assert await office.requests.take_due(10) == [request.id]
    await office.requests.tell_expired(request.id)
    assert office.slack.settled[-1].state is Asking.EXPIRED
    assert await office.requests.take_due(10) == []


async def test_who_cannot_be_written_to_is_told_to_the_requester_and_the_workflow():
    office = Office(slack=RecordingAskDelivery(refuse="user_disabled"))
    request = await office.asked()
    assert request.undeliverable == "user_disabled"
    assert office.slack.shown[-1].undeliverable == "user_disabled"
    assert [it.id for it in office.slack.finished] == [request.id]


async def test_a_platform_that_does_not_answer_is_tried_again():
    office = Office(slack=RecordingAskDelivery(unreachable=True))
    request = await office.ask()
    with pytest.raises(Unreachable):
        await office.requests.keep(Ask(request.id))
    office.slack.unreachable = False
    await office.requests.keep(Ask(request.id), again=True)
    assert (await office.known(request)).undeliverable == ""
    assert len(office.slack.asked) == 1


async def test_a_request_that_could_not_be_promised_does_not_stay_open():
    office = Office()
    office.outbox.down = True
    with pytest.raises(StoreUnavailable):
        await office.ask()
    assert await office.requests.open_of(ALICE) == []


async def test_an_answer_that_stands_is_an_answer_though_nobody_can_be_told_yet():
    office = Office()
    request = await office.asked()
    office.outbox.down = True
    assert await office.requests.answered(request.id, BOB, "abcdefgh")
    assert (await office.known(request)).state is Asking.ANSWERED
