"""Every refusal that an app must live with can be provoked, most of them as they come about in life."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace import ALICE, BOB, RANDOM, Person
from tests.playground.conftest import Town
from tests.playground.test_slack_double_web_api import refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLANNED = [
    ("chat.update", "edit_window_closed"),
    ("chat.update", "cant_update_message"),
    ("chat.update", "message_not_found"),
    ("chat.delete", "compliance_exports_prevent_deletion"),
    ("chat.postMessage", "not_in_channel"),
    ("chat.postMessage", "is_archived"),
    ("chat.postMessage", "restricted_action"),
    ("chat.postMessage", "msg_blocked"),
    ("chat.postMessage", "messages_tab_disabled"),
    ("chat.postMessage", "team_access_not_granted"),
    ("views.open", "expired_trigger_id"),
    ("views.open", "exchanged_trigger_id"),
    ("conversations.open", "user_not_visible"),
    ("conversations.open", "user_disabled"),
    ("users.info", "token_revoked"),
    ("users.info", "token_expired"),
    ("users.info", "account_inactive"),
    ("users.info", "invalid_auth"),
    ("users.info", "internal_error"),
    ("oauth.v2.access", "invalid_code"),
    ("apps.connections.open", "internal_error"),
]


@pytest.mark.parametrize(("method", "error"), PLANNED)
async def test_a_planned_refusal_comes_once_and_by_its_name(town: Town, method: str, error: str) -> None:
    before = await refusal(town.client.api_call(method, json={}))
    town.slack.api.fail_with(method, error)
    assert await refusal(town.client.api_call(method, json={})) == error != before
    assert await refusal(town.client.api_call(method, json={})) == before


async def test_a_refusal_can_be_planned_for_one_channel(town: Town) -> None:
    dm = town.alice.bot_dm
    town.slack.api.fail_with("chat.postMessage", "restricted_action", channel=dm)
    town.slack.api.limit_rate("chat.postMessage", 9, channel=RANDOM)
    assert await refusal(town.client.chat_postMessage(channel=dm, text="x")) == "restricted_action"
    assert (await town.client.chat_postMessage(channel=dm, text="x"))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await town.client.chat_postMessage(channel=RANDOM, text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "9")


async def test_a_strict_slack_takes_one_message_a_second_in_each_channel(town: Town) -> None:
    town.slack.api.strict_rate = 1.0
    dm = town.alice.bot_dm
    await town.client.chat_postMessage(channel=dm, text="one")
    assert await refusal(town.client.chat_postMessage(channel=dm, text="two")) == "ratelimited"
    assert (await town.client.chat_postMessage(channel=RANDOM, text="elsewhere"))["ok"]
    town.clock.pass_by(1.0)
    assert (await town.client.chat_postMessage(channel=dm, text="three"))["ok"]
    assert [m.text for m in town.slack.messages(dm)] == ["one", "three"]


async def test_a_message_can_be_edited_only_so_long_where_the_workspace_says_so(town: Town) -> None:
    town.slack.house.edit_window_seconds = 60
    ts = (await town.client.chat_postMessage(channel=RANDOM, text="x"))["ts"]
    town.clock.pass_by(60)
    assert (await town.client.chat_update(channel=RANDOM, ts=ts, text="y"))["ok"]
    town.clock.pass_by(1)
    assert await refusal(town.client.chat_update(channel=RANDOM, ts=ts, text="z")) == "edit_window_closed"


async def test_who_switched_the_apps_messages_off_cannot_be_written_to(town: Town) -> None:
    town.slack.house.disabled_dms.add(BOB)
    assert await refusal(town.client.chat_postMessage(channel=BOB, text="x")) == "messages_tab_disabled"


async def test_an_uninstalled_app_has_no_token_any_more(town: Town) -> None:
    await town.slack.uninstall()
    assert await refusal(town.client.auth_test()) == "account_inactive"
    assert await refusal(AsyncWebClient(token="xoxb-never", base_url=town.slack.api_url).auth_test()) == "invalid_auth"


async def test_a_stranger_is_visible_only_where_a_channel_is_shared(town: Town) -> None:
    town.slack.workspace.add_person(Person("U0EVE", "eve", "Eve", team_id="T0OTHER"))
    assert await refusal(town.client.conversations_open(users="U0EVE")) == "user_not_visible"
    town.slack.workspace.conversation(RANDOM).members.append("U0EVE")
    assert (await town.client.conversations_open(users="U0EVE"))["ok"]
    assert (await town.client.conversations_open(users=ALICE))["already_open"]
