"""What if Slack says no? Every error that we know of, and what a member sees then.

| method | Slack's error | what the member sees, and what is tried again |
|---|---|---|
| views.open | expired_trigger_id, exchanged_trigger_id, invalid_trigger_id, invalid_arguments, 429 | in words, where the command was typed; nothing was sent |
| views.open | any, from a global shortcut | nothing: Slack gives no place to answer in; it can be chosen again |
| views.update | not_found, hash_conflict, 429 | the form as it was, and it can still be sent |
| views.publish | (the Home tab has tests of its own) | |
| users.info | user_not_found, 429, ratelimited | everything works, in English |
| conversations.open | user_disabled, user_not_visible, cannot_dm_bot, messages_tab_disabled | the card says that it was not delivered |
| chat.postMessage | channel_not_found, is_archived, not_in_channel, restricted_action | the same |
| chat.postMessage | 429, a short Retry-After | it arrives, once |
| chat.postMessage | internal_error, service_unavailable | it arrives with the next try, once |
| chat.update | edit_window_closed, message_not_found, cant_update_message | the card is posted anew |
| chat.update | internal_error, 429 | the card is edited with the next try |
| response_url | used up, over | the modal, which has the link as well |
| chat.unfurl, chat.delete | | tests/journeys/test_previews.py, test_originals.py |
| any, with the bot's token | invalid_auth, token_revoked, account_inactive, missing_scope | in words, where there is a place for them; never a server error |
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from adapters.slack.gestures import SHORTCUT
from playground.start import Town, open_town
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    """As in life, but that a promise is looked at again after a fraction of a second."""
    async with open_town(store_url=store_url, prefix=prefix, timing=replace(IN_TESTS, lease_ms=1500)) as town:
        town.slack.sender.patience = 20.0
        yield town
        assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()


def no_trace(town: Town) -> None:
    said = json.dumps([(m.text, m.blocks) for m in town.slack.workspace.messages])
    assert SECRET not in said


@pytest.mark.parametrize("code", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "invalid_arguments", "fatal_error"])
async def test_a_form_that_does_not_open_is_said_where_the_command_was_typed(town: Town, actors: Actors, code: str) -> None:
    town.slack.api.fail_with("views.open", code)
    assert (await actors.alice.command("/pushpw", SECRET)).text == ""
    answer = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "nothing was sent" in answer.text
    no_trace(town)


async def test_a_form_that_a_rate_limit_keeps_shut_is_said_too(town: Town, actors: Actors) -> None:
    town.slack.api.limit_rate("views.open", 30)
    await actors.alice.command("/pushpw", SECRET)
    answer = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "nothing was sent" in answer.text
    no_trace(town)


async def test_a_global_shortcut_that_opens_nothing_can_be_chosen_again(town: Town, actors: Actors) -> None:
    town.slack.api.fail_with("views.open", "expired_trigger_id")
    assert (await actors.alice.shortcut(SHORTCUT)).ok
    await town.service.house.later.drain()
    assert (actors.alice.views, actors.alice.ephemerals()) == ([], [])
    await actors.alice.shortcut(SHORTCUT)
    await town.slack.until(lambda: actors.alice.view)


@pytest.mark.parametrize("code", ["not_found", "hash_conflict", "ratelimited", "internal_error"])
@pytest.mark.parametrize("press", ["generate_secret", "more_options"])
async def test_a_form_that_is_not_redrawn_stays_and_can_be_sent(town: Town, actors: Actors, reader: Reader, press: str, code: str) -> None:
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    town.slack.api.fail_with("views.update", code)
    assert (await actors.alice.click(view, press)).ok
    await town.service.house.later.drain()
    assert (await actors.alice.submit(actors.alice.view)).ok
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == SECRET


@pytest.mark.parametrize("code", ["user_not_found", "user_not_visible", "ratelimited", "internal_error"])
async def test_somebody_slack_says_nothing_of_is_spoken_to_in_english(town: Town, actors: Actors, code: str) -> None:
    town.slack.workspace.change_person("U0ALICE", locale="de-DE")
    town.slack.api.fail_with("users.info", code, times=20)
    view = await actors.form()
    assert view.body["title"]["text"] == "Push a secret"
    await actors.push("@bob")
    await actors.invitation()


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("conversations.open", "user_disabled"),
        ("conversations.open", "user_not_visible"),
        ("conversations.open", "cannot_dm_bot"),
        ("conversations.open", "user_not_found"),
        ("chat.postMessage", "messages_tab_disabled"),
        ("chat.postMessage", "channel_not_found"),
        ("chat.postMessage", "is_archived"),
        ("chat.postMessage", "not_in_channel"),
        ("chat.postMessage", "restricted_action"),
    ],
)
async def test_a_recipient_who_is_not_reached_is_told_to_the_sender(town: Town, actors: Actors, method: str, code: str) -> None:
    town.slack.api.fail_with(method, code)
    await actors.push("@bob")
    await actors.card("Not delivered")
    no_trace(town)


@pytest.mark.parametrize("code", ["internal_error", "service_unavailable", "fatal_error", "request_timeout"])
async def test_what_may_pass_is_tried_again_and_arrives_once(town: Town, actors: Actors, code: str) -> None:
    town.slack.api.fail_with("chat.postMessage", code, channel=actors.bob.bot_dm)
    await actors.push("@bob")
    await actors.invitation()
    await actors.card("Waiting")
    assert len([m for m in actors.bob.dm_with_bot() if "open_push" in json.dumps(m.blocks)]) == 1


async def test_a_short_wait_that_slack_asks_for_is_waited_and_it_arrives_once(town: Town, actors: Actors) -> None:
    town.slack.api.limit_rate("chat.postMessage", 1, channel=actors.bob.bot_dm)
    await actors.push("@bob")
    await actors.invitation()
    await actors.card("Waiting")
    assert len([m for m in actors.bob.dm_with_bot() if "open_push" in json.dumps(m.blocks)]) == 1


@pytest.mark.parametrize("code", ["edit_window_closed", "message_not_found", "cant_update_message"])
async def test_a_card_that_cannot_be_edited_is_posted_anew(town: Town, actors: Actors, code: str) -> None:
    await actors.push()
    card = await actors.card("Waiting")
    town.slack.api.fail_with("chat.update", code)
    await actors.alice.click(card, "burn_push")
    assert (await actors.card("Burned by you")).ts != card.ts


@pytest.mark.parametrize("code", ["internal_error", "ratelimited"])
async def test_an_edit_that_may_pass_is_made_with_the_next_try(town: Town, actors: Actors, code: str) -> None:
    await actors.push()
    card = await actors.card("Waiting")
    if code == "ratelimited":
        town.slack.api.limit_rate("chat.update", 1)
    else:
        town.slack.api.fail_with("chat.update", code)
    await actors.alice.click(card, "burn_push")
    assert (await actors.card("Burned by you")).ts == card.ts


@pytest.mark.parametrize("spoil", ["used", "over"])
async def test_a_response_url_that_is_spent_costs_the_copy_alone(town: Town, actors: Actors, reader: Reader, spoil: str) -> None:
    view = await actors.form()
    for address in town.slack.house.passes._urls.values():
        address.uses_left, address.until = (0, address.until) if spoil == "used" else (5, 0.0)
    actors.alice.fill(view, "secret", SECRET)
    assert (await actors.alice.submit(view)).ok
    await town.service.house.later.drain()
    (url,) = links_in(actors.alice.view.body)
    assert actors.alice.ephemerals() == []
    assert await reader.read(url) == SECRET


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_without_its_token_the_app_says_that_nothing_was_sent(town: Town, actors: Actors, code: str) -> None:
    for method in ("views.open", "users.info", "auth.test", "usergroups.list"):
        town.slack.api.fail_with(method, code, times=10)
    assert (await actors.alice.command("/pushpw", SECRET)).status == 200
    answer = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "nothing was sent" in answer.text
    no_trace(town)
