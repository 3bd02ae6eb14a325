"""adapters/teams/directory: whose address is whose in Teams, for as long as the roster says so."""

from typing import Any

import pytest

from adapters.teams.conversations import Conversations
from adapters.teams.directory import TeamsDirectory
from core.errors import Undeliverable
from core.identity import Member
from tests.fakes.small import FakeSealedRecords, ManualClock
from tests.fakes.teams import JANE, JOHN, OTHER_TENANT, TENANT, FakeConnector, chat_of, heard_from
from tests.fakes.workspaces import FakeWorkspaceRecords

HOUR_MS = 3_600_000
JANES = "jane@acme.example"


class Listening(FakeWorkspaceRecords):
    """Remembers the names under which something lies now."""

    def names(self) -> set[str]:
        return {name for kept in self._kept.values() for name in kept if name.startswith("teams/address")}


class Office:
    """A directory, and what it asks."""

    def __init__(self, *domains: str) -> None:
        self.clock, self.records, self.connector = ManualClock(), Listening(), FakeConnector()
        self.conversations = Conversations(self.records, FakeSealedRecords(self.clock), self.clock)
        self.directory = TeamsDirectory(
            self.connector, self.conversations, self.records, self.clock, tenants={TENANT.id}, domains=set(domains)
        )

    async def hear(self, member: Member = JANE, **told: Any) -> None:
        """They do something in their own chat; `told` is what the roster has of them."""
        self.connector.join(chat_of(member.id), member, **told)
        payload = heard_from(member)
        await self.conversations.note(payload)
        if self.directory.wants(payload):
            await self.directory.note(payload)

    def later(self) -> None:
        self.clock.advance(HOUR_MS)


@pytest.fixture
def office() -> Office:
    return Office("acme.example")


async def test_who_acts_is_found_by_their_address(office: Office) -> None:
    await office.hear(email="Jane@Acme.Example")
    found = await office.directory.find(JANES)
    assert found is not None
    assert (found, found.name, found.address) == (JANE, "Jane Doe", JANES)
    assert await office.directory.find("john@acme.example") is None


@pytest.mark.parametrize(
    "told",
    [
        {"email": "jane", "userPrincipalName": "jane"},
        {"email": None, "userPrincipalName": None},
        {"email": JANES, "userRole": "guest"},
        {"email": JANES, "userRole": "anonymous"},
        {"email": JANES, "userRole": "bot"},
        {"email": JANES, "tenantId": OTHER_TENANT.id},
        {"email": JANES, "aadObjectId": JOHN.id},
        {"email": JANES, "userPrincipalName": "jane_acme.example#EXT#@other.example"},
        {"email": "jane@elsewhere.example", "userPrincipalName": JANES},
        {"email": "jane@", "userPrincipalName": JANES},
    ],
    ids=str,
)
async def test_who_is_not_vouched_for_is_found_by_nobody(office: Office, told: dict[str, Any]) -> None:
    await office.hear(**told)
    assert await office.directory.find(JANES) is None
    assert office.records.names() == set()


async def test_in_place_of_a_mere_user_name_the_principal_name_counts(office: Office) -> None:
    await office.hear(email="jdoe", userPrincipalName="Jane@acme.example")
    assert await office.directory.find(JANES) == JANE
    await office.hear(JOHN, email="", userPrincipalName="john@acme.example")
    assert await office.directory.find("john@acme.example") == JOHN


async def test_a_tenant_that_was_not_named_has_nobody() -> None:
    office = Office("acme.example")
    stranger = Member(OTHER_TENANT, JANE.id, "Jane Doe")
    await office.hear(stranger, email=JANES, tenantId=OTHER_TENANT.id)
    assert not office.directory.is_named(OTHER_TENANT)
    assert await office.directory.vouched(stranger) is None
    assert await office.directory.find(JANES) is None


async def test_without_domains_nobody_is_looked_up() -> None:
    office = Office()
    await office.hear(email=JANES)
    assert office.connector.asked == []
    assert office.records.names() == set()


async def test_an_address_of_another_domain_is_not_kept(office: Office) -> None:
    await office.hear(email="jane@elsewhere.example")
    assert office.records.names() == set()


async def test_the_roster_is_asked_once_an_hour(office: Office) -> None:
    for _ in range(5):
        await office.hear(email=JANES)
    assert len(office.connector.asked) == 1
    office.later()
    await office.hear(email=JANES)
    assert len(office.connector.asked) == 2


async def test_what_the_roster_says_now_decides(office: Office) -> None:
    await office.hear(email=JANES)
    office.connector.join(chat_of(JANE.id), JANE, email="j.doe@acme.example")
    assert await office.directory.find(JANES) is None


async def test_a_new_address_takes_the_place_of_the_old_one(office: Office) -> None:
    await office.hear(email=JANES)
    office.later()
    await office.hear(email="j.doe@acme.example")
    assert await office.directory.find("j.doe@acme.example") == JANE
    assert await office.directory.find(JANES) is None
    assert len(office.records.names()) == 2
    office.later()
    await office.hear(email="jane", userPrincipalName="jane")
    assert office.records.names() == set()


async def test_an_address_that_two_have_is_nobodys_until_one_has_it_no_more(office: Office) -> None:
    await office.hear(email=JANES)
    await office.hear(JOHN, email=JANES)
    assert await office.directory.find(JANES) is None
    office.later()
    await office.hear(JOHN, email="john@acme.example")
    assert await office.directory.find(JANES) == JANE


async def test_who_takes_the_app_away_leaves_nothing(office: Office) -> None:
    await office.hear(email=JANES)
    await office.hear(JOHN, email="john@acme.example")
    await office.directory.forget(JANE)
    assert await office.directory.find(JANES) is None
    assert len(office.records.names()) == 2
    await office.records.erase(TENANT)
    assert await office.directory.find("john@acme.example") is None


async def test_who_comes_back_within_the_hour_is_found_again(office: Office) -> None:
    await office.hear(email=JANES)
    await office.directory.forget(JANE)
    await office.hear(email=JANES)
    assert await office.directory.find(JANES) == JANE


async def test_without_a_chat_of_their_own_nobody_vouches_for_anybody(office: Office) -> None:
    in_a_group = heard_from(JANE, conversation={"id": "19:x@thread.v2", "conversationType": "groupChat"})
    await office.conversations.note(in_a_group)
    await office.directory.note(in_a_group)
    assert office.connector.asked == []
    assert await office.directory.vouched(JANE) is None


async def test_a_roster_that_does_not_answer_is_asked_the_next_time(office: Office) -> None:
    office.connector.refusals[chat_of(JANE.id)] = Undeliverable("ServiceUnavailable")
    await office.hear(email=JANES)
    with pytest.raises(Undeliverable):
        await office.directory.vouched(JANE)
    office.connector.refusals.clear()
    await office.hear(email=JANES)
    assert await office.directory.find(JANES) == JANE
