"""How does the robot run a page's JavaScript? In a Chromium of its own, when one is installed; through its DevTools protocol."""

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
IDLE_SECONDS = 1.5
"""How long a page may do nothing on the network before it counts as finished."""

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
_LISTENING = re.compile(rb"DevTools listening on (ws://\S+)")


def find_chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def browser_opener() -> Callable[[str], Awaitable[int]] | None:
    """For `Robot.open_in_browser`: opens a page, lets it run, tells how often it sent something. None without a Chromium."""
    path = find_chromium()
    if path is None:
        return None

    async def open_page(url: str) -> int:
        async with _running(path) as address, ClientSession() as session, session.ws_connect(address) as socket:
            return await _visit(socket, url)

    return open_page


@asynccontextmanager
async def _running(path: str) -> AsyncIterator[str]:
    """A Chromium with an empty profile; gives its DevTools address, and leaves nothing behind."""
    # Chromium refuses its sandbox to root, as in a container.
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with tempfile.TemporaryDirectory(prefix="pushpw-robot-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            path,
            *flags,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield await _address(process.stderr)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def _address(stderr: asyncio.StreamReader | None) -> str:
    while stderr is not None and (line := await stderr.readline()):
        found = _LISTENING.search(line)
        if found:
            return found[1].decode()
    raise ChildProcessError("Chromium did not start")


async def _visit(socket: ClientWebSocketResponse, url: str) -> int:
    target = await _ask(socket, 1, "Target.createTarget", {"url": "about:blank"})
    attached = await _ask(socket, 2, "Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})
    await _ask(socket, 3, "Network.enable", {}, attached["sessionId"])
    await socket.send_json({"id": 4, "sessionId": attached["sessionId"], "method": "Page.navigate", "params": {"url": url}})
    sent = 0
    while True:
        try:
            message = await asyncio.wait_for(socket.receive_json(), IDLE_SECONDS)
        except TimeoutError:
            return sent
        if message.get("method") == "Network.requestWillBeSent":
            sent += message["params"]["request"]["method"] not in ("GET", "HEAD", "OPTIONS")


async def _ask(socket: ClientWebSocketResponse, number: int, method: str, params: dict[str, Any], session: str = "") -> dict[str, Any]:
    asked = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
    await socket.send_str(json.dumps(asked))
    while True:
        answer = await socket.receive_json()
        if answer.get("id") == number:
            result: dict[str, Any] = answer["result"]
            return result
