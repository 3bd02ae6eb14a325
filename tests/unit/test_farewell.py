"""core/farewell: what a workspace had here ends with it, even if the end itself is interrupted."""

from dataclasses import dataclass, field

import pytest

from core.errors import StoreUnavailable
from core.farewell import Farewells
from core.identity import Member, Workspace
from core.promise import Farewell
from core.push import Millis, PushId, reference
from core.receipt import Receipt
from core.secret_request import SecretRequest
from tests.fakes import FakeReceiptBook, FakeRequestBook, ManualClock, SeededRandom
from tests.fakes.push_store import FakePushStore
from tests.fakes.workspaces import FakeWorkspaceRecords

HERE, THERE = Workspace("slack", "T0ACME"), Workspace("slack", "T0OTHER")


class Store(FakePushStore):
    """Goes away after `burns` burns, once."""

    burns = -1

    async def burn(self, push_id: PushId) -> bool:
        self.burns -= 1
        if self.burns == -1:
            raise StoreUnavailable("away for a test")
        return await super().burn(push_id)


@dataclass
class Office:
    gone: list[Workspace] = field(default_factory=lambda: [HERE])

    def __post_init__(self) -> None:
        self.clock, self.random = ManualClock(), SeededRandom()
        self.book, self.store, self.records = FakeReceiptBook(self.clock), Store(self.clock), FakeWorkspaceRecords()
        self.requests = FakeRequestBook(self.clock)
        self.farewells = Farewells(self, self.store, self.book, self.requests, self.records)

    async def leave(self, workspace: Workspace, at: Millis) -> list[Workspace]:
        return self.gone

    async def push(self, workspace: Workspace) -> str:
        push_id, now = PushId(self.random(16)), self.clock()
        await self.book.enter(Receipt(reference(push_id), push_id, Member(workspace, "U1"), None, "", 1, 1, False, now, now + 60_000))
        await self.records.keep(workspace, "policy", b"of theirs")
        return reference(push_id)

    async def ask(self, workspace: Workspace) -> str:
        name, now = self.random(16).hex(), self.clock()
        await self.requests.enter(SecretRequest(name, Member(workspace, "U1"), Member(HERE, "U2"), "the key", now, now + 60_000))
        return name


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_workspace_that_leaves_leaves_nothing_and_another_loses_nothing(office: Office):
    mine, theirs = [await office.push(HERE) for _ in range(250)], await office.push(THERE)
    await office.farewells.keep(Farewell(HERE, office.clock()))
    assert await office.book.find_each([*mine, theirs]) == await office.book.find_each([theirs])
    assert await office.records.read(HERE, "policy") is None
    assert await office.records.read(THERE, "policy") == b"of theirs"


async def test_what_its_members_have_asked_for_ends_too_and_what_others_asked_stays(office: Office):
    mine, theirs = [await office.ask(HERE) for _ in range(250)], await office.ask(THERE)
    await office.farewells.keep(Farewell(HERE, office.clock()))
    assert [await office.requests.find(name) for name in mine] == [None] * 250
    assert await office.requests.find(theirs) is not None


async def test_an_end_that_was_interrupted_goes_on_and_forgets_the_workspace_last(office: Office):
    for _ in range(5):
        await office.push(HERE)
    office.store.burns = 3
    with pytest.raises(StoreUnavailable):
        await office.farewells.keep(Farewell(HERE, office.clock()))
    assert len(await office.book.live_in(HERE, 100)) == 2
    assert await office.records.read(HERE, "policy") == b"of theirs"
    await office.farewells.keep(Farewell(HERE, office.clock()))
    assert await office.book.live_in(HERE, 100) == []
    assert await office.records.read(HERE, "policy") is None


async def test_a_workspace_that_has_the_app_anew_keeps_everything(office: Office):
    office.gone = []
    await office.push(HERE)
    await office.farewells.keep(Farewell(HERE, office.clock()))
    assert len(await office.book.live_in(HERE, 100)) == 1


async def test_a_workspace_that_has_the_app_anew_while_it_is_cleared_keeps_its_new_token(office: Office, monkeypatch: pytest.MonkeyPatch):
    await office.push(HERE)

    async def installed_meanwhile(*_: object) -> list[SecretRequest]:
        office.gone = []
        await office.records.keep(HERE, "bot_token", b"a new one")
        return []

    monkeypatch.setattr(office.requests, "open_in", installed_meanwhile)
    await office.farewells.keep(Farewell(HERE, office.clock()))
    assert await office.records.read(HERE, "bot_token") == b"a new one"
