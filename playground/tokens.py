"""Which tokens are good, for whom, with which scopes, and for how long?"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.refusals import Refused

ROTATION_SECONDS = 43_200
"""How long a rotating token lives: docs.slack.dev/authentication/using-token-rotation."""


@dataclass(slots=True, eq=False)
class Token:
    """A bot's (`xoxb`), a person's (`xoxp`), a workflow step's (`xwfp`) or the app's own (`xapp`) token.

    `actor` is the person, empty for the bot. `teams` are the workspaces that it is good in; an org-wide one names its `enterprise_id` too.
    `refusal` is Slack's error once it is good no more.
    """

    value: str = field(repr=False)
    actor: str
    scopes: set[str]
    teams: set[str]
    kind: str = "bot"
    enterprise_id: str = ""
    until: float | None = None
    refresh: str = field(default="", repr=False)
    refusal: str = ""

    @property
    def org_wide(self) -> bool:
        return bool(self.enterprise_id)


class Tokens:
    """All tokens that were ever given out; what is revoked stays known, so that it is refused by the right name."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[str, Token] = {}

    def add(self, token: Token) -> Token:
        self._known[token.value] = token
        return token

    def issue(self, actor: str, scopes: set[str], teams: set[str], *, kind: str, enterprise_id: str = "", rotating: bool = False) -> Token:
        """A fresh token; a rotating one expires, and has a refresh token that is good once."""
        prefix = {"bot": "xoxb", "user": "xoxp", "workflow": "xwfp", "app": "xapp"}[kind]
        value = f"{prefix}-{secrets.token_hex(12)}"
        if not rotating:
            return self.add(Token(value, actor, scopes, teams, kind, enterprise_id))
        until, refresh = self._now() + ROTATION_SECONDS, f"xoxe-1-{secrets.token_hex(16)}"
        return self.add(Token(f"xoxe.{value}", actor, scopes, teams, kind, enterprise_id, until, refresh))

    def rotate(self, refresh: str) -> Token:
        """The next token in place of the one with this refresh token. Raises Refused: invalid_refresh_token, token_revoked."""
        old = next((t for t in self._known.values() if refresh and t.refresh == refresh), None)
        if old is None:
            raise Refused("invalid_refresh_token")
        if old.refusal:
            raise Refused("token_revoked")
        old.refresh = ""
        return self.issue(old.actor, old.scopes, old.teams, kind=old.kind, enterprise_id=old.enterprise_id, rotating=True)

    def find(self, value: str) -> Token:
        """Raises Refused: not_authed, invalid_auth, token_revoked, account_inactive, token_expired."""
        if not value:
            raise Refused("not_authed")
        token = self._known.get(value)
        if token is None:
            raise Refused("invalid_auth")
        if token.refusal:
            raise Refused(token.refusal)
        if token.until is not None and self._now() >= token.until:
            raise Refused("token_expired")
        return token

    def of_team(self, team: str) -> list[Token]:
        """Every token that is good in that workspace or organisation; a rotated one still counts until it expires."""
        return [t for t in self._known.values() if not t.refusal and t.kind != "app" and (team in t.teams or team == t.enterprise_id)]

    def revoke(self, token: Token, refusal: str = "token_revoked") -> None:
        """From now on it is refused so; its refresh token too."""
        token.refusal = refusal
