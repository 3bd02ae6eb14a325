"""What stands in for Microsoft? One server: OpenID metadata, login, Bot connector; and people with Teams clients."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from playground.microsoft.activities import Activities
from playground.microsoft.client import Client, Stage
from playground.microsoft.connector import Connector
from playground.microsoft.faults import Faults
from playground.microsoft.identity import Identity
from playground.microsoft.login import Login
from playground.microsoft.refusals import Broken
from playground.microsoft.wire import Wire
from playground.microsoft.world import Conversation, Message, default_world
from playground.waiting import pause_until

T = TypeVar("T")

APP_ID = "5b7f0c9e-2f6d-4e0c-b1a4-3d9a6c8e7f21"


class PretendMicrosoft:
    """Microsoft on this machine, for one bot at `bot_url` (its endpoint, .../api/messages). `now`: seconds since 1970.

    Act as a person with `as_person`, wait for what the bot does with `until`, make Microsoft refuse with
    `connector.fail_with`, `connector.break_line`, `login.failures` and `identity.rotate`. Whatever the bot sends is held
    against the rules; a fault raises Broken in the next gesture, in `until`, or in `stop`.
    """

    def __init__(self, *, app_id: str = APP_ID, app_secret: str, now: Callable[[], float], bot_url: str = "") -> None:
        self.app_id = app_id
        self.world = default_world(now)
        self.identity = Identity(app_id, now)
        self.login = Login(app_id, app_secret, now)
        self.login.authorities |= {person.tenant for person in self.world.people.values()}
        self.faults = Faults(now)
        self.connector = Connector(self.world, app_id, self.login, self.faults, self.changed)
        self.wire = Wire(self.identity, bot_url, self.changed)
        self.pulse = asyncio.Event()
        self._clients: dict[str, Client] = {}
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.region = "teams"
        """The first part of the service URL's path; any other reaches the same connector."""
        activities = Activities(app_id, lambda: self.service_url, now)
        self.stage = Stage(self.world, self.wire, activities, self.check, self.changed)

    @property
    def service_url(self) -> str:
        """Where the bot finds the connector; activities name it."""
        return f"{self.url}/{self.region}/"

    @property
    def login_url(self) -> str:
        """What stands for https://login.microsoftonline.com, without a slash at the end."""
        return self.url

    @property
    def metadata_url(self) -> str:
        """What stands for https://login.botframework.com/v1/.well-known/openidconfiguration."""
        return self.identity.metadata_url

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. See `url`."""
        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.add_routes([*self.identity.routes(), *self.login.routes(), *self.connector.routes()])
        self._runner = web.AppRunner(application, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        self.identity.url = self.login.url = self.url

    async def stop(self) -> None:
        """Close everything that `start` opened. Raises Broken when the bot sent something wrong."""
        await self.wire.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.check()

    def as_person(self, key: str) -> Client:
        """Somebody's Teams, by Entra id: the same each time. Raises LookupError."""
        person = self.world.person(key)
        return self._clients.setdefault(person.entra_id, Client(self.stage, person))

    def settle(self, *people: str, where: Conversation | None = None) -> None:
        """The app is there already for these people, or in that conversation; the bot is told nothing."""
        for key in people:
            self.as_person(key).chat.has_bot = True
        if where is not None:
            where.has_bot = True

    def check(self) -> None:
        """Raises Broken when the bot sent something wrong; each fault once."""
        if self.connector.broken:
            found, self.connector.broken = self.connector.broken, []
            raise Broken("; ".join(found))

    async def until(self, fact: Callable[[], T], within: float = 5.0) -> T:
        """What `fact` gives, as soon as that is true. A LookupError counts as not yet. Raises TimeoutError, Broken."""

        def looked() -> T:
            self.check()
            return fact()

        try:
            return await pause_until(looked, lambda: self.pulse, within)
        except TimeoutError as late:
            late.add_note(f"so far: {self._so_far()}")
            raise

    def _so_far(self) -> list[str]:
        """The last things that happened, without what was said: statuses of the bot's answers, and its calls."""
        heard = [f"answered {answer.problem or answer.status}" for answer in self.wire.answers[-5:]]
        return heard + [f"{call.name} in {call.conversation[:12]}" for call in self.connector.calls[-10:]]

    def messages(self, where: str) -> list[Message]:
        """What everybody in a conversation sees, oldest first."""
        return [m for m in self.world.messages if m.conversation == where and not m.only_for]

    def changed(self) -> None:
        """Something is new to see: wake up whoever waits."""
        pulse, self.pulse = self.pulse, asyncio.Event()
        pulse.set()
