"""How does one try pushpw in Microsoft's Agents Playground? Store, service and pretend Teams, on this machine alone."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from adapters.redis_store.embedded import EmbeddedServer
from bot import logs
from bot.ground import IN_LIFE, Timing
from bot.server import Service
from bot.settings import Settings, load, redis_url_if_set
from core.link import encode
from playground.agents.people import SIGNED_IN
from playground.agents.program import NoAgentsPlayground, installed, running
from playground.start import SERVICE_HOST, PortTaken, bound


@dataclass(frozen=True, slots=True)
class TeamsHouse:
    """The service, ready for an Agents Playground to talk to."""

    service: Service
    settings: Settings
    url: str
    app_id: str

    @property
    def endpoint(self) -> str:
        """Where the Agents Playground brings what people do."""
        return f"{self.url}/api/messages"


@asynccontextmanager
async def open_teams_house(
    *, store_url: str, port: int = 0, prefix: str = "pushpw", timing: Timing = IN_LIFE, **settings: str
) -> AsyncIterator[TeamsHouse]:
    """The service for Teams alone, taking unsigned requests, which it does on this machine's own address only. Port 0 takes a free one."""
    async with AsyncExitStack() as closing:
        listening = closing.enter_context(bound(port))
        url, app_id = f"http://{SERVICE_HOST}:{listening.getsockname()[1]}", str(uuid4())
        told = load(
            None,
            **{
                "PUSHPW_BASE_URL": url,
                "PUSHPW_REDIS_URL": store_url,
                "PUSHPW_SEAL_KEYS": encode(secrets.token_bytes(32)),
                "MICROSOFT_APP_ID": app_id,
                "PUSHPW_TEAMS_TENANTS": "any",
                "PUSHPW_TEAMS_UNSIGNED": "1",
                **settings,
            },
        )
        service = await closing.enter_async_context(Service(told, listening=listening, timing=timing, prefix=prefix))
        yield TeamsHouse(service, told, url, app_id)


async def run_agents_playground(port: int) -> None:
    """Run until Ctrl-C, or until the Agents Playground ends. Everything is forgotten then. Raises PortTaken, NoServerFound, NoAgentsPlayground."""
    logs.set_up("console", "warning")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for wanted in (port, port + 1):
        bound(wanted).close()  # the Agents Playground would silently take another one
    command = await asyncio.to_thread(installed, say=_say)
    async with AsyncExitStack() as closing:
        store_url = redis_url_if_set() or closing.enter_context(EmbeddedServer()).url
        house = await closing.enter_async_context(open_teams_house(store_url=store_url, port=port + 1, prefix="pushpw-agents"))
        page, process = await closing.enter_async_context(running(command, house.endpoint, house.app_id, port))
        _say_hello(page, port)
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({ended, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            _say("The Agents Playground has ended.")


def _say_hello(page: str, port: int) -> None:
    _say(
        f"""
  Microsoft's Agents Playground is open:  {page}

  You are {SIGNED_IN}. Choose the chat Staging, press +, then Action Command, Command ID "push", Create: this is the form.
  Pick Alice, and the card of the secret comes into the Personal Chat. With "..." at a message the Command ID is "push_message".
  It listens on all addresses of this machine, so run it where you trust the network.
  On another machine? Forward both ports, then open the same address there:
      ssh -L {port}:127.0.0.1:{port} -L {port + 1}:127.0.0.1:{port + 1} <this machine>
  Ctrl-C ends it, and everything is forgotten.
"""
    )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # for the person at the terminal


__all__ = ["NoAgentsPlayground", "PortTaken", "TeamsHouse", "open_teams_house", "run_agents_playground"]
