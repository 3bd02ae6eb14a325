"""The page in a real Chromium, with an app that uses all of Block Kit: Home tab, forms, threads, many people, the keyboard."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from playground.double import PretendSlack
from playground.workspace import ALICE, BOB, CAROL, GENERAL, GINA, ONCALL, RANDOM, Person
from tests.playground.conftest import StillClock, Town
from tests.playground.example_app import SECRET, TOKEN, button, plain
from tests.playground.example_home import SURE, TEXT, HomeApp, actions, everything, field, modal, words
from tests.playground.on_the_page import watched_page, window

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.browser,
]

OTTO = Person("U0OTTO", "otto", "Otto Olsen", team_id="T0ELSEWHERE")


@pytest_asyncio.fixture(loop_scope="session")
async def app(home_town: Town) -> HomeApp:
    assert isinstance(home_town.app, HomeApp)
    return home_town.app


@pytest_asyncio.fixture(loop_scope="session")
async def home_town() -> AsyncIterator[Town]:
    clock = StillClock()
    slack = PretendSlack(signing_secret=SECRET, bot_token=TOKEN, service_url="http://127.0.0.1:1", now=clock)
    await slack.start()
    app = HomeApp(slack.api_url, clock)
    await app.start()
    slack.service_url = app.url
    slack.workspace.add_person(OTTO)
    slack.workspace.conversation(RANDOM).members.append(OTTO.id)
    yield Town(slack, app, clock)
    await slack.stop()
    await app.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(home_town: Town, browser: Browser) -> AsyncIterator[Page]:
    async with watched_page(browser, home_town.slack, timezone_id="UTC") as opened:
        yield opened


async def open_home(page: Page, user: str = ALICE) -> Locator:
    of = window(page, user)
    await of.get_by_role("button", name="pushpw").click()
    await of.get_by_role("tab", name="Home").click()
    await expect(of.get_by_text("Page 1 of 3")).to_be_visible()
    return of


async def show(town: Town, view: dict[str, Any], user: str = ALICE) -> None:
    await town.client.views_open(trigger_id=town.slack.house.passes.trigger(user, GENERAL), view=view)


async def form_of(town: Town, page: Page) -> Locator:
    await show(town, everything())
    form = window(page, ALICE).get_by_role("dialog", name="Everything")
    await expect(form).to_be_visible()
    return form


def offer(form: Locator, name: str) -> Locator:
    return form.get_by_role("listbox", name="To choose from").get_by_role("option", name=name, exact=True)


def held(town: Town, block: str) -> Any:
    (entry,) = town.alice.view.values[block].values()
    return entry


# The Home tab


async def test_opening_the_home_tab_tells_the_app_and_shows_what_it_publishes(app: HomeApp, page: Page) -> None:
    home = await open_home(page)
    await expect(home.get_by_role("heading", name="Secrets that are read once")).to_be_visible()
    assert [body["event"]["tab"] for body in app.seen] == ["messages", "home"]
    await expect(home.get_by_role("button", name="Send")).to_be_hidden()
    await home.get_by_role("tab", name="Messages").click()
    await expect(home.get_by_text("Page 1 of 3")).to_be_hidden()


async def test_the_home_tab_turns_its_pages_and_the_button_keeps_the_keyboard(page: Page) -> None:
    home = await open_home(page)
    await home.get_by_role("button", name="Next").focus()
    await page.keyboard.press("Enter")
    await expect(home.get_by_text("Page 2 of 3")).to_be_visible()
    await expect(home.get_by_role("button", name="Next")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(home.get_by_text("Push 7")).to_be_visible()
    await expect(home.get_by_role("button", name="Next")).to_have_count(0)
    await expect(home.get_by_role("tabpanel", name="Home")).to_be_focused()


async def test_the_home_tab_follows_what_the_app_publishes_by_itself(home_town: Town, page: Page) -> None:
    home = await open_home(page)
    await home_town.client.views_publish(
        user_id=ALICE, view={"type": "home", "blocks": [{"type": "header", "text": plain("Nothing live")}]}
    )
    await expect(home.get_by_role("heading", name="Nothing live")).to_be_visible()
    await expect(home.get_by_text("Push 1")).to_have_count(0)


async def test_a_menu_in_a_row_asks_first_and_escape_closes_it(app: HomeApp, page: Page) -> None:
    home = await open_home(page)
    more = home.get_by_role("button", name="More", exact=True).first
    await more.click()
    await page.keyboard.press("Escape")
    await expect(home.get_by_role("menu")).to_have_count(0)
    await expect(more).to_be_focused()
    await more.click()
    await home.get_by_role("menuitem", name="Burn").click()
    await home.get_by_role("alertdialog", name="Really?").get_by_role("button", name="No").click()
    await expect(more).to_be_focused()
    assert app.told == []
    await more.click()
    await home.get_by_role("menuitem", name="Burn").click()
    await home.get_by_role("alertdialog", name="Really?").get_by_role("button", name="Yes").click()
    await expect(home.get_by_text("Heard: burn Push 1.")).to_be_visible()


async def test_settings_in_the_home_tab_reach_the_app_and_a_refused_one_goes_back(app: HomeApp, page: Page) -> None:
    home = await open_home(page)
    await home.get_by_label("Language").select_option(label="German")
    await expect(home.get_by_text("Heard: de.")).to_be_visible()
    await home.get_by_label("When it expires").check()
    await expect(home.get_by_text("Heard: [")).to_be_visible()
    await expect(home.get_by_label("When it expires")).to_be_checked()
    await home.get_by_label("In the chat").click()
    await home.get_by_role("alertdialog").get_by_role("button", name="No").click()
    await expect(home.get_by_label("On the page")).to_be_checked()
    assert [action for action, _ in app.told] == ["language", "notices"]


async def test_three_forms_lie_on_each_other_and_the_keyboard_comes_back(page: Page) -> None:
    home = await open_home(page)
    await home.get_by_role("button", name="New push").click()
    for depth in (2, 3):
        await home.get_by_role("button", name="Deeper").click()
        await expect(home.get_by_role("dialog", name=f"Depth {depth}")).to_be_visible()
    await home.get_by_role("button", name="Back", exact=True).click()
    await expect(home.get_by_role("dialog", name="Depth 2")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(home.get_by_role("dialog", name="First")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(home.get_by_role("dialog")).to_have_count(0)
    await expect(home.get_by_role("button", name="New push")).to_be_focused()


async def test_a_link_button_opens_a_tab_of_its_own(app: HomeApp, page: Page) -> None:
    home = await open_home(page)
    link = home.get_by_role("link", name="Privacy")
    assert (await link.get_attribute("target"), await link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


async def test_a_confirmed_link_button_opens_only_after_yes(home_town: Town, app: HomeApp, page: Page) -> None:
    url = f"{home_town.app.url}/elsewhere"
    await show(home_town, modal("Go", actions(button("Leave", "privacy", "p", url=url, confirm=SURE))))
    alice = window(page, ALICE)
    await alice.get_by_role("link", name="Leave").click()
    await alice.get_by_role("alertdialog").get_by_role("button", name="No").click()
    assert (len(page.context.pages), app.told) == (1, [])
    await alice.get_by_role("link", name="Leave").click()
    async with page.context.expect_page() as opened:
        await alice.get_by_role("alertdialog").get_by_role("link", name="Yes").click()
    assert (await opened.value).url == url
    await home_town.slack.until(lambda: app.told == [("privacy", "p")])


# Forms


async def test_people_become_chips_until_there_are_enough(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    await form.get_by_label("Recipients").click()
    await offer(form, "Bob Brown").click()
    await form.get_by_label("Recipients").fill("gin")
    await page.keyboard.press("Enter")
    await expect(form.get_by_text("That is all: at most 2.")).to_be_visible()
    await form.get_by_role("button", name="Remove Bob Brown").click()
    await form.get_by_label("Recipients").fill("otto")
    await offer(form, "Otto Olsen (outsider)").click()
    await form.get_by_role("button", name="Go").click()
    (body,) = await home_town.slack.until(lambda: home_town.app.seen)
    assert body["view"]["state"]["values"]["recipients"]["multi_users_select"]["selected_users"] == [GINA, OTTO.id]


async def test_typing_asks_the_app_and_its_groups_are_offered(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    await form.get_by_label("Group (optional)").fill("dev")
    await offer(form, "Developers").click()
    await form.get_by_label("Groups (optional)").click()
    await expect(form.get_by_role("listbox").get_by_role("group", name="Groups")).to_be_visible()
    await offer(form, "Office").click()
    await form.get_by_label("Group (optional)").fill("nobody")
    await expect(form.get_by_text("Nothing found.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(form.get_by_label("Group (optional)")).to_have_value("")
    await form.get_by_role("button", name="Go").click()
    (body,) = await home_town.slack.until(lambda: home_town.app.seen)
    values = body["view"]["state"]["values"]
    assert values["group"]["external_select"]["selected_option"]["value"] == "dev"
    assert [o["value"] for o in values["groups"]["multi_external_select"]["selected_options"]] == ["night", "office"]


async def test_what_the_app_offered_keeps_its_words_when_the_page_is_loaded_again(home_town: Town, page: Page) -> None:
    await show(
        home_town,
        modal("Kept", field("Group", "external_select", min_query_length=1), field("Tell", "plain_text_input", {"dispatch_action": True})),
    )
    form = window(page, ALICE).get_by_role("dialog", name="Kept")
    await form.get_by_label("Group").fill("ops")
    await expect(form.get_by_text("Nothing found.")).to_be_visible()
    await form.get_by_label("Group").fill("oper")
    await offer(form, "Operations").click()
    await form.get_by_label("Tell").fill("now")
    await page.keyboard.press("Enter")
    await home_town.slack.until(lambda: held(home_town, "group")["selected_option"])
    await page.reload()
    await expect(form.get_by_role("listitem")).to_contain_text("Operations")


async def test_an_app_that_does_not_answer_is_told_under_the_field(home_town: Town, app: HomeApp, page: Page) -> None:
    form = await form_of(home_town, page)
    app.broken = True
    await form.get_by_label("Group (optional)").fill("dev")
    await expect(form.get_by_text("The app did not answer.")).to_be_visible()


async def test_escape_closes_the_list_before_the_form(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    await form.get_by_label("Recipients").click()
    await expect(offer(form, "Bob Brown")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(offer(form, "Bob Brown")).to_be_hidden()
    await expect(form).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)


async def test_a_choice_in_a_form_asks_first_where_the_app_wants_it(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    kind = form.get_by_label("Kind (optional)")
    asked = window(page, ALICE).get_by_role("alertdialog")
    await kind.select_option(label="Office")
    await asked.get_by_role("button", name="No").click()
    await expect(kind).to_have_value("")
    await kind.select_option(label="Office")
    await page.keyboard.press("Escape")
    await expect(kind).to_have_value("")
    await kind.select_option(label="Office")
    await asked.get_by_role("button", name="Yes").click()
    await expect(kind).to_have_value("office")
    await expect(form).to_be_visible()


async def test_enter_in_a_dispatching_field_tells_the_app_and_sends_no_form(home_town: Town, app: HomeApp, page: Page) -> None:
    form = await form_of(home_town, page)
    await form.get_by_label("Search").fill("needle")
    await page.keyboard.press("Enter")
    await home_town.slack.until(lambda: app.told == [("plain_text_input", "needle")])
    await expect(form).to_be_visible()


async def test_an_update_under_the_hands_keeps_text_caret_and_keyboard(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    search = form.get_by_label("Search")
    await search.fill("needle")
    await search.press("ArrowLeft")
    await home_town.client.views_update(view_id=home_town.alice.view.id, view={**everything(), "title": plain("Renewed")})
    renewed = window(page, ALICE).get_by_role("dialog", name="Renewed").get_by_label("Search")
    await expect(renewed).to_be_focused()
    await page.keyboard.type("t")
    await expect(renewed).to_have_value("needlte")


async def test_numbers_and_moments_reach_the_app_as_slack_spells_them(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    await expect(form.get_by_label("Until")).to_have_value("2026-09-21T14:13")
    await form.get_by_label("Until").fill("2026-12-24T18:00")
    await form.get_by_label("Views").fill("11")
    await form.get_by_role("button", name="Go").click()
    await expect(form.get_by_text("Must be at most 10.")).to_be_visible()
    assert held(home_town, "until")["selected_date_time"] == 1_798_135_200
    assert held(home_town, "views")["value"] == "11"


async def test_preformatted_text_is_shown_to_the_letter(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    assert await form.locator("pre").text_content() == TEXT
    assert (
        await form.locator("pre").evaluate("node => getSelection().selectAllChildren(node) ?? getSelection().toString()") == TEXT.rstrip()
    )


async def test_rich_text_sections_keep_their_line_breaks(home_town: Town, page: Page) -> None:
    said = "one\n\n  two  \nthree"
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": said}]}]}]
    await home_town.client.chat_postMessage(channel=RANDOM, text="x", blocks=blocks)
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="random").click()
    assert await alice.locator(".rich").text_content() == said


async def test_what_the_page_cannot_draw_is_named(home_town: Town, page: Page) -> None:
    form = await form_of(home_town, page)
    await expect(form.get_by_text("Not shown here: rich_text_input")).to_be_visible()
    await expect(form.get_by_text("Image: a sealed envelope")).to_be_visible()
    assert await form.locator("img").count() == 0


# People, threads, messages


async def test_anybody_can_sit_beside_alice_and_bob(home_town: Town, page: Page) -> None:
    await expect(window(page, CAROL)).to_be_hidden()
    await page.get_by_role("button", name="Carol Clark", exact=True).click()
    await expect(window(page, CAROL)).to_be_visible()
    await page.get_by_role("button", name="Bob Brown", exact=True).first.click()
    await expect(window(page, BOB)).to_be_hidden()
    carol = window(page, CAROL)
    await carol.get_by_role("button", name="random").click()
    await carol.get_by_label("Message #random").fill("here I am")
    await page.keyboard.press("Enter")
    await expect(carol.get_by_role("article")).to_contain_text("here I am")
    assert [m.user for m in home_town.slack.messages(RANDOM)] == [CAROL]
    await expect(await open_home(page, CAROL)).to_contain_text("Secrets that are read once")


async def test_guests_and_outsiders_are_marked_and_outsiders_have_no_shortcuts(home_town: Town, page: Page) -> None:
    home_town.slack.as_user(GINA).say(RANDOM, "guest speaking")
    for name, mark in (("Gina Grant", "guest"), ("Otto Olsen", "outsider")):
        await page.get_by_role("button", name=f"{name} {mark}").click()
    await expect(window(page, GINA).locator(".client-bar")).to_contain_text("guest")
    otto = window(page, OTTO.id)
    await expect(otto.locator(".client-bar")).to_contain_text("outsider")
    await expect(otto.get_by_role("article")).to_contain_text("guest")
    await expect(otto.get_by_role("button", name="Shortcuts")).to_be_hidden()
    await otto.get_by_role("button", name="More for this message").click()
    await expect(otto.get_by_role("menuitem", name="Push as one-time link")).to_have_count(0)


async def test_a_deactivated_person_leaves_the_page_and_keeps_their_messages(home_town: Town, page: Page) -> None:
    home_town.slack.as_user(CAROL).say(RANDOM, "I was here")
    await page.get_by_role("button", name="Carol Clark", exact=True).click()
    home_town.slack.workspace.add_person(replace(home_town.slack.workspace.person(CAROL), deleted=True))
    home_town.slack.changed()
    await expect(window(page, CAROL)).to_have_count(0)
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="random").click()
    await expect(alice.get_by_role("article")).to_contain_text("Carol Clark deactivated")


async def test_replies_stand_below_what_they_answer_and_broadcast_ones_in_the_channel(home_town: Town, page: Page) -> None:
    first = home_town.bob.say(RANDOM, "first")
    home_town.bob.say(RANDOM, "second")
    home_town.bob.reply(first, "a reply")
    await home_town.client.chat_postMessage(channel=RANDOM, text="for all", thread_ts=first.ts, reply_broadcast=True)
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="random").click()
    said = alice.get_by_role("article")
    for index, text in enumerate(("first", "Thread", "second", "Replied to a thread: first")):
        await expect(said.nth(index)).to_contain_text(text)
    await expect(said.nth(1)).to_contain_text("a reply")
    await expect(said.nth(3)).to_contain_text("for all")


async def test_a_person_answers_in_a_thread_and_a_shortcut_works_there(home_town: Town, page: Page) -> None:
    first = home_town.bob.say(GENERAL, "what is it?")
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="More for this message").click()
    await alice.get_by_role("menuitem", name="Reply in thread").click()
    await alice.get_by_label("Reply in thread").fill("hunter2")
    await page.keyboard.press("Enter")
    reply = alice.get_by_role("article").filter(has_text="hunter2")
    await expect(reply).to_contain_text("Thread")
    assert home_town.slack.messages(GENERAL)[-1].thread_ts == first.ts
    await alice.get_by_label("Also send to #general").check()
    await alice.get_by_label("Reply in thread").fill("for all")
    await page.keyboard.press("Enter")
    await expect(alice.get_by_role("article").filter(has_text="for all")).to_contain_text("Replied to a thread: what is it?")
    await alice.get_by_label("Reply in thread").fill("/pushpw")
    await page.keyboard.press("Enter")
    await expect(alice.get_by_text("Commands do not work in threads.")).to_be_visible()
    await alice.get_by_role("button", name="Leave the thread").click()
    await expect(alice.get_by_label("Message #general")).to_be_focused()
    await reply.get_by_role("button", name="More for this message").click()
    await alice.get_by_role("menuitem", name="Push as one-time link").click()
    await expect(alice.get_by_label("Secret", exact=True)).to_have_value("hunter2")


async def test_a_deleted_message_vanishes_for_everybody(home_town: Town, page: Page) -> None:
    home_town.alice.say(GENERAL, "hunter2")
    alice, bob = window(page, ALICE), window(page, BOB)
    await expect(bob.get_by_role("article")).to_have_count(1)
    await alice.get_by_role("button", name="More for this message").click()
    await alice.get_by_role("menuitem", name="Delete message").click()
    for of in (alice, bob):
        await expect(of.get_by_role("article")).to_have_count(0)
        await expect(of.get_by_text("Nothing here yet.")).to_be_visible()


async def test_a_message_edited_under_the_hands_keeps_the_keyboard(home_town: Town, page: Page) -> None:
    card = [actions(button("Burn", "ask", "1"), button("Extend", "ask2", "1"), block_id="do")]
    posted = await home_town.client.chat_postMessage(channel=RANDOM, text="Waiting", blocks=card)
    alice = window(page, ALICE)
    await alice.get_by_role("button", name="random").click()
    await alice.get_by_role("button", name="Extend").focus()
    said = [{"type": "section", "text": words("Opened by Bob")}, *card]
    await home_town.client.chat_update(channel=RANDOM, ts=posted["ts"], text="Opened", blocks=said)
    await expect(alice.get_by_text("Opened by Bob")).to_be_visible()
    await expect(alice.get_by_role("button", name="Extend")).to_be_focused()


# Everybody can use it

UNNAMED = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, [role=dialog], [role=alertdialog], [role=listbox], [role=tablist]')]
  .filter((node) => node.checkVisibility() && !node.closest('[inert]'))
  .filter((node) => !(node.ariaLabel || node.labels?.length || (node.matches('button, a') && node.textContent.trim())))
  .map((node) => node.outerHTML.slice(0, 120))"""
