"""adapters/teams/conversations: what activities tell is kept once, with the tenant, and ends with it."""

from typing import Any

import pytest

from adapters.teams.conversations import Conversations, Opened, Reference
from adapters.teams.parse import Conversation, Kind
from core.identity import Member, Workspace
from tests.fakes.small import FakeSealedRecords, ManualClock
from tests.fakes.workspaces import FakeWorkspaceRecords

ACME = Workspace("teams", "8a2b7c1d-0000-4000-8000-00000000ac3e")
JANE = Member(ACME, "11111111-2222-4333-8444-555555555555")
URL = "https://smba.trafficmanager.net/emea/"


class CountingRecords(FakeWorkspaceRecords):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def keep(self, workspace: Workspace, name: str, plain: bytes) -> None:
        self.asked += 1
        await super().keep(workspace, name, plain)

    async def read(self, workspace: Workspace, name: str) -> bytes | None:
        self.asked += 1
        return await super().read(workspace, name)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def records() -> CountingRecords:
    return CountingRecords()


@pytest.fixture
def conversations(records: CountingRecords, clock: ManualClock) -> Conversations:
    return Conversations(records, FakeSealedRecords(clock), clock)


def activity(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "from": {"id": "29:jane", "name": "Jane Doe", "aadObjectId": JANE.id},
        "conversation": {"id": "a:1", "conversationType": "personal"},
        "channelData": {"tenant": {"id": ACME.id}},
        "serviceUrl": URL,
        "locale": "de-DE",
        **more,
    }


async def test_nothing_is_known_of_whom_nobody_has_heard(conversations: Conversations):
    assert await conversations.of(JANE) == Reference()
    assert await conversations.service_url(ACME) == ""


async def test_an_activity_tells_where_its_sender_is_reached(conversations: Conversations):
    await conversations.note(activity())
    assert await conversations.of(JANE) == Reference("29:jane", "Jane Doe", "de-DE", "a:1")
    assert await conversations.service_url(ACME) == URL


async def test_what_is_known_costs_the_store_nothing(conversations: Conversations, records: CountingRecords):
    await conversations.note(activity())
    await conversations.note(activity())
    before = records.asked
    for _ in range(20):
        await conversations.note(activity())
    assert records.asked == before


async def test_after_a_minute_it_is_read_again_but_not_written(conversations: Conversations, records: CountingRecords, clock: ManualClock):
    await conversations.note(activity())
    clock.advance(61_000)
    before = records.asked
    await conversations.note(activity())
    assert records.asked == before + 2


async def test_what_an_activity_does_not_tell_stays_known(conversations: Conversations):
    await conversations.note(activity())
    await conversations.note(activity(locale=None, conversation={"id": "19:x@thread.v2", "conversationType": "groupChat"}))
    assert await conversations.of(JANE) == Reference("29:jane", "Jane Doe", "de-DE", "a:1")


async def test_what_has_changed_is_followed(conversations: Conversations):
    await conversations.note(activity())
    await conversations.note(activity(serviceUrl="https://smba.trafficmanager.net/amer/", locale="fr-FR"))
    assert await conversations.service_url(ACME) == "https://smba.trafficmanager.net/amer/"
    assert (await conversations.of(JANE)).locale == "fr-FR"


@pytest.mark.parametrize(
    "more",
    [
        {"conversation": {"id": "19:a_b@unq.gbl.spaces", "conversationType": "personal"}},
        {"conversation": {"id": "19:x@thread.v2", "conversationType": "groupChat"}},
        {"type": "invoke", "name": "composeExtension/fetchTask"},
    ],
)
async def test_a_chat_among_people_is_never_taken_for_the_chat_with_the_app(conversations: Conversations, more: dict[str, Any]):
    await conversations.note(activity(**more))
    assert (await conversations.of(JANE)).chat == ""


@pytest.mark.parametrize("somebody", [{"id": "29:x"}, {"id": "28:bot", "aadObjectId": "bot"}, None])
async def test_who_has_no_entra_id_is_not_kept(conversations: Conversations, records: CountingRecords, somebody: Any):
    await conversations.note(activity(**{"from": somebody}))
    assert await conversations.service_url(ACME) == URL
    assert len(records._kept[ACME.spelled()]) == 1


@pytest.mark.parametrize(
    "news", [{"type": "installationUpdate", "action": "remove"}, {"type": "conversationUpdate", "membersRemoved": [{"id": "28:bot"}]}]
)
async def test_the_news_that_the_app_is_gone_leaves_no_reference_behind(conversations: Conversations, news: dict[str, Any]):
    await conversations.note(activity(**news))
    assert await conversations.of(JANE) == Reference()


async def test_a_chat_that_was_made_is_kept_beside_the_rest(conversations: Conversations):
    await conversations.note(activity(conversation={"id": "19:x@thread.v2", "conversationType": "groupChat"}))
    await conversations.found_chat(JANE, "a:2")
    assert await conversations.of(JANE) == Reference("29:jane", "Jane Doe", "de-DE", "a:2")


async def test_who_is_forgotten_is_unknown_and_can_come_back(conversations: Conversations):
    await conversations.note(activity())
    await conversations.forget(JANE)
    assert await conversations.of(JANE) == Reference()
    await conversations.note(activity())
    assert (await conversations.of(JANE)).chat == "a:1"


async def test_erasing_a_tenant_forgets_all_of_it(conversations: Conversations, records: CountingRecords, clock: ManualClock):
    await conversations.note(activity())
    await records.erase(ACME)
    clock.advance(61_000)
    assert await conversations.of(JANE) == Reference()
    assert await conversations.service_url(ACME) == ""


async def test_no_member_and_no_address_of_another_tenant_is_mixed_up(conversations: Conversations):
    await conversations.note(activity())
    other = Workspace("teams", "00000000-0000-4000-8000-0000000000ff")
    assert await conversations.of(Member(other, JANE.id)) == Reference()
    assert await conversations.service_url(other) == ""


async def test_what_another_edition_kept_is_read_as_far_as_it_makes_sense(conversations: Conversations, records: CountingRecords):
    await conversations.note(activity())
    (name,) = [each for each in records._kept[ACME.spelled()] if JANE.id in each]
    await records.keep(ACME, name, b'{"id": "29:jane", "chat": 7, "shoe": "44"}')
    assert await Conversations(records, FakeSealedRecords(ManualClock()), ManualClock()).of(JANE) == Reference("29:jane")


async def test_where_a_form_was_opened_is_known_for_a_day(conversations: Conversations, clock: ManualClock):
    where = {"id": "19:x@thread.tacv2;messageid=17", "conversationType": "channel"}
    await conversations.opened("form", activity(conversation=where))
    assert await conversations.opened_in("form") == Opened(Conversation("19:x@thread.tacv2", Kind.CHANNEL, "17"), "29:jane")
    assert await conversations.opened_in("other") is None
    assert await conversations.opened_in("") is None
    clock.advance(26 * 3600 * 1000)
    assert await conversations.opened_in("form") is None
