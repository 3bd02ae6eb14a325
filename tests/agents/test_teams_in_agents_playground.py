"""pushpw in Microsoft's Agents Playground: what a person does in Teams, from installing the app to the card that says it was opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from playground.agents.start import TeamsHouse, open_teams_house
from tests.agents.driver import PATIENCE, AgentsPlayground, opened
from tests.journeys.conftest import IN_TESTS

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.long]

WELCOME = "It never stands in a conversation, and you see when it was opened."
OWN, GROUP = "Personal Chat", "Staging"
SECRET = " correct horse ü <b>battery</b> & staple "


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(store_url: str) -> AsyncIterator[TeamsHouse]:
    async with open_teams_house(store_url=store_url, prefix="test-agents", timing=IN_TESTS) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alice_at_it(command: Path, browser: Browser, house: TeamsHouse) -> AsyncIterator[AgentsPlayground]:
    async with opened(browser, command, house.endpoint, house.app_id) as alice:
        await alice.install()
        await expect(alice.message(WELCOME)).to_be_visible(timeout=PATIENCE)
        yield alice


@dataclass(frozen=True)
class Cards:
    """What comes into Alice's chat of a push to herself."""

    invitation: Locator
    receipt: Locator


async def push_to_herself(alice: AgentsPlayground) -> Cards:
    """By "+" in a group's chat and the people picker; then she is in her own chat with the app again."""
    before = await alice.messages.count()
    await alice.open_chat(GROUP)
    form = await alice.open_dialog("push")
    await form.get_by_label("Secret", exact=True).fill(SECRET)
    await alice.pick("Alice Archer")
    await form.get_by_role("button", name="Push it").click()
    await expect(alice.dialog).to_contain_text("Alice Archer gets a message from this app", timeout=PATIENCE)
    await alice.close_dialog()
    await alice.open_chat(OWN)
    return Cards(await alice.arrives("Alice Archer sent you a secret.", before), await alice.arrives("Secret for Alice Archer", before))


async def shown(page: Page, secret: str) -> None:
    """The page shows a button first, and after it the secret, to the letter."""
    await page.get_by_role("button", name="Show it", exact=True).click()
    payload = page.locator("[data-payload]")
    await expect(payload).to_be_visible()
    assert await payload.text_content() == secret


@asynccontextmanager
async def page_of(link: Locator) -> AsyncIterator[Page]:
    """The page that the card's link opens in a tab of its own. A tab in the background does everything slowly, so the chat is in front again."""
    async with link.page.context.expect_page() as opening:
        await link.click()
    page = await opening.value
    yield page
    await page.close()
    await link.page.bring_to_front()


async def test_hello_once_and_help_when_asked(alice: AgentsPlayground) -> None:
    await alice.say("help")
    await expect(alice.message("takes a secret back")).to_be_visible(timeout=PATIENCE)
    await expect(alice.messages.filter(has_text=WELCOME)).to_have_count(1)


async def test_a_push_from_the_form_to_the_page_and_back_to_the_card(alice: AgentsPlayground, house: TeamsHouse) -> None:
    cards = await push_to_herself(alice)
    await expect(cards.receipt).to_contain_text("Waiting", timeout=PATIENCE)
    await cards.invitation.get_by_role("button", name="Open", exact=True).click()
    async with page_of(cards.invitation.get_by_role("link", name=f"View in {house.url.removeprefix('http://')}")) as page:
        await shown(page, SECRET)
        await expect(cards.receipt).to_contain_text("Opened by Alice Archer", timeout=PATIENCE)
        await expect(cards.invitation).to_contain_text("It is gone now.", timeout=PATIENCE)
        await page.reload()
        await expect(page.locator('[data-state="gone"]')).to_be_visible()


async def test_the_menu_of_a_message_pushes_its_text_by_a_link_to_copy(alice: AgentsPlayground) -> None:
    await alice.open_chat(GROUP)
    await alice.say("the staging password is hunter2")
    form = await alice.message_action("the staging password is", "push_message")
    await expect(form.get_by_label("Secret", exact=True)).to_have_value("the staging password is hunter2")
    await form.get_by_role("button", name="Push it").click()
    link = alice.dialog.get_by_label("Link", exact=True)
    await expect(link).to_be_visible(timeout=PATIENCE)
    page = await alice.page.context.new_page()
    await page.goto(await link.input_value())
    await shown(page, "the staging password is hunter2")
    await page.close()
    await alice.page.bring_to_front()
    await alice.close_dialog()
    await alice.open_chat(OWN)
    await expect(alice.message("Secret, by a link")).to_contain_text("Opened", timeout=PATIENCE)


async def test_a_card_shared_in_a_group_opens_there(alice: AgentsPlayground) -> None:
    await alice.open_chat(GROUP)
    form = await alice.open_dialog("push")
    await form.get_by_label("Secret", exact=True).fill(SECRET)
    await alice.pick("Alice Archer")
    await form.get_by_label("By a card in this conversation").check()
    await form.get_by_role("button", name="Push it").click()
    await alice.dialog.wait_for(state="detached")
    await alice.send()
    shared = alice.message("Alice Archer shares a secret with Alice Archer.")
    await shared.get_by_role("button", name="Open", exact=True).click()
    async with page_of(alice.messages.last.get_by_role("link", name="View in")) as page:
        await shown(page, SECRET)


async def test_a_form_that_is_not_filled_in_says_what_is_missing_and_keeps_the_rest(alice: AgentsPlayground) -> None:
    form = await alice.open_dialog("push")
    await form.get_by_role("button", name="More options").click()
    await form.get_by_label("Label", exact=True).fill("Staging")
    await form.get_by_role("button", name="Push it").click()
    await expect(alice.dialog).to_contain_text("secret", timeout=PATIENCE)
    await expect(alice.dialog.get_by_label("Label", exact=True)).to_have_value("Staging")


async def test_burned_from_its_card_it_can_be_opened_no_more(alice: AgentsPlayground) -> None:
    cards = await push_to_herself(alice)
    await cards.receipt.get_by_role("button", name="Burn", exact=True).click()
    await cards.receipt.get_by_role("button", name="Burn it").click()
    await expect(cards.receipt).to_contain_text("Burned by you", timeout=PATIENCE)
    await expect(cards.invitation).to_contain_text("It was taken back", timeout=PATIENCE)
    await expect(cards.invitation.get_by_role("button", name="Open", exact=True)).to_have_count(0)


async def test_what_is_live_is_listed(alice: AgentsPlayground) -> None:
    await push_to_herself(alice)
    await alice.say("list")
    await expect(alice.message("live secret")).to_contain_text("Secret for Alice Archer", timeout=PATIENCE)


async def test_a_secret_typed_as_a_message_is_refused_and_not_repeated(alice: AgentsPlayground) -> None:
    await alice.say("hunter2-and-more")
    refusal = alice.message("If that was a secret, delete your message now")
    await expect(refusal).to_be_visible(timeout=PATIENCE)
    await expect(refusal).not_to_contain_text("hunter2")
