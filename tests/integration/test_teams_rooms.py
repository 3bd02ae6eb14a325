"""What carries notices in Teams, with the real connector before a pretend Microsoft and the real store behind."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from adapters import button
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from adapters.teams.connector import Connector
from adapters.teams.conversations import Conversations
from adapters.teams.delivery import TeamsDelivery
from adapters.teams.direct import PersonalChats
from adapters.teams.people import People
from adapters.teams.recipients import Recipients
from adapters.teams.service_urls import ServiceUrls
from adapters.teams.tokens import ClientSecret, Tokens
from bot.wiring import system_clock as now
from core.errors import Undeliverable
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.link import Link
from core.policy import Policy, Standing
from core.preferences import MemberPreferences
from core.push import PushId, reference
from core.receipt import Invitation, Receipt, State
from playground.microsoft.client import Client
from playground.microsoft.double import PretendMicrosoft
from playground.microsoft.refusals import Refused
from playground.microsoft.world import EVE, GUS, JANE, LENA, OMAR, PROJECT_CHAT, TENANT
from tests.fakes import RecordingAudit, SeededRandom
from tests.fakes.policies import InstallationPolicies

HOME = Workspace("teams", TENANT)
LINK = Link(PushId(bytes(16)), bytes(range(32)), "o")


class Rooms:
    """All rooms between the handlers and Microsoft."""

    def __init__(self, microsoft: PretendMicrosoft, session: aiohttp.ClientSession, redis: Redis, ring: KeyRing, prefix: str) -> None:
        self.microsoft, self.ring = microsoft, ring
        records, random = RedisWorkspaceRecords(redis, ring, prefix=prefix), SeededRandom()
        tokens = Tokens(
            session,
            app_id=microsoft.app_id,
            credential=ClientSecret("s3cret"),
            login_url=f"{microsoft.login_url}/",
            clock=now,
            random=random,
        )
        connector = Connector(tokens, session, app_id=microsoft.app_id, service_urls=ServiceUrls(doubles=True), random=random)
        self.conversations = Conversations(records, RedisSealedRecords(redis, ring, prefix=prefix), now)
        self.people = People(connector, self.conversations, MemberPreferences(records, RecordingAudit(), now), now)
        self.recipients = Recipients(self.people, self.conversations)
        chats = PersonalChats(connector, self.conversations)
        self.delivery = TeamsDelivery(chats, self.people, self.conversations, ring, InstallationPolicies(Policy()), now)

    def member(self, key: str) -> Member:
        return Member(HOME, key, self.microsoft.world.person(key).name)

    def said_by(self, key: str, where: dict[str, str]) -> dict[str, Any]:
        """An activity, as the door lets it in."""
        person = self.microsoft.world.person(key)
        told = {"tenant": {"id": TENANT}}
        return {
            "type": "message",
            "from": person.account(),
            "conversation": where,
            "channelData": told,
            "serviceUrl": self.microsoft.service_url,
        }

    def receipt(self, recipient: str = OMAR, **facts: Any) -> Receipt:
        receipt = Receipt(
            reference(LINK.push_id), LINK.push_id, self.member(JANE), self.member(recipient), "VPN", 1, 1, False, now(), now() + 86_400_000
        )
        return replace(receipt, **facts)

    async def invite(self, receipt: Receipt) -> Receipt:
        assert receipt.recipient is not None
        return replace(receipt, invitation=await self.delivery.invite(Invitation(receipt.recipient, receipt, LINK)))


@pytest.fixture
async def rooms(redis: Redis, ring: KeyRing, prefix: str) -> AsyncIterator[Rooms]:
    microsoft = PretendMicrosoft(app_secret="s3cret", now=lambda: now() / 1000)
    await microsoft.start()
    async with aiohttp.ClientSession() as session:
        rooms = Rooms(microsoft, session, redis, ring, prefix)
        microsoft.settle(JANE, OMAR)
        await rooms.conversations.note(rooms.said_by(JANE, microsoft.as_person(JANE).chat.as_json()))
        yield rooms
    await microsoft.stop()


async def opened_in_the_project_chat(rooms: Rooms) -> None:
    place = rooms.microsoft.world.conversation(PROJECT_CHAT)
    place.has_bot = True
    await rooms.conversations.opened("form", rooms.said_by(JANE, place.as_json()))


def person(rooms: Rooms, key: str) -> Client:
    return rooms.microsoft.as_person(key)


async def test_a_bound_push_comes_as_a_button_in_the_recipients_own_chat(rooms: Rooms):
    receipt = await rooms.invite(rooms.receipt())
    omar = person(rooms, OMAR)
    message = omar.latest("Jane Miller sent you a secret")
    assert receipt.invitation is not None
    assert (receipt.invitation.conversation, receipt.invitation.message) == (omar.chat.id, message.id)
    (action,) = omar.card(message)["actions"]
    assert button.link_in(rooms.ring, action["data"]["value"]) == LINK
    await rooms.delivery.settle_invitation(replace(receipt, state=State.BURNED))
    assert "taken back" in omar.reads(omar.latest())


async def test_people_are_written_to_in_their_own_language(rooms: Rooms):
    rooms.microsoft.settle(LENA)
    lena = rooms.said_by(LENA, person(rooms, LENA).chat.as_json()) | {"locale": "de-DE"}
    await rooms.conversations.note(lena)
    await rooms.invite(rooms.receipt(LENA))
    assert "Jane Miller hat Ihnen ein Geheimnis geschickt" in person(rooms, LENA).reads(person(rooms, LENA).latest())


async def test_without_the_app_a_person_is_invited_in_the_group_and_sees_it_alone(rooms: Rooms):
    await opened_in_the_project_chat(rooms)
    receipt = await rooms.invite(rooms.receipt(LENA, asked_in="form"))
    assert person(rooms, LENA).latest("sent you a secret", where=PROJECT_CHAT)
    assert rooms.microsoft.messages(PROJECT_CHAT) == []
    await rooms.delivery.nudge(receipt)
    await rooms.delivery.settle_invitation(replace(receipt, state=State.BURNED))
    read = [person(rooms, LENA).reads(each) for each in person(rooms, LENA).messages(PROJECT_CHAT)]
    assert "taken back" in read[0]
    assert "asks you to open" in read[1]
    assert rooms.microsoft.messages(PROJECT_CHAT) == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [("ConversationBlockedByUser", "blocked"), ("BotDisabledByAdmin", "disabled_by_admin"), ("MessageWritesBlocked", "writes_blocked")],
)
async def test_why_somebody_cannot_be_written_to_is_known(rooms: Rooms, code: str, reason: str):
    person(rooms, OMAR).chat.refusal = Refused(403, code)
    with pytest.raises(Undeliverable) as refused:
        await rooms.invite(rooms.receipt())
    assert refused.value.reason == reason
    person(rooms, OMAR).chat.refusal = None


async def test_the_senders_card_is_edited_and_posted_anew_when_it_was_deleted(rooms: Rooms):
    receipt = rooms.receipt()
    receipt = replace(receipt, card=await rooms.delivery.show_receipt(receipt))
    jane = person(rooms, JANE)
    assert await rooms.delivery.show_receipt(replace(receipt, state=State.BURNED)) == receipt.card
    assert jane.latest().edits == 1
    rooms.microsoft.world.messages.clear()
    moved = await rooms.delivery.show_receipt(receipt)
    assert moved != receipt.card
    assert moved.message == jane.latest("Omar Haddad").id


async def test_a_sender_is_told_in_the_group_and_offered_the_link_in_their_own_chat(rooms: Rooms):
    await opened_in_the_project_chat(rooms)
    await rooms.delivery.tell_refused(rooms.receipt(LENA, asked_in="form", undeliverable="not_installed"), LINK)
    jane = person(rooms, JANE)
    assert "Lena Krause" in jane.reads(jane.latest(where=PROJECT_CHAT))
    assert "Get a link" in jane.reads(jane.latest(where=jane.chat.id))
    assert rooms.microsoft.messages(PROJECT_CHAT) == []
    assert "#" not in json.dumps([each.card for each in jane.messages()])


async def test_rosters_tell_members_guests_and_outsiders_apart(rooms: Rooms):
    await opened_in_the_project_chat(rooms)
    found = (await rooms.recipients.choice(rooms.member(JANE), Policy(), [OMAR, GUS, EVE, LENA], PROJECT_CHAT)).people
    assert [(each.name, each.standing, each.why_not) for each in found] == [
        ("Omar Haddad", Standing.MEMBER, ""),
        ("Gus Olsen", Standing.GUEST, ""),
        ("Eve Novak", Standing.OUTSIDER, "outsider"),
        ("Lena Krause", Standing.MEMBER, ""),
    ]
    lena = await rooms.people.find(LENA, HOME)
    assert lena is not None
    assert lena.email == "lkrause"  # no address at all: only who proves one may be found by it
