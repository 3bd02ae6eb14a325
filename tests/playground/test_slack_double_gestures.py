"""What people do in the pretend workspace reaches an app as Slack would send it, and its answers are shown."""

import pytest

from playground.refusals import Refused
from playground.sender import SignedRequest
from playground.workspace import ALICE, BOB, GENERAL
from tests.playground.conftest import Town
from tests.playground.example_app import plain

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def push_to_bob(town: Town) -> None:
    await town.alice.command("/pushpw", "@bob")
    view = await town.slack.until(lambda: town.alice.view)
    town.alice.fill(view, "Secret", "hunter2")
    await town.alice.submit(view)


async def test_a_command_opens_a_form_with_the_person_filled_in(town: Town) -> None:
    assert (await town.alice.command("/pushpw", "@bob 1d")).ok
    view = await town.slack.until(lambda: town.alice.view)
    assert view.title == "Push a secret"
    assert view.values["recipient"]["recipient"]["selected_user"] == BOB
    assert town.app.seen[0]["text"] == "<@U0BOB|bob> 1d"
    assert town.app.seen[0]["channel_name"] == "general"


async def test_a_submission_is_answered_in_the_form_and_delivered_to_both(town: Town) -> None:
    await push_to_bob(town)
    assert town.alice.view.blocks[0]["text"]["text"] == "Sent to <@U0BOB>."
    invitation = await town.slack.until(lambda: town.bob.dm_with_bot()[-1])
    receipt = await town.slack.until(lambda: town.alice.dm_with_bot()[-1])
    assert invitation.text == "Someone sent you a secret"
    assert receipt.text == "Waiting"


async def test_a_click_on_a_message_opens_a_modal_and_its_url_button_updates_it(town: Town) -> None:
    await push_to_bob(town)
    invitation = await town.slack.until(lambda: town.bob.dm_with_bot()[-1])
    assert (await town.bob.click(invitation, "open")).ok
    view = await town.slack.until(lambda: town.bob.view)
    pressed = town.app.seen[-1]
    assert pressed["message"]["ts"] == invitation.ts
    assert pressed["container"] == {"type": "message", "message_ts": invitation.ts, "channel_id": town.bob.bot_dm, "is_ephemeral": False}
    await town.bob.click(view, "Open in browser")
    assert town.bob.view.blocks[0]["text"]["text"] == "Opened in your browser. You can close this."


async def test_a_receipt_is_edited_in_place(town: Town) -> None:
    await push_to_bob(town)
    receipt = await town.slack.until(lambda: town.alice.dm_with_bot()[-1])
    await town.alice.click(receipt, "burn")
    [edited] = town.alice.dm_with_bot()
    assert (edited.ts, edited.text, edited.blocks) == (receipt.ts, "Burned by you", [])
    assert edited.edited_ts


async def test_errors_are_shown_at_their_block_and_the_form_stays(town: Town) -> None:
    await town.alice.command("/pushpw")
    view = await town.slack.until(lambda: town.alice.view)
    town.alice.fill(view, "secret", "too weak")
    await town.alice.submit(view)
    assert view.errors == {"secret": "This is too weak."}
    assert town.alice.view is view


async def test_a_required_field_left_empty_never_reaches_the_app(town: Town) -> None:
    await town.alice.command("/pushpw")
    view = await town.slack.until(lambda: town.alice.view)
    before = len(town.slack.sender.sent)
    assert (await town.alice.submit(view)).problem == "incomplete"
    assert view.errors == {"secret": "Please complete this required field."}
    assert len(town.slack.sender.sent) == before


async def test_a_number_out_of_range_never_reaches_the_app(town: Town) -> None:
    await town.alice.command("/pushpw")
    view = await town.slack.until(lambda: town.alice.view)
    town.alice.fill(view, "Secret", "hunter2")
    town.alice.fill(view, "Views", "101")
    await town.alice.submit(view)
    assert view.errors == {"views": "Must be at most 100."}


async def test_a_view_can_be_pushed_on_top_and_closing_goes_back(town: Town) -> None:
    await town.alice.command("/pushpw")
    view = await town.slack.until(lambda: town.alice.view)
    town.alice.fill(view, "secret", "stack")
    await town.alice.submit(view)
    assert [v.title for v in town.alice.views] == ["Push a secret", "Push a secret"]
    assert town.alice.view.previous_id == view.id
    await town.alice.close(town.alice.view)
    assert town.alice.view is view
    await town.alice.close(view)
    assert town.alice.views == []
    assert town.app.closed == 1


async def test_a_message_shortcut_brings_the_message_and_a_response_url(town: Town) -> None:
    said = town.bob.say(GENERAL, "the password is *hunter2*")
    await town.alice.message_shortcut("push_message", GENERAL, said.ts)
    view = await town.slack.until(lambda: town.alice.view)
    assert view.values["secret"]["secret"]["value"] == "the password is *hunter2*"
    [note] = town.alice.ephemerals()
    assert note.text == "Delete the original when it is pushed."
    assert town.bob.ephemerals() == []


async def test_a_global_shortcut_carries_no_channel_and_no_response_url(town: Town) -> None:
    await town.alice.shortcut("push_secret")
    await town.slack.until(lambda: town.alice.view)
    assert "channel" not in town.app.seen[0]
    assert "response_url" not in town.app.seen[0]


