"""How does the playground look, and what is shown of it in the tutorial for Slack?

python -m tests.journeys.screenshots OUTDIR
python -m tests.journeys.screenshots docs/images tutorial
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Locator, Page

from adapters.redis_store.embedded import EmbeddedServer
from playground.double import STORY
from playground.start import open_town
from playground.workspace import ALICE, BOB
from tests.chromium import launched
from tests.journeys.actors import Actors
from tests.journeys.reader import Reader


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send").first.click()
    await page.get_by_label("Secret", exact=True).fill("correct horse battery staple")


async def receive(page: Page) -> None:
    await page.get_by_role("button", name="Push it").click()
    await page.get_by_role("button", name="Close").last.click()
    for one in (1, 0):
        await page.get_by_role("button", name="pushpw").nth(one).click()
    await page.get_by_role("button", name="Open the secret").wait_for()
    await page.mouse.move(0, 0)


async def shoot(folder: Path) -> None:
    """The form in front of Alice, and what both have afterwards; light and dark, wide and narrow."""
    with EmbeddedServer() as store:
        async with open_town(store_url=store.url) as town, launched() as browser:
            for scheme in ("light", "dark"):
                town.slack.story = STORY
                town.slack.start_over()
                page = await browser.new_page(viewport={"width": 1280, "height": 820}, color_scheme=scheme)
                await page.goto(town.slack.url)
                await page.wait_for_load_state()
                await send(page)
                await page.screenshot(path=folder / f"playground-form-{scheme}.png")
                await receive(page)
                await page.screenshot(path=folder / f"playground-{scheme}.png")
                await page.set_viewport_size({"width": 390, "height": 844})
                await page.screenshot(path=folder / f"playground-phone-{scheme}.png")
                await page.close()


async def illustrate(folder: Path) -> None:
    """The pictures of docs/tutorial/slack.md: the form, the recipient's message, the receipt card once it was opened."""
    with EmbeddedServer() as store:
        async with open_town(store_url=store.url) as town, launched() as browser, Reader(town.service_url) as reader:
            town.slack.story = STORY
            town.slack.start_over()
            page = await browser.new_page(viewport={"width": 1280, "height": 1060}, device_scale_factor=1.5)
            await page.goto(town.slack.url)
            alice, bob = page.locator(f"#client-{ALICE}"), page.locator(f"#client-{BOB}")
            await send(page)
            await alice.screenshot(path=folder / "slack-form.png")
            await page.set_viewport_size({"width": 1280, "height": 620})
            await receive(page)
            await bob.screenshot(path=folder / "slack-message.png")
            actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
            await reader.read(await actors.open_in_chat())
            await alice.get_by_text("Opened by").wait_for()
            await alice.screenshot(path=folder / "slack-receipt.png")
            await page.set_viewport_size({"width": 1280, "height": 860})
            await illustrate_more(actors, alice, bob, reader, folder)


async def illustrate_more(actors: Actors, alice: Locator, bob: Locator, reader: Reader, folder: Path) -> None:
    """A request on its way, one card for three people, and the Home tab with what is live."""
    await actors.bob.close(actors.bob.view, all_of_them=True)
    await actors.alice.command("/pushpw", "request @bob the staging password")
    await bob.get_by_role("button", name="Send it securely").wait_for()
    await bob.screenshot(path=folder / "slack-request.png")
    before = len(actors.alice.dm_with_bot())
    await actors.push("@bob @carol @dave 3d", label="Staging database")
    await actors.town.slack.until(lambda: len(actors.alice.dm_with_bot()) > before)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await reader.read(await actors.open_in_chat())
    await alice.get_by_text("Opened by 1 of 3").wait_for()
    await alice.screenshot(path=folder / "slack-several.png")
    await alice.get_by_role("tab", name="Home").click()
    await alice.get_by_text("Ask somebody for a secret").wait_for()
    await alice.screenshot(path=folder / "slack-home.png")


if __name__ == "__main__":
    asyncio.run((illustrate if sys.argv[2:] == ["tutorial"] else shoot)(Path(sys.argv[1])))
