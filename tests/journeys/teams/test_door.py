"""Who gets in at Teams' door, how often, and what goes out when Microsoft is not at its best: the whole house behind it."""

import asyncio
import json

import pytest

from playground.microsoft.wire import Signed
from playground.microsoft.world import PROJECT_CHAT
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, links_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

COUNTED = ("push.created", "push.claimed", "push.burned")


async def main_job(actors: Actors, reader: Reader) -> None:
    """Every kind of request once."""
    microsoft = actors.office.microsoft
    await actors.jane.says("help")
    await microsoft.until(lambda: actors.jane.latest("push"))
    await actors.push()
    await reader.read(await actors.open_in_chat())
    await actors.card("Opened by Omar")
    said = await actors.jane.says("hunter2", where=PROJECT_CHAT, mention=False)
    await actors.jane.opens("push_message", on=said)
    await actors.push(to="")
    await actors.push()
    assert (await actors.jane.presses(await actors.card("Waiting"), "burn")).ok
    await actors.card("Burned by you")
    await actors.jane.says("list")
    await actors.jane.says("help", where=PROJECT_CHAT, targeted=True)
    await actors.office.service.house.later.drain()


def standing(actors: Actors) -> tuple[object, ...]:
    """All that a second effect would show in."""
    microsoft, metrics = actors.office.microsoft, actors.office.service.house.metrics
    written = [(each.id, each.edits) for each in microsoft.world.messages]
    return [metrics.count_of(name) for name in COUNTED], written, len(microsoft.connector.calls)


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.long)])
async def test_every_request_of_a_main_job_many_times_more_has_no_further_effect(actors: Actors, reader: Reader, times: int) -> None:
    await main_job(actors, reader)
    microsoft = actors.office.microsoft
    recorded = list(microsoft.wire.sent)
    before = standing(actors)
    told = {link for answer in microsoft.wire.answers for link in links_in(answer.text)}
    statuses, again, opened = set(), set[str](), set[str]()
    for request in recorded:
        answers = await asyncio.gather(*(microsoft.wire.again(request) for _ in range(times)))
        statuses |= {answer.status for answer in answers}
        links = {link for answer in answers for link in links_in(answer.text)}
        again |= links
        opened |= links if b"adaptiveCard/action" in request.body else set()
    await actors.office.service.house.later.drain()
    assert standing(actors) == before
    assert statuses == {200}
    assert again <= told  # a form that is sent again hears its own answer, which nobody can open without what lay in the form
    assert opened == set()  # a ticket is given once
    assert len(recorded) >= 12


async def test_keys_and_tokens_may_change_in_the_middle_of_it(actors: Actors, reader: Reader) -> None:
    microsoft = actors.office.microsoft
    await actors.push()
    microsoft.identity.rotate()
    microsoft.login.expire_all()
    assert (await reader.read(await actors.open_in_chat())) == SECRET
    await actors.card("Opened by Omar")


async def test_a_connector_that_is_busy_for_a_moment_loses_nothing_and_repeats_nothing(actors: Actors, reader: Reader) -> None:
    for status in (412, 502):
        actors.office.microsoft.connector.fail_with(status, on="send")
    await actors.push()
    assert (await reader.read(await actors.open_in_chat())) == SECRET
    await actors.card("Opened by Omar")
    assert len([each for each in actors.omar.messages() if "sent you a secret" in actors.omar.reads(each)]) <= 1


async def test_a_good_token_beside_another_tenants_activity_opens_nothing(actors: Actors) -> None:
    microsoft = actors.office.microsoft
    await actors.push()
    await actors.invitation()
    before = standing(actors)
    recorded = microsoft.wire.sent[-1]
    said = json.loads(recorded.body)
    strange = "00000000-1111-4222-8333-444444444444"
    said |= {"id": "f:new", "channelData": {"tenant": {"id": strange}}, "conversation": said["conversation"] | {"tenantId": strange}}
    answer = await microsoft.wire.again(Signed(json.dumps(said).encode(), recorded.headers))
    assert answer.status == 403
    assert standing(actors) == before
