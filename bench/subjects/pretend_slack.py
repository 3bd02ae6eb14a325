"""Who answers when the service tells a sender that a push was opened? A Slack that says yes to everything.

    python -m bench.subjects.pretend_slack <port>

The service under measurement edits receipt cards as in life; here that goes to this loopback port.
"""

import sys
from typing import Any

from aiohttp import web

_ANSWERS: dict[str, dict[str, Any]] = {
    "chat.postMessage": {"channel": "D0BENCH", "ts": "1700000000.000100"},
    "conversations.open": {"channel": {"id": "D0BENCH"}},
    "users.info": {"user": {"locale": "en-US"}},
}


async def answer(request: web.Request) -> web.Response:
    """What that Web API method says when all is well."""
    await request.read()
    return web.json_response({"ok": True, **_ANSWERS.get(request.match_info["method"], {})})


def main() -> None:
    """Serve until told to end."""
    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=lambda *_: None)


if __name__ == "__main__":
    main()
