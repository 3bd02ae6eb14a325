"""Behind a firewall: Slack comes over a connection that the service opens, and everything goes as by HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from adapters.slack.manifest import Extras
from playground.start import Town, open_town
from tests.journeys.actors import SECRET, Actors
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.validated import faults_found_by_the_sdk, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=Extras(socket=True)) as town:
        town.slack.sender.patience = 20.0
        shown = watched(town.slack)
        await connected(town)
        yield town
    assert faults_found_by_the_sdk(shown) == []


async def connected(town: Town) -> None:
    await town.slack.until(lambda: town.slack.sockets.connected == 1, 20.0)


async def test_the_main_job_is_done_over_the_socket(town: Town, actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    assert await reader.read(await actors.open_in_chat()) == SECRET
    await actors.card("Opened")
    assert {"slash_commands", "interactive"} <= {envelope["type"] for envelope in town.slack.sockets.sent}
    assert town.slack.sender.sent == []


async def test_without_a_signing_secret_there_is_no_door_for_signed_requests(town: Town) -> None:
    async with ClientSession() as session, session.post(f"{town.service_url}/slack/events", data=b"{}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_connection_that_slack_renews_is_followed_by_another(town: Town, actors: Actors, reader: Reader, reason: str) -> None:
    before = town.slack.api.calls["apps.connections.open"]
    await town.slack.sockets.refresh(reason)
    await town.slack.until(lambda: town.slack.api.calls["apps.connections.open"] == before + 1 and town.slack.sockets.connected > 0, 20.0)
    await actors.push("@bob")
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_connection_that_breaks_is_opened_again(town: Town, actors: Actors, reader: Reader) -> None:
    town.slack.api.fail_with("apps.connections.open", "internal_error")
    await town.slack.sockets.close()
    await connected(town)
    await actors.push("@bob")
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_what_is_delivered_twice_happens_once(town: Town, actors: Actors) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await actors.open_in_chat()
    await actors.card("Waiting")
    await town.service.house.later.drain()
    calls = dict(town.slack.api.calls)
    for envelope in list(town.slack.sockets.sent):
        again = await town.slack.sockets.send(envelope["type"], envelope["payload"], 20.0)  # in an envelope of its own
        assert (again.status, again.text) == (200, "")
    await town.service.house.later.drain()
    assert dict(town.slack.api.calls) == calls
    assert len(actors.bob.dm_with_bot()) == 1


@pytest.mark.parametrize(
    "payload", [{}, {"type": "block_actions"}, {"command": "/pushpw", "text": "\ud800"}, {"type": "event_callback", "event": 1}]
)
async def test_an_unsound_envelope_is_not_answered_and_harms_nothing(town: Town, actors: Actors, payload: dict[str, object]) -> None:
    refused = await town.slack.sockets.send("interactive", payload, 0.3)
    assert refused.problem == "operation_timeout"
    assert town.slack.sockets.connected == 1
    await actors.form("help me")


@pytest.mark.parametrize("frame", ["", "[]", "{", "7", json.dumps({"type": "hello"}), json.dumps({"envelope_id": "1", "type": "odd"})])
async def test_an_odd_frame_harms_nothing(town: Town, actors: Actors, frame: str) -> None:
    for socket in town.slack.sockets._open:
        await socket.send_str(frame)
    await actors.form("help me")


async def test_what_has_come_is_answered_before_the_service_ends(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=Extras(socket=True)) as town:
        await connected(town)
        actors = Actors(town, town.slack.as_user("U0ALICE"), town.slack.as_user("U0BOB"))
        view = await actors.form("@bob")
        actors.alice.fill(view, "secret", SECRET)
        submitting = asyncio.create_task(actors.alice.submit(view))
        await town.slack.until(lambda: town.slack.sockets.sent[-1]["payload"].get("type") == "view_submission")
        await town.service.__aexit__()
        assert (await submitting).ok
        assert town.slack.sockets.connected == 0
