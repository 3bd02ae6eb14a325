"""What is right and what is wrong with this installation? A line each, with what to do."""

from collections.abc import AsyncIterator

import aiohttp

from adapters.redis_store.connect import connect
from adapters.redis_store.facts import read_all_facts, read_clock
from adapters.redis_store.fence import Fence
from adapters.slack.calls import SlackCalls
from adapters.slack.install import PATH as INSTALL_PATH
from adapters.slack.manifest import BOT_SCOPES, BRIDGE_SCOPES, OPTIONAL_BOT_SCOPES, REDIRECT_PATH
from adapters.slack.oauth import OAuth
from bot.finding import Finding
from bot.settings import Settings, secret
from bot.store import faults_of, mode_line
from bot.wiring import system_clock
from core.errors import StoreUnavailable, Undeliverable, Unreachable

CLOCK_MOST_MILLIS = 30_000


def no_answer(problem: Unreachable) -> str:
    """Nothing is known to be wrong with what we sent."""
    return f"does not answer ({problem.reason}): look whether this host reaches Slack, then check again"


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, slow things last."""
    yield Finding("settings", True, "complete")
    yield _base_url(settings)
    async for finding in _store(settings):
        yield finding
    async for finding in _slack(settings):
        yield finding
    from bot.teams_check import look_at_teams  # only here: what it brings takes a quarter of a second to load, at every command

    async for finding in look_at_teams(settings):
        yield finding


def _base_url(settings: Settings) -> Finding:
    if settings.base_url.startswith("https://"):
        return Finding("base URL", True, settings.base_url)
    return Finding("base URL", True, f"{settings.base_url} (this machine only; chat users need https)")


async def _store(settings: Settings) -> AsyncIterator[Finding]:
    redis = connect(secret(settings.redis_url))
    try:
        facts = await read_all_facts(redis)
        standing = await Fence(redis, settings.declared_mode).look_again()
        found = faults_of(facts, standing, settings.store_replicas)
        said = "; ".join(found) or ", ".join(sorted({f"{one.server} {one.version}" for one in facts})) + ", noeviction"
        yield Finding("store", not found, said)
        yield Finding("store mode", True, mode_line(standing))
        drift = abs(await read_clock(redis) - system_clock())
        advice = f"{drift / 1000:.1f} s apart" + (
            "" if drift <= CLOCK_MOST_MILLIS else ": set this machine's clock; Slack refuses requests over 5 minutes off"
        )
        yield Finding("clock", drift <= CLOCK_MOST_MILLIS, advice)
    except StoreUnavailable as trouble:
        yield Finding(
            "store", False, f"does not answer ({type(trouble.__cause__).__name__}): look at PUSHPW_REDIS_URL, and whether the server runs"
        )
    finally:
        await redis.aclose()


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.has_slack:
        yield Finding("Slack", True, "not set up; set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN (`pushpw manifest slack` makes the app)")
        return
    async with aiohttp.ClientSession() as session:
        if settings.has_many_workspaces:
            yield await _many_workspaces(settings, session)
        else:
            async for finding in _one_workspace(settings, session):
                yield finding
        if settings.slack_app_token is not None:
            yield await _socket(settings, session)


async def _one_workspace(settings: Settings, session: aiohttp.ClientSession) -> AsyncIterator[Finding]:
    calls = SlackCalls(token=secret(settings.slack_bot_token), api_url=settings.slack_api_url, session=session)
    try:
        identity, granted = await calls.identity(), await calls.scopes()
    except Unreachable as problem:
        yield Finding("Slack", False, no_answer(problem))
        return
    except Undeliverable as problem:
        yield Finding("Slack", False, f"refused the bot token ({problem.reason}): copy it anew from the app's OAuth page")
        return
    yield Finding("Slack", True, f"workspace {identity['team']}")
    needed = [*BOT_SCOPES, *(BRIDGE_SCOPES if settings.bridge_domains else [])]
    missing = [scope for scope in needed if scope not in granted]
    if granted and missing:
        advice = (
            f"missing: {', '.join(missing)}; add them on the app's OAuth page, or paste `pushpw manifest slack` anew, and reinstall the app"
        )
        yield Finding("Slack scopes", False, advice)
    elif granted and (without := [scope for scope in OPTIONAL_BOT_SCOPES if scope not in granted]):
        yield Finding("Slack scopes", True, f"all that are needed; without the optional {', '.join(without)}")
    else:
        yield Finding("Slack scopes", True, "all of them" if granted else "Slack does not say which")


async def _many_workspaces(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    """Slack looks at the app's own credentials before it looks at a code: with one that cannot be right it says which is wrong."""
    redirect = settings.base_url + REDIRECT_PATH
    oauth = OAuth(
        client_id=settings.slack_client_id or "",
        client_secret=secret(settings.slack_client_secret),
        api_url=settings.slack_api_url,
        session=session,
    )
    try:
        await oauth.redeem("no-such-code", redirect)
    except Undeliverable as problem:
        if problem.reason in ("invalid_client_id", "bad_client_secret"):
            name = "SLACK_CLIENT_ID" if problem.reason == "invalid_client_id" else "SLACK_CLIENT_SECRET"
            return Finding("Slack", False, f"refused the app's credentials ({problem.reason}): copy {name} anew from Basic Information")
        if isinstance(problem, Unreachable):
            return Finding("Slack", False, no_answer(problem))
    said = f"many workspaces, client id {settings.slack_client_id}; redirect URL to enter on the app's OAuth page: {redirect}"
    return Finding("Slack", True, f"{said}; workspaces install it at {settings.base_url}{INSTALL_PATH}")


async def _socket(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    calls = SlackCalls(token=secret(settings.slack_app_token), api_url=settings.slack_api_url, session=session)
    try:
        await calls.socket_url()
    except Unreachable as problem:
        return Finding("Slack socket", False, no_answer(problem))
    except Undeliverable as problem:
        advice = "switch Socket Mode on, and make an app-level token with connections:write"
        return Finding("Slack socket", False, f"refused SLACK_APP_TOKEN ({problem.reason}): {advice}")
    return Finding("Slack socket", True, f"Slack's requests come by it; readers must still reach {settings.base_url}")
