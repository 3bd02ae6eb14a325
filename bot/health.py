"""Alive? Redis reachable and safe to use? What is counted?"""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.metrics import Metrics
from core.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class StoreState:
    """Which mode the store is in, and codes of what makes it unsafe."""

    mode: str | None
    faults: Sequence[str]


LookAtStore = Callable[[], Awaitable[StoreState]]
"""Raises StoreUnavailable when the store does not answer."""


class HealthDoor:
    """GET /healthz, /readyz and /metrics."""

    def __init__(self, look_at_store: LookAtStore, metrics: Metrics, *, metrics_token: str) -> None:
        """`look_at_store` asks the store each time; `metrics_token` empty means that /metrics is open."""
        self._look_at_store = look_at_store
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
        try:
            store = await self._look_at_store()
        except StoreUnavailable:
            store = StoreState(None, ["store_unavailable"])
        told = {"ready": not store.faults, "store_mode": store.mode, "faults": list(store.faults)}
        return web.json_response(told, status=503 if store.faults else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus's text format; behind a bearer token where one is set."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._metrics_token and not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._metrics_token.encode()):
            return web.Response(status=401, text="Send the metrics token as a bearer token.\n")
        return web.Response(body=self._metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
