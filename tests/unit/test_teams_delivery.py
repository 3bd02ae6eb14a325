"""adapters/teams/direct, delivery, ask_delivery: what is carried to whom, and where it goes when it cannot be carried there."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters import button
from adapters.teams.ask_delivery import TeamsAskDelivery
from adapters.teams.conversations import Conversations
from adapters.teams.delivery import TeamsDelivery
from adapters.teams.direct import PersonalChats
from adapters.teams.people import People
from core.errors import Undeliverable, Unreachable
from core.identity import Member
from core.keyring import KeyRing
from core.link import Link
from core.policy import Policy
from core.preferences import MemberPreferences
from core.push import PushId, reference
from core.receipt import Invitation, Place, Receipt, State
from core.secret_request import Asking, SecretRequest
from tests.fakes import RecordingAudit, SeededRandom
from tests.fakes.people import ALICE
from tests.fakes.policies import InstallationPolicies
from tests.fakes.small import FakeSealedRecords, ManualClock
from tests.fakes.teams import JANE, JOHN, TENANT, FakeConnector, chat_of, entry_of, heard_from
from tests.fakes.workspaces import FakeWorkspaceRecords

GROUP = "19:x@thread.v2"
SLACK_ALICE = replace(ALICE, name="Alice Liddell")
LINK = Link(PushId(bytes(16)), bytes(range(32)), "o")


class Office:
    """All that carries."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.clock = ManualClock()
        self.records = FakeWorkspaceRecords()
        self.connector = FakeConnector()
        self.ring = KeyRing([bytes(32)], SeededRandom())
        self.conversations = Conversations(self.records, FakeSealedRecords(self.clock), self.clock)
        self.people = People(self.connector, self.conversations, MemberPreferences(self.records, RecordingAudit(), self.clock), self.clock)
        self.chats = PersonalChats(self.connector, self.conversations)
        self.delivery = TeamsDelivery(
            self.chats, self.people, self.conversations, self.ring, InstallationPolicies(policy or Policy()), self.clock
        )
        self.asking = TeamsAskDelivery(self.chats, self.people)

    def receipt(self, sender: Member = JANE, recipient: Member | None = JOHN, **facts: Any) -> Receipt:
        now = self.clock()
        receipt = Receipt(reference(LINK.push_id), LINK.push_id, sender, recipient, "VPN", 1, 1, False, now, now + 86_400_000)
        return replace(receipt, **facts)

    def request(self, **facts: Any) -> SecretRequest:
        return replace(SecretRequest("r1", JANE, JOHN, "the key", self.clock(), self.clock() + 86_400_000), **facts)


@pytest.fixture
async def office() -> Office:
    return await set_up(Office())


async def set_up(office: Office) -> Office:
    """Jane has the app and has written to it; John has it, and nobody has heard of him."""
    office.connector.install_for(JANE)
    office.connector.install_for(JOHN)
    await office.conversations.note(heard_from(JANE))
    return office


async def opened_in_the_group(office: Office) -> None:
    where = {"id": GROUP, "conversationType": "groupChat"}
    await office.conversations.opened("form", heard_from(JANE, conversation=where))


def said(activity: Mapping[str, Any]) -> str:
    """All that stands on a card, as one text."""
    return json.dumps(activity, ensure_ascii=False)


async def test_the_recipient_gets_a_button_in_a_chat_that_is_made_for_it_and_remembered(office: Office):
    place = await office.delivery.invite(Invitation(JOHN, office.receipt(), LINK))
    ((where, reader, activity),) = office.connector.posted
    assert (place.conversation, where, reader) == (chat_of(JOHN.id), chat_of(JOHN.id), None)
    assert "Jane Doe" in said(activity)
    assert (await office.conversations.of(JOHN)).chat == chat_of(JOHN.id)


async def test_the_button_holds_the_link_sealed_and_nothing_else_does(office: Office):
    await office.delivery.invite(Invitation(JOHN, office.receipt(), LINK))
    ((_, _, activity),) = office.connector.posted
    (action,) = activity["attachments"][0]["content"]["actions"]
    assert button.link_in(office.ring, action["data"]["value"]) == LINK
    assert "http" not in said(activity).replace("http://adaptivecards.io/schemas/adaptive-card.json", "")


