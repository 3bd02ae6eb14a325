"""Socket Mode: what Slack posts to an app comes over a connection that the app opened, and the answers go back over it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession, WSServerHandshakeError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from playground.manifest import Manifest
from playground.workspace import BOB
from tests.playground.conftest import Town
from tests.playground.test_slack_double_web_api import refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

XAPP = "xapp-for-tests"


@pytest_asyncio.fixture(loop_scope="session")
async def connected(town: Town) -> AsyncIterator[Town]:
    """The example app, but without a door: it is reached over its own connection alone."""
    town.slack.give_app_token(XAPP)
    town.slack.service_url = "http://127.0.0.1:1"
    handler = AsyncSocketModeHandler(town.app.bolt, XAPP, web_client=town.client, ping_interval=3600)
    await handler.connect_async()
    await town.slack.until(lambda: town.slack.sockets.connected)
    yield town
    await handler.close_async()


async def test_a_command_comes_over_the_socket_and_its_answer_goes_back(connected: Town) -> None:
    assert (await connected.alice.command("/pushpw", "help")).ok
    assert [m.text for m in connected.alice.ephemerals()] == ["`/pushpw @jane` pushes a secret to Jane."]
    [envelope] = connected.slack.sockets.sent
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert connected.slack.sender.sent == []


async def test_a_form_is_opened_filled_and_answered_over_the_socket(connected: Town) -> None:
    await connected.alice.command("/pushpw", "@bob")
    view = await connected.slack.until(lambda: connected.alice.view)
    assert view.values["recipient"]["recipient"]["selected_user"] == BOB
    connected.alice.fill(view, "Secret", "too weak")
    await connected.alice.submit(view)
    assert view.errors == {"secret": "This is too weak."}
    assert connected.slack.sockets.sent[-1]["type"] == "interactive"


async def test_an_event_comes_over_the_socket(connected: Town) -> None:
    await connected.alice.open_home()
    assert connected.alice.home is not None
    envelope = connected.slack.sockets.sent[-1]
    assert (envelope["type"], envelope["retry_attempt"], envelope["accepts_response_payload"]) == ("events_api", 0, False)


async def test_a_connection_that_slack_wants_renewed_is_opened_anew(connected: Town) -> None:
    await connected.slack.sockets.refresh()
    assert connected.slack.sockets.connected == 0
    await connected.slack.until(lambda: connected.slack.sockets.connected)
    assert (await connected.alice.command("/pushpw", "help")).ok
    assert connected.slack.api.calls["apps.connections.open"] == 2


async def test_what_is_not_answered_in_time_is_given_up_and_an_event_sent_again(town: Town) -> None:
    town.slack.give_app_token(XAPP)
    heard: list[SocketModeRequest] = []

    async def listen(_client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)

    client = SocketModeClient(XAPP, web_client=town.client, ping_interval=3600)
    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    await town.slack.until(lambda: town.slack.sockets.connected)
    town.slack.sender.patience = 0.05
    assert (await town.alice.command("/pushpw", "help")).problem == "operation_timeout"
    await town.alice.open_home()
    assert [(r.type, r.retry_attempt, r.retry_reason) for r in heard][1:] == [("events_api", 0, ""), ("events_api", 1, "timeout")]
    town.slack.sender.patience = 3.0
    asked = asyncio.ensure_future(town.alice.command("/pushpw", "help"))
    await town.slack.until(lambda: len(town.slack.sockets.sent) == 4)
    await client.close()
    assert (await asked).problem == "dispatch_failed"


async def test_an_app_in_socket_mode_without_a_connection_is_not_reached(town: Town) -> None:
    assert Manifest.read({"settings": {"socket_mode_enabled": True}}).socket_mode
    town.slack.sender.only_sockets = True
    assert (await town.alice.command("/pushpw", "help")).problem == "dispatch_failed"
    assert town.app.seen == []


async def test_only_an_app_token_opens_a_connection_and_it_does_nothing_else(town: Town) -> None:
    town.slack.give_app_token(XAPP)
    assert await refusal(town.client.apps_connections_open(app_token=town.app.token)) == "not_allowed_token_type"
    assert await refusal(AsyncWebClient(token=XAPP, base_url=town.slack.api_url).auth_test()) == "not_allowed_token_type"
    assert (await town.client.apps_connections_open(app_token=XAPP))["url"].startswith("ws://127.0.0.1")


async def test_an_address_is_good_for_one_connection(town: Town) -> None:
    town.slack.give_app_token(XAPP)
    url = (await town.client.apps_connections_open(app_token=XAPP))["url"]
    async with ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(url)
