"""The page, opened and watched. A file of its own, so that tests without a browser do not wait for its library."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, expect

from playground.double import PretendSlack


@asynccontextmanager
async def watched_page(browser: Browser, slack: PretendSlack, **how: str) -> AsyncIterator[Page]:
    """The playground's page, wide; at the end it must have complained of nothing. `how`: more of what a new page may be told."""
    opened = await browser.new_page(viewport={"width": 1440, "height": 900}, **how)
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    await opened.goto(f"{slack.url}/")
    await expect(opened.locator("#client-U0ALICE").get_by_text("Nothing here yet.")).to_be_visible()
    yield opened
    assert complaints == []
    await opened.close()


def window(page: Page, user: str) -> Locator:
    """Somebody's part of the page."""
    return page.locator(f"#client-{user}")
