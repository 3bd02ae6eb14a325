"""Who stands in for Microsoft? Keys, tokens and a connector that says yes to everything.

    python -m bench.subjects.pretend_teams <port> <public key as JSON>

GET /calls tells how many messages were posted, when the last one came (by the machine's monotonic clock),
and how often a token was given.
"""

import json
import sys
import time
from typing import Any

from aiohttp import web

SERVICE = "/teams/"
_TENANT = "2b1c9d8e-0000-4a5b-8c7d-112233445566"
_count = {"posts": 0, "last": 0.0, "tokens": 0, "others": 0}


async def give_token(request: web.Request) -> web.Response:
    """A token for whoever asks."""
    await request.read()
    _count["tokens"] += 1
    return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": "t" * 1200})


async def take_post(request: web.Request) -> web.Response:
    """A message, which is new each time."""
    await request.read()
    _count["posts"] += 1
    _count["last"] = time.perf_counter()
    return web.json_response({"id": str(1_700_000_000_000 + int(_count["posts"]))}, status=201)


async def tell_member(request: web.Request) -> web.Response:
    """Somebody of the tenant."""
    _count["others"] += 1
    who = request.match_info["member"]
    entra = who.removeprefix("29:")
    return web.json_response({"id": f"29:{entra}", "aadObjectId": entra, "name": "Member", "tenantId": _TENANT, "userRole": "user"})


async def tell_calls(_: web.Request) -> web.Response:
    """All that was counted."""
    return web.json_response(_count)


def main() -> None:
    """Serve until told to end."""
    port, key = int(sys.argv[1]), json.loads(sys.argv[2])
    keys_url = f"http://127.0.0.1:{port}/v1/.well-known/keys"

    async def tell_metadata(_: web.Request) -> web.Response:
        found: dict[str, Any] = {"issuer": "https://api.botframework.com", "jwks_uri": keys_url}
        return web.json_response(found | {"id_token_signing_alg_values_supported": ["RS256"]})

    async def tell_keys(_: web.Request) -> web.Response:
        return web.json_response({"keys": [key]})

    app = web.Application()
    app.router.add_get("/v1/.well-known/openidconfiguration", tell_metadata)
    app.router.add_get("/v1/.well-known/keys", tell_keys)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", give_token)
    app.router.add_post(f"{SERVICE}v3/conversations/{{conversation}}/activities", take_post)
    app.router.add_post(f"{SERVICE}v3/conversations/{{conversation}}/activities/{{activity}}", take_post)
    app.router.add_get(f"{SERVICE}v3/conversations/{{conversation}}/members/{{member}}", tell_member)
    app.router.add_get("/calls", tell_calls)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=lambda *_: None)


if __name__ == "__main__":
    main()