DANGLING = """() => ['aria-controls', 'aria-describedby', 'aria-labelledby', 'for'].flatMap((name) => [...document.querySelectorAll(`[${name}]`)]
  .flatMap((node) => node.getAttribute(name).split(' ').filter((id) => !document.getElementById(id)).map((id) => `${name} ${id}`)))"""


@pytest.mark.parametrize("width", [1440, 320])
async def test_every_control_has_a_name_and_nothing_is_wider_than_the_screen(home_town: Town, page: Page, width: int) -> None:
    home_town.bob.say(GENERAL, "hello")
    await open_home(page)
    await page.set_viewport_size({"width": width, "height": 800})
    assert await page.evaluate(UNNAMED) == []
    form = await form_of(home_town, page)
    await form.get_by_label("Groups (optional)").click()
    await expect(offer(form, "Office")).to_be_visible()
    assert await page.evaluate(UNNAMED) == []
    assert await page.evaluate(DANGLING) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    overflowing = "node => [...node.querySelectorAll('*')].filter((n) => n.getBoundingClientRect().right > innerWidth + 1 && n.checkVisibility()).length"
    assert await form.evaluate(overflowing) == 0


async def test_the_keyboard_stays_in_the_form_that_lies_in_front(home_town: Town, page: Page) -> None:
    await show(home_town, modal("Small", field("Person", "users_select")))
    form = window(page, ALICE).get_by_role("dialog", name="Small")
    await expect(form).to_be_visible()
    for _ in range(6):
        await page.keyboard.press("Tab")
        assert await form.evaluate("node => node.contains(document.activeElement)")


