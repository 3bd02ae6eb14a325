"""The page in a real Chromium: two people, forms, messages, the robot, and nothing that the browser complains of."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from playground.chromium import browser_opener
from playground.double import STORY
from playground.workspace import ALICE, BOB, GENERAL, RANDOM
from tests.playground.conftest import Town
from tests.playground.example_app import plain
from tests.playground.on_the_page import watched_page, window

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.browser,
]


@pytest_asyncio.fixture(loop_scope="session")
async def page(town: Town, browser: Browser) -> AsyncIterator[Page]:
    async with watched_page(browser, town.slack) as opened:
        yield opened


async def push_to_bob(page: Page, secret: str = "hunter2") -> None:
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="Send").click()
    form = alice.get_by_role("dialog", name="Push a secret")
    await form.get_by_label("Secret", exact=True).fill(secret)
    await form.get_by_role("button", name="Push", exact=True).click()


async def test_the_main_path_from_alice_to_bob(town: Town, page: Page) -> None:
    alice, bob = window(page, ALICE), window(page, BOB)
    await push_to_bob(page)
    await expect(alice.get_by_role("dialog")).to_contain_text("Sent to @bob.")
    await expect(bob.get_by_role("button", name="pushpw")).to_contain_text("1")
    await bob.get_by_role("button", name="pushpw").click()
    await bob.get_by_role("button", name="Open", exact=True).click()
    async with page.context.expect_page() as opened:
        await bob.get_by_role("link", name="Open in browser").click()
    tab = await opened.value
    assert tab.url == f"{town.app.url}/p/AAAAAAAAAAAAAAAAAAAAAA#1oKEY.TICKET"
    await expect(bob.get_by_role("dialog")).to_contain_text("Opened in your browser. You can close this.")
    hear = town.slack.audit_listener()
    hear("push.claimed", "")
    await expect(page.locator(".step.done")).to_have_count(3)
    hear("push.refused", "Gone")
    await expect(page.locator(".step.done")).to_have_count(4)


async def test_the_form_shows_the_apps_errors_beside_the_field_and_keeps_what_was_typed(page: Page) -> None:
    await push_to_bob(page, "too weak")
    form = window(page, ALICE).get_by_role("dialog")
    await expect(form.get_by_text("This is too weak.")).to_be_visible()
    await expect(form.get_by_label("Secret", exact=True)).to_have_value("too weak")
    await expect(form.get_by_label("Secret", exact=True)).to_be_focused()


async def test_an_empty_required_field_is_pointed_out(page: Page) -> None:
    await push_to_bob(page, "")
    await expect(window(page, ALICE).get_by_text("Please complete this required field.")).to_be_visible()


async def test_a_link_in_a_form_can_be_copied_from_its_field(town: Town, page: Page) -> None:
    alice = window(page, ALICE)
    await alice.get_by_label("Message #general").fill("/pushpw")
    await page.keyboard.press("Enter")
    await alice.get_by_label("Secret", exact=True).fill("hunter2")
    await alice.get_by_role("button", name="Push", exact=True).click()
    await expect(alice.get_by_label("Link")).to_have_value(f"{town.app.url}/p/AAAAAAAAAAAAAAAAAAAAAA#1oKEY")


async def test_a_destructive_button_asks_first(town: Town, page: Page) -> None:
    await push_to_bob(page)
    alice = window(page, ALICE)
    await alice.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    await alice.get_by_role("button", name="pushpw").click()
    await alice.get_by_role("button", name="Burn").click()
    asked = alice.get_by_role("alertdialog", name="Burn it?")
    await asked.get_by_role("button", name="Keep").click()
    assert [m.text for m in town.alice.dm_with_bot()] == ["Waiting"]
    await alice.get_by_role("button", name="Burn").click()
    await asked.get_by_role("button", name="Burn").click()
    await expect(alice.get_by_text("Burned by you")).to_be_visible()
    await expect(alice.get_by_text("(edited)")).to_be_visible()


async def test_a_message_has_its_shortcut_and_ephemeral_answers_are_marked(town: Town, page: Page) -> None:
    town.bob.say(GENERAL, "it is *hunter2* :smile: <b>not bold</b>")
    alice = window(page, ALICE)
    message = alice.get_by_role("article").filter(has_text="not bold")
    await expect(message.locator("b").nth(1)).to_have_text("hunter2")
    await expect(message).to_contain_text(":smile: <b>not bold</b>")
    await message.get_by_role("button", name="More for this message").click()
    await alice.get_by_role("menuitem", name="Push as one-time link").click()
    await expect(alice.get_by_label("Secret", exact=True)).to_have_value("it is *hunter2* :smile: &lt;b&gt;not bold&lt;/b&gt;")
    await expect(alice.get_by_text("Only visible to you")).to_have_count(1)
    await expect(window(page, BOB).get_by_text("Only visible to you")).to_have_count(0)


async def test_the_global_shortcut_opens_the_form(page: Page) -> None:
    bob = window(page, BOB)
    await bob.get_by_role("button", name="Shortcuts").click()
    await bob.get_by_role("menuitem", name="Push a secret").click()
    await expect(bob.get_by_role("dialog", name="Push a secret")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(bob.get_by_role("dialog")).to_have_count(0)


async def test_mrkdwn_and_its_entities_are_rendered(town: Town, page: Page) -> None:
    text = "*bold* _slanted_ ~struck~ `code` <https://a.test/?a=1&amp;b=2|a link> <@U0BOB> <#C0GENERAL> &lt;tag&gt; a_b_c\n&gt; quoted"
    more = "```*pre*```<!date^1790000000^{date_num}|then>"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{text}\n{more}"}}]
    await town.client.chat_postMessage(channel=RANDOM, text="x", blocks=blocks, unfurl_links=False, unfurl_media=False)
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="random").click()
    message = alice.get_by_role("article")
    for tag, said in [("i", "slanted"), ("s", "struck"), ("code", "code"), ("blockquote", "quoted"), ("pre", "*pre*")]:
        await expect(message.locator(tag).first).to_have_text(said)
    assert await message.get_by_role("link", name="a link").get_attribute("href") == "https://a.test/?a=1&b=2"
    await expect(message).to_contain_text("@bob #general <tag> a_b_c")
    await expect(message).to_contain_text("2026")


async def test_a_script_in_a_message_stays_text(town: Town, page: Page) -> None:
    text = "<javascript:alert(1)|press> <img src=x onerror=alert(1)>"
    await town.client.chat_postMessage(channel=RANDOM, text=text, unfurl_links=False, unfurl_media=False)
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="random").click()
    await expect(alice.get_by_text("press")).to_be_visible()
    assert await alice.locator("article a[href]").count() == 0
    assert await alice.locator("img").count() == 0


async def test_every_kind_of_input_gives_back_what_was_chosen(town: Town, page: Page) -> None:
    def option(name: str) -> dict[str, object]:
        return {"text": plain(name), "value": name.lower()}

    def field(name: str, kind: str, **more: object) -> dict[str, object]:
        return {
            "type": "input",
            "block_id": name,
            "optional": True,
            "label": plain(name),
            "element": {"type": kind, "action_id": "a", **more},
        }

    blocks = [
        field("Checks", "checkboxes", options=[option("One"), option("Two")], initial_options=[option("Two")]),
        field("Radios", "radio_buttons", options=[option("Left"), option("Right")]),
        field("Day", "datepicker"),
        field("Where", "conversations_select", default_to_current_conversation=True),
        field("Many", "multi_users_select"),
        field("Mail", "email_text_input"),
    ]
    view = {"type": "modal", "callback_id": "all", "title": plain("All"), "submit": plain("Go"), "blocks": blocks}
    await town.client.views_open(trigger_id=town.slack.house.passes.trigger(ALICE, GENERAL), view=view)
    form = window(page, ALICE).get_by_role("dialog", name="All")
    await form.get_by_label("One").check()
    await form.get_by_label("Left").check()
    await form.get_by_label("Day").fill("2026-12-24")
    await form.get_by_label("Many").click()
    await form.get_by_role("listbox", name="To choose from").get_by_role("option", name="Bob Brown").click()
    await form.get_by_label("Mail").fill("nonsense")
    await form.get_by_role("button", name="Go").click()
    await expect(form.get_by_text("Please enter a valid email address.")).to_be_visible()
    held = {block: entry["a"] for block, entry in town.alice.view.values.items()}
    assert [o["value"] for o in held["Checks"]["selected_options"]] == ["one", "two"]
    assert held["Radios"]["selected_option"]["value"] == "left"
    assert held["Day"]["selected_date"] == "2026-12-24"
    assert held["Where"]["selected_conversation"] == GENERAL
    assert held["Many"]["selected_users"] == [BOB]


async def test_a_silent_app_is_shown_as_slack_shows_it(town: Town, page: Page) -> None:
    town.app.broken = True
    await window(page, ALICE).get_by_role("button", name="Send").click()
    await expect(window(page, ALICE).get_by_role("article")).to_contain_text('failed with the error "http_service_error"')


async def test_the_robot_panel_tells_what_was_fetched(town: Town, page: Page) -> None:
    town.slack.audit_listener()
    robot = page.locator("#robot")
    await expect(robot).to_contain_text("It has fetched nothing yet")
    await expect(robot).not_to_contain_text("false")
    await robot.get_by_role("checkbox").check()
    await push_to_bob(page)
    await window(page, BOB).get_by_role("button", name="pushpw").click()
    await window(page, BOB).get_by_role("button", name="Open", exact=True).click()
    await expect(robot).to_contain_text("It fetched one address in 6 ways. It spent no view.")
    await robot.get_by_text("/p/AAAAAAAAAAAAAAAAAAAAAA").click()
    await expect(robot.get_by_role("row").filter(has_text="HEAD")).to_contain_text("Slackbot 1.0")


async def test_starting_over_leaves_only_the_story(town: Town, page: Page) -> None:
    town.slack.story = STORY
    await push_to_bob(page)
    await window(page, ALICE).get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Start over").click()
    await expect(window(page, ALICE).get_by_role("article")).to_contain_text("the password of the staging database")
    await expect(window(page, ALICE).get_by_label("Message #general")).to_have_value("/pushpw @bob")
    await expect(page.locator(".step.done")).to_have_count(0)
    assert town.bob.dm_with_bot() == []


async def test_on_a_phone_the_two_are_tabs_and_nothing_is_wider_than_the_screen(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 700})
    await expect(window(page, BOB)).to_be_hidden()
    await page.get_by_role("tab", name="Bob Brown").click()
    await expect(window(page, BOB)).to_be_visible()
    await expect(window(page, ALICE)).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("fragment", "sent"), [("1oKEY", 0), ("POST", 1)])
async def test_the_robots_own_browser_runs_the_page_and_sees_what_it_sends(town: Town, fragment: str, sent: int) -> None:
    town.slack.robot.open_in_browser = browser_opener()
    await town.client.chat_postMessage(channel=RANDOM, text=f"{town.app.url}/p/AAAA#{fragment}")
    await town.slack.robot.settle()
    assert f"/ran/{fragment}" in {path for _, path, _ in town.app.fetched}
    assert town.slack.robot.spent == sent
    assert all(visit.status == 200 for visit in town.slack.robot.visits)


async def test_another_sites_page_cannot_act(town: Town) -> None:
    act = {"as": ALICE, "gesture": "say", "channel": GENERAL, "text": "x"}
    async with aiohttp.ClientSession() as session:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Content-Type": "text/plain"}):
            answer = await session.post(f"{town.slack.url}/act", json=act, headers=headers)
            assert answer.status == 403
    assert town.alice.messages(GENERAL) == []


async def test_the_page_says_how_to_try_teams_with_a_command_that_make_knows(page: Page) -> None:
    said = await page.locator("#elsewhere code").inner_text()
    assert f"{said.removeprefix('make ')}:" in (Path(__file__).parents[2] / "Makefile").read_text()
