"""core/farewell: what a member had here ends when they take the app away for themselves; others keep what is theirs."""

from dataclasses import dataclass

import pytest

from core.errors import StoreUnavailable, Undeliverable, Unreachable
from core.farewell import Partings
from core.identity import Member, Workspace
from core.policy import Policy
from core.preferences import MemberPreferences, Preferences
from core.promise import Parting, Settle
from core.push import PushId, SealedPush, Terms, reference
from core.receipt import Happening, Receipt, State
from core.secret_request import Asking, SecretRequest
from tests.fakes import FakeReceiptBook, FakeRequestBook, ManualClock, RecordingAudit, SeededRandom
from tests.fakes.push_store import FakePushStore
from tests.fakes.workspaces import FakeWorkspaceRecords

HERE = Workspace("teams", "tenant")
LEAVING, STAYING = Member(HERE, "leaving"), Member(HERE, "staying")


@dataclass
class Office:
    trouble: Exception | None = None

    def __post_init__(self) -> None:
        self.clock, self.random = ManualClock(), SeededRandom()
        self.book, self.store, self.requests = FakeReceiptBook(self.clock), FakePushStore(self.clock), FakeRequestBook(self.clock)
        self.told: list[tuple[str, object]] = []
        self.forgotten: list[Member] = []
        self.partings = Partings(self.store, self.book, self.requests, follow=self.follow, settle=self.settle)
        self.partings.forgetting.append(self.forget)

    async def follow(self, happening: Happening) -> None:
        known = await self.book.amend(happening.reference, lambda receipt: receipt.after(happening))
        self.told.append((happening.reference, known.state if known else None))
        self.fail()

    async def settle(self, what: Settle) -> None:
        known = await self.requests.find(what.request_id)
        self.told.append((what.request_id, known.state if known else None))
        self.fail()

    async def forget(self, member: Member) -> None:
        self.forgotten.append(member)

    def fail(self) -> None:
        if self.trouble:
            raise self.trouble

    async def push(self, sender: Member, recipient: Member | None = None) -> Receipt:
        push_id, now = PushId(self.random(16)), self.clock()
        await self.store.keep(SealedPush(push_id, b"sealed", b"proof", None, Terms(60, 1), recipient))
        receipt = Receipt(reference(push_id), push_id, sender, recipient, "", 1, 1, False, now, now + 60_000)
        await self.book.enter(receipt)
        return receipt

    async def ask(self, requester: Member, asked: Member) -> str:
        name, now = self.random(16).hex(), self.clock()
        await self.requests.enter(SecretRequest(name, requester, asked, "the key", now, now + 60_000))
        return name


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_member_who_leaves_leaves_nothing_that_can_be_opened_or_answered(office: Office):
    sent, asked = await office.push(LEAVING, STAYING), await office.ask(LEAVING, STAYING)
    await office.partings.keep(Parting(LEAVING, office.clock()))
    assert await office.store.status(sent.push_id) is None
    assert await office.book.find(sent.reference) is None
    assert await office.requests.find(asked) is None
    assert office.forgotten == [LEAVING]


async def test_who_waits_for_them_hears_that_it_is_over_before_it_is_forgotten(office: Office):
    sent, asked = await office.push(LEAVING, STAYING), await office.ask(LEAVING, STAYING)
    await office.partings.keep(Parting(LEAVING, office.clock()))
    assert office.told == [(sent.reference, State.BURNED), (asked, Asking.WITHDRAWN)]


async def test_others_keep_what_is_theirs(office: Office):
    theirs, for_them = await office.push(STAYING), await office.push(STAYING, LEAVING)
    asked = await office.ask(STAYING, LEAVING)
    await office.partings.keep(Parting(LEAVING, office.clock()))
    assert [await office.store.status(each.push_id) is not None for each in (theirs, for_them)] == [True, True]
    assert len(await office.book.live_of(STAYING)) == 2
    assert [each.id for each in await office.requests.open_of(STAYING)] == [asked]


async def test_what_they_begin_with_the_app_anew_is_not_ended_by_the_old_parting(office: Office):
    parting = Parting(LEAVING, office.clock())
    office.clock.advance(1)
    sent, asked = await office.push(LEAVING), await office.ask(LEAVING, STAYING)
    await office.partings.keep(parting)
    assert await office.store.status(sent.push_id) is not None
    assert [each.id for each in await office.requests.open_of(LEAVING)] == [asked]


@pytest.mark.parametrize("trouble", [Undeliverable("gone"), Unreachable("no_answer")])
async def test_a_message_that_cannot_be_carried_keeps_nothing_alive(office: Office, trouble: Exception):
    office.trouble = trouble
    sent, asked = [await office.push(LEAVING) for _ in range(3)], await office.ask(LEAVING, STAYING)
    await office.partings.keep(Parting(LEAVING, office.clock()))
    assert await office.book.find_each([each.reference for each in sent]) == []
    assert await office.requests.find(asked) is None


async def test_without_a_store_it_comes_again_and_finds_what_is_left(office: Office):
    sent = [await office.push(LEAVING) for _ in range(3)]
    office.trouble = StoreUnavailable("away for a test")
    with pytest.raises(StoreUnavailable):
        await office.partings.keep(Parting(LEAVING, office.clock()))
    office.trouble = None
    assert [await office.store.status(each.push_id) for each in sent] == [None] * 3
    await office.partings.keep(Parting(LEAVING, office.clock()))
    assert await office.book.live_of(LEAVING) == []


async def test_forgotten_preferences_are_as_if_nothing_was_ever_chosen(office: Office):
    preferences = MemberPreferences(FakeWorkspaceRecords(), RecordingAudit(), office.clock)
    for member in (LEAVING, STAYING):
        await preferences.choose(member, Preferences(views=2), Policy())
    await preferences.forget(LEAVING)
    assert await preferences.of(LEAVING) == Preferences()
    assert await preferences.of(STAYING) == Preferences(views=2)
