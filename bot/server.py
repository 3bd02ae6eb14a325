"""How do the doors become one aiohttp Application? Lifecycle, error boundary, request ids."""

import asyncio
import gc
import secrets
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Self

import structlog
from aiohttp import web
from multidict import CIMultiDict

from adapters.web.headers import answer_headers
from bot.metrics import Metrics
from bot.settings import Settings
from bot.wiring import House, open_house
from core.errors import StoreUnavailable

log = structlog.get_logger(__name__)

_LAST_ANSWERS_SECONDS = 10.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(house: House, settings: Settings) -> web.Application:
    """All doors in one Application."""
    app = web.Application(middlewares=[_boundary(house.metrics)])
    app.on_response_prepare.append(_dressed(answer_headers(https=settings.base_url.startswith("https:"), hsts=settings.hsts)))
    for door in house.doors:
        door.mount(app)
    return app


def _boundary(metrics: Metrics) -> Any:
    lines = log.bind()  # looked up once: one is written for every answer

    @web.middleware
    async def boundary(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Each request gets an id; what no door has caught becomes a plain answer with that id, the cause stays in the log."""
        began = time.perf_counter()
        request_id = secrets.token_hex(6)
        # Never taken back: aiohttp runs each request in a task of its own, and what that task knows ends with it.
        structlog.contextvars.bind_contextvars(request=request_id)
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            response = _plain(refusal)
        except StoreUnavailable as trouble:
            log.warning("store_unavailable", cause=type(trouble.__cause__).__name__)
            response = _problem(503, "store_unavailable", "The store is not answering. Nothing was shown or used up.", request_id)
        except Exception:  # the error boundary
            metrics.broke()
            log.exception("request_broke")
            response = _problem(500, "unexpected", "Something unexpected happened. Tell the operator this id.", request_id)
        route = _template(request)
        took = time.perf_counter() - began
        metrics.answered(route, response.status, took)
        lines.info("answered", method=request.method, route=route, status=response.status, ms=round(took * 1000, 1))
        return response

    return boundary


def _problem(status: int, code: str, title: str, request_id: str) -> web.Response:
    body = {"code": code, "title": title, "id": request_id}
    return web.json_response(body, status=status, content_type="application/problem+json")


def _plain(refusal: web.HTTPException) -> web.Response:
    """What aiohttp raises, as an answer: to hand on the exception itself is deprecated."""
    told = {name: refusal.headers[name] for name in ("Allow", "Location") if name in refusal.headers}
    return web.Response(status=refusal.status, text=refusal.text, headers=told)


def _template(request: web.Request) -> str:
    """The route as we wrote it; never the path, whose id is half a capability."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def _dressed(headers: Mapping[str, str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Gives `headers` to every answer whose door has no policy of its own, and takes the server's name off all."""
    headers = CIMultiDict(headers)

    async def dress(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.pop("Server", None)  # aiohttp would tell its own version and Python's
        if "Content-Security-Policy" not in response.headers:
            response.headers.update(headers)

    return dress


class Service:
    """The running service: `async with Service(settings) as service`."""

    def __init__(self, settings: Settings, *, listening: socket.socket | None = None, **wiring: Any) -> None:
        """`listening`: a bound socket instead of the settings' host and port. `wiring` goes to `open_house`."""
        self._settings = settings
        self._listening = listening
        self._wiring = wiring
        self._closing = AsyncExitStack()
        self.house: House
        self.port = 0

    async def __aenter__(self) -> Self:
        self.house = await self._closing.enter_async_context(open_house(self._settings, **self._wiring))
        runner = web.AppRunner(
            make_app(self.house, self._settings), access_log=None, handle_signals=False, shutdown_timeout=_LAST_ANSWERS_SECONDS
        )
        await runner.setup()
        self._closing.push_async_callback(runner.cleanup)
        await self._site(runner).start()
        self.port = runner.addresses[0][1]
        return self

    def _site(self, runner: web.AppRunner) -> web.BaseSite:
        if self._listening is not None:
            return web.SockSite(runner, self._listening)
        return web.TCPSite(runner, self._settings.host, self._settings.port)

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()


def new_loop() -> asyncio.AbstractEventLoop:
    """The event loop of a service: libuv's where it runs, which leaves a third more of a core to the requests."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop  # not made for that system

    return uvloop.new_event_loop()


def run(settings: Settings) -> None:
    """`serve`, from its beginning to its end."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then answer what is under way, drain, and stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Service(settings) as service:
        # What is there by now stays until the end. Looked through again at every full collection it would cost a fifth of each request.
        gc.collect()
        gc.freeze()
        log.info("listening", host=settings.host, port=service.port)
        if settings.slack_app_token is not None:
            # Slack comes by the socket; people's browsers do not.
            log.info("readers_must_reach_us", base_url=settings.base_url)
        await stop.wait()
        log.info("stopping")
