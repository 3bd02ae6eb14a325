"""A message is pushed; then its author gets rid of the original, and nobody else's message is ever touched."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from adapters.slack.handlers.originals import ORIGINAL
from adapters.slack.manifest import Extras
from adapters.slack.render.originals import ALLOW, DELETE
from core.identity import Member
from core.policy import Policy
from playground.start import Town, open_town
from playground.teams import TEAM_ID
from playground.tokens import Token
from playground.views import View
from playground.workspace import ALICE, BOB, GENERAL, Message
from tests.fakes.policies import InstallationPolicies
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_workspaces import browser_in
from tests.journeys.validated import faults_found_by_the_sdk, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

DONE = 'is deleted."'


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    """Workspaces install the app themselves here, so that members may give their own leave."""
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=Extras(many=True)) as town:
        shown = watched(town.slack)
        town.slack.sender.patience = 20.0
        async with browser_in(town) as browser:
            await browser.install(ALICE)
        yield town
    assert faults_found_by_the_sdk(shown) == []


async def give_leave(town: Town, user: str = ALICE) -> Token:
    """The member goes through OAuth; the token that the app has of them now."""
    async with browser_in(town) as browser:
        status, _ = await browser.install(user, "/slack/install?user=1&begin=1")
    assert status == 200
    (given,) = [token for token in town.slack.tokens.of_team(TEAM_ID) if token.actor == user]
    return given


@pytest_asyncio.fixture(loop_scope="session")
async def allowed(town: Town) -> Token:
    """Alice has let the app act for her."""
    return await give_leave(town)


async def chosen(actors: Actors, message: Message) -> View:
    if actors.alice.views:
        await actors.alice.close(actors.alice.view, all_of_them=True)
    answer = await actors.alice.message_shortcut("push_message", message.channel, message.ts)
    assert answer.ok
    return await actors.town.slack.until(lambda: actors.alice.view if actors.alice.views else None)


async def pushed(actors: Actors, by: str = ALICE, recipient: str = "") -> Message:
    """Alice pushes a message that `by` wrote; the message, which still stands there."""
    message = actors.town.slack.as_user(by).say(GENERAL, SECRET)
    view = await chosen(actors, message)
    actors.alice.fill(view, "recipient", recipient or None)
    assert (await actors.alice.submit(view)).ok
    return message


def said(actors: Actors) -> str:
    return json.dumps(actors.alice.view.blocks, ensure_ascii=False)


def stands(actors: Actors, message: Message) -> bool:
    return message in actors.town.slack.workspace.messages


def named(view: View, action_id: str) -> dict[str, Any]:
    return next(e for block in view.blocks for e in block.get("elements", []) if e.get("action_id") == action_id)


async def pressed(actors: Actors, what: str, until: str) -> None:
    assert (await actors.alice.click(actors.alice.view, what)).ok
    await actors.town.slack.until(lambda: until in said(actors))


# With the member's own leave


@pytest.mark.parametrize("recipient", ["", BOB])
async def test_ones_own_message_is_deleted_by_one_press(actors: Actors, allowed: Token, recipient: str) -> None:
    message = await pushed(actors, recipient=recipient)
    await pressed(actors, DELETE, DONE)
    assert not stands(actors, message)
    assert DELETE not in said(actors)


async def test_the_link_stays_to_be_copied_and_opens_after_the_original_is_deleted(actors: Actors, allowed: Token, reader: Reader) -> None:
    await pushed(actors)
    (url,) = links_in(actors.alice.view.body)
    await pressed(actors, DELETE, DONE)
    assert links_in(actors.alice.view.body) == [url]
    assert await reader.read(url) == SECRET


async def test_the_press_is_confirmed_and_names_what_is_deleted(actors: Actors, allowed: Token) -> None:
    message = await pushed(actors)
    confirm = named(actors.alice.view, DELETE)["confirm"]
    assert confirm["style"] == "danger"
    assert "Your message of" in confirm["text"]["text"]
    assert "UTC" in confirm["text"]["text"]
    assert f"<!date^{message.ts.partition('.')[0]}^" in said(actors)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("message_not_found", "already gone"),
        ("compliance_exports_prevent_deletion", "keeps every message"),
        ("cant_delete_message", "does not let you"),
        ("token_revoked", "Let it in your browser first"),
        ("missing_scope", "Let it in your browser first"),
        ("internal_error", "Press again in a minute"),
        ("channel_not_found", "Press again in a minute"),
    ],
)
async def test_what_slack_answers_instead_is_told(actors: Actors, allowed: Token, code: str, told: str) -> None:
    message = await pushed(actors)
    actors.town.slack.api.fail_with("chat.delete", code)
    await pressed(actors, DELETE, told)
    assert DONE not in said(actors)
    assert stands(actors, message)


async def test_what_may_pass_can_be_pressed_again(actors: Actors, allowed: Token) -> None:
    message = await pushed(actors)
    actors.town.slack.api.fail_with("chat.delete", "internal_error")
    await pressed(actors, DELETE, "Press again in a minute")
    await pressed(actors, DELETE, DONE)
    assert not stands(actors, message)


async def test_a_message_that_its_author_deleted_meanwhile_is_already_gone(actors: Actors, allowed: Token) -> None:
    actors.alice.delete(await pushed(actors))
    await pressed(actors, DELETE, "already gone")


# Without it


async def test_without_leave_the_way_is_told_and_leave_can_be_given(actors: Actors) -> None:
    await pushed(actors)
    assert "Delete message" in said(actors)
    assert DELETE not in said(actors)
    assert named(actors.alice.view, ALLOW)["url"] == f"{actors.town.service_url}/slack/install?user=1"


async def test_where_nobody_can_give_leave_only_the_way_is_told(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=f"{prefix}-one", timing=IN_TESTS) as town:
        actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        await pushed(actors)
        assert "Delete message" in said(actors)
        assert ALLOW not in said(actors)


async def test_a_token_that_is_long_in_renewing_does_not_keep_slack_waiting(
    actors: Actors, allowed: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, renewed = actors.town.service.house.slack, asyncio.Event()
    assert slack is not None
    begun = slack.tokens.user_token

    async def slow(member: Member) -> str | None:
        await renewed.wait()
        return await begun(member)

    monkeypatch.setattr(slack.tokens, "user_token", slow)
    async with asyncio.timeout(3):
        message = await pushed(actors)
    renewed.set()
    await pressed(actors, DELETE, DONE)
    assert not stands(actors, message)


async def test_leave_given_in_the_browser_meanwhile_is_enough_for_a_press(actors: Actors) -> None:
    message = await pushed(actors)
    await pressed(actors, ALLOW, "Agree in your browser")
    await give_leave(actors.town)
    await pressed(actors, DELETE, DONE)
    assert not stands(actors, message)


async def test_a_press_before_leave_was_given_deletes_nothing_and_asks_for_it(actors: Actors) -> None:
    message = await pushed(actors)
    await pressed(actors, ALLOW, "Agree in your browser")
    await pressed(actors, DELETE, "Let it in your browser first")
    assert stands(actors, message)
    assert actors.town.slack.api.calls["chat.delete"] == 0


async def test_leave_that_was_taken_back_is_asked_for_again(actors: Actors, allowed: Token) -> None:
    message = await pushed(actors)
    allowed.refusal = "token_revoked"
    await pressed(actors, DELETE, "Let it in your browser first")
    assert stands(actors, message)
    assert named(actors.alice.view, ALLOW)


# What others wrote


async def test_somebody_elses_message_is_theirs_to_delete(actors: Actors, allowed: Token) -> None:
    await pushed(actors, by=BOB)
    assert f"Ask <@{BOB}>" in said(actors)
    assert DELETE not in said(actors)
    assert ALLOW not in said(actors)


async def test_an_apps_message_is_for_whoever_runs_the_app(actors: Actors, allowed: Token) -> None:
    message = actors.town.slack.workspace.post(GENERAL, "", SECRET)
    view = await chosen(actors, message)
    await actors.alice.submit(view)
    assert "An app posted it" in said(actors)


async def test_a_press_with_the_name_of_somebody_elses_message_deletes_nothing(actors: Actors, allowed: Token, store: Store) -> None:
    """Alice is an admin, so her token could; what she pushed of Bob's is not remembered once it is pushed."""
    bobs = actors.bob.say(GENERAL, "what Bob wrote")
    form = await chosen(actors, bobs)
    name = json.loads(form.body["private_metadata"])["id"]
    await pushed(actors)
    named(actors.alice.view, DELETE)["value"] = name
    await pressed(actors, DELETE, "does not know the message")
    assert stands(actors, bobs)
    assert actors.town.slack.api.calls["chat.delete"] == 0


