"""Which browser do the tests open? One Chromium for the whole session; each test takes a context of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from playground.chromium import find_chromium

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A headless Chromium; missing, it is a failure and no reason to skip."""
    path = find_chromium()
    if path is None:
        raise RuntimeError("no Chromium on PATH: install the package chromium")
    async with async_playwright() as playwright, await playwright.chromium.launch(executable_path=path, args=_ARGUMENTS) as browser:
        yield browser
