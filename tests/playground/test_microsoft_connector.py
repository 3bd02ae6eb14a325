"""What the Bot connector does, and how it refuses."""

from typing import Any

import aiohttp
import pytest

from playground.microsoft.refusals import Broken, Refused
from playground.microsoft.world import EVE, GENERAL, GUS, JANE, LENA, OMAR, PROJECT_CHAT, TENANT
from tests.playground.conftest import Microsoft
from tests.playground.example_teams_bot import LINK, card, text

pytestmark = pytest.mark.asyncio(loop_scope="session")


def asked_for(key: str) -> dict[str, Any]:
    return {"bot": {"id": "28:5b7f0c9e-2f6d-4e0c-b1a4-3d9a6c8e7f21"}, "members": [{"id": key}], "tenantId": TENANT}


async def test_a_conversation_with_a_person_is_the_same_each_time(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    by_entra_id = await microsoft.bot.call("POST", "", asked_for(OMAR))
    by_bot_id = await microsoft.bot.call("POST", "", asked_for(microsoft.omar.person.id))
    assert by_entra_id == by_bot_id == (201, {"id": microsoft.omar.chat.id})


async def test_nobody_is_written_to_who_has_not_the_app(microsoft: Microsoft) -> None:
    status, body = await microsoft.bot.call("POST", "", asked_for(OMAR))
    assert (status, body["error"]["code"]) == (403, "ForbiddenOperationException")
    status, body = await microsoft.bot.call("POST", "", asked_for("29:nobody"))
    assert (status, body["error"]["code"]) == (400, "BadArgument")
    status, body = await microsoft.bot.post(PROJECT_CHAT, card(text("Hello")))
    assert (status, body["error"]["code"]) == (403, "BotNotInConversationRoster")
    assert (await microsoft.bot.post("19:nowhere@thread.v2", card(text("Hello"))))[0] == 404


async def test_who_takes_the_app_away_is_written_to_no_more(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] == 201
    await microsoft.omar.uninstalls()
    status, body = await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello")))
    assert (status, body["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_without_a_good_token_there_is_nothing(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    token = (await microsoft.bot.token())[1]["access_token"]
    path = f"/{microsoft.omar.chat.id}/members"
    assert (await microsoft.bot.call("GET", path, token="made up"))[0] == 401
    assert (await microsoft.bot.call("GET", path, token=token))[0] == 200
    microsoft.clock.pass_by(3600)
    assert (await microsoft.bot.call("GET", path, token=token))[0] == 401


async def test_the_bot_changes_its_own_messages_only(microsoft: Microsoft) -> None:
    await microsoft.omar.installs()
    hers = await microsoft.omar.says("help")
    body = {"type": "message", "text": "Changed"}
    assert (await microsoft.bot.call("PUT", f"/{microsoft.omar.chat.id}/activities/{hers.id}", body))[0] == 403
    assert (await microsoft.bot.call("PUT", f"/{microsoft.omar.chat.id}/activities/1", body))[0] == 404
    _, made = await microsoft.bot.post(microsoft.omar.chat.id, card(text("First")))
    assert (await microsoft.bot.call("PUT", f"/{microsoft.omar.chat.id}/activities/{made['id']}", body))[0] == 200
    message = microsoft.omar.latest()
    assert (microsoft.omar.reads(message), message.edits) == ("Changed", 1)
    assert (await microsoft.bot.call("DELETE", f"/{microsoft.omar.chat.id}/activities/{made['id']}"))[0] == 200
    with pytest.raises(LookupError):
        microsoft.omar.latest()


async def test_a_targeted_message_is_seen_by_one_person_for_a_day(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    targeted, recipient = "?isTargetedActivity=true", {"id": microsoft.omar.person.id}
    status, made = await microsoft.bot.post(PROJECT_CHAT, card(text("For Omar")), targeted, recipient=recipient)
    assert status == 201
    assert microsoft.omar.latest("For Omar", PROJECT_CHAT).only_for == OMAR
    with pytest.raises(LookupError):
        microsoft.jane.latest("For Omar", PROJECT_CHAT)
    place = f"/{PROJECT_CHAT}/activities/{made['id']}"
    edition = {"type": "message", "text": "Still for Omar"}
    assert (await microsoft.bot.call("PUT", place, edition))[0] == 404
    assert (await microsoft.bot.call("PUT", place + targeted, edition | {"recipient": recipient}))[0] == 400
    assert (await microsoft.bot.call("PUT", place + targeted, edition))[0] == 200
    microsoft.clock.pass_by(24 * 3600)
    assert (await microsoft.bot.call("PUT", place + targeted, edition))[0] == 404
    with pytest.raises(LookupError):
        microsoft.omar.latest("Still", PROJECT_CHAT)


async def test_a_targeted_message_needs_a_group_and_a_member(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(GENERAL)
    microsoft.double.settle(OMAR)
    eve = {"id": microsoft.double.as_person(EVE).person.id}
    assert (await microsoft.bot.post(GENERAL, card(text("x")), "?isTargetedActivity=true", recipient=eve))[0] == 400
    omar = {"id": microsoft.omar.person.id}
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("x")), "?isTargetedActivity=true", recipient=omar))[0] == 400
    assert (await microsoft.bot.post(GENERAL, card(text("x")), "?isTargetedActivity=true"))[0] == 400


async def test_the_roster_tells_who_is_there_but_not_their_language(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(PROJECT_CHAT)
    _, members = await microsoft.bot.call("GET", f"/{PROJECT_CHAT}/members")
    assert [each["aadObjectId"] for each in members] == [JANE, OMAR, LENA, GUS, EVE]
    assert [each["userRole"] for each in members] == ["user", "user", "user", "guest", "user"]
    assert "locale" not in members[2]
    assert (members[2]["email"], members[2]["userPrincipalName"]) == ("lkrause", "lkrause")
    _, one = await microsoft.bot.call("GET", f"/{PROJECT_CHAT}/members/{OMAR}")
    assert one == members[1]
    assert (await microsoft.bot.call("GET", f"/{PROJECT_CHAT}/members/29:nobody"))[0] == 404
    _, page = await microsoft.bot.call("GET", f"/{PROJECT_CHAT}/pagedmembers?pageSize=3")
    _, rest = await microsoft.bot.call("GET", f"/{PROJECT_CHAT}/pagedmembers?pageSize=3&continuationToken={page['continuationToken']}")
    assert page["members"] + rest["members"] == members
    assert "continuationToken" not in rest


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "ConversationBlockedByUser"),
        (403, "BotDisabledByAdmin"),
        (403, "MessageWritesBlocked"),
        (404, "ConversationNotFound"),
        (412, "PreconditionFailed"),
        (413, "MessageSizeTooBig"),
        (429, "Throttled"),
        (502, "ServiceError"),
        (504, "ServiceError"),
    ],
)
async def test_it_refuses_as_often_as_ordered(microsoft: Microsoft, status: int, code: str) -> None:
    microsoft.double.settle(OMAR)
    microsoft.double.connector.fail_with(status, code, times=2, on="send", to=microsoft.omar.chat.id)
    for _ in range(2):
        refused, body = await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello")))
        assert (refused, body["error"]["code"]) == (status, code)
    assert microsoft.omar.messages() == []
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] == 201


