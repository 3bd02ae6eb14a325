"""The Web API answers Slack's real SDK, and refuses as Slack does."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from playground.workspace import ALICE, BOB, BOT, GENERAL, RANDOM, Conversation, Person
from tests.playground.conftest import Town
from tests.playground.example_app import form, told

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def refusal(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_token_says_who_one_is(town: Town) -> None:
    answer = await town.client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0PRETEND", BOT, "B0PUSHPW")


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")])
async def test_a_wrong_or_missing_token_is_refused(town: Town, token: str, error: str) -> None:
    assert await refusal(AsyncWebClient(token=token, base_url=town.slack.api_url).auth_test()) == error


async def test_a_method_without_its_scope_is_refused(town: Town) -> None:
    assert await refusal(town.client.conversations_info(channel=GENERAL)) == "missing_scope"
    town.slack.api.scopes.add("channels:read")
    assert (await town.client.conversations_info(channel=GENERAL))["channel"]["is_member"] is False


async def test_an_unknown_method_is_refused(town: Town) -> None:
    assert await refusal(town.client.api_call("chat.shout")) == "unknown_method"


async def test_users_info_tells_locale_zone_and_standing(town: Town) -> None:
    town.slack.workspace.change_person(BOB, locale="de-DE", is_restricted=True)
    user = (await town.client.users_info(user=BOB, include_locale=True))["user"]
    assert (user["locale"], user["tz"], user["is_restricted"], user["is_bot"]) == ("de-DE", "Europe/Berlin", True, False)
    assert "locale" not in (await town.client.users_info(user=BOB))["user"]


async def test_an_outsider_has_no_locale_and_no_zone(town: Town) -> None:
    town.slack.workspace.add_person(Person("U0EVE", "eve", "Eve", team_id="T0OTHER"))
    user = (await town.client.users_info(user="U0EVE", include_locale=True))["user"]
    assert user["is_stranger"]
    assert "locale" not in user
    assert "tz" not in user


async def test_whom_the_bot_cannot_write_to(town: Town) -> None:
    town.slack.workspace.add_person(Person("U0GONE", "gone", "Gone", deleted=True))
    town.slack.workspace.add_person(Person("U0EVE", "eve", "Eve", team_id="T0OTHER"))
    assert await refusal(town.client.conversations_open(users=BOT)) == "cannot_dm_bot"
    assert await refusal(town.client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await refusal(town.client.conversations_open(users="U0GONE")) == "user_disabled"
    assert await refusal(town.client.conversations_open(users="U0EVE")) == "user_not_visible"


async def test_an_outsider_in_a_shared_channel_can_be_written_to(town: Town) -> None:
    town.slack.workspace.add_person(Person("U0EVE", "eve", "Eve", team_id="T0OTHER"))
    town.slack.workspace.add_conversation(Conversation("C0SHARED", "shared", ["U0EVE", BOT]))
    assert (await town.client.conversations_open(users="U0EVE"))["channel"]["id"].startswith("D")


async def test_a_dm_opened_twice_is_the_same(town: Town) -> None:
    town.slack.workspace.add_person(Person("U0CARL", "carl", "Carl"))
    first, second = await town.client.conversations_open(users="U0CARL"), await town.client.conversations_open(users="U0CARL")
    assert first["channel"]["id"] == second["channel"]["id"]
    assert second["already_open"]


async def test_where_the_bot_cannot_post(town: Town) -> None:
    human_dm = town.slack.workspace.dm(ALICE, BOB).id
    town.slack.workspace.add_conversation(Conversation("C0HIDDEN", "hidden", [ALICE], is_private=True))
    assert await refusal(town.client.chat_postMessage(channel=GENERAL, text="x")) == "not_in_channel"
    assert await refusal(town.client.chat_postMessage(channel=human_dm, text="x")) == "channel_not_found"
    assert await refusal(town.client.chat_postMessage(channel="C0HIDDEN", text="x")) == "channel_not_found"
    assert await refusal(town.client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await refusal(town.client.chat_postEphemeral(channel=GENERAL, user=ALICE, text="x")) == "not_in_channel"


async def test_a_message_needs_words_and_not_too_many(town: Town) -> None:
    assert await refusal(town.client.api_call("chat.postMessage", json={"channel": RANDOM})) == "no_text"
    assert await refusal(town.client.chat_postMessage(channel=RANDOM, text="x" * 40_001)) == "msg_too_long"


async def test_blocks_that_slack_refuses_are_named(town: Town) -> None:
    with pytest.raises(SlackApiError) as caught:
        await town.client.chat_postMessage(channel=RANDOM, text="x", blocks=[{"type": "section"}, {"type": "shout"}])
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] either text or fields must be provided [json-pointer:/blocks/0]",
        "[ERROR] unsupported type: shout [json-pointer:/blocks/1/type]",
    ]


async def test_an_ephemeral_message_is_for_one_and_cannot_be_edited(town: Town) -> None:
    ts = (await town.client.chat_postEphemeral(channel=RANDOM, user=ALICE, text="psst"))["message_ts"]
    assert [m.text for m in town.alice.messages(RANDOM)] == ["psst"]
    assert town.bob.messages(RANDOM) == []
    assert await refusal(town.client.chat_update(channel=RANDOM, ts=ts, text="x")) == "message_not_found"


async def test_only_ones_own_messages_can_be_edited_or_deleted(town: Town) -> None:
    said = town.alice.say(RANDOM, "mine")
    assert await refusal(town.client.chat_update(channel=RANDOM, ts=said.ts, text="x")) == "cant_update_message"
    assert await refusal(town.client.chat_delete(channel=RANDOM, ts=said.ts)) == "cant_delete_message"


async def test_a_persons_own_token_deletes_their_message(town: Town) -> None:
    said = town.alice.say(RANDOM, "mine")
    town.slack.api.give_user_token(ALICE, "xoxp-alice")
    await AsyncWebClient(token="xoxp-alice", base_url=town.slack.api_url).chat_delete(channel=RANDOM, ts=said.ts)
    assert town.alice.messages(RANDOM) == []


async def test_editing_can_be_too_late(town: Town) -> None:
    ts = (await town.client.chat_postMessage(channel=RANDOM, text="x"))["ts"]
    town.slack.house.edit_window_closed = True
    assert await refusal(town.client.chat_update(channel=RANDOM, ts=ts, text="y")) == "edit_window_closed"


async def test_a_rate_limit_is_429_with_retry_after_and_passes(town: Town) -> None:
    town.slack.api.limit_rate("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await town.client.chat_postMessage(channel=RANDOM, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert (await town.client.chat_postMessage(channel=RANDOM, text="x"))["ok"]


async def test_any_refusal_can_be_planned(town: Town) -> None:
    town.slack.api.fail_with("chat.postMessage", "fatal_error")
    assert await refusal(town.client.chat_postMessage(channel=RANDOM, text="x")) == "fatal_error"


async def test_a_trigger_is_good_for_three_seconds(town: Town) -> None:
    trigger = town.slack.house.passes.trigger(ALICE)
    town.clock.pass_by(3.1)
    assert await refusal(town.client.views_open(trigger_id=trigger, view=form())) == "expired_trigger_id"


async def test_a_trigger_is_good_once(town: Town) -> None:
    trigger = town.slack.house.passes.trigger(ALICE)
    await town.client.views_open(trigger_id=trigger, view=form())
    assert await refusal(town.client.views_open(trigger_id=trigger, view=form())) == "exchanged_trigger_id"
    assert await refusal(town.client.views_open(trigger_id="made.up", view=form())) == "invalid_trigger_id"


async def test_an_update_of_an_older_view_is_a_conflict(town: Town) -> None:
    view = (await town.client.views_open(trigger_id=town.slack.house.passes.trigger(ALICE), view=form()))["view"]
    await town.client.views_update(view_id=view["id"], hash=view["hash"], view=told("once"))
    assert await refusal(town.client.views_update(view_id=view["id"], hash=view["hash"], view=told("twice"))) == "hash_conflict"
    assert await refusal(town.client.views_update(view_id="V0NONE", view=told("x"))) == "not_found"


async def test_what_was_typed_survives_an_update_with_the_same_ids(town: Town) -> None:
    view = (await town.client.views_open(trigger_id=town.slack.house.passes.trigger(ALICE), view=form()))["view"]
    town.alice.fill(town.alice.view, "Secret", "typed")
    await town.client.views_update(view_id=view["id"], view=form(secret="from the app"))
    assert town.alice.view.values["secret"]["secret"]["value"] == "typed"
    await town.client.views_update(view_id=view["id"], view=told("other blocks"))
    assert town.alice.view.values == {}


async def test_three_views_are_the_most(town: Town) -> None:
    passes = town.slack.house.passes
    view = (await town.client.views_open(trigger_id=passes.trigger(ALICE), view=form()))["view"]
    for _ in range(2):
        view = (await town.client.views_push(trigger_id=passes.trigger(ALICE, view_id=view["id"]), view=form()))["view"]
    trigger = passes.trigger(ALICE, view_id=view["id"])
    assert await refusal(town.client.views_push(trigger_id=trigger, view=form())) == "push_limit_reached"


async def test_a_view_beyond_a_limit_is_refused_by_name(town: Town) -> None:
    with pytest.raises(SlackApiError) as caught:
        await town.client.views_open(
            trigger_id=town.slack.house.passes.trigger(ALICE), view=form() | {"title": {"type": "plain_text", "text": "x" * 25}}
        )
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]


async def test_a_response_url_is_good_five_times(town: Town) -> None:
    hook = AsyncWebhookClient(town.slack.house.passes.response_url("commands", ALICE, GENERAL))
    answers = [(await hook.send(text="x")).status_code for _ in range(6)]
    assert answers == [200] * 5 + [404]


async def test_a_response_url_is_good_for_half_an_hour(town: Town) -> None:
    hook = AsyncWebhookClient(town.slack.house.passes.response_url("commands", ALICE, GENERAL))
    town.clock.pass_by(30 * 60 + 1)
    answer = await hook.send(text="x")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


async def test_a_response_url_replaces_and_deletes_its_original(town: Town) -> None:
    ts = (await town.client.chat_postMessage(channel=RANDOM, text="before"))["ts"]
    hook = AsyncWebhookClient(town.slack.house.passes.response_url("actions", ALICE, RANDOM, ts))
    await hook.send(text="after", replace_original=True)
    assert [m.text for m in town.slack.messages(RANDOM)] == ["after"]
    await hook.send(delete_original=True)
    assert town.slack.messages(RANDOM) == []


async def test_answering_in_channel_gives_the_command_away(town: Town) -> None:
    hook = AsyncWebhookClient(town.slack.house.passes.response_url("commands", ALICE, GENERAL, command="/pushpw hunter2"))
    await hook.send(text="done", response_type="in_channel")
    assert [m.text for m in town.bob.messages(GENERAL)] == ["/pushpw hunter2", "done"]
