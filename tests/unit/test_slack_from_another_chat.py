"""adapters/slack: whoever sends or asks from another chat has no workspace here; the person's own app writes to them."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.slack.ask_delivery import SlackAskDelivery
from adapters.slack.delivery import SlackDelivery
from adapters.slack.people import People
from adapters.slack.responses import Responses
from adapters.slack.switchboard import OneToken, Switchboard
from core.errors import Undeliverable
from core.identity import Workspace
from core.keyring import KeyRing
from core.link import Link
from core.policy import Policy
from core.preferences import MemberPreferences
from core.push import PushId
from core.receipt import Invitation, Place, Receipt
from core.secret_request import SecretRequest
from tests.fakes import BOB, RecordingAudit, SeededRandom
from tests.fakes.policies import InstallationPolicies
from tests.fakes.small import FakeSealedRecords, ManualClock
from tests.fakes.teams import JANE
from tests.fakes.workspaces import FakeWorkspaceRecords

NOWHERE = "http://127.0.0.1:9/"
THERE = Place("D1", "1.2")


class Asked(OneToken):
    """Remembers as whose app somebody wanted to write; nobody may."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__("xoxb-none", api_url=NOWHERE, session=session)
        self.session = session
        self.homes: set[Workspace] = set()

    async def bot_token(self, workspace: Workspace) -> str:
        self.homes.add(workspace)
        raise Undeliverable("not_installed")


@pytest.fixture
async def tokens() -> AsyncIterator[Asked]:
    async with aiohttp.ClientSession() as session:
        yield Asked(session)


def rooms(tokens: Asked) -> tuple[SlackDelivery, SlackAskDelivery]:
    clock = ManualClock()
    switchboard = Switchboard(tokens, api_url=NOWHERE, session=tokens.session)
    people = People(switchboard, MemberPreferences(FakeWorkspaceRecords(), RecordingAudit(), clock), clock)
    responses, ring = Responses(api_url=NOWHERE, session=tokens.session), KeyRing([bytes(32)], SeededRandom())
    delivery = SlackDelivery(switchboard, responses, people, FakeSealedRecords(clock), ring, InstallationPolicies(Policy()))
    return delivery, SlackAskDelivery(switchboard, people)


def receipt(**facts: Place) -> Receipt:
    return Receipt("abcd2345", PushId(bytes(16)), JANE, BOB, "", 1, 1, False, 0, 60_000, **facts)


async def test_a_push_from_another_chat_is_carried_by_the_recipients_own_app(tokens: Asked):
    delivery, _ = rooms(tokens)
    for carried in (
        delivery.invite(Invitation(BOB, receipt(), Link(PushId(bytes(16)), bytes(32), "o"))),
        delivery.settle_invitation(receipt(invitation=THERE)),
        delivery.nudge(receipt(invitation=THERE)),
    ):
        with pytest.raises(Undeliverable):
            await carried
    assert tokens.homes == {BOB.workspace}


async def test_a_request_from_another_chat_is_carried_by_the_asked_persons_own_app(tokens: Asked):
    _, asking = rooms(tokens)
    for carried in (
        asking.ask(SecretRequest("r", JANE, BOB, "the key", 0, 60_000)),
        asking.settle_ask(SecretRequest("r", JANE, BOB, "the key", 0, 60_000, invitation=THERE)),
    ):
        with pytest.raises(Undeliverable):
            await carried
    assert tokens.homes == {BOB.workspace}
