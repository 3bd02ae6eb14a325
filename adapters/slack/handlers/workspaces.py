"""What if a workspace takes the app away, or a member takes their permission back?

Both kinds of news may come for one uninstall, in any order, and again later: each is acted on as if
it were the only one. What it means is promised before Slack hears that we have understood.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from core.errors import StoreUnavailable
from core.identity import Workspace
from core.promise import Farewell

log = structlog.get_logger(__name__)

_TRIES, _AGAIN_SECONDS = 60, 5.0


class WorkspaceHandlers:
    """The end of an installation. These events need no scope."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            events={
                "app_uninstalled": self.app_uninstalled,
                "tokens_revoked": self.tokens_revoked,
                "team_access_revoked": self.team_access_revoked,
            }
        )

    async def app_uninstalled(self, payload: Payload) -> Answer:
        """https://docs.slack.dev/reference/events/app_uninstalled."""
        await self._see_to(lambda: self._farewell(payload, [parse.happened_in(payload)]))
        return None

    async def tokens_revoked(self, payload: Payload) -> Answer:
        """Without the bot's token the app is gone; without a member's own only that is (docs.slack.dev/reference/events/tokens_revoked)."""
        tokens, where = payload["event"].get("tokens") or {}, parse.happened_in(payload)
        if tokens.get("bot"):
            await self._see_to(lambda: self._farewell(payload, [where]))
        elif members := tokens.get("oauth"):
            await self._see_to(lambda: self._desk.tokens.forget_members(where, members))
        return None

    async def team_access_revoked(self, payload: Payload) -> Answer:
        """An organisation goes on with the app, but these of its workspaces do not (docs.slack.dev/reference/events/team_access_revoked)."""
        enterprise = payload.get("enterprise_id")
        teams = [Workspace("slack", team, enterprise) for team in payload["event"].get("team_ids") or []]
        await self._see_to(lambda: self._farewell(payload, teams))
        return None

    async def _farewell(self, payload: Payload, workspaces: list[Workspace]) -> None:
        at = parse.happened_at(payload)
        for workspace in workspaces:
            log.info("slack_workspace_left")
            await self._desk.outbox.promise(Farewell(workspace, self._desk.clock() if at is None else at))

    async def _see_to(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it before the answer. Slack would send the event again, but by then it has been seen: so we try again ourselves."""
        try:
            await act()
        except StoreUnavailable:
            self._desk.later(_again(act))


async def _again(act: Callable[[], Awaitable[None]]) -> None:
    for _ in range(_TRIES):
        await asyncio.sleep(_AGAIN_SECONDS)
        try:
            return await act()
        except StoreUnavailable:
            continue
    log.error("slack_farewell_not_promised")
    return None
