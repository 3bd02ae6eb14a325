"""Who is vouched for is let in once: what the door says to whom, and what a request that comes again does."""

import asyncio

import pytest

from adapters.teams.http import BODY_MOST, PATH
from adapters.teams.render import answers
from core.errors import StoreUnavailable
from tests.integration.teams_door import OTHER_TENANT, TENANT, Json, invoke, open_scene

TIMES = 100
VERB = {"action": {"type": "Action.Execute", "verb": "burn", "data": {"push": "ref"}}, "trigger": "manual"}
FORM = {"commandId": "push", "data": {"dialog": "push", "secret": "s3cret"}}
GESTURES: dict[str, Json] = {
    "message": {},
    "message in a channel": {"conversation": {"id": "19:x@thread.tacv2;messageid=1", "conversationType": "channel", "tenantId": TENANT}},
    "message that is targeted": {"recipient": {"id": "28:b", "isTargeted": True}},
    "message of a button": {"text": None, "value": {"say": "thanks"}},
    "installed": {"type": "installationUpdate", "action": "add"},
    "members": {"type": "conversationUpdate", "membersAdded": [{"id": "29:x"}]},
    "renamed": {"type": "conversationUpdate", "channelData": {"tenant": {"id": TENANT}, "eventType": "channelRenamed"}},
    "compose opens": {"type": "invoke", "name": "composeExtension/fetchTask", "value": {"commandId": "push"}},
    "compose submits": {"type": "invoke", "name": "composeExtension/submitAction", "value": FORM},
    "card opens": {"type": "invoke", "name": "task/fetch", "value": {"data": {"dialog": "again"}}},
    "card submits": {"type": "invoke", "name": "task/submit", "value": {"data": {"dialog": "again"}}},
    "button": {"type": "invoke", "name": "adaptiveCard/action", "value": VERB},
}


@pytest.mark.parametrize("gesture", GESTURES.values(), ids=list(GESTURES))
async def test_a_request_that_comes_a_hundred_times_has_one_effect(gesture: Json) -> None:
    async with open_scene(answer={"task": {"type": "message", "value": "a link"}}) as scene:
        made, token = scene.said(**gesture), scene.token()
        answers = await asyncio.gather(*(scene.send(made, token) for _ in range(TIMES)))
        assert [status for status, _ in answers] == [200] * TIMES
        assert len(scene.heard) == 1
        assert sum("a link" in str(body) for _, body in answers) <= 1
        assert scene.heard[0] == made  # as it came: nothing is lost on the way


async def test_a_removal_that_comes_again_is_handed_on_for_its_handler_knows_what_it_has_done() -> None:
    async with open_scene() as scene:
        made, token = scene.said(type="installationUpdate", action="remove"), scene.token()
        assert [(await scene.send(made, token))[0] for _ in range(3)] == [200] * 3
        assert len(scene.heard) == 3


async def test_a_replay_with_another_body_has_no_effect_either() -> None:
    async with open_scene() as scene:
        made, token = scene.said(), scene.token()
        await scene.send(made, token)
        await scene.send(made | {"text": "burn all"}, token)
        await scene.send(made | {"from": made["from"] | {"name": "Somebody"}}, token)
        assert len(scene.heard) == 1


async def test_a_replay_is_known_for_as_long_as_its_token_is_good() -> None:
    async with open_scene() as scene:
        made, token = scene.said(), scene.token()
        await scene.send(made, token)
        scene.clock.advance(3600_000 + 299_000)
        assert (await scene.send(made, token))[0] == 200
        scene.clock.advance(1000)
        assert (await scene.send(made, token))[0] == 401
        assert len(scene.heard) == 1