async def test_a_conversation_can_refuse_for_as_long_as_it_likes(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    microsoft.omar.chat.refusal = Refused(403, "ConversationBlockedByUser")
    for _ in range(3):
        assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] == 403


async def test_an_answer_can_go_wrong_after_the_deed(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    microsoft.double.connector.fail_with(504, on="send", after_doing=True)
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] == 504
    microsoft.double.connector.break_line(on="send", after_doing=True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello")))
    assert len(microsoft.omar.messages()) == 2
    microsoft.double.connector.break_line(on="send")
    with pytest.raises(aiohttp.ClientConnectionError):
        await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello")))
    assert len(microsoft.omar.messages()) == 2


async def test_a_conversation_takes_seven_writes_a_second(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    microsoft.double.faults.enforce_rates = True
    statuses = [(await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] for _ in range(8)]
    assert statuses == [201] * 7 + [429]
    microsoft.clock.pass_by(1.5)
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] == 201
    assert microsoft.double.faults.busiest(microsoft.omar.chat.id) == 7


async def test_a_conversation_takes_eight_writes_in_two_seconds(microsoft: Microsoft) -> None:
    faults = microsoft.double.faults
    faults.enforce_rates = True
    for _ in range(8):
        faults.note_write(PROJECT_CHAT)
        microsoft.clock.pass_by(0.2)
    with pytest.raises(Refused):
        faults.note_write(PROJECT_CHAT)


async def test_a_conversation_takes_1800_writes_an_hour(microsoft: Microsoft) -> None:
    faults = microsoft.double.faults
    faults.enforce_rates = True
    for _ in range(1800):
        microsoft.clock.pass_by(1)
        faults.note_write(PROJECT_CHAT)
    microsoft.clock.pass_by(1)
    with pytest.raises(Refused):
        faults.note_write(PROJECT_CHAT)
    microsoft.clock.pass_by(1800)
    faults.note_write(PROJECT_CHAT)


async def test_a_link_with_its_key_is_never_kept(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    button = {"type": "Action.OpenUrl", "title": "View", "url": LINK}
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Ready"), actions=[button])))[0] == 400
    with pytest.raises(Broken, match="link with its key"):
        await microsoft.double.until(lambda: microsoft.omar.messages())
    microsoft.double.check()


async def test_a_message_is_not_over_28_kilobytes(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("x" * 29_000))))[0] == 413
    assert microsoft.omar.messages() == []


async def test_the_connector_can_move_to_another_region(microsoft: Microsoft) -> None:
    microsoft.double.settle(OMAR)
    microsoft.double.region = "emea"
    await microsoft.omar.says("help")
    microsoft.bot.service_url = microsoft.bot.seen[-1]["serviceUrl"]
    assert microsoft.bot.service_url.endswith("/emea/")
    assert (await microsoft.bot.post(microsoft.omar.chat.id, card(text("Hello"))))[0] == 201


async def test_a_thread_is_answered_in_the_thread(microsoft: Microsoft) -> None:
    await microsoft.jane.installs(GENERAL)
    said = await microsoft.jane.says("help", where=GENERAL)
    assert (await microsoft.bot.post(f"{GENERAL};messageid={said.id}", card(text("Hello"))))[0] == 201
    assert microsoft.jane.latest("Hello", GENERAL).thread == said.id