async def test_a_press_by_somebody_else_deletes_nothing(actors: Actors, allowed: Token) -> None:
    message = await pushed(actors)
    name = named(actors.alice.view, DELETE)["value"]
    await give_leave(actors.town, BOB)
    await actors.bob.command("/pushpw", "generate")
    view = await actors.town.slack.until(lambda: actors.bob.view)
    button = named(view, "generate_secret")
    button |= {"action_id": DELETE, "value": name, "confirm": named(actors.alice.view, DELETE)["confirm"]}
    await actors.bob.click(view, DELETE)
    await actors.town.slack.until(lambda: "does not know the message" in json.dumps(actors.bob.view.blocks))
    assert stands(actors, message)


async def test_a_form_that_no_message_opened_says_nothing_of_an_original(actors: Actors, allowed: Token) -> None:
    await actors.push()
    assert "stood in chat" not in said(actors)
    assert DELETE not in said(actors)


# Always


@pytest.mark.parametrize("by", [ALICE, BOB])
async def test_the_password_should_be_changed_if_others_could_read_it(actors: Actors, by: str) -> None:
    await pushed(actors, by=by)
    assert "stood in chat for a while" in said(actors)


async def test_a_workspace_that_wants_no_help_gets_the_reminder_alone(store_url: str, prefix: str) -> None:
    policies = InstallationPolicies(Policy(help_deleting=False))
    async with open_town(store_url=store_url, prefix=f"{prefix}-no-help", timing=IN_TESTS, policies=policies) as town:
        actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        await pushed(actors)
        assert "stood in chat for a while" in said(actors)
        assert "still shows it" not in said(actors)
        assert DELETE not in said(actors)


