"""What is right and what is wrong with Teams in this installation?"""

import os
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from adapters.teams.http import PATH
from adapters.teams.identity import Keys
from adapters.teams.package.archive import NoPackage, manifest_in
from bot import package
from bot.finding import Finding
from bot.settings import Settings
from bot.teams_side import microsoft_tokens
from bot.wiring import system_clock
from core.errors import Undeliverable, Unreachable

_NO_KEY = "a name that no key has"
_OURS_ALONE = (".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
_ADVICE = {
    "AADSTS7000215": "MICROSOFT_APP_PASSWORD must be the client secret's value, not its id",
    "AADSTS7000222": "the client secret has ended; make a new one, and put its value into MICROSOFT_APP_PASSWORD",
    "AADSTS700016": "there is no such app in that tenant; look at MICROSOFT_APP_ID, and for a single-tenant app at MICROSOFT_APP_TENANT_ID",
    "AADSTS90002": "there is no such tenant; look at MICROSOFT_APP_TENANT_ID",
    "AADSTS700027": "the app does not know the certificate; upload it at the app's Certificates & secrets",
}
"""By Microsoft's numbers (https://learn.microsoft.com/entra/identity-platform/reference-error-codes)."""


async def look_at_teams(settings: Settings, folder: Path = Path()) -> AsyncIterator[Finding]:
    """Look at it; the package is looked for in `folder`."""
    if not settings.has_teams:
        said = "not set up; set MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD and PUSHPW_TEAMS_TENANTS (docs/tutorial/teams.md)"
        yield Finding("Teams", True, said)
        return
    if settings.teams_unsigned:
        yield Finding("Teams", True, "unsigned, for the Agents Playground on this machine alone")
    else:
        async with aiohttp.ClientSession() as session:
            yield await _login(settings, session)
            yield await _keys(settings, session)
        yield _address(settings)
    yield _tenants(settings)
    yield _package(settings, folder / package.FILE)


async def _login(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    try:
        await microsoft_tokens(settings, session, system_clock, os.urandom).token()
    except Unreachable:
        host = urlsplit(settings.teams_login_url).hostname
        return Finding("Teams", False, f"no answer from {host}: look whether this host reaches it, then check again")
    except Undeliverable as problem:
        advice = _ADVICE.get(problem.reason, "look at MICROSOFT_APP_ID, its password or certificate, and MICROSOFT_APP_TENANT_ID")
        return Finding("Teams", False, f"the login refused the app ({problem.reason}): {advice}")
    return Finding("Teams", True, f"app {settings.microsoft_app_id}; the login gives it a token")


async def _keys(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    keys, host = Keys(session, openid_url=settings.teams_openid_url, clock=system_clock), urlsplit(settings.teams_openid_url).hostname
    try:
        await keys.find(_NO_KEY)
    except Unreachable:
        return Finding(
            "Teams keys", False, f"none from {host}, so nothing that Teams sends can be checked: look whether this host reaches it"
        )
    return Finding("Teams keys", True, f"read from {host}")


def _address(settings: Settings) -> Finding:
    endpoint = settings.base_url + PATH
    if settings.has_pretend_microsoft:
        return Finding("Teams address", True, f"{endpoint}, for a Microsoft on this machine")
    if not settings.base_url.startswith("https://") or not _is_public(urlsplit(settings.base_url).hostname or ""):
        return Finding(
            "Teams address", False, f"{endpoint}: Microsoft's servers must reach it; set PUSHPW_BASE_URL to a public https address"
        )
    return Finding("Teams address", True, f"messaging endpoint to enter at the Azure bot: {endpoint}")


def _is_public(host: str) -> bool:
    """Whether servers elsewhere could mean the same by it as we do."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_OURS_ALONE)


def _tenants(settings: Settings) -> Finding:
    tenants, home = settings.teams_tenants, (settings.microsoft_app_tenant_id or "").lower()
    if tenants == {"any"}:
        return Finding("Teams tenants", True, "any tenant that adds the app")
    said = ", ".join(sorted(tenants))
    if home and home not in tenants:
        return Finding("Teams tenants", True, f"{said}; not {home}, the app's own")
    return Finding("Teams tenants", True, said)


def _package(settings: Settings, file: Path) -> Finding:
    again = "make it again (`pushpw manifest teams`) and upload it"
    try:
        found = manifest_in(file.read_bytes())
    except FileNotFoundError:
        return Finding("Teams package", True, f"no {file.name} here; `pushpw manifest teams` makes it")
    except (NoPackage, OSError):
        return Finding("Teams package", False, f"{file.name} cannot be read: {again}")
    if found.get("id") != settings.microsoft_app_id:
        return Finding("Teams package", False, f"{file.name} is for another app than MICROSOFT_APP_ID: {again}")
    if found.get("validDomains") != [urlsplit(settings.base_url).netloc]:
        return Finding("Teams package", False, f"{file.name} is for another address than PUSHPW_BASE_URL: {again}")
    return Finding("Teams package", True, f"{file.name} fits, version {found.get('version')}")
