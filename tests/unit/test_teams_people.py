"""adapters/teams/people and recipients: who somebody is, how they read, and whether they may be sent to."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.teams.conversations import Conversations
from adapters.teams.people import People, Person
from adapters.teams.recipients import Recipients
from core.errors import BadInput, StoreUnavailable, Unreachable
from core.identity import Member, Workspace
from core.policy import Policy, Standing
from core.preferences import MemberPreferences, Preferences
from tests.fakes.recorders import RecordingAudit
from tests.fakes.small import FakeSealedRecords, ManualClock
from tests.fakes.teams import JANE, JOHN, OTHER_TENANT, TENANT, FakeConnector, chat_of, entry_of, heard_from
from tests.fakes.workspaces import FakeWorkspaceRecords

GROUP = "19:x@thread.v2"
ANYBODY = Policy()


class Office:
    """All that is needed to know people."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.records = FakeWorkspaceRecords()
        self.connector = FakeConnector()
        self.conversations = Conversations(self.records, FakeSealedRecords(self.clock), self.clock)
        self.preferences = MemberPreferences(self.records, RecordingAudit(), self.clock)
        self.people = People(self.connector, self.conversations, self.preferences, self.clock)
        self.recipients = Recipients(self.people, self.conversations)


@pytest.fixture
async def office() -> Office:
    office = Office()
    await office.conversations.note(heard_from(JANE, locale="de-DE"))
    office.connector.join(GROUP, JANE)
    office.connector.join(GROUP, JOHN)
    return office


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"tenantId": None}, Standing.MEMBER),
        ({"tenantId": TENANT.id.upper(), "userRole": "User"}, Standing.MEMBER),
        ({"userRole": "guest"}, Standing.GUEST),
        ({"userPrincipalName": "jane_partner.example#EXT#@acme.example"}, Standing.GUEST),
        ({"tenantId": OTHER_TENANT.id}, Standing.OUTSIDER),
        ({"tenantId": OTHER_TENANT.id, "userRole": "guest"}, Standing.OUTSIDER),
        ({"userRole": "anonymous"}, Standing.OUTSIDER),
        ({"aadObjectId": None}, Standing.OUTSIDER),
        ({"aadObjectId": "odd"}, Standing.OUTSIDER),
    ],
)
def test_where_somebody_belongs_decides_how_they_stand(said: dict[str, Any], standing: Standing) -> None:
    assert Person.told(entry_of(JANE, **said)).standing(TENANT) is standing


def test_a_person_is_told_with_the_names_that_teams_has_for_the_same_thing() -> None:
    person = Person.told(entry_of(JANE, aadObjectId=None, objectId=JANE.id.upper(), email="Jane@Acme.Example"))
    assert (person.entra, person.email, person.name) == (JANE.id, "jane@acme.example", "Jane Doe")
    assert "Jane" not in repr(person)
    assert "acme.example" not in repr(person)


def test_a_push_is_bound_to_whom_the_press_will_name() -> None:
    assert Person.told(entry_of(JANE)).as_member(TENANT) == JANE
    assert Person.told(entry_of(JANE, tenantId=OTHER_TENANT.id)).as_member(TENANT) == Member(OTHER_TENANT, JANE.id)


@pytest.mark.parametrize("said", [{"id": "28:app"}, {"userRole": "bot"}])
def test_apps_are_refused_whatever_the_policy(said: dict[str, Any]) -> None:
    assert Person.told(entry_of(JANE, **said)).why_never() == "not_a_person"
    assert Person.told(entry_of(JANE)).why_never() == ""


async def test_people_read_in_the_language_that_they_chose_or_that_their_teams_has(office: Office):
    assert (await office.people.words_of(JANE)).locale[:2] == "de"
    assert (await office.people.words_of(JOHN)).locale[:2] == "en"
    await office.preferences.choose(JANE, Preferences(language="en"), ANYBODY)
    assert (await office.people.words_of(JANE)).locale[:2] == "en"


async def test_without_a_store_everything_is_still_said(office: Office):
    class Away(FakeWorkspaceRecords):
        async def read(self, workspace: Workspace, name: str) -> bytes | None:
            raise StoreUnavailable

    office.conversations = Conversations(Away(), FakeSealedRecords(office.clock), office.clock)
    people = People(office.connector, office.conversations, MemberPreferences(Away(), RecordingAudit(), office.clock), office.clock)
    assert (await people.words_of(JANE)).locale[:2] == "en"
    assert await people.find(JANE.id, TENANT) is None


async def test_somebody_is_found_in_the_conversation_at_hand_and_remembered_for_an_hour(office: Office):
    for who in (JOHN.id, f"29:{JOHN.id}", JOHN.id):
        found = await office.people.find(who, TENANT, GROUP)
        assert found is not None
        assert (found.entra, found.name) == (JOHN.id, "John Roe")
    assert len(office.connector.asked) == 1
    office.clock.advance(3600 * 1000)
    await office.people.find(JOHN.id, TENANT, GROUP)
    assert len(office.connector.asked) == 2


