"""What is the least that a service of one-time secrets does? As many requests, each with one Redis command or none.

    python -m bench.subjects.limit_server <port> <redis url> <bytes of its page>

No headers, no origin check, no proof, no grace, no log: what is lost between a bare server and
this one's client cannot be won back by anybody who serves by aiohttp and Redis.
"""

import sys

from aiohttp import web
from redis.asyncio import Redis

from bot.server import new_loop

PREFIX = "limit:"


def make_app(redis: Redis, page: bytes) -> web.Application:
    """GET the page: no store. POST claim: GETDEL. POST ack: DEL."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html")

    async def claim(request: web.Request) -> web.Response:
        await request.read()
        kept = await redis.getdel(PREFIX + request.match_info["id"])
        return web.Response(body=kept) if kept is not None else web.Response(status=410)

    async def acknowledge(request: web.Request) -> web.Response:
        await request.read()
        await redis.delete(PREFIX + request.match_info["id"])
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/p/{id}", show)
    app.router.add_post("/p/{id}/claim", claim)
    app.router.add_post("/p/{id}/ack", acknowledge)
    return app


def main() -> None:
    """Serve until told to end."""
    port, redis_url, page_bytes = sys.argv[1:]
    app = make_app(Redis.from_url(redis_url), b"x" * int(page_bytes))
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=lambda *_: None, loop=new_loop())


if __name__ == "__main__":
    main()