async def test_a_text_answer_to_a_command_is_seen_by_its_sender_alone(town: Town) -> None:
    await town.alice.command("/pushpw", "help")
    assert [m.text for m in town.alice.ephemerals()] == ["`/pushpw @jane` pushes a secret to Jane."]
    assert town.bob.messages(GENERAL) == []


async def test_a_response_url_speaks_where_the_bot_is_no_member(town: Town) -> None:
    await town.alice.command("/pushpw", "later", channel=GENERAL)
    assert [m.text for m in town.alice.messages(GENERAL)] == ["Said later."]


async def test_a_broken_app_shows_the_error_that_slack_shows(town: Town) -> None:
    town.app.broken = True
    assert (await town.alice.command("/pushpw")).problem == "http_service_error"
    assert town.alice.ephemerals()[-1].text == '/pushpw failed with the error "http_service_error"'


async def test_an_app_that_takes_longer_than_slack_waits_is_given_up(town: Town) -> None:
    town.app.silent, town.slack.sender.patience = True, 0.05
    assert (await town.alice.command("/pushpw")).problem == "operation_timeout"
    assert town.alice.ephemerals()[-1].text == '/pushpw failed with the error "operation_timeout"'


async def test_slack_waits_three_seconds(town: Town) -> None:
    assert town.slack.sender.patience == 3.0


async def test_an_external_select_offers_what_the_app_suggests(town: Town) -> None:
    field = {"type": "external_select", "action_id": "who", "min_query_length": 1}
    view = {
        "type": "modal",
        "title": plain("Who"),
        "submit": plain("Go"),
        "blocks": [{"type": "input", "label": plain("Who"), "element": field}],
    }
    await town.client.views_open(trigger_id=town.slack.house.passes.trigger(ALICE), view=view)
    options = await town.alice.suggest(town.alice.view, "who", "jane")
    town.alice.fill(town.alice.view, "who", options[0]["value"])
    [held] = town.alice.view.values.values()
    assert held["who"]["selected_option"] == {"text": plain("Jane"), "value": "u1"}


async def test_the_challenge_of_a_new_address_is_signed_too(town: Town) -> None:
    answer = await town.slack.events.challenge("3eZbrw1aB")
    assert answer.json() == {"challenge": "3eZbrw1aB"}


async def test_an_event_the_manifest_does_not_name_is_not_sent(town: Town) -> None:
    assert await town.slack.events.happen({"type": "message", "text": "x"}) is None
    assert town.slack.sender.sent == []


async def test_an_app_that_cannot_be_reached_shows_dispatch_failed(town: Town) -> None:
    town.slack.service_url = "http://127.0.0.1:1"
    assert (await town.alice.command("/pushpw")).problem == "dispatch_failed"


async def test_a_form_whose_app_is_broken_says_so_and_keeps_what_was_typed(town: Town) -> None:
    await town.alice.command("/pushpw")
    view = await town.slack.until(lambda: town.alice.view)
    town.alice.fill(view, "Secret", "hunter2")
    town.app.broken = True
    await town.alice.submit(view)
    assert view.problem == "We had some trouble connecting. Try again?"
    assert view.values["secret"]["secret"]["value"] == "hunter2"


async def test_a_spoiled_body_fails_the_sdks_own_signature_check(town: Town) -> None:
    await town.alice.command("/pushpw", "help")
    sent = town.slack.sender.sent[-1]
    assert (await town.slack.sender.send(sent)).status == 200
    assert (await town.slack.sender.send(SignedRequest(sent.body + b"x", sent.headers))).status == 401


async def test_an_old_request_fails_the_sdks_own_timestamp_check(town: Town) -> None:
    await town.alice.command("/pushpw", "help")
    town.clock.pass_by(301)
    assert (await town.slack.sender.send(town.slack.sender.sent[-1])).status == 401


async def test_opening_the_home_tab_is_an_event_and_its_view_is_published(town: Town) -> None:
    await town.alice.open_home()
    assert town.alice.home is not None
    assert town.alice.home.blocks[0]["text"]["text"] == "pushpw"


async def test_an_event_nobody_answers_is_sent_again_at_once_then_after_one_and_five_minutes(town: Town) -> None:
    town.app.broken = True
    await town.alice.open_home()
    town.clock.pass_by(60)
    assert await town.slack.events.retry_due() == 1
    town.clock.pass_by(299)
    assert await town.slack.events.retry_due() == 0
    town.clock.pass_by(1)
    assert await town.slack.events.retry_due() == 1
    tries = [(r.headers.get("X-Slack-Retry-Num"), r.headers.get("X-Slack-Retry-Reason")) for r in town.slack.sender.sent]
    assert tries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({r.body for r in town.slack.sender.sent}) == 1
    assert town.slack.events.waiting == []


async def test_the_steps_tick_themselves(town: Town) -> None:
    await push_to_bob(town)
    assert town.slack.steps.done == {"command", "pushed"}
    invitation = await town.slack.until(lambda: town.bob.dm_with_bot()[-1])
    await town.bob.click(invitation, "open")
    assert "opened" in town.slack.steps.done
    await town.bob.click(await town.slack.until(lambda: town.bob.view), "browse")
    assert "in_browser" in town.slack.steps.done


async def test_nobody_types_in_a_conversation_of_others(town: Town) -> None:
    with pytest.raises(Refused, match="not_in_channel"):
        await town.alice.command("/pushpw", channel=town.bob.bot_dm)
