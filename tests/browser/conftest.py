"""A real Chromium in front of the real door, engine and store; one context for each test."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request

from tests.browser.site import Site, serving


@pytest_asyncio.fixture(loop_scope="session")
async def site(store_url: str) -> AsyncIterator[Site]:
    async with serving(store_url) as site:
        yield site


@dataclass
class Reader:
    """A person at a browser. `complaints` is all that the page did against its own rules."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def record(self, request: Request) -> None:
        if request.method == "POST":
            self.posts.append((request.url.rpartition("/")[2], json.loads(request.post_data or "{}")))

    def claims(self) -> list[dict[str, str]]:
        return [body for act, body in self.posts if act == "claim"]

    def note(self, message: ConsoleMessage) -> None:
        # A refused claim is a network fact that Chromium prints; the page handles it.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def state(self, name: str) -> Locator:
        return self.page.locator(f'[data-state="{name}"]')

    async def sees(self, name: str) -> Locator:
        await self.state(name).wait_for(state="visible")
        return self.state(name)

    async def press(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).click()

    async def text(self) -> str:
        return await self.page.locator("main").inner_text()

    async def payload(self) -> str:
        return await self.page.locator("[data-payload]").evaluate("place => place.textContent")


@pytest_asyncio.fixture(loop_scope="session")
async def reader(browser: Browser) -> AsyncIterator[Reader]:
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    context.set_default_timeout(10_000)
    reader = Reader(await context.new_page())
    reader.page.on("console", reader.note)
    reader.page.on("request", reader.record)
    reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    await reader.page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI, e.sample))"
    )
    yield reader
    assert reader.complaints == []
    await context.close()
