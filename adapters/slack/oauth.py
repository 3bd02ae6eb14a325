"""How does a workspace, or a member, give us a token? Slack's OAuth v2 (docs.slack.dev/authentication/installing-with-oauth).

slack_sdk's own flow logs the code and, on trouble, the whole answer; so only its client is used here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.calls import MAY_PASS, TIMEOUT_SECONDS
from core.errors import Undeliverable, Unreachable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """A token as Slack gave it. `refresh` and `expires_in` (seconds) are there where tokens rotate."""

    token: str = field(repr=False)
    scopes: tuple[str, ...]
    refresh: str = field(default="", repr=False)
    expires_in: int | None = None

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> "Given | None":
        """What an answer of oauth.v2.access says of one token; None when there is none in it."""
        if not said.get("access_token"):
            return None
        scopes = tuple(scope for scope in str(said.get("scope") or "").split(",") if scope)
        expires_in = said.get("expires_in")
        return cls(str(said["access_token"]), scopes, str(said.get("refresh_token") or ""), None if expires_in is None else int(expires_in))


@dataclass(frozen=True, slots=True)
class Consent:
    """What came of a consent: whose, where, and the tokens that go with it."""

    app_id: str
    team_id: str
    team_name: str
    enterprise_id: str
    enterprise_name: str
    org_wide: bool
    user_id: str
    bot_user_id: str
    bot: Given | None
    user: Given | None

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> "Consent":
        """The answer of oauth.v2.access. In an org-wide install the team is absent."""
        team, enterprise, person = said.get("team") or {}, said.get("enterprise") or {}, said.get("authed_user") or {}
        return cls(
            app_id=str(said.get("app_id") or ""),
            team_id=str(team.get("id") or ""),
            team_name=str(team.get("name") or ""),
            enterprise_id=str(enterprise.get("id") or ""),
            enterprise_name=str(enterprise.get("name") or ""),
            org_wide=bool(said.get("is_enterprise_install")),
            user_id=str(person.get("id") or ""),
            bot_user_id=str(said.get("bot_user_id") or ""),
            bot=Given.told(said),
            user=Given.told(person),
        )


class OAuth:
    """The app's own credentials, and what they are good for. Raises Undeliverable with Slack's code, Unreachable when another try may do."""

    def __init__(self, *, client_id: str, client_secret: str, api_url: str, session: aiohttp.ClientSession) -> None:
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._page = urljoin(api_url, "/oauth/v2/authorize")
        self._client = AsyncWebClient(base_url=api_url, session=session, retry_handlers=[])

    def consent_page(self, *, state: str, redirect_uri: str, scopes: Sequence[str] = (), user_scopes: Sequence[str] = ()) -> str:
        """Where a browser is sent to ask its person."""
        asked = {"client_id": self._credentials["client_id"], "scope": ",".join(scopes), "user_scope": ",".join(user_scopes)}
        return f"{self._page}?{urlencode({**asked, 'state': state, 'redirect_uri': redirect_uri})}"

    async def redeem(self, code: str, redirect_uri: str) -> Consent:
        """What a code is worth. It is good once, for ten minutes."""
        return Consent.told(await self._access(code=code, redirect_uri=redirect_uri))

    async def refresh(self, refresh_token: str) -> Given:
        """The next token. The refresh token is used up by this."""
        given = Given.told(await self._access(grant_type="refresh_token", refresh_token=refresh_token))
        if given is None or not given.refresh:
            raise Undeliverable("no_token_given")
        return given

    async def _access(self, **asked: str) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._client.api_call("oauth.v2.access", data={**self._credentials, **asked})
                return dict(answer.data) if isinstance(answer.data, dict) else {}
        except SlackApiError as refusal:
            said = getattr(refusal.response, "data", None)
            code = str(said.get("error", "refused")) if isinstance(said, dict) else "no_answer"
        except (aiohttp.ClientError, TimeoutError, AttributeError):
            code = "no_answer"
        # Neither logged whole nor chained: the SDK's error text holds the request, and that the app's secret.
        log.warning("slack_call_refused", method="oauth.v2.access", code=code)
        raise (Unreachable if code in MAY_PASS or code == "ratelimited" else Undeliverable)(code)