async def test_somebody_in_slack_is_named_to_whom_they_send(office: Office):
    await office.delivery.invite(Invitation(JOHN, office.receipt(SLACK_ALICE), LINK))
    assert "Alice Liddell" in said(office.connector.posted[0][2])
    assert ALICE.id not in said(office.connector.posted[0][2])


async def test_who_took_the_app_away_and_has_it_again_is_found_in_the_new_chat(office: Office):
    await office.conversations.found_chat(JOHN, "a:old")
    office.connector.refusals["a:old"] = Undeliverable("ConversationNotFound")
    assert (await office.delivery.invite(Invitation(JOHN, office.receipt(), LINK))).conversation == chat_of(JOHN.id)
    assert (await office.conversations.of(JOHN)).chat == chat_of(JOHN.id)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("BotNotInConversationRoster", "not_installed"),
        ("ForbiddenOperationException", "not_installed"),
        ("ConversationBlockedByUser", "blocked"),
        ("BotDisabledByAdmin", "disabled_by_admin"),
        ("MessageWritesBlocked", "writes_blocked"),
        ("SomethingNew", "SomethingNew"),
    ],
)
async def test_why_a_person_is_not_reached_is_said_in_our_words(office: Office, code: str, reason: str):
    office.connector.refusals[JOHN.id] = Undeliverable(code)
    with pytest.raises(Undeliverable) as refused:
        await office.delivery.invite(Invitation(JOHN, office.receipt(), LINK))
    assert refused.value.reason == reason


async def test_a_platform_that_does_not_answer_is_tried_again(office: Office):
    office.connector.refusals[JOHN.id] = Unreachable("no_answer")
    with pytest.raises(Unreachable):
        await office.delivery.invite(Invitation(JOHN, office.receipt(), LINK))


async def test_a_tenant_of_which_nobody_has_heard_has_no_address(office: Office):
    stranger = Member(replace(TENANT, id="other"), JOHN.id)
    with pytest.raises(Undeliverable, match="not_installed"):
        await office.delivery.invite(Invitation(stranger, office.receipt(), LINK))


async def test_without_the_app_one_is_invited_where_the_form_was_opened_and_nobody_else_sees_it(office: Office):
    await opened_in_the_group(office)
    office.connector.installed.remove(JOHN.id)
    office.connector.join(GROUP, JOHN)
    place = await office.delivery.invite(Invitation(JOHN, office.receipt(asked_in="form"), LINK))
    ((where, reader, activity),) = office.connector.posted
    assert (where, reader) == (GROUP, f"29:{JOHN.id}")
    assert place.conversation == GROUP
    (action,) = activity["attachments"][0]["content"]["actions"]
    assert button.link_in(office.ring, action["data"]["value"]) == LINK


@pytest.mark.parametrize(("days", "told"), [(1, False), (7, True)])
async def test_a_sender_hears_of_a_button_that_goes_before_the_push_does(office: Office, days: int, told: bool):
    await opened_in_the_group(office)
    office.connector.installed.remove(JOHN.id)
    office.connector.join(GROUP, JOHN)
    receipt = office.receipt(asked_in="form", expires_at=office.clock() + days * 86_400_000)
    reached = replace(receipt, invitation=await office.delivery.invite(Invitation(JOHN, receipt, LINK)))
    await office.delivery.show_receipt(reached)
    await office.delivery.show_group([reached, office.receipt(reference="other", recipient=JANE)])
    invitation, card, group = [said(activity) for _, _, activity in office.connector.posted]
    assert "Add this app to get secrets" in invitation
    assert [("for 24 hours" in each) for each in (card, group)] == [told, told]
    await office.delivery.show_receipt(replace(reached, invitation=Place("a:chat", "1")))
    assert "for 24 hours" not in said(office.connector.posted[-1][2])


@pytest.mark.parametrize("asked_in", ["form", "of long ago", ""])
async def test_who_is_not_there_either_is_not_reached(office: Office, asked_in: str):
    await opened_in_the_group(office)
    office.connector.installed.remove(JOHN.id)
    office.connector.join(GROUP, JANE)
    with pytest.raises(Undeliverable, match="not_installed"):
        await office.delivery.invite(Invitation(JOHN, office.receipt(asked_in=asked_in), LINK))
    assert office.connector.posted == []


