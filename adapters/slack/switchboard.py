"""With whose token do we speak to a workspace?"""

from collections import OrderedDict
from typing import Protocol

import aiohttp

from adapters.slack.calls import SlackCalls
from core.identity import Workspace

_LINES_MOST = 1000


class Tokens(Protocol):
    """The bot tokens of the workspaces that have installed the app."""

    async def bot_token(self, workspace: Workspace) -> str:
        """The token for this workspace. Raises Undeliverable("not_installed"), or StoreUnavailable."""


class OneToken:
    """The token of the only workspace, from the settings."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def bot_token(self, workspace: Workspace) -> str:
        """The same for everybody: Slack lets it reach its own workspace only."""
        return self._token


class Switchboard:
    """Puts us through to a workspace."""

    def __init__(self, tokens: Tokens, *, api_url: str, session: aiohttp.ClientSession) -> None:
        self._tokens = tokens
        self._api_url = api_url
        self._session = session
        self._lines: OrderedDict[str, SlackCalls] = OrderedDict()

    async def to(self, workspace: Workspace) -> SlackCalls:
        """Slack's Web API for `workspace`. Raises what `Tokens.bot_token` raises."""
        token = await self._tokens.bot_token(workspace)
        line = self._lines.get(token)
        if line is None:
            line = self._lines[token] = SlackCalls(token=token, api_url=self._api_url, session=self._session)
            while len(self._lines) > _LINES_MOST:
                self._lines.popitem(last=False)
        return line

    def with_token(self, token: str) -> SlackCalls:
        """As whoever gave us this token of their own."""
        return SlackCalls(token=token, api_url=self._api_url, session=self._session)
