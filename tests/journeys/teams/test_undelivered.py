"""Who cannot be reached in Teams: who hears what, where, and what can still be done."""

import pytest

from adapters.teams.direct import PersonalChats
from core.errors import StoreUnavailable
from playground.microsoft.refusals import Refused
from playground.microsoft.world import GUS, LENA, OMAR, PROJECT_CHAT
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, links_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def put_into_the_project_chat(actors: Actors) -> None:
    await actors.jane.installs(PROJECT_CHAT)
    await actors.office.microsoft.until(lambda: actors.office.microsoft.messages(PROJECT_CHAT))  # it has introduced itself


async def test_who_has_not_the_app_is_reached_where_the_form_was_opened_and_nobody_else_sees_it(actors: Actors, reader: Reader):
    await put_into_the_project_chat(actors)
    microsoft, lena = actors.office.microsoft, actors.office.microsoft.as_person(LENA)
    before = len(microsoft.messages(PROJECT_CHAT))
    await actors.push(to=LENA, where=PROJECT_CHAT)
    invitation = await microsoft.until(lambda: lena.latest("Jane Miller sent you a secret", where=PROJECT_CHAT))
    seen = await lena.presses(invitation, "open")
    (page,) = links_in(seen.card)
    assert (await reader.read(page)) == SECRET
    await actors.card("Opened by Lena Krause")
    assert len(microsoft.messages(PROJECT_CHAT)) == before


async def test_a_targeted_invitation_loses_its_button_when_the_secret_is_burned(actors: Actors):
    await put_into_the_project_chat(actors)
    microsoft, lena = actors.office.microsoft, actors.office.microsoft.as_person(LENA)
    await actors.push(to=LENA, where=PROJECT_CHAT)
    invitation = await microsoft.until(lambda: lena.latest("Jane Miller", where=PROJECT_CHAT))
    card = await actors.card("shows them the button where you pushed it, for 24 hours")
    await actors.jane.presses(card, "burn")
    await microsoft.until(lambda: invitation.edits == 1)
    assert not lena.card(invitation).get("actions")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("ConversationBlockedByUser", "They have blocked this app."),
        ("BotDisabledByAdmin", "An administrator has switched this app off"),
        ("MessageWritesBlocked", "takes no messages just now"),
    ],
)
async def test_a_sender_hears_why_and_can_pass_it_on_as_a_link(actors: Actors, reader: Reader, code: str, why: str):
    actors.omar.chat.refusal = Refused(403, code)
    await actors.push()
    offer = await actors.card(why)
    got = await actors.jane.presses(offer, "pass_on")
    (page,) = links_in(got.dialog.card)
    assert (await reader.read(page)) == SECRET
    await actors.card("Passed on by you as a link")


async def test_in_a_group_the_sender_hears_it_there_too_and_the_group_hears_nothing(actors: Actors):
    await put_into_the_project_chat(actors)
    microsoft = actors.office.microsoft
    before = len(microsoft.messages(PROJECT_CHAT))
    actors.omar.chat.refusal = Refused(403, "ConversationBlockedByUser")
    await actors.push(where=PROJECT_CHAT)
    note = await microsoft.until(lambda: actors.jane.latest("In the conversation with this app you can get a link", where=PROJECT_CHAT))
    assert note.only_for == actors.jane.person.entra_id
    await actors.card("They have blocked this app.")
    assert len(microsoft.messages(PROJECT_CHAT)) == before


async def test_a_platform_that_stumbles_is_tried_again_and_nobody_is_told_twice(actors: Actors, reader: Reader):
    actors.office.microsoft.connector.fail_with(502, on="send", times=2)
    await actors.push()
    await actors.card("Waiting")
    await actors.invitation()
    assert len([each for each in actors.omar.messages() if "sent you a secret" in actors.omar.reads(each)]) == 1
    assert (await reader.read(await actors.open_in_chat())) == SECRET


async def test_what_was_made_is_not_denied_though_teams_does_not_say_whom_it_reaches(actors: Actors):
    form = await actors.form()
    actors.office.microsoft.connector.break_line(on="create", times=20)  # the app asks again, and so does the promise
    assert "gets a message" in (await actors.jane.submits(form, secret=SECRET, recipients=LENA)).words
    assert actors.office.service.house.metrics.count_of("push.created") == 1


async def test_what_was_made_is_not_denied_though_the_store_goes_away_after_it(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    async def away(*_: object) -> bool:
        raise StoreUnavailable

    form = await actors.form()
    monkeypatch.setattr(PersonalChats, "reaches", away)
    assert "gets a message" in (await actors.jane.submits(form, secret=SECRET, recipients=OMAR)).words
    await actors.card("Waiting")


async def test_a_sender_without_the_app_hears_that_there_is_no_receipt(actors: Actors):
    gus = actors.office.microsoft.as_person(GUS)
    for given in ({"recipients": OMAR}, {}):
        form = (await gus.opens("push", PROJECT_CHAT)).dialog
        said = (await gus.submits(form, secret=SECRET, **given)).words
        assert "you get no receipt" in said
        assert "Your receipt" not in said
    assert "you get no receipt" not in (await actors.push()).words


async def test_where_the_app_is_in_the_conversation_it_says_who_may_see_it_there(actors: Actors):
    await put_into_the_project_chat(actors)
    said = (await actors.push(to=LENA, where=PROJECT_CHAT)).words
    assert "for 24 hours" in said
    assert "nothing was sent" not in said
    assert "nothing was sent" in (await actors.push(to=LENA)).words
    await actors.jane.says("push", PROJECT_CHAT)
    waiting = await actors.office.microsoft.until(lambda: actors.jane.latest("The form for a new secret", where=PROJECT_CHAT))
    form = (await actors.jane.presses(waiting, "Push a secret")).dialog
    assert "for 24 hours" in (await actors.jane.submits(form, secret=SECRET, recipients=LENA)).words
