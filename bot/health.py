"""Alive? Redis reachable and safe to use? What is counted?"""

import hmac

from adapters.redis_store.facts import faults, read_facts
from aiohttp import web
from redis.asyncio import Redis

from bot.metrics import Metrics
from core.errors import StoreUnavailable


class HealthDoor:
    """GET /healthz, /readyz and /metrics."""

    def __init__(self, redis: Redis, metrics: Metrics, *, metrics_token: str) -> None:
        self._redis = redis
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
            found = faults(await read_facts(self._redis))
        except StoreUnavailable:
            found = ["store_unavailable"]
        return web.json_response({"ready": not found, "faults": found}, status=503 if found else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus's text format; behind a bearer token where one is set."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._metrics_token and not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._metrics_token.encode()):
            return web.Response(status=401, text="Send the metrics token as a bearer token.\n")
        return web.Response(body=self._metrics.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
