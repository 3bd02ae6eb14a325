"""Nobody floods anybody by way of the app: what a member may make in a minute, and how often a chat is written to."""

import asyncio

import pytest

from adapters.pace import Rate
from adapters.teams import connector
from bot.ground import BUDGETS
from playground.microsoft.forms import find_button
from playground.microsoft.world import OMAR, PROJECT_CHAT
from tests.journeys.teams.actors import SECRET, Actors

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace at which Teams may be written to would hide what we write."""
    monkeypatch.setattr(connector, "RATES", [Rate(1000.0, 1000.0)])


async def test_a_member_makes_no_more_than_thirty_pushes_in_a_minute(actors: Actors):
    form = await actors.form()
    for _ in range(BUDGETS["create"]):
        assert "The link is ready" in (await actors.jane.submits(await actors.form(), secret=SECRET)).words
    refused = (await actors.jane.submits(form, secret=SECRET, recipients=OMAR)).dialog
    assert "many secrets in a short time" in refused.words
    assert refused.fields["secret"]["value"] == SECRET
    assert actors.office.service.house.metrics.count_of("push.created") == BUDGETS["create"] == 30


async def test_a_member_asks_no_more_than_ten_times_in_a_minute(actors: Actors):
    for number in range(BUDGETS["ask"] + 1):
        form = (await actors.jane.opens("request")).dialog
        said = (await actors.jane.submits(form, asked=OMAR, what=f"key {number}")).words
        assert ("is asked" in said) == (number < BUDGETS["ask"])


@pytest.mark.parametrize("where", ["", PROJECT_CHAT])
async def test_a_flood_of_messages_is_not_answered_by_a_flood(actors: Actors, where: str):
    microsoft = actors.office.microsoft
    microsoft.settle(where=microsoft.world.conversation(PROJECT_CHAT))
    await actors.office.service.house.later.drain()
    before = len(microsoft.connector.calls)
    await asyncio.gather(*(actors.jane.says("help", where) for _ in range(3 * BUDGETS["typed"])))
    await actors.office.service.house.later.drain()
    assert len([call for call in microsoft.connector.calls[before:] if call.name == "send"]) == BUDGETS["typed"]


async def test_what_a_flood_asks_for_is_done_all_the_same(actors: Actors):
    await actors.push()
    await asyncio.gather(*(actors.jane.says("help") for _ in range(BUDGETS["typed"])))
    await actors.jane.says("burn all")
    assert actors.office.service.house.metrics.count_of("push.burned") == 1


async def test_who_presses_a_button_again_and_again_does_not_fill_the_chat_of_the_other(actors: Actors):
    microsoft, form = actors.office.microsoft, await actors.form()
    await actors.jane.presses(form, "More options")
    assert (await actors.jane.submits(form, secret=SECRET, recipients=OMAR, expiry="3600")).ok
    await actors.invitation()
    card = await actors.card("Waiting")
    extend, nudge = (find_button(actors.jane.card(card), verb) for verb in ("extend", "nudge"))
    for _ in range(5):
        for button, typed in ((extend, {"expiry": "86400"}), (nudge, {})):
            value = {"action": button.action | {"data": button.data | typed}, "trigger": "manual"}
            activity = microsoft.stage.activities.invoke("adaptiveCard/action", actors.jane.person, actors.jane.chat, value, message=card)
            assert (await microsoft.wire.send(activity)).ok
    await actors.office.microsoft.until(lambda: actors.omar.latest("gave you more time"))
    await actors.office.service.house.later.drain()
    assert len([each for each in actors.omar.messages() if "gave you more time" in actors.omar.reads(each)]) == 1
    assert len(actors.omar.messages()) <= 4  # the welcome, the invitation, more time, one reminder
