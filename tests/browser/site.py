"""How does a test serve the page?"""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from adapters.web.http import Brand, WebDoor
from core.creation import Order
from core.engine import PushEngine
from core.link import Link
from core.payload import Payload
from tests.browser.house import House, furnished
from tests.fakes import ALICE

SECRET = "correct horse battery staple"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOST = "lost"
"""The engine acts, and its answer is lost on the way."""


@dataclass
class Site:
    """A served page with all that stands behind it. `faults` befall the coming POSTs of an act, in turn."""

    base_url: str
    house: House
    faults: dict[str, list[str]] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)

    @property
    def engine(self) -> PushEngine:
        return self.house.engine

    async def push(self, text: str = SECRET, **terms: object) -> Link:
        order = Order(Payload.of_text(text), sender=ALICE, **terms)
        return (await self.engine.create(order)).link

    async def url(self, text: str = SECRET, **terms: object) -> str:
        return (await self.push(text, **terms)).url(self.base_url)

    def app(self, **options: object) -> web.Application:
        app = web.Application(middlewares=[self._watch])
        base_url = str(options.pop("base_url", self.base_url))
        WebDoor(self.engine, base_url=base_url, brand=Brand(), **options).mount(app)
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
async def serving(store_url: str, **options: object) -> AsyncIterator[Site]:
    """A site on a free loopback port, with its own part of the store at `store_url`."""
    async with furnished(store_url) as house:
        listening = socket.create_server(("127.0.0.1", 0))
        site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}", house)
        runner = web.AppRunner(site.app(**options), access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        try:
            yield site
        finally:
            await runner.cleanup()
