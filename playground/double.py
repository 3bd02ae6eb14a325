"""What stands in for Slack? One server: Web API, response_urls, and the page for people."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from aiohttp import web

from playground.consent import Consent
from playground.events import Events
from playground.hands import Hands, Stage
from playground.happenings import Happenings
from playground.hooks import Hooks
from playground.house import Execution, House
from playground.manifest import Manifest
from playground.oauth import Credentials, OAuth
from playground.page import Page
from playground.passes import Passes
from playground.robot import Robot
from playground.sender import Answer, Sender
from playground.sockets import Sockets
from playground.steps import Steps
from playground.teams import BOT, TEAM_ID, Team
from playground.tokens import Token, Tokens
from playground.views import Views
from playground.waiting import pause_until
from playground.web_api import WebApi
from playground.workspace import BOB, GENERAL, Message, Person, Workspace, default_town

STORY = ((BOB, GENERAL, "@alice what is the password of the staging database?"),)
"""What was said before a visitor comes: who, where, what. Give it to `PretendSlack.story`."""

T = TypeVar("T")


class PretendSlack:
    """A Slack workspace on this machine. `now` gives seconds since 1970; times and limits run by it.

    The app is installed in it with `bot_token`, unless that is empty: then it is installed by OAuth (`oauth.allow`,
    or the page at /oauth/v2/authorize) with `credentials`. More workspaces come with `add_workspace`.

    Act as a person with `as_user`, wait for what the app does with `until`, make Slack refuse with
    `api.fail_with` and `api.limit_rate`, and see what previews fetched in `robot.visits`.
    """

    def __init__(
        self,
        *,
        signing_secret: str,
        bot_token: str,
        service_url: str,
        now: Callable[[], float],
        manifest: Manifest | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        self._now = now
        self.manifest = manifest or Manifest()
        self.workspace = default_town(now)
        self.house = House(self.workspace, Views(self.workspace), Passes(now))
        self.houses = {self.house.team.id: self.house}
        self.tokens = Tokens(now)
        self.sockets = Sockets(self.changed)
        self.sender = Sender(signing_secret, service_url, now, self.sockets, only_sockets=self.manifest.socket_mode)
        self.events = Events(self.sender, self.manifest, now)
        scopes = set(self.manifest.scopes | self.manifest.optional_scopes)
        self.api = WebApi(self.houses, self.tokens, scopes, now)
        if bot_token:
            self.tokens.add(Token(bot_token, "", scopes, {self.house.team.id}))
        self.robot = Robot(now, self.changed)
        self.steps = Steps()
        self.pulse = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stages: list[Stage] = []
        self.happenings = Happenings(self.houses, self.events, self.manifest, self.tokens, self._later)
        self.oauth = OAuth(credentials or Credentials("1111.2222", secrets.token_hex(16)), self.manifest, self.houses, self.tokens, now)
        self.api.tokenless["oauth.v2.access"] = self.oauth.access
        self.api.of_token["auth.revoke"] = self.happenings.revoke
        self.api.of_token["apps.connections.open"] = self.sockets.issue
        self._runner: web.AppRunner | None = None
        self.api.on_change = self.changed
        self._open(self.house)
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
        application.add_routes(
            [*self.api.routes(), *self.sockets.routes(), *Hooks(self.houses).routes(), *Consent(self.oauth, self.houses).routes()]
        )
        Page(self).add_to(application)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. See `url`."""
        self._runner = web.AppRunner(self.application(), shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        port = self._runner.addresses[0][1]
        for house in self.houses.values():
            house.url = house.passes.base_url = f"http://{host}:{port}"
        self.sockets.base_url = self.url
        self.robot.start()

    async def stop(self) -> None:
        """Close everything that `start` opened."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.robot.stop()
        await self.sockets.close()
        await self.sender.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def as_user(self, user: str) -> Hands:
        """Somebody's keyboard and mouse, in their own workspace. Raises Refused user_not_found."""
        known = [s for s in self._stages if user in s.house.workspace.people]
        return Hands(next((s for s in known if _is_home(s.house.workspace, user)), (known or self._stages)[0]), user)

    def add_workspace(self, team: Team, people: Sequence[Person] = ()) -> House:
        """One more workspace, without the app until somebody installs it. People have ids of their own.

        An `enterprise_id` that another workspace has makes it one of that organisation: the app is the same bot in both,
        and elsewhere another one.
        """
        workspace = Workspace(self._now, replace(team, bot=self._bot_in(team)))
        house = House(workspace, Views(workspace), Passes(self._now, team.id), url=self.house.url)
        house.passes.base_url = self.house.url
        workspace.settle(people, f"C{team.id[1:]}GENERAL", f"C{team.id[1:]}RANDOM")
        self.houses[team.id] = house
        self._open(house)
        return house

    def _bot_in(self, team: Team) -> str:
        known = {h.team.enterprise_id: h.team.bot for h in self.houses.values() if h.team.enterprise_id}
        return known.get(team.enterprise_id, f"U{team.id[1:]}PUSHPW" if team.bot == BOT else team.bot)

    def give_app_token(self, token: str) -> None:
        """An app-level token (`xapp`) with connections:write, for Socket Mode."""
        self.tokens.add(Token(token, "", {"connections:write"}, {TEAM_ID}, "app"))

    async def uninstall(self, where: str = TEAM_ID, first: str = "app_uninstalled") -> list[Answer | None]:
        """See Happenings.uninstall."""
        return await self.happenings.uninstall(where, first)

    async def run_step(self, user: str, callback_id: str, inputs: dict[str, Any]) -> Execution:
        """See Happenings.run_step; in the workspace of `user`."""
        house = next(h for h in self.houses.values() if _is_home(h.workspace, user))
        return await self.happenings.run_step(house, user, callback_id, inputs)

    def messages(self, channel: str) -> list[Message]:
        """What everybody in a conversation sees, oldest first."""
        return [m for m in self.workspace.messages if m.channel == channel and not m.only_for]

    async def until(self, fact: Callable[[], T], within: float = 5.0) -> T:
        """What `fact` gives, as soon as that is true. A LookupError counts as not yet. Raises TimeoutError."""
        return await pause_until(fact, lambda: self.pulse, within)

    async def delivered(self) -> None:
        """Wait until every event that came of what happened so far was sent and answered."""
        await asyncio.gather(*self._tasks)

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
        for views in [house.views for house in self.houses.values()]:
            for view in [*(v for stack in views.stacks.values() for v in stack), *views.homes.values()]:
                self.robot.saw_view(view)
        pulse, self.pulse = self.pulse, asyncio.Event()
        pulse.set()

    def _open(self, house: House) -> None:
        house.unfurl_domains = self.manifest.unfurl_domains
        house.workspace.listeners += [self.robot.saw_message, lambda _what, _message: self.changed()]
        self.happenings.watch(house)
        self._stages.append(Stage(house, self.sender, self.events, self.manifest, self.tokens, self.changed, self._did))

    def _later(self, doing: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self.changed()

    def _did(self, user: str, gesture: str) -> None:
        self.steps.note(gesture, form_open=any(house.views.of(user) for house in self.houses.values()))
        self.changed()


def _is_home(workspace: Workspace, user: str) -> bool:
    return user in workspace.people and not workspace.is_stranger(workspace.people[user])
