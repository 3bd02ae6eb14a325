"""How does every state of the page look?

    python -m tests.browser.screenshots OUTDIR [STATE...]

Each state is reached as a person reaches it, on a desktop and a phone, light and dark.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

from adapters.redis_store.embedded import EmbeddedServer
from core.creation import Order
from core.payload import Payload
from tests.browser.site import LOST, Site, serving
from tests.chromium import launched
from tests.fakes import ALICE, BOB

Scene = Callable[[Site, Page], Awaitable[None]]
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
PASSPHRASE = "over the phone"
LONG = "\n".join(
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        *["b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQy" for _ in range(30)],
    ]
)


async def press(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label, exact=True).click()


async def seen(page: Page, state: str) -> None:
    await page.locator(f'[data-state="{state}"]').wait_for(state="visible")


async def step(site: Site, page: Page) -> None:
    await page.goto(await site.url())
    await seen(page, "step")


async def step_p(site: Site, page: Page) -> None:
    await page.goto(await site.url(passphrase=PASSPHRASE))
    await seen(page, "step_p")


async def type_passphrase(page: Page, passphrase: str) -> None:
    await page.locator("[data-field]:visible").fill(passphrase)
    await press(page, "Show it")


async def opening(site: Site, page: Page) -> None:
    async def held(_: object) -> None: ...

    await page.route("**/claim", held)
    await page.goto(await site.url(passphrase=PASSPHRASE))
    await type_passphrase(page, PASSPHRASE)
    await seen(page, "opening")


async def shown(site: Site, page: Page, **terms: object) -> None:
    await page.goto(await site.url(**terms))
    await press(page, "Show it")
    await seen(page, "shown")


async def shown_with_views(site: Site, page: Page) -> None:
    await shown(site, page, views=3, expires_in=3 * 3600)


async def shown_long(site: Site, page: Page) -> None:
    await shown(site, page, text=LONG, views=2)


async def hidden(site: Site, page: Page) -> None:
    await shown(site, page)
    await press(page, "Hide")


async def copied(site: Site, page: Page) -> None:
    await page.context.grant_permissions(["clipboard-write"])
    await page.goto(await site.url(views=2))
    await press(page, "Copy without showing")
    await seen(page, "copied")


async def forgotten(site: Site, page: Page) -> None:
    await shown(site, page)
    await press(page, "I saved it: forget it")
    await page.locator('[data-line="ended"]').wait_for(state="visible")


async def left(site: Site, page: Page) -> None:
    await shown(site, page)
    await page.evaluate("for (const n of ['pagehide', 'pageshow']) dispatchEvent(new PageTransitionEvent(n, { persisted: true }))")
    await seen(page, "left")


async def wrong(site: Site, page: Page) -> None:
    await step_p(site, page)
    await type_passphrase(page, "not this")
    await seen(page, "wrong")


async def locked(site: Site, page: Page) -> None:
    await step_p(site, page)
    for guess in range(5):
        await type_passphrase(page, f"guess {guess}")
        await seen(page, "wrong" if guess < 4 else "locked")


async def again(site: Site, page: Page) -> None:
    site.faults["claim"] = [LOST]
    await step_p(site, page)
    await type_passphrase(page, PASSPHRASE)
    await seen(page, "dropped")
    await page.reload()
    await seen(page, "again")


async def gone(site: Site, page: Page) -> None:
    link = await site.push()
    await site.house.store.burn(link.push_id)
    await page.goto(link.url(site.base_url))
    await press(page, "Show it")
    await seen(page, "gone")


async def ticket(site: Site, page: Page) -> None:
    await page.goto(await site.url(recipient=BOB))
    await press(page, "Show it")
    await seen(page, "ticket")


async def incomplete(site: Site, page: Page) -> None:
    await page.goto((await site.url())[:-3])
    await seen(page, "incomplete")


async def damaged(site: Site, page: Page) -> None:
    await answered(page, '{"sealed":"AAAA","views_left":0,"expires_at":1,"redelivered":false,"burnable":true}')
    await page.goto(await site.url())
    await press(page, "Show it")
    await seen(page, "damaged")


async def answered(page: Page, body: str, status: int = 200) -> None:
    await page.route("**/claim", lambda route: route.fulfill(status=status, content_type="application/json", body=body))


async def newer(site: Site, page: Page) -> None:
    created = await site.engine.create(Order(Payload("hologram", b"x"), sender=ALICE))
    await page.goto(created.link.url(site.base_url))
    await press(page, "Show it")
    await seen(page, "newer")


async def dropped(site: Site, page: Page) -> None:
    site.faults["claim"] = [LOST] * 9
    await page.clock.install()
    await step(site, page)
    await press(page, "Show it")
    await seen(page, "dropped")


async def offline(site: Site, page: Page) -> None:
    await step(site, page)
    await page.context.set_offline(True)
    await press(page, "Show it")
    await seen(page, "offline")


async def away(site: Site, page: Page) -> None:
    await step(site, page)
    site.house.store.away = True
    await press(page, "Show it")
    await seen(page, "away")


async def many(site: Site, page: Page) -> None:
    await step(site, page)
    await site.house.use_up_tries(42)
    await press(page, "Show it")
    await seen(page, "many")


async def refused(site: Site, page: Page) -> None:
    await answered(page, '{"code":"not_from_page"}', 403)
    await step(site, page)
    await press(page, "Show it")
    await seen(page, "refused")


async def insecure(site: Site, page: Page) -> None:
    await page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    await page.goto(await site.url())
    await seen(page, "insecure")


async def old(site: Site, page: Page) -> None:
    await page.add_init_script("delete window.AbortController")
    await page.goto(await site.url())
    await seen(page, "old")


async def nojs(site: Site, page: Page) -> None:
    await page.goto(await site.url())


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        *(step, step_p, opening, shown, shown_with_views, shown_long, hidden, copied, forgotten, left),
        *(wrong, locked, again, gone, ticket, incomplete, damaged, newer, dropped, offline, away, many),
        *(refused, insecure, old, nojs),
    )
}


async def prepared(browser: Browser, size: str, scheme: str, scene: str) -> BrowserContext:
    width, height = SIZES[size]
    return await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        is_mobile=size == "phone",
        has_touch=size == "phone",
        java_script_enabled=scene != "nojs",
    )


async def shoot(out: Path, wanted: list[str], store_url: str) -> None:
    async with launched() as browser:
        for name in wanted or SCENES:
            for size in SIZES:
                for scheme in ("light", "dark"):
                    context = await prepared(browser, size, scheme, name)
                    page = await context.new_page()
                    async with serving(store_url) as site:
                        await SCENES[name](site, page)
                        await page.screenshot(path=out / f"{name}-{size}-{scheme}.png", animations="disabled")
                        await context.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with EmbeddedServer() as store:
        asyncio.run(shoot(folder, sys.argv[2:], store.url))
