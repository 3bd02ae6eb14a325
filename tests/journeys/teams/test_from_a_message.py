"""A secret that stands in a message already: pushed from its menu, exactly as it was typed."""

import pytest

from playground.microsoft.world import PROJECT_CHAT
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import Actors

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANGED = "Check what stands here before you push it."


async def test_what_stood_in_a_message_arrives_exactly(actors: Actors, reader: Reader):
    html = "<p>user: root</p>\r\n<p>pass: a&lt;b&gt;&amp;amp; &nbsp;c</p>\r\n<p>&nbsp;</p>\r\n<p>end</p>"
    message = await actors.jane.says("user: root ...", where=PROJECT_CHAT, html=html)
    form = (await actors.jane.opens("push_message", on=message)).dialog
    assert CHANGED not in str(form.card)
    done = await actors.jane.submits(form, recipients=actors.omar.person.entra_id)
    assert done.ok
    assert (await reader.read(await actors.open_in_chat())) == "user: root\npass: a<b>&amp;  c\n\nend"


async def test_a_message_of_somebody_else_is_offered_back_to_its_author(actors: Actors):
    message = await actors.omar.says("hunter2", where=PROJECT_CHAT, html="<p>hunter2</p>")
    form = (await actors.jane.opens("push_message", on=message)).dialog
    assert actors.omar.person.entra_id in str(form.card)


async def test_what_teams_may_have_rewritten_wants_a_look(actors: Actors):
    message = await actors.omar.says("pa*ss*word", where=PROJECT_CHAT, html="<p>pa<strong>ss</strong>word</p>")
    form = (await actors.jane.opens("push_message", on=message)).dialog
    assert CHANGED in str(form.card)
    assert "pa*ss*word" in str(form.card)
