"""The app comes to people, groups and channels, says once what it is, and leaves nothing behind when it goes."""

import pytest

from playground.microsoft.client import Client
from playground.microsoft.world import EVE, GENERAL, GUS, LENA, OMAR, PROJECT_CHAT, Message, Person
from playground.office import Office
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors
from tests.journeys.teams.looks import buttons

pytestmark = pytest.mark.asyncio(loop_scope="session")

WELCOME = "Share a secret by a link that works once."
INTRODUCTION = "This app shares secrets by links that work once."


def said(client: Client, what: str, where: str = "") -> list[Message]:
    return [each for each in client.messages(where) if not each.sender and what in client.reads(each)]


async def heard(office: Office, client: Client, what: str, where: str = "", times: int = 1) -> list[Message]:
    """The messages that say it to somebody, once there are so many."""
    return await office.microsoft.until(lambda: found if len(found := said(client, what, where)) == times else [])


async def all_done(office: Office) -> None:
    await office.service.house.later.drain()


# Coming


async def test_a_personal_chat_is_welcomed_once_though_teams_tells_it_twice(office: Office):
    gus = office.microsoft.as_person(GUS)
    told = await gus.installs()
    assert len(told) == 2
    (welcome,) = await heard(office, gus, WELCOME)
    assert buttons(gus, welcome) == ["Push a secret", "Ask for a secret"]
    await all_done(office)
    assert len(gus.messages()) == 1


async def test_told_in_the_other_order_or_again_and_again_it_is_one_welcome(office: Office):
    gus = office.microsoft.as_person(GUS)
    gus.chat.has_bot = True
    activities = office.microsoft.stage.activities
    for activity in reversed(activities.installed(gus.person, gus.chat, is_there=True) * 3):
        assert (await office.microsoft.wire.send(activity)).status == 200
    await heard(office, gus, WELCOME)
    await all_done(office)
    assert len(gus.messages()) == 1


async def test_the_welcome_opens_the_form(office: Office, actors: Actors, reader: Reader):
    lena = office.microsoft.as_person(LENA)
    await lena.installs()
    welcome = await office.microsoft.until(lena.latest)
    form = (await lena.presses(welcome, "push")).dialog
    await lena.submits(form, secret=SECRET, recipients=OMAR)
    assert await reader.read(await actors.open_in_chat()) == SECRET


@pytest.mark.parametrize("where", [PROJECT_CHAT, GENERAL])
async def test_a_group_and_a_channel_hear_one_introduction(office: Office, actors: Actors, where: str):
    await actors.jane.installs(where)
    (introduced,) = await heard(office, actors.omar, INTRODUCTION, where)
    await all_done(office)
    assert office.microsoft.messages(where) == [introduced]
    assert introduced.only_for == ""
    assert (await actors.omar.presses(introduced, "Push a secret")).dialog.title == "Push a secret"


async def test_people_who_join_and_leave_a_group_and_its_new_name_are_answered_with_nothing(office: Office, actors: Actors):
    await actors.jane.installs(PROJECT_CHAT)
    await heard(office, actors.omar, INTRODUCTION, PROJECT_CHAT)
    for answer in (
        await actors.jane.removes(LENA, PROJECT_CHAT),
        await actors.jane.adds(LENA, PROJECT_CHAT),
        await actors.jane.renames(PROJECT_CHAT, "Another name"),
    ):
        assert answer is not None
        assert answer.status == 200
    await all_done(office)
    assert len(office.microsoft.messages(PROJECT_CHAT)) == 1


async def test_for_a_whole_organisation_each_person_is_welcomed_in_their_own_chat(office: Office):
    people = [Person(f"0a1b2c3d-7777-4aaa-8bbb-{n:012d}", f"Person {n}", f"p{n}@contoso.example") for n in range(25)]
    office.microsoft.world.add(*people)
    for person in people:
        await office.microsoft.as_person(person.entra_id).installs()
    for person in people:
        await heard(office, office.microsoft.as_person(person.entra_id), WELCOME)
    await all_done(office)
    assert {len(office.microsoft.as_person(person.entra_id).messages()) for person in people} == {1}


async def test_each_tenant_is_told_by_itself(office: Office):
    eve = office.microsoft.as_person(EVE)
    await eve.installs()
    await heard(office, eve, WELCOME)


async def test_a_welcome_that_cannot_be_posted_harms_nothing(office: Office, reader: Reader, actors: Actors):
    lena = office.microsoft.as_person(LENA)
    office.microsoft.connector.fail_with(403, "MessageWritesBlocked", on="send", to=lena.chat.id)
    for answer in await lena.installs():
        assert answer.status == 200
    await all_done(office)
    assert lena.messages() == []
    await lena.says("hi")
    await office.microsoft.until(lena.latest)
    assert (await actors.push()).ok


# An upgrade


@pytest.mark.parametrize("action", ["add-upgrade", "remove-upgrade"])
async def test_an_upgrade_says_nothing_and_takes_nothing_away(office: Office, actors: Actors, reader: Reader, action: str):
    await actors.push()
    await actors.card("Waiting")
    before = len(actors.jane.messages())
    activity = office.microsoft.stage.activities.installation(actors.jane.person, actors.jane.chat, action)
    assert (await office.microsoft.wire.send(activity)).status == 200
    await all_done(office)
    assert len(actors.jane.messages()) == before
    assert await reader.read(await actors.open_in_chat()) == SECRET
    await actors.card("Opened by Omar")


# Going


async def test_what_came_back_is_welcomed_again_however_soon(office: Office, actors: Actors, reader: Reader):
    for times in (2, 3):
        await actors.jane.uninstalls()
        await actors.jane.installs()
        await heard(office, actors.jane, WELCOME, times=times)
    await all_done(office)
    assert len(said(actors.jane, WELCOME)) == 3
    await actors.push()
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_group_that_takes_it_back_hears_the_introduction_again(office: Office, actors: Actors):
    for times in (1, 2):
        await actors.jane.installs(PROJECT_CHAT)
        await heard(office, actors.omar, INTRODUCTION, PROJECT_CHAT, times=times)
        await all_done(office)
        await actors.jane.uninstalls(PROJECT_CHAT)
    assert len(office.microsoft.messages(PROJECT_CHAT)) == 2


async def test_who_takes_it_from_a_group_keeps_what_is_theirs(office: Office, actors: Actors, reader: Reader):
    await actors.jane.installs(PROJECT_CHAT)
    await actors.push()
    await actors.card("Waiting")
    await actors.jane.uninstalls(PROJECT_CHAT)
    group = office.microsoft.world.conversation(PROJECT_CHAT)
    gone = office.microsoft.stage.activities.members(actors.jane.person, group, [office.microsoft.stage.activities.bot], came=False)
    assert (await office.microsoft.wire.send(gone)).status == 200
    await all_done(office)
    assert await reader.read(await actors.open_in_chat()) == SECRET
    await actors.card("Opened by Omar")


async def test_who_took_it_away_and_told_nobody_hears_of_nothing(office: Office, actors: Actors):
    await actors.omar.uninstalls()
    before = len(actors.omar.messages())
    done = await actors.push()
    assert "does not have this app" in done.words
    await actors.card("Not delivered")
    assert len(actors.omar.messages()) == before
