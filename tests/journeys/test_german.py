"""Everybody is spoken to in their own language, in chat and on the page."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from playground.start import Town
from playground.workspace import ALICE
from tests.journeys.actors import SECRET, Actors, links_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(autouse=True)
def _alice_speaks_german(town: Town) -> None:
    town.slack.workspace.change_person(ALICE, locale="de-DE")


@pytest_asyncio.fixture(loop_scope="session")
async def german_page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="de-AT")
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()


async def test_the_sender_reads_german_while_the_recipient_reads_english(actors: Actors, page: Page) -> None:
    form = await actors.form("@bob")
    assert form.body["title"]["text"] == "Geheimnis teilen"
    assert form.body["submit"]["text"] == "Teilen"
    done = await actors.push("@bob 1d")
    assert "<@U0BOB> erhält von dieser App eine Nachricht" in str(done.blocks)
    await actors.card("Noch nicht geöffnet")
    assert (await actors.invitation()).text == "<@U0ALICE> sent you a secret."
    await page.goto(await actors.open_in_chat())
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.get_by_role("button", name="Show it", exact=True).click()
    card = await actors.card("Geöffnet von <@U0BOB>")
    assert "Kann einmal geöffnet werden. Gültig bis" in str(card.blocks)


async def test_the_recipient_reads_german_where_only_the_sender_does_not(town: Town, actors: Actors) -> None:
    town.slack.workspace.change_person(ALICE, locale="en-US")
    town.slack.workspace.change_person(actors.bob.user, locale="de-DE")
    await actors.push("@bob", passphrase="blauer Mond")
    await actors.card("Waiting")
    invitation = await actors.invitation()
    assert invitation.text == "<@U0ALICE> hat Ihnen ein Geheimnis geschickt."
    assert "Sie brauchen dazu eine Passphrase" in str(invitation.blocks)
    await actors.bob.click(invitation, "Öffnen")
    view = await town.slack.until(lambda: actors.bob.view)
    assert view.body["title"]["text"] == "Ein Geheimnis für Sie"


async def test_the_page_speaks_the_language_of_the_browser(actors: Actors, german_page: Page) -> None:
    (url,) = links_in((await actors.push()).body)
    answer = await german_page.goto(url)
    assert answer is not None
    assert answer.headers["content-language"] == "de"
    await expect(german_page.locator("html")).to_have_attribute("lang", "de")
    await expect(german_page.get_by_role("heading", name="Jemand hat Ihnen ein Geheimnis geschickt")).to_be_visible()
    await german_page.get_by_role("button", name="Geheimnis anzeigen", exact=True).click()
    await expect(german_page.locator("[data-payload]")).to_have_text(SECRET)
    await expect(german_page.locator('[data-state="shown"] [data-line="last"]')).to_contain_text("Das war das letzte Mal")
    await actors.card("Geöffnet von jemandem mit dem Link")


async def test_when_the_link_ends_is_told_in_a_german_sentence(actors: Actors, german_page: Page) -> None:
    (url,) = links_in((await actors.push("3d 2 views")).body)
    await german_page.goto(url)
    await german_page.get_by_role("button", name="Geheimnis anzeigen", exact=True).click()
    line = german_page.locator('[data-state="shown"] [data-line="far"]')
    await expect(line).to_contain_text("Uhr ab (in 3 Tagen).")
    await expect(german_page.locator('[data-state="shown"] [data-line="views"]')).to_have_text("Der Link kann noch 1-mal geöffnet werden.")


async def test_a_burn_is_answered_in_german(actors: Actors) -> None:
    await actors.push("@bob")
    await actors.card("Noch nicht geöffnet")
    await actors.alice.command("/pushpw", "burn all")
    await actors.card("Von Ihnen verworfen")
    said = await actors.town.slack.until(lambda: next((m.text for m in actors.alice.ephemerals() if "verworfen" in m.text), None))
    assert said == "1 Geheimnis wurde verworfen."
