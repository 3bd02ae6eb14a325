"""Alive? Redis reachable and safe to use? What is counted?"""

import hmac
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.metrics import Metrics
from core.errors import StoreUnavailable

StoreFaults = Callable[[], Awaitable[Sequence[str]]]
"""Codes of what makes the store unsafe; raises StoreUnavailable when it does not answer."""


class HealthDoor:
    """GET /healthz, /readyz and /metrics."""

    def __init__(self, store_faults: StoreFaults, metrics: Metrics, *, metrics_token: str) -> None:
        """`store_faults` asks the store each time; `metrics_token` empty means that /metrics is open."""
        self._store_faults = store_faults
        self._metrics = metrics
        self._metrics_token = metrics_token

    def mount(self, app: web.Application) -> None:
        """Put the door into the house."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def alive(self, request: web.Request) -> web.Response:
        """The process answers. No I/O, so a store that is away does not get the process killed."""
        return web.Response(text="alive\n")

    async def ready(self, request: web.Request) -> web.Response:
        """The store answers and is safe to use; else 503 with codes of what is not."""
        found: Sequence[str]
        try:
            found = await self._store_faults()
        except StoreUnavailable:
            found = ["store_unavailable"]
        return web.json_response({"ready": not found, "faults": list(found)}, status=503 if found else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus's text format; behind a bearer token where one is set."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._metrics_token and not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._metrics_token.encode()):
            return web.Response(status=401, text="Send the metrics token as a bearer token.\n")
        return web.Response(body=self._metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
