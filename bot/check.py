"""What is right and what is wrong with this installation? A line each, with what to do."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from adapters.redis_store.connect import connect
from adapters.redis_store.facts import read_all_facts, read_clock
from adapters.redis_store.fence import Fence
from adapters.slack.calls import SlackCalls
from bot.settings import Settings, secret
from bot.store import faults_of, mode_line
from bot.wiring import system_clock
from core.errors import StoreUnavailable, Undeliverable

CLOCK_MOST_MILLIS = 30_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is right, and what was found or what to do."""

    what: str
    right: bool
    said: str

    def as_json(self) -> dict[str, Any]:
        """The finding for machines."""
        return asdict(self)


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, slow things last."""
    yield Finding("settings", True, "complete")
    yield _base_url(settings)
    async for finding in _store(settings):
        yield finding
    yield await _slack(settings)


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


async def _slack(settings: Settings) -> Finding:
    if not settings.has_slack:
        return Finding("Slack", True, "not set up; set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN (`pushpw manifest slack` makes the app)")
    async with aiohttp.ClientSession() as session:
        try:
            identity = await SlackCalls(token=secret(settings.slack_bot_token), api_url=settings.slack_api_url, session=session).identity()
        except Undeliverable as problem:
            return Finding("Slack", False, f"refused the bot token ({problem.reason}): copy it anew from the app's OAuth page")
    return Finding("Slack", True, f"workspace {identity['team']}")