async def test_nobody_is_taken_for_somebody_of_another_tenant(office: Office):
    await office.people.find(JOHN.id, TENANT, GROUP)
    assert await office.people.find(JOHN.id, OTHER_TENANT) is None


async def test_who_has_a_chat_with_the_app_is_found_there(office: Office):
    office.connector.join(chat_of(JANE.id), JANE)
    assert await office.people.find(JANE.id, TENANT) is not None
    assert await office.people.find(JOHN.id, TENANT) is None


async def test_where_the_app_is_no_more_the_next_conversation_is_asked(office: Office):
    assert await office.people.find(JANE.id, TENANT, GROUP) is not None
    assert [where for where, _ in office.connector.asked] == [chat_of(JANE.id), GROUP]


async def test_an_entry_of_somebody_else_is_no_answer(office: Office):
    office.connector.rosters[GROUP][JOHN.id] = entry_of(JANE)
    assert await office.people.find(JOHN.id, TENANT, GROUP) is None


async def test_what_teams_does_not_say_now_is_asked_again(office: Office):
    office.connector.refusals[GROUP] = Unreachable("no_answer")
    assert await office.people.find(JOHN.id, TENANT, GROUP) is None
    del office.connector.refusals[GROUP]
    assert await office.people.find(JOHN.id, TENANT, GROUP) is not None


async def test_a_slow_answer_is_not_waited_for(office: Office, monkeypatch: pytest.MonkeyPatch):
    class Slow(FakeConnector):
        async def member(self, service_url: str, conversation_id: str, member_id: str) -> Mapping[str, Any] | None:
            return await asyncio.Future()

    monkeypatch.setattr("adapters.teams.people._PATIENCE_SECONDS", 0.01)
    people = People(Slow(), office.conversations, office.preferences, office.clock)
    assert await people.find(JOHN.id, TENANT, GROUP) is None


async def test_of_several_people_each_is_looked_up_and_named_once(office: Office):
    choice = await office.recipients.choice(JANE, ANYBODY, [JOHN.id, f"29:{JOHN.id}", JANE.id], GROUP)
    assert [(each.id, each.name, each.standing, each.why_not) for each in choice.people] == [
        (JOHN.id, "John Roe", Standing.MEMBER, ""),
        (JANE.id, "Jane Doe", Standing.MEMBER, ""),
    ]
    assert [each.member.name for each in choice.people] == ["John Roe", "Jane Doe"]
    assert not choice.refused


@pytest.mark.parametrize(
    ("said", "policy", "why"),
    [
        ({"userRole": "guest"}, ANYBODY, ""),
        ({"userRole": "guest"}, Policy(guests_allowed=False), "guest"),
        ({"tenantId": OTHER_TENANT.id}, ANYBODY, "outsider"),
        ({"tenantId": OTHER_TENANT.id}, Policy(outsiders_allowed=True), ""),
        ({"userRole": "bot"}, Policy(outsiders_allowed=True), "not_a_person"),
    ],
)
async def test_the_policy_judges_whoever_was_chosen(office: Office, said: dict[str, Any], policy: Policy, why: str):
    office.connector.join(GROUP, JOHN, **said)
    (found,) = (await office.recipients.choice(JANE, policy, [JOHN.id], GROUP)).people
    assert found.why_not == why


async def test_who_is_signed_in_nowhere_can_be_bound_to_nothing(office: Office):
    office.connector.rosters[GROUP]["29:anon"] = entry_of(JOHN, id="29:anon", aadObjectId=None)
    (found,) = (await office.recipients.choice(JANE, Policy(outsiders_allowed=True), ["29:anon"], GROUP)).people
    assert found.why_not == "not_known"


async def test_a_colleague_of_whom_teams_says_nothing_is_bound_to_the_senders_tenant(office: Office):
    (found,) = (await office.recipients.choice(JANE, ANYBODY, [JOHN.id])).people
    assert (found.member, found.name, found.why_not) == (JOHN, "", "")


async def test_where_guests_are_refused_nobody_unknown_is_sent_to(office: Office):
    (found,) = (await office.recipients.choice(JANE, Policy(guests_allowed=False), [JOHN.id])).people
    assert found.why_not == "not_known"


async def test_a_mention_that_nobody_can_turn_into_an_entra_id_is_refused(office: Office):
    (found,) = (await office.recipients.choice(JANE, ANYBODY, ["29:stranger"])).people
    assert found.why_not == "not_known"


async def test_more_people_than_one_order_has_room_for_are_not_even_looked_up(office: Office):
    with pytest.raises(BadInput):
        await office.recipients.choice(JANE, ANYBODY, [f"29:{number}" for number in range(41)], GROUP)
    assert office.connector.asked == []
