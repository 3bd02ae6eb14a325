"""How does a person use Microsoft's Agents Playground? A real Chromium on its page; what there is to press goes by its visible name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, Route, expect

from playground.agents.program import running

PATIENCE = 30_000
"""Milliseconds: the page is a heavy one, and the machine may be busy."""


class AgentsPlayground:
    """Alice in front of it. Opening the page installs the app for her."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url
        self._in_front = "Personal Chat"

    async def install(self) -> None:
        """Open the page; the app is told that it was installed. What is said from now on is seen."""
        await self.page.goto(self._url, wait_until="domcontentloaded")
        await self._box.wait_for()
        await self.page.get_by_role("button", name="Hide log panel").click()

    async def open_chat(self, name: str) -> None:
        """Go to another chat; the app is added to it when it is gone to first. A dialog is emptied by each message that comes into the chat
        behind it, so what a dialog says at the end is best read in a chat into which nothing comes.

        `name`: "Personal Chat", "Staging" or "Operations - General", as the list on the left has them.
        """
        if name == self._in_front:
            return
        await self._box.evaluate("box => box.dataset.before = 'yes'")
        await self.page.get_by_role("treeitem", name=name).last.click()
        # The box is a new one in each chat, and comes together with the chat's messages.
        await expect(self.page.locator("[contenteditable=true][data-before]")).to_have_count(0, timeout=PATIENCE)
        await self._box.wait_for()
        self._in_front = name

    async def say(self, text: str) -> None:
        """Type it into the compose box and send it."""
        await self._box.click()
        await self.page.keyboard.type(text)
        await self.send()

    async def send(self) -> None:
        """Send what stands in the compose box: typed there, or put there by a dialog's end."""
        await self.page.get_by_role("button", name="Send Message").click()

    async def open_dialog(self, command_id: str) -> Locator:
        """ "+", Action Command: the dialog that the app answers with."""
        await self.page.get_by_role("button", name="Trigger Message Extension App").click()
        return await self._dialog_of(command_id)

    async def message_action(self, text: str, command_id: str) -> Locator:
        """ "..." at the newest message that holds `text`: the dialog that the app answers with."""
        await self.message(text).get_by_role("button", name="Show more information").click()
        return await self._dialog_of(command_id)

    async def pick(self, name: str) -> None:
        """Choose one more person in the dialog's people picker."""
        picker = self.dialog.get_by_role("combobox", name="People Picker")
        await picker.press_sequentially(name.split()[0])  # it completes the rest by itself, in the way of whoever types on
        await self.page.get_by_role("option", selected=True).filter(has_text=name).wait_for()
        await picker.press("Enter")  # the list is drawn anew again and again: a click may miss
        await self.dialog.get_by_role("button", name=f"Remove {name}").wait_for()

    async def close_dialog(self) -> None:
        """Close what stands in front, whatever it is."""
        await self.dialog.get_by_role("button", name="Close").click()
        await self.dialog.wait_for(state="detached")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def message(self, text: str) -> Locator:
        """The newest message that holds `text`; a card with its buttons is one."""
        return self.messages.filter(has_text=text).last

    async def arrives(self, text: str, after: int) -> Locator:
        """The message that holds `text`, once it is there beyond the first `after` ones; it stays this one, whatever it is edited to."""
        async with asyncio.timeout(PATIENCE / 1000):
            while not (found := [at for at, said in enumerate(await self.messages.all_inner_texts()) if at >= after and text in said]):
                await asyncio.sleep(0.1)
        return self.messages.nth(found[-1])

    @property
    def messages(self) -> Locator:
        """All messages of the chat that is open, oldest first."""
        return self.page.locator('div:has(> [aria-label="Message header"])')

    @property
    def _box(self) -> Locator:
        return self.page.locator("[contenteditable=true]").last

    async def _dialog_of(self, command_id: str) -> Locator:
        await self.page.get_by_role("menuitem", name="Action Command").click()
        asked = self.dialog.get_by_role("textbox", name="Command ID")
        await asked.fill(command_id)
        await self.dialog.get_by_role("button", name="Create").click()
        await expect(asked).to_have_count(0, timeout=PATIENCE)
        return self.dialog

    async def shoot(self, what: Locator, path: Path) -> None:
        """A picture of `what`, as light as can be."""
        await self.page.mouse.move(0, 0)
        await what.screenshot(path=path, animations="disabled")


@asynccontextmanager
async def opened(browser: Browser, command: Path, endpoint: str, app_id: str, **context: Any) -> AsyncIterator[AgentsPlayground]:
    """One of its own, talking to the bot at `endpoint`, with a browser window of its own; `context` shapes the window."""
    async with running(command, endpoint, app_id, 0) as (url, _):
        window = await browser.new_context(locale="en-GB", **context)
        window.set_default_timeout(PATIENCE)
        await window.route(lambda address: urlsplit(address).hostname not in ("localhost", "127.0.0.1"), _unreached)
        yield AgentsPlayground(await window.new_page(), url)
        await window.close()


async def _unreached(route: Route) -> None:
    await route.abort()  # its fonts, on a host of Microsoft's
