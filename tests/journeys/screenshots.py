"""How does the playground look?

python -m tests.journeys.screenshots OUTDIR
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Page

from adapters.redis_store.embedded import EmbeddedServer
from playground.double import STORY
from playground.start import open_town
from tests.chromium import launched


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send").first.click()
    await page.get_by_label("Secret", exact=True).fill("correct horse battery staple")


async def receive(page: Page) -> None:
    await page.get_by_role("button", name="Make the link").click()
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
                page = await browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme=scheme)
                await page.goto(town.slack.url)
                await page.wait_for_load_state()
                await send(page)
                await page.screenshot(path=folder / f"playground-form-{scheme}.png")
                await receive(page)
                await page.screenshot(path=folder / f"playground-{scheme}.png")
                await page.set_viewport_size({"width": 390, "height": 844})
                await page.screenshot(path=folder / f"playground-phone-{scheme}.png")
                await page.close()


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1])))
