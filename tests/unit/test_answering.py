"""core/answering: whoever answers a secret request hears what became of the secret, whatever else goes wrong."""

from dataclasses import dataclass, field

import pytest

from core.answering import answer
from core.creation import Created, Order
from core.engine import PushEngine
from core.errors import StoreUnavailable
from core.payload import Payload
from core.policy import Policy
from core.push import PushId
from core.secret_request import Asking, SecretRequest
from core.secret_requests import Question, SecretRequests
from tests.fakes import (
    ALICE,
    BOB,
    FakeLimiter,
    FakePushStore,
    FakeReceiptBook,
    FakeRequestBook,
    ManualClock,
    RecordingAskDelivery,
    RecordingAudit,
    RecordingOutbox,
    SeededRandom,
)
from tests.fakes.policies import InstallationPolicies


class Store(FakePushStore):
    """Refuses to burn when told so."""

    away = False

    async def burn(self, push_id: PushId) -> bool:
        if self.away:
            raise StoreUnavailable("away for a test")
        return await super().burn(push_id)


class Book(FakeRequestBook):
    """Does not find anything when told so."""

    away = False

    async def find(self, request_id: str, /) -> SecretRequest | None:
        if self.away:
            raise StoreUnavailable("away for a test")
        return await super().find(request_id)


@dataclass
class Office:
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.book, self.store, self.receipts = Book(self.clock), Store(self.clock), FakeReceiptBook(self.clock)
        limiter = FakeLimiter(self.clock, {"create": 30, "ask": 10})
        outbox, audit, random, policies = RecordingOutbox(), RecordingAudit(), SeededRandom(), InstallationPolicies(Policy())
        self.engine = PushEngine(
            store=self.store,
            book=self.receipts,
            outbox=outbox,
            audit=audit,
            limiter=limiter,
            clock=self.clock,
            random=random,
            policies=policies,
        )
        self.requests = SecretRequests(
            book=self.book,
            outbox=outbox,
            deliveries={"slack": RecordingAskDelivery()},
            policies=policies,
            audit=audit,
            limiter=limiter,
            clock=self.clock,
            random=random,
        )

    async def asked(self) -> SecretRequest:
        return await self.requests.ask(Question(ALICE, BOB, "the VPN"))

    async def answer(self, request: SecretRequest) -> Created | None:
        return await answer(self.engine, self.requests, request, order())

    async def state(self, request: SecretRequest) -> Asking:
        known = await self.book.find(request.id)
        assert known is not None
        return known.state


@pytest.fixture
def office() -> Office:
    return Office()


def order() -> Order:
    return Order(payload=Payload.of_text("a secret"), sender=BOB, recipient=ALICE, views=1)


async def test_the_push_is_the_answer(office: Office):
    request = await office.asked()
    created = await office.answer(request)
    assert created is not None
    assert await office.state(request) is Asking.ANSWERED
    assert await office.store.status(created.receipt.push_id) is not None


@pytest.mark.parametrize("ended", ["answered", "withdrawn"])
async def test_an_answer_that_comes_too_late_is_taken_back(office: Office, ended: str):
    request = await office.asked()
    if ended == "answered":
        await office.answer(request)
    else:
        await office.requests.withdraw(request.id, ALICE)
    live = await office.receipts.live_of(BOB)
    assert await office.answer(request) is None
    assert await office.receipts.live_of(BOB) == live


async def test_one_that_cannot_be_taken_back_was_sent_and_nobody_hears_otherwise(office: Office):
    request = await office.asked()
    await office.requests.withdraw(request.id, ALICE)
    office.store.away = True
    created = await office.answer(request)
    assert created is not None
    assert await office.store.status(created.receipt.push_id) is not None


async def test_a_push_that_was_made_was_sent_though_the_request_cannot_be_closed(office: Office):
    request = await office.asked()
    office.book.away = True
    assert await office.answer(request) is not None
