"""How does the playground start? Store, service and pretend workspace, on this machine alone."""

import asyncio
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from adapters.redis_store.embedded import EmbeddedServer
from adapters.slack.manifest import Extras, manifest
from bot import logs
from bot.ground import IN_LIFE, Timing
from bot.metrics import Metrics
from bot.server import Service
from bot.settings import Settings, load, redis_url_if_set
from bot.wiring import system_clock
from core.link import encode
from core.ports import Policies
from playground.chromium import browser_opener
from playground.double import STORY, PretendSlack
from playground.manifest import Manifest
from playground.workspace import RANDOM, Person

WORKSPACE_HOST, SERVICE_HOST = "127.0.0.1", "localhost"
"""Two names for this machine, so that a browser takes them for two sites: the page is met from a foreign site, as in life."""

_SHOWN = Extras(workflow=True)

OUTSIDER = Person("U0OTTO", "otto", "Otto Olsen", team_id="T0ELSEWHERE")
"""Somebody of another workspace, who shares a channel with the people of this one."""


class PortTaken(Exception):
    """A port that the playground needs is in use; the argument says which."""


@dataclass(frozen=True, slots=True)
class Town:
    """All of it, running."""

    slack: PretendSlack
    service: Service
    service_url: str
    settings: Settings


@asynccontextmanager
async def open_town(
    *,
    store_url: str = "",
    port: int = 0,
    service_port: int = 0,
    prefix: str = "pushpw",
    timing: Timing = IN_LIFE,
    extras: Extras = _SHOWN,
    clock: Callable[[], int] = system_clock,
    policies: Policies | None = None,
    **settings: str,
) -> AsyncIterator[Town]:
    """Service and pretend workspace, wired to each other. Port 0 takes a free one. Raises PortTaken.

    With `many` among the manifest's `extras` workspaces install the app themselves, and none has it at first; with `socket` Slack
    comes over the service's own connection. `policies` stand in place of the settings' one.
    """
    async with AsyncExitStack() as closing:
        listening = closing.enter_context(bound(service_port))
        service_url = f"http://{SERVICE_HOST}:{listening.getsockname()[1]}"
        signing_secret, bot_token = secrets.token_hex(16), "" if extras.many else f"xoxb-{secrets.token_hex(16)}"
        slack = PretendSlack(
            signing_secret=signing_secret,
            bot_token=bot_token,
            service_url=service_url,
            now=lambda: system_clock() / 1000,
            manifest=Manifest.read(manifest(service_url, "pushpw", extras)),
        )
        try:
            await slack.start(WORKSPACE_HOST, port)
        except OSError:
            raise PortTaken(port) from None
        closing.push_async_callback(slack.stop)
        filled_in = {
            "PUSHPW_BASE_URL": service_url,
            "PUSHPW_REDIS_URL": store_url,
            "PUSHPW_SEAL_KEYS": encode(secrets.token_bytes(32)),
            "PUSHPW_SLACK_API_URL": slack.api_url,
            **_slack_settings(slack, extras, signing_secret, bot_token),
            **settings,
        }
        told = load(None, **filled_in)
        wiring = {"timing": timing, "prefix": prefix, "clock": clock, "policies": policies}
        service = await closing.enter_async_context(Service(told, listening=listening, **wiring))

        _listen_along(slack, service.house.metrics)
        yield Town(slack, service, service_url, told)


def _slack_settings(slack: PretendSlack, extras: Extras, signing_secret: str, bot_token: str) -> dict[str, str]:
    made = {"SLACK_SIGNING_SECRET": signing_secret}
    if extras.socket:
        made = {"SLACK_APP_TOKEN": f"xapp-{secrets.token_hex(16)}"}
        slack.give_app_token(made["SLACK_APP_TOKEN"])
    if extras.previews:
        made["PUSHPW_SLACK_PREVIEWS"] = "true"
    if extras.many:
        return made | {"SLACK_CLIENT_ID": slack.oauth.app.client_id, "SLACK_CLIENT_SECRET": slack.oauth.app.client_secret}
    return made | {"SLACK_BOT_TOKEN": bot_token}


def _listen_along(slack: PretendSlack, metrics: Metrics) -> None:
    """What chat does not see: what befalls a push, and that its page was looked at once more."""
    hear = slack.audit_listener()
    metrics.on_event.append(lambda event: hear(event.name, event.reason))

    def on_answer(route: str, status: int) -> None:
        # A page that has shown the last view says "gone" after a reload by itself, without asking for it.
        if route == "/p/{tail}" and status == 200 and "shown" in slack.steps.done:
            slack.steps.tick("gone")
            slack.changed()

    metrics.on_answer.append(on_answer)


def bound(port: int) -> socket.socket:
    """A socket on this machine's own address. Port 0 takes a free one. Raises PortTaken."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        raise PortTaken(port) from None


async def run_playground(port: int) -> None:
    """Run until Ctrl-C. Everything is forgotten then. Raises PortTaken, NoServerFound."""
    logs.set_up("console", "warning")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as closing:
        store_url = redis_url_if_set() or closing.enter_context(EmbeddedServer()).url
        town = await closing.enter_async_context(
            open_town(store_url=store_url, port=port, service_port=port + 1, prefix="pushpw-playground")
        )
        town.slack.workspace.add_person(OUTSIDER)
        town.slack.workspace.conversation(RANDOM).members.append(OUTSIDER.id)
        town.slack.story = STORY
        town.slack.start_over()
        town.slack.robot.eager = True
        town.slack.robot.open_in_browser = browser_opener()
        _say_hello(town.slack.url, port)
        await stop.wait()


def _say_hello(url: str, port: int) -> None:
    print(  # noqa: T201  # for the person at the terminal
        f"""
  The pretend workspace is open:  {url}

  Alice and Bob stand side by side. Send /pushpw @bob as Alice, open it as Bob, then try to open it again.
  On another machine? Forward both ports, then open the same address there:
      ssh -L {port}:127.0.0.1:{port} -L {port + 1}:127.0.0.1:{port + 1} <this machine>
  Ctrl-C ends it, and everything is forgotten.
""",
        flush=True,
    )