async def test_nobody_else_is_invited_in_the_place_of_who_is_not_there(office: Office):
    await opened_in_the_group(office)
    office.connector.installed.remove(JOHN.id)
    office.connector.rosters[GROUP][JOHN.id] = entry_of(JANE)
    with pytest.raises(Undeliverable, match="not_installed"):
        await office.delivery.invite(Invitation(JOHN, office.receipt(asked_in="form"), LINK))


async def test_where_the_app_is_not_there_the_reason_is_still_the_persons(office: Office):
    await opened_in_the_group(office)
    office.connector.refusals |= {JOHN.id: Undeliverable("ForbiddenOperationException"), GROUP: Undeliverable("http_403")}
    with pytest.raises(Undeliverable, match="not_installed"):
        await office.delivery.invite(Invitation(JOHN, office.receipt(asked_in="form"), LINK))


async def test_who_has_blocked_the_app_is_not_followed_into_other_conversations(office: Office):
    await opened_in_the_group(office)
    office.connector.join(GROUP, JOHN)
    office.connector.refusals[JOHN.id] = Undeliverable("ConversationBlockedByUser")
    with pytest.raises(Undeliverable, match="blocked"):
        await office.delivery.invite(Invitation(JOHN, office.receipt(asked_in="form"), LINK))


async def test_a_message_that_one_person_sees_is_settled_and_what_follows_it_goes_to_that_person(office: Office):
    await opened_in_the_group(office)
    office.connector.installed.remove(JOHN.id)
    office.connector.join(GROUP, JOHN)
    receipt = office.receipt(asked_in="form")
    receipt = replace(receipt, invitation=await office.delivery.invite(Invitation(JOHN, receipt, LINK)))
    await office.delivery.settle_invitation(replace(receipt, state=State.BURNED))
    assert [(where, message) for where, message, _ in office.connector.updated] == [(GROUP, "m1 for one")]
    await office.delivery.nudge(receipt)
    assert office.connector.posted[1][:2] == (GROUP, f"29:{JOHN.id}")


async def test_the_senders_card_is_posted_once_and_then_edited(office: Office):
    receipt = office.receipt()
    place = await office.delivery.show_receipt(receipt)
    assert place.conversation == chat_of(JANE.id)
    assert "John Roe" in said(office.connector.posted[0][2])
    assert await office.delivery.show_receipt(replace(receipt, card=place, state=State.BURNED)) == place
    ((where, message, _),) = office.connector.updated
    assert (where, message) == (place.conversation, place.message)
    assert len(office.connector.posted) == 1


@pytest.mark.parametrize("code", ["ActivityNotFoundInConversation", "http_404", "http_403"])
async def test_a_card_that_was_deleted_is_posted_anew(office: Office, code: str):
    office.connector.refusals["gone"] = Undeliverable(code)
    place = await office.delivery.show_receipt(office.receipt(card=Place(chat_of(JANE.id), "gone")))
    assert place == Place(chat_of(JANE.id), "m1")


@pytest.mark.parametrize("trouble", [Unreachable("no_answer"), Undeliverable("ConversationBlockedByUser")])
async def test_a_card_that_is_only_out_of_reach_is_not_posted_twice(office: Office, trouble: Undeliverable):
    office.connector.refusals["there"] = trouble
    with pytest.raises(type(trouble)):
        await office.delivery.show_receipt(office.receipt(card=Place(chat_of(JANE.id), "there")))
    assert office.connector.posted == []


async def test_several_pushes_have_one_card(office: Office):
    receipts = [office.receipt(group=("a", "b")), office.receipt(recipient=SLACK_ALICE, group=("a", "b"))]
    place = await office.delivery.show_group(receipts)
    assert place.conversation == chat_of(JANE.id)
    text = said(office.connector.posted[0][2])
    assert "John Roe" in text
    assert "Alice Liddell" in text


async def test_the_recipients_message_is_settled_in_place(office: Office):
    receipt = office.receipt(invitation=Place(chat_of(JOHN.id), "m7"), state=State.BURNED)
    await office.delivery.settle_invitation(receipt)
    ((where, message, activity),) = office.connector.updated
    assert (where, message) == (chat_of(JOHN.id), "m7")
    assert "actions" not in activity["attachments"][0]["content"]


