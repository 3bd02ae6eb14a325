"""How does pushpw look in Microsoft's Agents Playground, and what of it do the documents show?

python -m tests.agents.screenshots docs/images
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Locator, expect

from adapters.redis_store.embedded import EmbeddedServer
from playground.agents.program import installed
from playground.agents.start import open_teams_house
from tests.agents.driver import PATIENCE, AgentsPlayground, opened
from tests.chromium import launched

WINDOW = {"viewport": {"width": 1280, "height": 1040}, "device_scale_factor": 1.5}


async def illustrate(folder: Path) -> None:
    """The form, the recipient's card before and after Open, the receipt card once it was opened, the link."""
    command = installed()
    with EmbeddedServer() as store:
        async with (
            open_teams_house(store_url=store.url) as house,
            launched() as browser,
            opened(browser, command, house.endpoint, house.app_id, **WINDOW) as alice,
        ):
            await alice.install()
            await show_a_push(alice, folder)
            await show_a_link(alice, folder)


async def show_a_push(alice: AgentsPlayground, folder: Path) -> None:
    await alice.open_chat("Staging")
    form = await alice.open_dialog("push")
    await form.get_by_label("Secret", exact=True).fill("correct horse battery staple")
    await alice.pick("Alice Archer")
    await shot(alice, alice.dialog, folder / "teams-form.png")
    await form.get_by_role("button", name="Push it").click()
    await expect(alice.dialog).to_contain_text("Done.")
    await alice.close_dialog()
    await alice.open_chat("Personal Chat")
    invitation = alice.message("sent you a secret")
    await shot(alice, invitation, folder / "teams-message.png")
    await invitation.get_by_role("button", name="Open", exact=True).click()
    view = alice.page.get_by_role("link", name="View in")
    await shot(alice, alice.messages.filter(has=view).last, folder / "teams-view.png")
    async with alice.page.context.expect_page() as opening:
        await view.click()
    page = await opening.value
    await page.get_by_role("button", name="Show it").click()
    receipt = alice.message("Secret for Alice Archer")
    await expect(receipt).to_contain_text("Opened by", timeout=PATIENCE)
    await expect(receipt).not_to_contain_text("Not confirmed yet", timeout=PATIENCE)
    await page.close()
    await alice.page.bring_to_front()
    await shot(alice, receipt, folder / "teams-receipt.png")


async def show_a_link(alice: AgentsPlayground, folder: Path) -> None:
    await alice.open_chat("Staging")
    await alice.say("the staging password is hunter2")
    form = await alice.message_action("the staging password", "push_message")
    await form.get_by_role("button", name="Push it").click()
    await alice.dialog.get_by_label("Link", exact=True).wait_for()
    await shot(alice, alice.dialog, folder / "teams-link.png")


async def shot(alice: AgentsPlayground, what: Locator, path: Path) -> None:
    await what.wait_for()
    await alice.shoot(what, path)


if __name__ == "__main__":
    asyncio.run(illustrate(Path(sys.argv[1])))
