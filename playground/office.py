"""How does the service start behind a pretend Microsoft? For tests; people use Microsoft's own Agents Playground."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from adapters.teams.http import PATH
from bot.ground import IN_LIFE, Timing
from bot.server import Service
from bot.settings import Settings, load
from bot.wiring import system_clock
from core.link import encode
from core.ports import Policies
from playground.microsoft.double import PretendMicrosoft
from playground.microsoft.world import OTHER_TENANT, TENANT
from playground.start import SERVICE_HOST, bound


@dataclass(frozen=True, slots=True)
class Office:
    """All of it, running."""

    microsoft: PretendMicrosoft
    service: Service
    service_url: str
    settings: Settings


@asynccontextmanager
async def pretend_microsoft(clock: Callable[[], int] = system_clock) -> AsyncIterator[tuple[PretendMicrosoft, dict[str, str]]]:
    """A pretend Microsoft, and what the service must be told to believe in it."""
    password = secrets.token_hex(20)
    microsoft = PretendMicrosoft(app_secret=password, now=lambda: clock() / 1000)
    await microsoft.start()
    settings = {
        "MICROSOFT_APP_ID": microsoft.app_id,
        "MICROSOFT_APP_PASSWORD": password,
        "MICROSOFT_APP_TENANT_ID": TENANT,
        "PUSHPW_TEAMS_TENANTS": f"{TENANT},{OTHER_TENANT}",
        "PUSHPW_TEAMS_OPENID_URL": microsoft.metadata_url,
        "PUSHPW_TEAMS_LOGIN_URL": microsoft.login_url,
        "PUSHPW_HOST": "127.0.0.1",
    }
    try:
        yield microsoft, settings
    finally:
        await microsoft.stop()


@asynccontextmanager
async def open_office(
    *,
    store_url: str,
    prefix: str = "pushpw",
    timing: Timing = IN_LIFE,
    clock: Callable[[], int] = system_clock,
    policies: Policies | None = None,
    **settings: str,
) -> AsyncIterator[Office]:
    """Service and pretend Microsoft, wired to each other. `policies` stand in place of the settings' one."""
    async with AsyncExitStack() as closing:
        listening = closing.enter_context(bound(0))
        service_url = f"http://{SERVICE_HOST}:{listening.getsockname()[1]}"
        microsoft, told = await closing.enter_async_context(pretend_microsoft(clock))
        filled_in = {
            "PUSHPW_BASE_URL": service_url,
            "PUSHPW_REDIS_URL": store_url,
            "PUSHPW_SEAL_KEYS": encode(secrets.token_bytes(32)),
        }
        loaded = load(None, **{**filled_in, **told, **settings})
        wiring = {"timing": timing, "prefix": prefix, "clock": clock, "policies": policies}
        service = await closing.enter_async_context(Service(loaded, listening=listening, **wiring))
        microsoft.wire.bot_url = service_url + PATH
        yield Office(microsoft, service, service_url, loaded)
