"""What our bot may count on in Microsoft's Agents Playground, and what it must do without: learnt with a bot that is not pushpw."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from playground.agents.people import TENANT, entra_id
from tests.agents.driver import PATIENCE, AgentsPlayground, opened
from tests.agents.example_bot import BUTTONS, ExampleBot, card, said

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.long]

ALICE, BOB = entra_id("Alice Archer"), entra_id("Bob Baker")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bot() -> AsyncIterator[ExampleBot]:
    bot = ExampleBot()
    await bot.start()
    yield bot
    await bot.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alice_at_it(command: Path, browser: Browser, bot: ExampleBot) -> AsyncIterator[AgentsPlayground]:
    async with opened(browser, command, bot.endpoint, bot.app_id) as alice:
        await alice.install()
        yield alice


async def test_opening_the_page_installs_the_app_and_nothing_is_signed(alice: AgentsPlayground, bot: ExampleBot) -> None:
    installed = await bot.one(type="installationUpdate")
    assert (installed["action"], installed["channelData"]["tenant"]["id"], installed["from"]["aadObjectId"]) == ("add", TENANT, ALICE)
    assert "Authorization" not in installed["headers"]
    assert installed["serviceUrl"].startswith("http://localhost:")
    await bot.one(type="conversationUpdate")


async def test_a_dialog_gives_back_what_was_typed_and_who_was_picked(alice: AgentsPlayground, bot: ExampleBot) -> None:
    form = await alice.open_dialog("push")
    await form.get_by_label("Secret", exact=True).fill(" hunter2 ü ")
    await alice.pick("Bob Baker")
    await alice.pick("Alice Archer")
    bot.answer = {"task": {"type": "continue", "value": {"title": "Push", "card": card("It is on its way")}}}
    since = len(bot.heard)
    await form.get_by_role("button", name="Send").click()
    submitted = (await bot.one(since, name="composeExtension/submitAction"))["value"]
    assert submitted["commandId"] == "push"
    assert submitted["data"] == {"dialog": "push", "secret": " hunter2 ü ", "to": f"{BOB},{ALICE}"}, "an empty field is missing"
    await expect(alice.dialog).to_contain_text("It is on its way")


async def test_a_dialog_is_emptied_by_a_message_that_comes_in_behind_it(alice: AgentsPlayground, bot: ExampleBot) -> None:
    await expect(await alice.open_dialog("push")).to_contain_text("A form")
    await bot.post(card("News"))
    await expect(alice.dialog).not_to_contain_text("A form")


async def test_a_dialog_that_is_answered_with_nothing_looks_broken(alice: AgentsPlayground, bot: ExampleBot) -> None:
    bot.answer = {}
    await (await alice.open_dialog("push")).get_by_role("button", name="Send").click()
    await expect(alice.dialog).to_contain_text("Unable to reach app")


async def test_the_menu_of_a_message_brings_its_text(alice: AgentsPlayground, bot: ExampleBot) -> None:
    await alice.say("the password is <b>hunter2</b>")
    since = len(bot.heard)
    await alice.message_action("the password is", "push_message")
    brought = (await bot.one(since, name="composeExtension/fetchTask"))["value"]
    assert (brought["commandId"], brought["commandContext"]) == ("push_message", "message")
    assert brought["messagePayload"]["body"]["content"] == "the password is <b>hunter2</b>", "not escaped, as it is in Teams"
    assert brought["messagePayload"]["from"]["user"]["id"] == ALICE


async def test_a_card_is_answered_for_one_person_and_edited_for_all_but_asks_for_no_dialog(
    alice: AgentsPlayground, bot: ExampleBot
) -> None:
    await bot.one(type="conversationUpdate")
    _, created = await bot.post(BUTTONS)
    buttons = alice.message("Buttons")
    since = len(bot.heard)
    await buttons.get_by_role("button", name="Ask").click()
    await buttons.get_by_role("button", name="Open").click()
    pressed = await bot.one(since, name="adaptiveCard/action")
    assert pressed["value"]["action"]["data"] == {"reference": "r"}
    assert pressed["replyToId"] == created["id"]
    await expect(alice.message("For you alone").get_by_role("link", name="View")).to_be_visible(timeout=PATIENCE)
    assert [each for each in bot.heard if each.get("name") == "task/fetch"] == []
    place = f"/v3/conversations/{pressed['conversation']['id']}/activities/{created['id']}"
    assert (await bot.call("PUT", place, said(card("Opened by Alice"))))[0] == 200
    await expect(alice.message("Opened by Alice")).to_be_visible()
    assert (await bot.call("DELETE", place))[0] == 501


async def test_everybody_is_found_by_the_entra_id_and_only_alices_chat_is_seen(alice: AgentsPlayground, bot: ExampleBot) -> None:
    here = (await bot.one(type="conversationUpdate"))["conversation"]["id"]
    asked = {"bot": {"id": f"28:{bot.app_id}"}, "isGroup": False, "channelData": {"tenant": {"id": TENANT}}}
    for person, seen in ((ALICE, True), (BOB, False)):
        status, made = await bot.call("POST", "/v3/conversations", asked | {"members": [{"id": person}]})
        assert (status, made["id"] == here) == (201, seen)
        assert (await bot.call("POST", f"/v3/conversations/{made['id']}/activities", said(card(f"For {person}"))))[0] == 201
    await expect(alice.message(f"For {ALICE}")).to_be_visible()
    await expect(alice.message(f"For {BOB}")).to_have_count(0)
    assert (await bot.call("GET", f"/v3/conversations/{here}/members/{ALICE}"))[1]["aadObjectId"] == ALICE