async def test_reminders_and_more_time_are_told_below_the_message(office: Office):
    receipt = office.receipt(invitation=Place(chat_of(JOHN.id), "m7"))
    await office.delivery.nudge(receipt)
    await office.delivery.tell_extended(receipt)
    assert [where for where, _, _ in office.connector.posted] == [chat_of(JOHN.id)] * 2
    assert all("actions" not in activity["attachments"][0]["content"] for _, _, activity in office.connector.posted)


async def test_nothing_is_told_to_nobody(office: Office):
    for receipt in (office.receipt(recipient=None), office.receipt()):
        for tell in (office.delivery.settle_invitation, office.delivery.nudge, office.delivery.tell_extended):
            await tell(receipt)
    assert office.connector.posted == office.connector.updated == []


def offers(activity: Mapping[str, Any]) -> bool:
    """Whether the card has something to press."""
    return "actions" in activity["attachments"][0]["content"]


async def test_a_sender_hears_of_a_refusal_in_place_and_is_offered_the_link_in_their_own_chat(office: Office):
    await opened_in_the_group(office)
    await office.delivery.tell_refused(office.receipt(asked_in="form", undeliverable="not_installed"), LINK)
    told = [(where, reader, offers(activity)) for where, reader, activity in office.connector.posted]
    assert told == [(chat_of(JANE.id), None, True), (GROUP, f"29:{JANE.id}", False)]


async def test_a_sender_without_a_chat_of_their_own_is_offered_the_link_in_place(office: Office):
    await opened_in_the_group(office)
    office.connector.refusals |= {each: Undeliverable("ForbiddenOperationException") for each in (chat_of(JANE.id), JANE.id)}
    await office.delivery.tell_refused(office.receipt(asked_in="form", undeliverable="not_installed"), LINK)
    assert [(where, reader, offers(activity)) for where, reader, activity in office.connector.posted] == [(GROUP, f"29:{JANE.id}", True)]


async def test_a_sender_who_is_nowhere_to_be_reached_is_not_taken_for_told(office: Office):
    office.connector.refusals |= {each: Undeliverable("ForbiddenOperationException") for each in (chat_of(JANE.id), JANE.id)}
    with pytest.raises(Undeliverable):
        await office.delivery.tell_refused(office.receipt(undeliverable="blocked"), LINK)


async def test_while_it_is_tried_again_nothing_is_offered(office: Office):
    await opened_in_the_group(office)
    await office.delivery.tell_refused(office.receipt(asked_in="form", undeliverable="no_answer"), None)
    await office.delivery.tell_refused(office.receipt(undeliverable="no_answer"), None)
    assert [(where, reader, offers(activity)) for where, reader, activity in office.connector.posted] == [(GROUP, f"29:{JANE.id}", False)]


async def test_from_a_personal_chat_the_offer_alone_is_told(office: Office):
    await office.conversations.opened("form", heard_from(JANE))
    await office.delivery.tell_refused(office.receipt(asked_in="form", undeliverable="blocked"), LINK)
    assert [(where, offers(activity)) for where, _, activity in office.connector.posted] == [(chat_of(JANE.id), True)]


async def test_where_every_secret_is_for_named_people_no_link_is_offered():
    office = await set_up(Office(Policy(binding_required=True)))
    await office.delivery.tell_refused(office.receipt(undeliverable="blocked"), LINK)
    assert [offers(activity) for _, _, activity in office.connector.posted] == [False]


async def test_a_request_is_asked_shown_edited_and_settled(office: Office):
    asked = await office.asking.ask(office.request())
    card = await office.asking.show_request(office.request())
    assert [where for where, _, _ in office.connector.posted] == [chat_of(JOHN.id), chat_of(JANE.id)]
    ended = office.request(state=Asking.WITHDRAWN, card=card, invitation=asked)
    assert await office.asking.show_request(ended) == card
    await office.asking.settle_ask(ended)
    assert [(where, message) for where, message, _ in office.connector.updated] == [
        (card.conversation, card.message),
        (asked.conversation, asked.message),
    ]
    assert not any(offers(activity) for _, _, activity in office.connector.updated)


async def test_a_request_that_was_never_carried_has_nothing_to_settle(office: Office):
    await office.asking.settle_ask(office.request(state=Asking.WITHDRAWN))
    await office.asking.finish_step(office.request())
    assert office.connector.updated == []
