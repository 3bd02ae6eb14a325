"""What stands in for Slack? One server: Web API, response_urls, and the page for people."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from playground.events import Events
from playground.hands import Hands, Stage, pause_until
from playground.hooks import Hooks
from playground.house import House
from playground.manifest import Manifest
from playground.page import Page
from playground.passes import Passes
from playground.robot import Robot
from playground.sender import Sender
from playground.steps import Steps
from playground.tokens import Token, Tokens
from playground.views import Views
from playground.web_api import WebApi
from playground.workspace import BOB, GENERAL, Message, default_town

STORY = ((BOB, GENERAL, "@alice what is the password of the staging database?"),)
"""What was said before a visitor comes: who, where, what. Give it to `PretendSlack.story`."""

T = TypeVar("T")


class PretendSlack:
    """A Slack workspace on this machine. `now` gives seconds since 1970; times and limits run by it.

    Act as a person with `as_user`, wait for what the app does with `until`, make Slack refuse with
    `api.fail_with` and `api.limit_rate`, and see what previews fetched in `robot.visits`.
    """

    def __init__(
        self, *, signing_secret: str, bot_token: str, service_url: str, now: Callable[[], float], manifest: Manifest | None = None
    ) -> None:
        self.manifest = manifest or Manifest()
        self.workspace = default_town(now)
        self.house = House(self.workspace, Views(self.workspace), Passes(now))
        self.houses = {self.house.team.id: self.house}
        self.tokens = Tokens(now)
        self.sender = Sender(signing_secret, service_url, now)
        self.events = Events(self.sender, self.manifest, now)
        scopes = set(self.manifest.scopes | self.manifest.optional_scopes)
        self.api = WebApi(self.houses, self.tokens, scopes, now)
        if bot_token:
            self.tokens.add(Token(bot_token, "", scopes, {self.house.team.id}))
        self.robot = Robot(now, self.changed)
        self.steps = Steps()
        self._stage = Stage(self.house, self.sender, self.events, self.manifest, self.tokens, self.changed, self._did)
        self.pulse = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.api.on_change = self.changed
        self.workspace.listeners += [self.robot.saw_message, lambda _what, _message: self.changed()]
        self.story: tuple[tuple[str, str, str], ...] = ()

    @property
    def url(self) -> str:
        """Where the workspace is, without a slash at the end; empty before `start`."""
        return self.house.url

    @property
    def api_url(self) -> str:
        """What to give slack_sdk as base_url."""
        return f"{self.url}/api/"

    @property
    def service_url(self) -> str:
        return self.sender.service_url

    @service_url.setter
    def service_url(self, url: str) -> None:
        self.sender.service_url = url.rstrip("/")

    def application(self) -> web.Application:
        """Everything on one origin."""
        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.add_routes([*self.api.routes(), *Hooks(self.house).routes()])
        Page(self).add_to(application)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. See `url`."""
        self._runner = web.AppRunner(self.application(), shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.house.url = self.house.passes.base_url = f"http://{host}:{port}"
        self.robot.start()

    async def stop(self) -> None:
        """Close everything that `start` opened."""
        await self.robot.stop()
        await self.sender.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def as_user(self, user: str) -> Hands:
        """Somebody's keyboard and mouse. Raises Refused user_not_found."""
        return Hands(self._stage, user)

    def messages(self, channel: str) -> list[Message]:
        """What everybody in a conversation sees, oldest first."""
        return [m for m in self.workspace.messages if m.channel == channel and not m.only_for]

    async def until(self, fact: Callable[[], T], within: float = 5.0) -> T:
        """What `fact` gives, as soon as that is true. A LookupError counts as not yet. Raises TimeoutError."""

        def looked() -> T | None:
            try:
                return fact()
            except LookupError:
                return None

        found: T = await pause_until(looked, lambda: self.pulse, within)
        return found

    def audit_listener(self) -> Callable[[str, str], None]:
        """What to call with each audit event's name and reason; then steps 3 and 4 tick, and the robot knows what was spent."""
        claims = 0

        def hear(name: str, reason: str = "") -> None:
            nonlocal claims
            claims += name == "push.claimed"
            self.steps.note_audit(name, reason)
            self.changed()

        self.robot.count_spent = lambda: claims
        return hear

    def start_over(self) -> None:
        """No modals, no log, and only the `story` in the conversations: as on the first day. The app and its pushes live on."""
        self.workspace.messages.clear()
        self.house.views.stacks.clear()
        self.robot.forget()
        self.steps.reset()
        for user, channel, text in self.story:
            self.as_user(user).say(channel, text)
        self.changed()

    def changed(self) -> None:
        """Something is new to see: wake up whoever waits."""
        for view in [*(v for stack in self.house.views.stacks.values() for v in stack), *self.house.views.homes.values()]:
            self.robot.saw_view(view)
        pulse, self.pulse = self.pulse, asyncio.Event()
        pulse.set()

    def _did(self, user: str, gesture: str) -> None:
        self.steps.note(gesture, form_open=bool(self.house.views.of(user)))
        self.changed()
