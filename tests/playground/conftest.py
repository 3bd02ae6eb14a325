from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from playground.double import PretendSlack
from playground.hands import Hands
from playground.microsoft.client import Client
from playground.microsoft.double import APP_ID, PretendMicrosoft
from playground.microsoft.world import JANE, LENA, OMAR
from playground.workspace import ALICE, BOB
from tests.playground.example_app import SECRET, TOKEN, ExampleApp
from tests.playground.example_teams_bot import APP_SECRET, ExampleTeamsBot


class StillClock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Town:
    """The pretend workspace with an app in it."""

    slack: PretendSlack
    app: ExampleApp
    clock: StillClock

    @property
    def alice(self) -> Hands:
        return self.slack.as_user(ALICE)

    @property
    def bob(self) -> Hands:
        return self.slack.as_user(BOB)

    @property
    def client(self) -> AsyncWebClient:
        return self.app.client


@pytest_asyncio.fixture(loop_scope="session")
async def town() -> AsyncIterator[Town]:
    clock = StillClock()
    slack = PretendSlack(signing_secret=SECRET, bot_token=TOKEN, service_url="http://127.0.0.1:1", now=clock)
    await slack.start()
    app = ExampleApp(slack.api_url, clock)
    await app.start()
    slack.service_url = app.url
    yield Town(slack, app, clock)
    await slack.stop()
    await app.stop()


@dataclass
class Microsoft:
    """The pretend Microsoft with a bot on it."""

    double: PretendMicrosoft
    bot: ExampleTeamsBot
    clock: StillClock

    @property
    def jane(self) -> Client:
        return self.double.as_person(JANE)

    @property
    def omar(self) -> Client:
        return self.double.as_person(OMAR)

    @property
    def lena(self) -> Client:
        return self.double.as_person(LENA)


@pytest_asyncio.fixture(loop_scope="session")
async def microsoft() -> AsyncIterator[Microsoft]:
    clock = StillClock()
    double = PretendMicrosoft(app_secret=APP_SECRET, now=clock)
    await double.start()
    bot = ExampleTeamsBot()
    double.wire.bot_url = await bot.start()
    bot.app_id, bot.login_url, bot.service_url = APP_ID, double.login_url, double.service_url
    yield Microsoft(double, bot, clock)
    await bot.stop()
    await double.stop()
