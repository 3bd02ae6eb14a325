"""What is the least that answers Slack, and what does Slack's own framework do as it comes?

    python -m bench.subjects.ack_servers <empty | limit | slack_bolt> <port> <facts as JSON>

empty: an aiohttp handler that reads the body. limit: it checks the signature as well, and asks
Redis once whether it was seen before. slack_bolt: an AsyncApp with its own checks, its own aiohttp
server and nothing set but its credentials, with one listener for each name that ours answers to.
"""

import hashlib
import hmac
import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.server import new_loop

PATH = "/slack/events"
_REMEMBERED_MS = 600_000
_WINDOW_SECONDS = 300


def empty_app() -> web.Application:
    """No check at all."""

    async def receive(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    return _app(receive)


def limit_app(signing_secret: str, redis: Redis) -> web.Application:
    """Signature, then SET NX. What was seen before is answered 409, so that whoever measures can tell."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        timestamp, signature = request.headers["X-Slack-Request-Timestamp"], request.headers["X-Slack-Signature"]
        signed = b"v0:" + timestamp.encode() + b":" + body
        expected = "v0=" + hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()
        in_time = abs(time.time() - int(timestamp)) < _WINDOW_SECONDS  # noqa: TID251  # not of this house
        if not in_time or not hmac.compare_digest(expected, signature):
            return web.Response(status=401)
        first = await redis.set(f"limit:{signature}", b"1", nx=True, px=_REMEMBERED_MS)
        return web.Response(status=200 if first else 409)

    return _app(receive)


def bolt_app(facts: Mapping[str, Any], form: Mapping[str, Any] | None) -> web.Application:
    """With `form`, the command also opens it, after its ack."""
    app = AsyncApp(client=AsyncWebClient(facts["token"], base_url=facts["api_url"]), signing_secret=facts["secret"])

    async def command(ack: Any, client: Any, body: Any) -> None:
        await ack()
        if form:
            await client.views_open(trigger_id=body["trigger_id"], view=form)

    async def other(ack: Any) -> None:
        await ack()

    names: Mapping[str, Sequence[str]] = facts["names"]
    kinds = {
        "command": app.command,
        "shortcut": app.shortcut,
        "action": app.action,
        "view": app.view,
        "event": app.event,
        "options": app.options,
    }
    for kind, register in kinds.items():
        for name in names[kind]:
            register(name)(command if kind == "command" else other)
    return app.web_app(path=PATH)


def _app(receive: Any) -> web.Application:
    app = web.Application()
    app.router.add_post(PATH, receive)
    return app


def main() -> None:
    """Serve until told to end."""
    which, port, said = sys.argv[1:]
    facts = json.loads(said)
    match which:
        case "empty":
            app = empty_app()
        case "limit":
            # As many connections as our own store has; what comes later waits.
            app = limit_app(facts["secret"], Redis.from_pool(BlockingConnectionPool.from_url(facts["redis_url"], max_connections=64)))
        case _:
            app = bolt_app(facts, facts["form"])
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=lambda *_: None, loop=new_loop())


if __name__ == "__main__":
    main()