async def test_arrow_keys_walk_through_the_tabs(page: Page) -> None:
    home = await open_home(page)
    await home.get_by_role("tab", name="Home").press("ArrowRight")
    await expect(home.get_by_role("tab", name="Messages")).to_be_focused()
    await expect(home.get_by_role("tab", name="Messages")).to_have_attribute("aria-selected", "true")


async def test_on_a_phone_everybody_has_a_tab(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.get_by_role("tab", name="Carol Clark").click()
    await expect(window(page, CAROL)).to_be_visible()
    await expect(window(page, ALICE)).to_be_hidden()


async def test_a_name_has_a_dot_while_something_waits_for_that_person_alone(home_town: Town, page: Page) -> None:
    carol = page.get_by_role("button", name="Carol Clark", exact=True)
    home_town.bob.say(RANDOM, "for all")
    dm = home_town.slack.as_user(CAROL).bot_dm
    await expect(window(page, BOB).get_by_role("button", name="random")).to_be_visible()
    await expect(carol).not_to_have_class("unread")
    await home_town.client.chat_postMessage(channel=dm, text="for you")
    await expect(carol).to_have_class("unread")
    await carol.click()
    await expect(carol).not_to_have_class("unread")


async def test_a_group_is_called_by_its_handle(home_town: Town, page: Page) -> None:
    home_town.bob.say(GENERAL, "@oncall please look")
    await home_town.client.chat_postMessage(channel=RANDOM, text=f"<!subteam^{ONCALL}> and <!subteam^S0GONE|@gone>")
    alice = window(page, ALICE)
    await expect(alice.get_by_role("article")).to_contain_text("@oncall please look")
    await alice.get_by_role("button", name="random").click()
    await expect(alice.get_by_role("article")).to_contain_text("@oncall and @gone")


async def test_a_card_for_a_link_stands_below_its_message(home_town: Town, page: Page) -> None:
    posted = home_town.bob.say(GENERAL, "see https://push.test/p/1")
    card = {"blocks": [{"type": "section", "text": words("A one-time link.")}]}
    home_town.slack.workspace.unfurl(posted, {"https://push.test/p/1": card})
    await expect(window(page, ALICE).locator(".card")).to_have_text("A one-time link.")
