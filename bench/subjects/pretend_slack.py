"""Who answers when the service opens a form or edits a card? A Slack that says yes to everything.

    python -m bench.subjects.pretend_slack <port>

The service under measurement calls Slack as in life; here that goes to this loopback port. GET /opened
tells when each form was opened, by the trigger of its command, and forgets it.
"""

import re
import sys
import time
from typing import Any

from aiohttp import web

_ANSWERS: dict[str, dict[str, Any]] = {
    "chat.postMessage": {"channel": "D0BENCH", "ts": "1700000000.000100"},
    "conversations.open": {"channel": {"id": "D0BENCH"}},
    "usergroups.list": {"usergroups": []},
    "users.info": {"user": {"locale": "en-US"}},
    "views.open": {"view": {"id": "V0BENCH"}},
    "auth.test": {"team_id": "T0PRETEND", "user_id": "U0BENCH", "bot_id": "B0BENCH"},
}
_TRIGGER = re.compile(rb"trigger_id\W+([\w.]+)")
"""In JSON, and in a form."""
_opened: dict[str, float] = {}
"""By time.monotonic, which all processes of a machine share."""


def answer_to(method: str) -> dict[str, Any]:
    """What that Web API method says when all is well."""
    return {"ok": True, **_ANSWERS.get(method, {})}


async def answer(request: web.Request) -> web.Response:
    """The same, to whoever asks by HTTP."""
    method = request.match_info["method"]
    if method == "views.open":
        said = _TRIGGER.search(await request.read())
        _opened[said[1].decode() if said else ""] = time.monotonic()
    return web.json_response(answer_to(method))


async def tell_opened(_: web.Request) -> web.Response:
    """Trigger -> when."""
    told = web.json_response(_opened)
    _opened.clear()
    return told


def main() -> None:
    """Serve until told to end."""
    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    app.router.add_get("/opened", tell_opened)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=lambda *_: None)


if __name__ == "__main__":
    main()
