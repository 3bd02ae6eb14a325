"""How does an app get its tokens?  OAuth v2, as docs.slack.dev/authentication/installing-with-oauth says."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlencode, urlsplit

from playground.house import House
from playground.manifest import Manifest
from playground.refusals import Json, Refused
from playground.tokens import ROTATION_SECONDS, Token, Tokens
from playground.workspace import APP_ID

CODE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """What an authorize address asks for."""

    scopes: frozenset[str]
    user_scopes: frozenset[str]
    state: str
    redirect_uri: str
    was_named: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person allowed: worth tokens once, for ten minutes."""

    user: str
    house: House
    asked: Asked
    until: float
    org_wide: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the app is to Slack."""

    client_id: str
    client_secret: str = field(repr=False)


class OAuth:
    """The consent that a person gives, and the exchange of codes and refresh tokens."""

    def __init__(self, app: Credentials, manifest: Manifest, houses: dict[str, House], tokens: Tokens, now: Callable[[], float]) -> None:
        self.app = app
        self._manifest = manifest
        self._houses = houses
        self._tokens = tokens
        self._now = now
        self._grants: dict[str, Grant] = {}

    def allow(self, user: str, url: str, *, org_wide: bool = False, without: Collection[str] = ()) -> str:
        """As if `user` pressed Allow at the authorize address `url`: where Slack sends the browser, with code and state.

        `without` are optional scopes that the person declines. `org_wide` installs for all workspaces of the
        organisation. Raises Refused: invalid_client_id, bad_redirect_uri, invalid_scope, org_login_required.
        """
        asked = self.read(url)
        house = next(h for h in self._houses.values() if self._is_home(h, user))
        if org_wide and not (house.team.enterprise_id and self._manifest.org_deploy):
            raise Refused("org_login_required")
        code = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**13)}.{secrets.token_hex(32)}"
        declined = self._manifest.optional_scopes & frozenset(without)
        granted = replace(asked, scopes=asked.scopes - declined)
        self._grants[code] = Grant(user, house, granted, self._now() + CODE_SECONDS, org_wide)
        return _with_query(asked.redirect_uri, code=code, state=asked.state)

    def deny(self, url: str) -> str:
        """As if a person pressed Cancel there."""
        asked = self.read(url)
        return _with_query(asked.redirect_uri, error="access_denied", state=asked.state)

    def read(self, url: str) -> Asked:
        """What an authorize address asks for. Raises Refused: invalid_client_id, bad_redirect_uri, invalid_scope."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if query.get("client_id") != self.app.client_id:
            raise Refused("invalid_client_id")
        redirect = query.get("redirect_uri") or next(iter(self._manifest.redirect_urls), "")
        if not any(_is_below(redirect, known) for known in self._manifest.redirect_urls):
            raise Refused("bad_redirect_uri")
        scopes, user_scopes = _scopes(query.get("scope", "")), _scopes(query.get("user_scope", ""))
        known = self._manifest.scopes | self._manifest.optional_scopes
        if not (scopes | user_scopes) or not scopes <= known or not user_scopes <= self._manifest.user_scopes:
            raise Refused("invalid_scope")
        return Asked(scopes, user_scopes, query.get("state", ""), redirect, "redirect_uri" in query)

    def access(self, arguments: Json, authorization: str) -> Json:
        """oauth.v2.access: tokens for a code, or new ones for a refresh token."""
        self._check_app(arguments, authorization)
        match str(arguments.get("grant_type") or "authorization_code"):
            case "authorization_code":
                return self._redeem(str(arguments.get("code") or ""), str(arguments.get("redirect_uri") or ""))
            case "refresh_token":
                return self._refresh(str(arguments.get("refresh_token") or ""))
            case _:
                raise Refused("invalid_grant_type")

    def _check_app(self, arguments: Json, authorization: str) -> None:
        client_id, client_secret = str(arguments.get("client_id") or ""), str(arguments.get("client_secret") or "")
        if authorization.startswith("Basic "):
            client_id, client_secret = _basic(authorization)
        if client_id != self.app.client_id:
            raise Refused("invalid_client_id")
        if not hmac.compare_digest(client_secret.encode(), self.app.client_secret.encode()):
            raise Refused("bad_client_secret")

    def _redeem(self, code: str, redirect_uri: str) -> Json:
        grant = self._grants.get(code)
        if grant is None or self._now() >= grant.until:
            raise Refused("invalid_code")
        if redirect_uri != (grant.asked.redirect_uri if grant.asked.was_named else redirect_uri):
            raise Refused("bad_redirect_uri")
        del self._grants[code]
        teams = self._reach(grant)
        body: Json = {**self._whose(grant.house, org_wide=grant.org_wide), "authed_user": {"id": grant.user}}
        if grant.asked.scopes:
            body |= self._told(self._bot_token(grant, teams)) | {"bot_user_id": grant.house.team.bot}
        if grant.asked.user_scopes:
            token = self._issue(grant, set(grant.asked.user_scopes), teams, "user")
            body["authed_user"] |= self._told(token)
        return body

    def _refresh(self, refresh: str) -> Json:
        token = self._tokens.rotate(refresh)
        house = next(self._houses[name] for name in self._houses if name in token.teams)
        body = self._whose(house, org_wide=token.org_wide) | self._told(token)
        return body | ({"bot_user_id": house.team.bot} if token.kind == "bot" else {"authed_user": {"id": token.actor}})

    def _bot_token(self, grant: Grant, teams: set[str]) -> Token:
        """An app that is installed again keeps its bot token and its scopes, and gets the new ones too; a rotating one is renewed."""
        before = next((t for t in self._tokens.of_team(grant.house.team.id) if t.kind == "bot" and t.org_wide == grant.org_wide), None)
        scopes = (before.scopes if before else set()) | grant.asked.scopes
        if before is not None and not self._manifest.rotates:
            before.scopes |= scopes
            return before
        return self._issue(grant, scopes, teams, "bot")

    def _issue(self, grant: Grant, scopes: set[str], teams: set[str], kind: str) -> Token:
        enterprise = grant.house.team.enterprise_id if grant.org_wide else ""
        actor = grant.user if kind == "user" else ""
        return self._tokens.issue(actor, scopes, teams, kind=kind, enterprise_id=enterprise, rotating=self._manifest.rotates)

    def _reach(self, grant: Grant) -> set[str]:
        """The workspaces that the grant is for. An org-wide one marks them all."""
        if not grant.org_wide:
            return {grant.house.team.id}
        reached = [h for h in self._houses.values() if h.team.enterprise_id == grant.house.team.enterprise_id]
        for house in reached:
            house.workspace.team = replace(house.team, org_wide=True)
        return {house.team.id for house in reached}

    def _is_home(self, house: House, user: str) -> bool:
        return user in house.workspace.people and not house.workspace.is_stranger(house.workspace.people[user])

    def _whose(self, house: House, *, org_wide: bool) -> Json:
        return {
            "app_id": APP_ID,
            "team": None if org_wide else {"id": house.team.id, "name": house.team.name},
            "enterprise": house.team.enterprise,
            "is_enterprise_install": org_wide,
        }

    def _told(self, token: Token) -> Json:
        kind = "bot" if token.kind == "bot" else "user"
        body: Json = {"access_token": token.value, "token_type": kind, "scope": ",".join(sorted(token.scopes))}
        return body | ({"refresh_token": token.refresh, "expires_in": ROTATION_SECONDS} if token.refresh else {})


def _scopes(spelled: str) -> frozenset[str]:
    return frozenset(scope for scope in spelled.replace(" ", ",").split(",") if scope)


def _is_below(address: str, known: str) -> bool:
    """Slack takes a configured address and whatever lies below it."""
    return bool(address) and (address == known or address.startswith((f"{known.rstrip('/')}/", f"{known}?")))


def _with_query(address: str, **more: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"


def _basic(authorization: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Refused("invalid_client_id") from None
    return name, secret