async def test_the_same_id_elsewhere_is_another_activity() -> None:
    async with open_scene(tenants=frozenset({"any"})) as scene:
        made = scene.said()
        await scene.send(made)
        await scene.send(made | {"conversation": made["conversation"] | {"id": "a:omar"}})
        await scene.send(made | {"type": "messageUpdate"})
        others = {"tenant": {"id": OTHER_TENANT}}
        await scene.send(made | {"channelData": others, "conversation": {"id": "a:jane"}})
        assert len(scene.heard) == 3  # of an edit nothing comes, but the message was not taken for it


async def test_without_an_id_what_is_said_stands_for_it() -> None:
    async with open_scene() as scene:
        made = scene.said()
        del made["id"]
        for _ in range(5):
            await scene.send(made)
        await scene.send(made | {"text": "list"})
        assert len(scene.heard) == 2


async def test_an_invoke_is_answered_with_json_and_everything_else_with_nothing() -> None:
    said = {"task": {"type": "message", "value": "Done."}}
    async with open_scene(answer=said) as scene:
        assert await scene.send(invoke(scene.url, "f:a", "task/submit", {"data": {"dialog": "again"}})) == (200, said)
    async with open_scene() as scene:
        assert await scene.send(scene.said()) == (200, None)
        assert await scene.send(invoke(scene.url, "f:a", "task/submit", {"data": {"dialog": "again"}})) == (200, None)
        envelope = answers.toast("")
        assert await scene.send(invoke(scene.url, "f:b", "adaptiveCard/action", VERB)) == (200, envelope)
        assert await scene.send(invoke(scene.url, "f:c", "tab/fetch", {})) == (501, None)


class Away:
    async def first_time(self, kind: str, what: bytes, lifetime: float) -> bool:
        raise StoreUnavailable


@pytest.mark.parametrize("gesture", GESTURES.values(), ids=list(GESTURES))
async def test_while_the_store_is_away_messages_are_wanted_again_and_people_get_an_answer(gesture: Json) -> None:
    async with open_scene(seen=Away()) as scene:
        status, body = await scene.send(scene.said(**gesture, locale="de-DE"))
        if gesture.get("type") == "invoke":
            assert status == 200
            assert "value" in str(body)
        else:
            assert (status, body) == (503, None)
        assert not scene.heard


async def test_what_teams_would_not_send_is_refused() -> None:
    async with open_scene() as scene:
        assert await scene.send(scene.said(text=7)) == (400, None)
        assert not scene.heard


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"null", b"7", b'"x"', b"{", b"\xff\xfe", b"[" * 5000, b'{"text":"\\ud800"}'],
    ids=lambda body: repr(body[:20]),
)
async def test_what_is_no_activity_at_all_is_refused(body: bytes) -> None:
    async with open_scene() as scene:
        status = await scene.send_raw(body, [b"Authorization: Bearer " + scene.token().encode()])
        assert status in (400, 403)  # what has no address in it is not what the token speaks of
        assert not scene.heard


async def test_a_body_that_is_too_long_is_not_read() -> None:
    async with open_scene() as scene:
        assert (await scene.send(scene.said(text="x" * BODY_MOST)))[0] == 413


async def test_a_page_in_somebodys_browser_cannot_send_an_activity() -> None:
    async with open_scene() as scene:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            assert (await scene.send(scene.said(), **{"Content-Type": kind}))[0] == 415
        assert not scene.heard


async def test_only_tenants_that_are_served_get_in_but_any_means_any() -> None:
    others = {"channelData": {"tenant": {"id": OTHER_TENANT.upper()}}, "conversation": {"id": "a:x"}}
    for tenants, status in (
        (frozenset({TENANT}), 403),
        (frozenset({OTHER_TENANT}), 200),
        (frozenset({"any"}), 200),
        (frozenset[str](), 403),
    ):
        async with open_scene(tenants=tenants) as scene:
            assert (await scene.send(scene.said(**others)))[0] == status


async def test_there_is_nothing_to_get() -> None:
    async with open_scene() as scene, scene.session.get(f"http://127.0.0.1:{scene.port}{PATH}") as answer:
        assert answer.status == 405
