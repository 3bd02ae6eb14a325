"""The main job in Teams: a secret for one person, and a link to pass on."""

import pytest

from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, links_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_secret_for_one_person_is_opened_by_that_person_from_their_chat(actors: Actors, reader: Reader):
    done = await actors.push()
    assert done.ok
    assert "Omar" in done.words
    page = await actors.open_in_chat()
    assert "#1o" in page
    assert (await reader.read(page)) == SECRET
    card = await actors.card("Opened by Omar")
    assert SECRET not in actors.jane.reads(card)


async def test_a_link_to_pass_on_stands_in_the_dialogs_result_alone(actors: Actors, reader: Reader):
    done = await actors.push(to="")
    (page,) = links_in(done.dialog.card)
    assert (await reader.read(page)) == SECRET
    await actors.card("Opened by somebody with the link")
    assert "#1o" not in actors.office.microsoft.connector.stored
