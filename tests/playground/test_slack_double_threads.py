"""Threads, a person's own token, and what selects hold."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.views import View
from playground.workspace import ALICE, BOB, CAROL, DAVE, GENERAL, RANDOM
from tests.playground.conftest import Town
from tests.playground.example_app import option, plain
from tests.playground.test_slack_double_web_api import refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def shown(town: Town, element: dict[str, Any], **block: Any) -> View:
    body = {"type": "input", "block_id": "who", "label": plain("Who"), "element": element, **block}
    view = {"type": "modal", "title": plain("Who"), "submit": plain("Go"), "blocks": [body]}
    await town.client.views_open(trigger_id=town.slack.house.passes.trigger(ALICE), view=view)
    return town.alice.view


async def test_a_reply_stands_in_the_thread_of_the_message_it_answers(town: Town) -> None:
    first = (await town.client.chat_postMessage(channel=RANDOM, text="one"))["ts"]
    second = (await town.client.chat_postMessage(channel=RANDOM, text="two", thread_ts=first))["message"]
    third = town.alice.reply(town.slack.workspace.find(RANDOM, second["ts"]), "three")
    assert (second["thread_ts"], second["parent_user_id"], third.thread_ts) == (first, "U0PUSHPW", first)
    assert [m.text for m in town.slack.workspace.thread(RANDOM, first)] == ["one", "two", "three"]
    assert town.slack.workspace.find(RANDOM, first).as_json()["thread_ts"] == first


async def test_a_reply_can_be_broadcast(town: Town) -> None:
    first = (await town.client.chat_postMessage(channel=RANDOM, text="one"))["ts"]
    answer = await town.client.chat_postMessage(channel=RANDOM, text="two", thread_ts=first, reply_broadcast=True)
    assert answer["message"]["subtype"] == "thread_broadcast"


async def test_there_is_no_thread_under_nothing_and_under_what_only_one_sees(town: Town) -> None:
    ephemeral = (await town.client.chat_postEphemeral(channel=RANDOM, user=ALICE, text="psst"))["message_ts"]
    assert await refusal(town.client.chat_postMessage(channel=RANDOM, text="x", thread_ts="1.000001")) == "thread_not_found"
    assert await refusal(town.client.chat_postMessage(channel=RANDOM, text="x", thread_ts=ephemeral)) == "cannot_reply_to_message"


async def test_a_click_in_a_thread_says_so(town: Town) -> None:
    first = (await town.client.chat_postMessage(channel=RANDOM, text="one"))["ts"]
    button = {"type": "button", "action_id": "open", "text": plain("Open"), "value": "x"}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = (await town.client.chat_postMessage(channel=RANDOM, text="two", thread_ts=first, blocks=blocks))["ts"]
    await town.alice.click(town.slack.workspace.find(RANDOM, ts), "open")
    assert town.app.seen[-1]["container"]["thread_ts"] == first


async def test_a_persons_token_deletes_only_what_that_person_wrote(town: Town) -> None:
    mine, bobs = town.alice.say(GENERAL, "mine"), town.bob.say(GENERAL, "bob's")
    town.slack.api.give_user_token(ALICE, "xoxp-alice")
    alice = AsyncWebClient(token="xoxp-alice", base_url=town.slack.api_url)
    assert await refusal(alice.chat_delete(channel=GENERAL, ts=bobs.ts)) == "cant_delete_message"
    town.slack.api.fail_with("chat.delete", "compliance_exports_prevent_deletion")
    assert await refusal(alice.chat_delete(channel=GENERAL, ts=mine.ts)) == "compliance_exports_prevent_deletion"
    answer = await alice.chat_delete(channel=GENERAL, ts=mine.ts)
    assert answer.headers["x-oauth-scopes"] == "chat:write"
    assert await refusal(alice.chat_delete(channel=GENERAL, ts=mine.ts)) == "message_not_found"
    assert [m.text for m in town.slack.messages(GENERAL)] == ["bob's"]


async def test_a_persons_token_has_only_the_scopes_that_they_granted(town: Town) -> None:
    said = town.alice.say(GENERAL, "mine")
    town.slack.api.give_user_token(ALICE, "xoxp-alice", frozenset({"identify"}))
    alice = AsyncWebClient(token="xoxp-alice", base_url=town.slack.api_url)
    assert await refusal(alice.chat_delete(channel=GENERAL, ts=said.ts)) == "missing_scope"
    assert (await alice.auth_test())["user_id"] == ALICE


async def test_the_token_of_a_deactivated_person_is_revoked(town: Town) -> None:
    town.slack.api.give_user_token(BOB, "xoxp-bob")
    town.slack.workspace.change_person(BOB, deleted=True)
    assert await refusal(AsyncWebClient(token="xoxp-bob", base_url=town.slack.api_url).auth_test()) == "token_revoked"


async def test_a_multi_select_holds_no_more_than_it_may(town: Town) -> None:
    view = await shown(town, {"type": "multi_users_select", "action_id": "people", "max_selected_items": 2})
    town.alice.fill(view, "people", [BOB, CAROL])
    with pytest.raises(ValueError, match="no more than 2"):
        town.alice.fill(view, "people", [BOB, CAROL, DAVE])
    assert view.values["who"]["people"]["selected_users"] == [BOB, CAROL]


async def test_an_input_that_dispatches_tells_the_app_at_once(town: Town) -> None:
    view = await shown(town, {"type": "users_select", "action_id": "open"}, dispatch_action=True)
    assert (await town.alice.choose(view, "open", BOB)).ok
    assert town.app.seen[-1]["actions"][0]["selected_user"] == BOB
    assert town.app.seen[-1]["view"]["state"]["values"]["who"]["open"]["selected_user"] == BOB


async def test_an_input_that_does_not_dispatch_keeps_it_to_the_submission(town: Town) -> None:
    view = await shown(town, {"type": "users_select", "action_id": "open"})
    assert (await town.alice.choose(view, "open", BOB)).problem == "not_dispatched"
    assert town.app.seen == []
    assert view.values["who"]["open"]["selected_user"] == BOB


async def test_suggestions_come_in_groups_too_and_can_be_chosen(town: Town) -> None:
    people = [{"label": plain("People"), "options": [option("Bob", "u:bob")]}]
    town.app.suggestions = {"option_groups": [*people, {"label": plain("Groups"), "options": [option("On call", "g:oncall")]}]}
    view = await shown(town, {"type": "multi_external_select", "action_id": "who", "max_selected_items": 2, "min_query_length": 2})
    assert await town.alice.suggest(view, "who", "o") == []
    assert [o["value"] for o in await town.alice.suggest(view, "who", "on")] == ["u:bob", "g:oncall"]
    town.alice.fill(view, "who", ["On call"])
    assert view.values["who"]["who"]["selected_options"] == [option("On call", "g:oncall")]


@pytest.mark.parametrize(
    "answer",
    [
        {"options": [option("x" * 76, "1")]},
        {"options": [option("x", "1")] * 2},
        {"options": [], "option_groups": []},
        {"options": [option(str(n), str(n)) for n in range(101)]},
    ],
    ids=["too long", "twice the same", "both kinds", "too many"],
)
async def test_suggestions_that_slack_refuses_are_not_shown(town: Town, answer: dict[str, Any]) -> None:
    town.app.suggestions = answer
    view = await shown(town, {"type": "external_select", "action_id": "who", "min_query_length": 0})
    assert await town.alice.suggest(view, "who", "x") == []


async def test_a_select_in_a_message_asks_for_suggestions_with_its_channel(town: Town) -> None:
    element = {"type": "external_select", "action_id": "who", "min_query_length": 1}
    ts = (await town.client.chat_postMessage(channel=RANDOM, text="x", blocks=[{"type": "actions", "elements": [element]}]))["ts"]
    message = town.slack.workspace.find(RANDOM, ts)
    assert [o["text"]["text"] for o in await town.alice.suggest(message, "who", "jane")] == ["Jane"]
    assert (town.app.seen[-1]["channel"]["id"], town.app.seen[-1]["message"]["ts"]) == (RANDOM, ts)
