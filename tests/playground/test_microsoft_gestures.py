"""What a Teams client sends, and what it makes of the answers."""

import json

import pytest

from playground.microsoft.double import PretendMicrosoft
from playground.microsoft.refusals import Broken
from playground.microsoft.world import EVE, GENERAL, JANE, JANE_AND_OMAR, LENA, OMAR, PROJECT_CHAT, TENANT
from tests.playground.conftest import Microsoft
from tests.playground.example_teams_bot import LINK, attached, card, continued, text

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_form_opens_is_filled_in_and_comes_back_as_a_card_to_send(microsoft: Microsoft) -> None:
    opened = await microsoft.jane.opens("push", where=PROJECT_CHAT)
    asked = microsoft.bot.seen[-1]
    assert (asked["name"], asked["value"]["commandId"], asked["value"]["commandContext"]) == (
        "composeExtension/fetchTask",
        "push",
        "compose",
    )
    assert asked["from"]["aadObjectId"] == JANE
    assert asked["channelData"]["tenant"]["id"] == asked["conversation"]["tenantId"] == TENANT

    await microsoft.jane.submits(opened.dialog, secret="hunter2", to=OMAR)
    sent = microsoft.bot.seen[-1]
    assert sent["name"] == "composeExtension/submitAction"
    assert sent["value"]["data"] == {"dialog": "push", "form": "sealed", "secret": "hunter2", "to": OMAR, "expiry": "1d"}

    message = microsoft.jane.sends_draft(PROJECT_CHAT)
    assert "Somebody sent you a secret" in microsoft.omar.reads(message)


async def test_a_link_stands_in_the_dialogs_result_as_a_field_to_copy(microsoft: Microsoft) -> None:
    opened = await microsoft.jane.opens("push")
    done = await microsoft.jane.submits(opened.dialog, secret="hunter2")
    assert done.dialog.links == [LINK]
    assert LINK not in microsoft.double.connector.stored


async def test_a_command_on_a_message_brings_its_html(microsoft: Microsoft) -> None:
    said = await microsoft.omar.says("a & b", where=PROJECT_CHAT)
    opened = await microsoft.jane.opens("push_message", on=said)
    asked = microsoft.bot.seen[-1]["value"]
    assert (asked["commandContext"], asked["messagePayload"]["body"]["content"]) == ("message", "<p>a &amp; b</p>")
    await microsoft.jane.submits(opened.dialog, secret="short enough")
    assert microsoft.bot.seen[-1]["value"]["messagePayload"]["id"] == said.id


async def test_an_executed_button_is_answered_to_one_person_only(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    await microsoft.jane.says("invite", where=PROJECT_CHAT)
    message = microsoft.omar.latest("sent you", PROJECT_CHAT)
    seen = await microsoft.omar.presses(message, "Open")
    value = microsoft.bot.seen[-1]["value"]
    assert value == {
        "action": {"type": "Action.Execute", "title": "Open", "verb": "open", "data": {"push": "ref"}},
        "trigger": "manual",
    }
    assert microsoft.bot.seen[-1]["replyToId"] == message.id
    assert seen.links == microsoft.omar.links(message) == [LINK]
    assert microsoft.jane.links(message) == []
    assert (await microsoft.omar.presses(message, "View in push.example.com")).url == LINK


async def test_a_new_edition_of_a_card_takes_the_place_of_what_one_person_got(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    message = microsoft.omar.latest("sent you")
    await microsoft.omar.presses(message, "Open")
    body = {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card(text("Viewed"))}]}
    assert (await microsoft.bot.call("PUT", f"/{microsoft.omar.chat.id}/activities/{message.id}", body))[0] == 200
    assert microsoft.omar.reads(message).startswith("Viewed")


