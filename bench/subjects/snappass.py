"""How is a peer measured? SnapPass from PyPI, in an environment of its own, on the same Redis.

Its own command `snappass` starts Flask's development server; here it is served by waitress, as a
careful operator would, which is the faster of the two. It seals and opens on the server, and it
has no acknowledgement: whoever shows the secret has spent it.
"""

import html
import json
import subprocess
import sys
from pathlib import Path

import aiohttp
from yarl import URL

from bench.children import ROOT, Child, free_port
from bench.subjects import SECRET

VERSION, WAITRESS, THREADS = "1.6.2", "3.0.2", 16
SERVED_BY = f"waitress {WAITRESS}, {THREADS} threads"
_PLACE = ROOT / "bench" / ".peers" / "snappass"
_DONE = _PLACE / f"has-{VERSION}-{WAITRESS}"
_INSTALL_WITHIN = 240.0


class NotInstalled(Exception):
    """The peer cannot be had here; the text says why, in a line."""


def is_installed() -> bool:
    """Whether `install` would have nothing to do."""
    return _DONE.exists()


def install() -> Path:
    """Its environment's folder of programs, made at the first call. Raises NotInstalled."""
    programs = _PLACE / "bin"
    if is_installed():
        return programs
    # It imports distutils, which Python 3.12 left to setuptools.
    wanted = [f"snappass=={VERSION}", f"waitress=={WAITRESS}", *(["setuptools<81"] if sys.version_info >= (3, 12) else [])]
    _run([sys.executable, "-m", "venv", "--clear", str(_PLACE)])
    _run([str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *wanted])
    _DONE.touch()
    return programs


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_WITHIN)
    except subprocess.CalledProcessError as failed:
        words = (failed.stderr or failed.stdout).strip().splitlines() or ["it said nothing"]
        raise NotInstalled(words[-1][:200]) from None
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise NotInstalled(type(failed).__name__) from None


def server(programs: Path, redis_url: str, folder: Path) -> Child:
    """SnapPass behind waitress."""
    port = free_port()
    command = [str(programs / "waitress-serve"), f"--listen=127.0.0.1:{port}", f"--threads={THREADS}", "snappass.main:app"]
    return Child(command, {"REDIS_URL": redis_url, "NO_SSL": "True"}, port, folder)


class SnapPass:
    """create: its form by POST; page: its preview; claim: its POST that shows. There is no ack."""

    name = "SnapPass"

    def __init__(self, child: Child, client: aiohttp.ClientSession) -> None:
        self._child, self._client = child, client
        self.steps = {"page": self._page, "claim": self._claim}
        self.cpu_seconds = child.cpu_seconds

    async def create(self) -> str:
        """The link."""
        form = {"password": SECRET, "ttl": "Hour"}
        async with self._client.post(f"{self._child.origin}/", data=form, headers={"Accept": "application/json"}) as answer:
            if answer.status != 200:
                raise RuntimeError(f"create: {answer.status}")
            return str(json.loads(await answer.read())["link"])

    async def follow_up(self, made: str) -> URL:
        """Nothing: it tells nobody."""
        return URL(made, encoded=True)

    async def check(self) -> None:
        url = await self.follow_up(await self.create())
        if html.escape(SECRET) not in await self._post(url, 200):
            raise RuntimeError("SnapPass gave back something else")
        await self._post(url, 404)

    async def _page(self, url: URL) -> None:
        async with self._client.get(url) as answer:
            if answer.status != 200 or not await answer.read():
                raise RuntimeError(f"page: {answer.status}")

    async def _claim(self, url: URL) -> None:
        await self._post(url, 200)

    async def _post(self, url: URL, expected: int) -> str:
        async with self._client.post(url) as answer:
            if answer.status != expected:
                raise RuntimeError(f"show: {answer.status} instead of {expected}")
            return await answer.text()
