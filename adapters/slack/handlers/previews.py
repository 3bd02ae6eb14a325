"""What if a link of ours is shared in chat? Where the app may, it puts a card under it that says nothing about it.

The address in the event is whole: it holds the key. So it goes from the event into the answer and
nowhere else; it is neither logged nor kept, and it is no argument of an exception. The card is no
defence: whether Slack looks at the page or not, looking spends nothing.
"""

import asyncio

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.render.previews import card
from adapters.wording.catalog import words_for
from core.errors import StoreUnavailable, Undeliverable
from core.identity import Workspace

SILENT_SECONDS = 3600.0
_REFUSING_MOST = 1000

log = structlog.get_logger(__name__)


class PreviewHandlers:
    """Neutral cards. Runs after the answer, and may be lost."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._refusing: dict[str, float] = {}

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(events={"link_shared": self.link_shared})

    async def link_shared(self, payload: Payload) -> Answer:
        """https://docs.slack.dev/reference/events/link_shared, which comes only with the scope links:read."""
        urls = parse.shared_links(payload, self._desk.base_url)
        where = parse.shared_where(payload)
        if urls and where:
            self._desk.later(self._unfurl(parse.installed_in(payload), where, urls))
        return None

    async def _unfurl(self, workspace: Workspace, where: dict[str, str], urls: list[str]) -> None:
        if self._refusing.get(workspace.id, 0.0) > asyncio.get_running_loop().time():
            return
        try:
            calls = await self._desk.switchboard.to(workspace)
            await calls.unfurl(where, dict.fromkeys(urls, card(words_for([]))))
        except StoreUnavailable:
            return  # a card that is missing misleads nobody
        except Undeliverable as problem:
            if problem.reason == "missing_scope":
                self._keep_silent(workspace)

    def _keep_silent(self, workspace: Workspace) -> None:
        # An admin may give the scope later, so it is asked again, but not under every link.
        log.warning("previews_not_allowed", missing="links:write")
        self._refusing[workspace.id] = asyncio.get_running_loop().time() + SILENT_SECONDS
        while len(self._refusing) > _REFUSING_MOST:
            self._refusing.pop(next(iter(self._refusing)))