async def test_a_card_edited_while_its_button_waits_is_the_newer_one(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    message = microsoft.omar.latest("sent you")

    async def edit() -> None:
        body = {"type": "message", "attachments": [attached(card(text("Viewed")))]}
        await microsoft.bot.call("PUT", f"/{microsoft.omar.chat.id}/activities/{message.id}", body)

    microsoft.bot.before_answering = edit
    assert (await microsoft.omar.presses(message, "Open")).links == [LINK]
    assert microsoft.omar.reads(message).startswith("Viewed")


async def test_a_button_opens_a_dialog_and_its_form_comes_back(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    opened = await microsoft.omar.presses(microsoft.omar.latest(), "Again")
    asked = microsoft.bot.seen[-1]
    assert (asked["name"], asked["value"]["data"]["dialog"]) == ("task/fetch", "again")
    done = await microsoft.omar.submits(opened.dialog, secret="hunter2")
    assert microsoft.bot.seen[-1]["name"] == "task/submit"
    assert done.notice == "Pushed."
    assert microsoft.omar.dialog is None


async def test_a_plain_submit_comes_as_a_message_with_a_value(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    await microsoft.omar.presses(microsoft.omar.latest(), "Say thanks")
    sent = microsoft.bot.seen[-1]
    assert (sent["type"], sent["value"], "text" in sent) == ("message", {"say": "thanks"}, False)


async def test_a_nested_cards_button_sends_its_fields(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    await microsoft.omar.presses(microsoft.omar.latest(), "Decline", note="no thanks")
    assert microsoft.bot.seen[-1]["value"]["action"]["data"] == {"push": "ref", "note": "no thanks"}


async def test_a_nested_cards_button_sends_the_fields_around_it_too(microsoft: Microsoft) -> None:
    field, inner = ({"type": "Input.Text", "id": name, "label": name} for name in ("outer", "inner"))
    nested = card(inner, actions=[{"type": "Action.Execute", "title": "Send", "verb": "send", "data": {}}])
    microsoft.double.settle(OMAR)
    await microsoft.bot.post(microsoft.omar.chat.id, card(field, actions=[{"type": "Action.ShowCard", "title": "More", "card": nested}]))
    await microsoft.omar.presses(microsoft.omar.latest(), "Send", outer="a", inner="b")
    assert microsoft.bot.seen[-1]["value"]["action"]["data"] == {"outer": "a", "inner": "b"}


async def test_the_client_complains_before_anything_is_sent(microsoft: Microsoft) -> None:
    dialog = (await microsoft.jane.opens("push")).dialog
    before = len(microsoft.bot.seen)
    assert (await microsoft.jane.submits(dialog)).complaints == {"secret": "Nothing to push."}
    assert (await microsoft.jane.submits(dialog, secret="x" * 31)).problem == "incomplete"
    assert len(microsoft.bot.seen) == before


async def test_nobody_types_where_nothing_is(microsoft: Microsoft) -> None:
    dialog = (await microsoft.jane.opens("push")).dialog
    with pytest.raises(LookupError):
        await microsoft.jane.submits(dialog, secret="a", label="hidden yet")
    with pytest.raises(LookupError):
        await microsoft.jane.submits(dialog, secret="a", expiry="1y")
    with pytest.raises(LookupError):
        await microsoft.jane.submits(dialog, secret="a", to="Omar Haddad")
    await microsoft.jane.presses(dialog, "More")
    assert (await microsoft.jane.submits(dialog, secret="a", label="seen now")).ok


async def test_the_bot_hears_of_a_group_what_is_meant_for_it(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    before = len(microsoft.bot.seen)
    await microsoft.jane.says("lunch?", where=PROJECT_CHAT, mention=False)
    assert len(microsoft.bot.seen) == before
    await microsoft.jane.says("help", where=PROJECT_CHAT)
    heard = microsoft.bot.seen[-1]
    assert heard["text"] == "<at>pushpw</at> help"
    await microsoft.jane.installs()
    await microsoft.jane.says("a <b> & c")
    heard_alone = microsoft.bot.seen[-1]
    assert (heard_alone["text"], heard_alone["attachments"][0]["content"]) == ("a <b> & c", "<p>a &lt;b&gt; &amp; c</p>")
    assert heard["entities"][0]["mentioned"]["id"] == heard["recipient"]["id"]


async def test_a_targeted_message_is_seen_by_its_writer_only(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    said = await microsoft.jane.says("help", where=PROJECT_CHAT, targeted=True)
    assert microsoft.bot.seen[-1]["recipient"]["isTargeted"] is True
    assert said in microsoft.jane.messages(PROJECT_CHAT)
    assert said not in microsoft.omar.messages(PROJECT_CHAT)


async def test_coming_and_going_is_told(microsoft: Microsoft) -> None:
    await microsoft.lena.installs()
    assert [(a["type"], a.get("action")) for a in microsoft.bot.seen] == [("conversationUpdate", None), ("installationUpdate", "add")]
    assert microsoft.bot.seen[-1]["locale"] == "de-DE"
    await microsoft.lena.uninstalls()
    assert microsoft.bot.seen[-1]["action"] == "remove"


async def test_a_channels_activity_names_its_team_and_thread(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(GENERAL)
    said = await microsoft.jane.says("help", where=GENERAL)
    heard = microsoft.bot.seen[-1]
    assert heard["conversation"]["id"] == f"{GENERAL};messageid={said.id}"
    assert heard["channelData"]["team"]["id"]


async def test_an_outsider_sees_only_conversations_they_are_in(microsoft: Microsoft) -> None:
    eve = microsoft.double.as_person(EVE)
    assert eve.messages(PROJECT_CHAT) == []
    with pytest.raises(LookupError):
        eve.messages(GENERAL)


@pytest.mark.parametrize("repeat", ["same", "at_once"])
async def test_an_impatient_client_sends_the_same_again(microsoft: Microsoft, repeat: str) -> None:
    assert repeat in ("same", "at_once")
    await microsoft.jane.opens("push", times=3, repeat="same" if repeat == "same" else "at_once")
    assert len(microsoft.bot.seen) == 3
    assert len({json.dumps(activity) for activity in microsoft.bot.seen}) == 1


async def test_a_client_tries_again_when_the_bot_fails(microsoft: Microsoft) -> None:
    microsoft.double.stage.retries = 2
    microsoft.bot.status = 500
    outcome = await microsoft.jane.opens("push")
    assert outcome.problem == "status 500"
    assert len(microsoft.bot.seen) == 3


async def test_a_preview_of_the_bots_message_comes_back_when_it_is_sent(microsoft: Microsoft) -> None:
    dialog = (await microsoft.jane.opens("push", where=PROJECT_CHAT)).dialog
    activity = {"type": "message", "attachments": [attached(card(text("Somebody sent you a secret")))]}
    microsoft.bot.answer = {"composeExtension": {"type": "botMessagePreview", "activityPreview": activity}}
    await microsoft.jane.submits(dialog, secret="hunter2")
    microsoft.bot.answer = {}
    await microsoft.jane.sends_preview()
    value = microsoft.bot.seen[-1]["value"]
    assert (value["botMessagePreviewAction"], value["botActivityPreview"]) == ("send", [activity])


async def test_a_card_is_made_anew_for_those_it_names_when_they_look(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    wish = {"action": {"type": "Action.Execute", "verb": "look", "data": {}}, "userIds": [microsoft.omar.person.id]}
    await microsoft.bot.post(PROJECT_CHAT, card(text("For all"), refresh=wish))
    message = microsoft.omar.latest("For all", PROJECT_CHAT)
    before = len(microsoft.bot.seen)
    await microsoft.jane.looks(message)
    assert len(microsoft.bot.seen) == before
    await microsoft.omar.looks(message)
    assert microsoft.bot.seen[-1]["value"]["trigger"] == "automatic"
    assert (microsoft.omar.links(message), microsoft.jane.links(message)) == ([LINK], [])


async def test_a_group_tells_who_comes_and_goes_and_its_new_name(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    await microsoft.jane.removes(EVE, PROJECT_CHAT)
    assert microsoft.bot.seen[-1]["membersRemoved"][0]["aadObjectId"] == EVE
    await microsoft.jane.adds(EVE, PROJECT_CHAT)
    assert microsoft.bot.seen[-1]["membersAdded"][0]["aadObjectId"] == EVE
    await microsoft.jane.renames(PROJECT_CHAT, "Launch")
    assert microsoft.bot.seen[-1]["topicName"] == microsoft.bot.seen[-1]["conversation"]["name"] == "Launch"


async def test_a_message_changed_by_its_writer_is_told_in_their_chat(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    said = await microsoft.omar.says("help")
    await microsoft.omar.edits(said, "invite")
    changed = microsoft.bot.seen[-1]
    assert (changed["type"], changed["id"], changed["text"]) == ("messageUpdate", said.id, "invite")


async def test_a_card_that_a_person_sent_is_not_the_bots_to_change(microsoft: Microsoft) -> None:
    dialog = (await microsoft.jane.opens("push", where=PROJECT_CHAT)).dialog
    await microsoft.jane.submits(dialog, secret="hunter2", to=OMAR)
    message = microsoft.jane.sends_draft(PROJECT_CHAT)
    assert (await microsoft.omar.presses(message, "Open")).problem == "the app is not here"
    await microsoft.jane.installs(PROJECT_CHAT)
    assert (await microsoft.omar.presses(message, "Open")).links == [LINK]
    body = {"type": "message", "text": "Changed"}
    assert (await microsoft.bot.call("PUT", f"/{PROJECT_CHAT}/activities/{message.id}", body))[0] == 403


async def test_a_chat_of_two_is_no_chat_with_the_bot(microsoft: Microsoft) -> None:
    await microsoft.jane.opens("push", where=JANE_AND_OMAR)
    asked = microsoft.bot.seen[-1]["conversation"]
    assert (asked["conversationType"], asked["id"]) == ("personal", JANE_AND_OMAR)
    status, body = await microsoft.bot.post(JANE_AND_OMAR, card(text("Hello")))
    assert (status, body["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_an_upgrade_is_told_apart_from_an_installation(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.upgrades()
    assert microsoft.bot.seen[-1]["action"] == "add-upgrade"


async def test_a_dialog_can_show_a_page(microsoft: Microsoft) -> None:
    value = {"title": "Push", "height": 400, "width": "large", "url": "https://push.example.com/compose"}
    microsoft.bot.answer = {"task": {"type": "continue", "value": value}}
    assert (await microsoft.jane.opens("push")).dialog.url == "https://push.example.com/compose"


async def test_an_error_in_an_answer_leaves_the_card_as_it_is(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    message = microsoft.omar.latest()
    error = {"code": "BadRequest", "message": "No."}
    microsoft.bot.answer = {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": error}
    outcome = await microsoft.omar.presses(message, "Open")
    assert (outcome.ok, outcome.understood.error) == (False, "BadRequest: No.")
    assert "sent you a secret" in microsoft.omar.reads(message)


async def test_a_cancelling_button_sends_no_fields_and_asks_for_none(microsoft: Microsoft) -> None:
    cancel = {"type": "Action.Submit", "title": "Cancel", "data": {"dialog": "x"}, "associatedInputs": "none"}
    field = {"type": "Input.Text", "id": "a", "label": "A", "isRequired": True, "errorMessage": "Needed."}
    microsoft.bot.answer = continued("Form", card(field, actions=[cancel]))
    dialog = (await microsoft.jane.opens("push")).dialog
    microsoft.bot.answer = {}
    assert (await microsoft.jane.presses(dialog, "Cancel")).ok
    assert microsoft.bot.seen[-1]["value"]["data"] == {"dialog": "x"}


async def test_some_clients_send_empty_fields(microsoft: Microsoft) -> None:
    microsoft.double.stage.sends_empty = True
    dialog = (await microsoft.jane.opens("push")).dialog
    await microsoft.jane.submits(dialog, secret="hunter2")
    data = microsoft.bot.seen[-1]["value"]["data"]
    assert (data["to"], data["label"]) == ("", "")


async def test_what_teams_would_not_show_is_an_error(microsoft: Microsoft) -> None:
    submit = {"type": "Action.Submit", "title": "Go"}
    for answer in (
        {"task": {"type": "continue", "value": {"title": "", "card": {}}}},
        {"nothing": "known"},
        continued("A link in its text", card(text(LINK))),
        continued("No dialog in a dialog", card(text("x"), actions=[submit | {"data": {"msteams": {"type": "task/fetch"}}}])),
        continued("No such version", card(text("x")) | {"version": "1.6"}),
        {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": []}},
    ):
        microsoft.bot.answer = answer
        with pytest.raises(Broken):
            await microsoft.jane.opens("push")


async def test_a_card_for_one_person_is_not_over_28_kilobytes(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    await microsoft.omar.says("invite")
    kind = "application/vnd.microsoft.card.adaptive"
    microsoft.bot.answer = {"statusCode": 200, "type": kind, "value": card(text("x" * 29_000))}
    with pytest.raises(Broken, match="28 KB"):
        await microsoft.omar.presses(microsoft.omar.latest(), "Open")


async def test_waiting_ends_with_what_came(microsoft: Microsoft) -> None:
    double: PretendMicrosoft = microsoft.double
    double.settle(LENA)
    await microsoft.bot.post(microsoft.lena.chat.id, card(text("Good morning")))
    with pytest.raises(TimeoutError) as late:
        await double.until(lambda: microsoft.lena.latest("Hello"), within=0.05)
    assert "send in a:1" in late.value.__notes__[0]
    await microsoft.bot.post(microsoft.lena.chat.id, card(text("Hello")))
    assert (await double.until(lambda: microsoft.lena.latest("Hello"))).card
