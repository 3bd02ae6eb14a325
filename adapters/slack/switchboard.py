"""With whose token do we speak to a workspace?"""

from collections import OrderedDict
from typing import Protocol

import aiohttp

from adapters.slack.calls import NO_TOKEN, Line, SlackCalls
from core.errors import Undeliverable
from core.identity import Member, Workspace
from core.push import Millis

_LINES_MOST = 1000


class Tokens(Protocol):
    """The bot tokens of the workspaces that have installed the app."""

    async def bot_token(self, workspace: Workspace) -> str:
        """The token for this workspace. Raises Undeliverable("not_installed"), or StoreUnavailable."""

    async def renewed(self, workspace: Workspace, ended: str) -> str | None:
        """Another one than `ended`, which Slack refused as expired; None when there is none to be had."""

    async def has_app(self, workspace: Workspace) -> bool:
        """Whether that workspace, not only one that it shares a channel with, has installed the app. Raises StoreUnavailable."""

    def is_news(self, branch: Workspace) -> bool:
        """Whether `note_branch` may have something to do."""

    async def note_branch(self, branch: Workspace) -> None:
        """Remember that this workspace has the app through its organisation, as a signed request has proven. Raises StoreUnavailable."""

    async def user_token(self, member: Member) -> str | None:
        """The token by which we may act as this member, where they have allowed it. Raises StoreUnavailable."""

    async def forget_members(self, workspace: Workspace, user_ids: list[str]) -> None:
        """These members have taken their permission back. Raises StoreUnavailable."""


class OneToken:
    """The token of the only workspace, from the settings."""

    def __init__(self, token: str, *, api_url: str, session: aiohttp.ClientSession) -> None:
        self._token = token
        self._calls = SlackCalls(token=token, api_url=api_url, session=session)

    async def bot_token(self, workspace: Workspace) -> str:
        """The same for everybody: Slack lets it reach its own workspace only."""
        return self._token

    async def renewed(self, workspace: Workspace, ended: str) -> str | None:
        """None: what stands in the settings does not rotate."""
        return None

    async def has_app(self, workspace: Workspace) -> bool:
        """False: of the only workspace that has it nobody asks, and any other has not."""
        return False

    def is_news(self, branch: Workspace) -> bool:
        """Never: there is one workspace."""
        return False

    async def note_branch(self, branch: Workspace) -> None:
        """Nothing to note."""

    async def user_token(self, member: Member) -> str | None:
        """None: nobody can give us one without the app's own credentials."""
        return None

    async def forget_members(self, workspace: Workspace, user_ids: list[str]) -> None:
        """Nothing of theirs is here."""

    async def leave(self, workspace: Workspace, at: Millis) -> list[Workspace]:
        """The one workspace is without the app now, unless its token is good: news come late, and the app may be back since then.

        Nobody here has noted when the token in the settings was given, so Slack is asked. Raises Undeliverable when it does not say.
        """
        try:
            here = await self._calls.identity()
        except Undeliverable as problem:
            if problem.reason not in NO_TOKEN:
                raise
            return [workspace]
        return [] if workspace.id in (here["team_id"], here["enterprise_id"]) else [workspace]


class Switchboard:
    """Puts us through to a workspace."""

    def __init__(self, tokens: Tokens, *, api_url: str, session: aiohttp.ClientSession) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._session = session
        self._lines: OrderedDict[str, Line] = OrderedDict()

    async def to(self, workspace: Workspace) -> SlackCalls:
        """Slack's Web API for `workspace`. Raises what `Tokens.bot_token` raises."""
        token = await self._tokens.bot_token(workspace)

        async def renew(ended: str) -> str | None:
            return await self._tokens.renewed(workspace, ended)

        return SlackCalls(token=token, api_url=self._api_url, session=self._session, line=self._line(workspace), renew=renew)

    async def as_member(self, member: Member) -> SlackCalls | None:
        """Slack's Web API in this member's own name; None where they have not allowed it. Raises StoreUnavailable, Undeliverable."""
        token = await self._tokens.user_token(member)
        if token is None:
            return None
        return SlackCalls(token=token, api_url=self._api_url, session=self._session, line=self._line(member.workspace))

    def _line(self, workspace: Workspace) -> Line:
        line = self._lines.setdefault(workspace.id, Line())
        self._lines.move_to_end(workspace.id)
        while len(self._lines) > _LINES_MOST:
            self._lines.popitem(last=False)
        return line
