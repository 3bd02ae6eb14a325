"""How does a test serve the page, and open it in a real Chromium?"""

import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from adapters.web.http import Brand, WebDoor
from core.engine import Order, PushEngine
from core.identity import Member, Workspace
from core.link import Link
from core.payload import Payload
from tests.browser.standin import House

SECRET = "correct horse battery staple"
ALICE = Member(Workspace("slack", "T1"), "U1")
BOB = Member(Workspace("slack", "T1"), "U2")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOST = "lost"
"""The engine acts, and its answer is lost on the way."""


def find_chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise RuntimeError("no Chromium on PATH: install the package chromium")


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
        yield browser
        await browser.close()


@dataclass
class Site:
    """A served page with all that stands behind it. `faults` befall the coming POSTs of an act, in turn."""

    base_url: str
    house: House
    engine: PushEngine
    faults: dict[str, list[str]] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)

    async def push(self, text: str = SECRET, **terms: object) -> Link:
        order = Order(Payload.of_text(text), sender=ALICE, **terms)  # type: ignore[arg-type]
        return (await self.engine.create(order)).link

    async def url(self, text: str = SECRET, **terms: object) -> str:
        return (await self.push(text, **terms)).url(self.base_url)

    def app(self, **options: object) -> web.Application:
        app = web.Application(middlewares=[self._watch])
        base_url = str(options.pop("base_url", self.base_url))
        WebDoor(self.engine, base_url=base_url, brand=Brand(), **options).mount(app)  # type: ignore[arg-type]
        return app

    @property
    def _watch(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            act = request.path.rpartition("/")[2]
            if request.method != "POST":
                return await handler(request)
            self.acts.append(act)
            if not self.faults.get(act):
                return await handler(request)
            fault = self.faults[act].pop(0)
            if fault != LOST:
                return web.Response(status=int(fault), text="a gateway says so")
            answer = await handler(request)
            assert request.transport is not None
            request.transport.abort()
            return answer

        return watch


@asynccontextmanager
async def serving(**options: object) -> AsyncIterator[Site]:
    """A site on a free loopback port."""
    house = House()
    listening = socket.create_server(("127.0.0.1", 0))
    site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}", house, house.engine())
    runner = web.AppRunner(site.app(**options), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield site
    await runner.cleanup()
