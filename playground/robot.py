"""Who opens links before people do? A preview robot, as Slack has one, and greedier ones."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urldefrag, urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from playground.views import View
from playground.workspace import Message

_ROBOTS = "(+https://api.slack.com/robots)"
_URL = re.compile(r"https?://[^\s<>|\"'`]+")
_OPAQUE = frozenset({"value", "block_id", "action_id", "private_metadata"})
_RANGE = {"Range": "bytes=0-32768"}
BROWSER = "a browser that runs JavaScript"


class Look(NamedTuple):
    """One way of fetching an address."""

    method: str
    agent: str
    headers: dict[str, str]
    note: str = ""


LOOKS = (
    Look("GET", f"Slackbot-LinkExpanding 1.0 {_ROBOTS}", _RANGE, "with Range"),
    Look("HEAD", f"Slackbot 1.0 {_ROBOTS}", {}),
    Look("OPTIONS", f"Slackbot 1.0 {_ROBOTS}", {}),
    Look("GET", f"Slackbot 1.0 {_ROBOTS}", {}),
    Look("GET", f"Slack-ImgProxy {_ROBOTS}", {"Accept": "image/*"}),
    Look(
        "GET",
        f"Slackbot-LinkExpanding 1.0 {_ROBOTS}",
        {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"},
        "with Sec-Purpose: prefetch",
    ),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one address. HTTP sends no fragment, and the log has none; status 0 means no answer."""

    at: float
    url: str
    method: str
    agent: str
    status: int
    where: str
    note: str = ""


def addresses(node: Any, *, opaque: bool = False) -> Iterator[str]:
    """Every http(s) address in any text of a message or view; with `opaque`, in ids and button values too."""
    match node:
        case str():
            yield from (found.replace("&amp;", "&").rstrip(".,;:!?)") for found in _URL.findall(node))
        case dict():
            for name, inner in node.items():
                if opaque or name not in _OPAQUE:
                    yield from addresses(inner, opaque=opaque)
        case list():
            for inner in node:
                yield from addresses(inner, opaque=opaque)


def on_this_machine(url: str) -> bool:
    """Whether an address stays on the loopback: the robot never goes out into the world."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.") or host.endswith(".localhost")


class Robot:
    """Looks at what is posted unless BOTH unfurl flags are false; with `eager`, at whatever anybody is shown.

    `open_in_browser` lets a browser run one page's JavaScript, and tells how often the page then
    sent something by itself (see playground/chromium.py). `count_spent` gives how many views were
    spent so far; the robot asks before and after each of its own fetches, which take milliseconds,
    so that what a person opens meanwhile is not laid at its door.
    """

    def __init__(self, now: Callable[[], float], changed: Callable[[], None] = lambda: None) -> None:
        self._now = now
        self._changed = changed
        self._queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._seen: set[str] = set()
        self._worker: asyncio.Task[None] | None = None
        self.eager = False
        self.visits: list[Visit] = []
        self.spent = 0
        self.reaches: Callable[[str], bool] = on_this_machine
        self.open_in_browser: Callable[[str], Awaitable[int]] | None = None
        self.count_spent: Callable[[], int] | None = None

    def start(self) -> None:
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
            self._worker = None

    async def settle(self) -> None:
        """Wait until everything that was seen has been looked at."""
        await self._queue.join()

    def forget(self) -> None:
        """An empty log, and every address is new again."""
        self.visits.clear()
        self._seen.clear()
        self.spent = 0

    def saw_message(self, what: str, message: Message) -> None:
        """A message was posted or edited."""
        if what == "deleted" or not (self.eager or message.unfurl_links or message.unfurl_media):
            return
        where = "a message that only one person sees" if message.only_for else "a message"
        self._note([message.text, message.blocks], where)

    def saw_view(self, view: View) -> None:
        """A modal or Home tab is in front of somebody; only an eager robot can look over their shoulder."""
        if self.eager:
            self._note([view.body, view.values], "a modal")

    def _note(self, node: Any, where: str) -> None:
        for url in addresses(node, opaque=self.eager):
            if url not in self._seen and self.reaches(url):
                self._seen.add(url)
                self._queue.put_nowait((url, where))

    async def _work(self) -> None:
        async with ClientSession(timeout=ClientTimeout(total=5)) as session:
            while True:
                url, where = await self._queue.get()
                try:
                    await self._look_at(session, url, where)
                finally:
                    self._queue.task_done()
                    self._changed()

    async def _look_at(self, session: ClientSession, url: str, where: str) -> None:
        for look in LOOKS:
            before = self.count_spent() if self.count_spent else 0
            self._log(url, look, await self._fetch(session, url, look), where)
            self.spent += self.count_spent() - before if self.count_spent else 0
        if self.open_in_browser is not None:
            await self._browse(self.open_in_browser, url, where)

    async def _fetch(self, session: ClientSession, url: str, look: Look) -> int:
        headers = {"User-Agent": look.agent, **look.headers}
        try:
            async with session.request(look.method, urldefrag(url).url, headers=headers, allow_redirects=False) as response:
                await response.read()
                return response.status
        except (TimeoutError, ClientError):
            return 0

    async def _browse(self, browser: Callable[[str], Awaitable[int]], url: str, where: str) -> None:
        try:
            async with asyncio.timeout(30):
                sent = int(await browser(url))
        except Exception:  # noqa: BLE001  # whatever a browser stumbles over, the robot goes on
            self._log(url, Look("GET", BROWSER, {}), 0, where)
            return
        self.spent += sent
        self._log(url, Look("GET", BROWSER, {}, "which sent nothing" if not sent else f"which sent {sent} requests"), 200, where)

    def _log(self, url: str, look: Look, status: int, where: str) -> None:
        self.visits.append(Visit(self._now(), urldefrag(url).url, look.method, look.agent, status, where, look.note))
        self._changed()