async def test_which_message_it_was_lies_sealed_in_the_store_and_not_in_the_form(actors: Actors, store: Store) -> None:
    message = actors.alice.say(GENERAL, SECRET)
    view = await chosen(actors, message)
    assert message.ts not in json.dumps(view.body)
    (record,) = await store.names(f"record:{ORIGINAL}:*")
    assert message.ts.encode() not in (await store.redis.dump(record) or b"")
    assert 0 < await store.redis.ttl(record) <= 3600


async def test_nothing_is_kept_of_somebody_elses_message_once_it_is_pushed(actors: Actors, store: Store) -> None:
    await pushed(actors, by=BOB)
    assert await store.names(f"record:{ORIGINAL}:*") == []


async def test_what_is_forgotten_is_not_deleted(actors: Actors, allowed: Token, store: Store) -> None:
    message = await pushed(actors)
    assert await store.forget(ORIGINAL) == 1
    await pressed(actors, DELETE, "does not know the message")
    assert stands(actors, message)


async def test_no_token_of_a_member_is_logged(actors: Actors, allowed: Token, capfd: pytest.CaptureFixture[str]) -> None:
    await pushed(actors)
    actors.town.slack.api.fail_with("chat.delete", "token_revoked")
    await pressed(actors, DELETE, "browser first")
    out, err = capfd.readouterr()
    assert allowed.value not in out + err
