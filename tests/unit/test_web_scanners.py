"""adapters/web/scanners: who is no person, and that noting it costs nobody anything."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from adapters.web.scanners import Sightings, is_scanner
from core.errors import StoreUnavailable
from core.link import encode
from core.push import PushId

SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
SCANNERS = """
Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)
Slackbot 1.0 (+https://api.slack.com/robots)
Slack-ImgProxy (+https://api.slack.com/robots)
facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)
Twitterbot/1.0
LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)
Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)
TelegramBot (like TwitterBot)
WhatsApp/2.23.20.0 A
Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com
Mozilla/5.0 (Windows NT 10.0; Win64; x64) MicrosoftPreview/2.0 +https://aka.ms/MicrosoftPreview
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0 Safari/537.36 BingPreview/1.0b
ms-office; MSOffice rmj
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
Mimecast URL Protect
Proofpoint URL Defense
Barracuda Sentinel
""".strip().splitlines()
PEOPLE = """
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0
Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15
Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0
Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0]
Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/537.36 (KHTML, like Gecko) Slack_SSB/4.41.96 Chrome/130.0 Electron/33.0 Safari/537.36
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Teams/24257.205 Chrome/130.0.0.0 Safari/537.36
""".strip().splitlines()


@pytest.mark.parametrize("agent", SCANNERS)
def test_a_program_that_looks_at_links_is_known(agent: str) -> None:
    assert is_scanner("GET", agent)


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_persons_browser_is_no_scanner(agent: str) -> None:
    assert not is_scanner("GET", agent)


def test_who_asks_by_head_is_a_scanner() -> None:
    assert is_scanner("HEAD", PEOPLE[0])


def new_id() -> str:
    return encode(os.urandom(16))


class Told:
    """What was told, and the store that may be away or broken first."""

    def __init__(self, *failures: Exception) -> None:
        self.ids: list[str] = []
        self.failures = list(failures)

    async def __call__(self, push_id: PushId) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.ids.append(encode(push_id))


@asynccontextmanager
async def telling(sightings: Sightings, told: Told) -> AsyncIterator[None]:
    task = asyncio.create_task(sightings.tell_for_ever(told))
    yield
    async with asyncio.timeout(5):
        while sightings._waiting.qsize():
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_an_id_is_told_once_however_often_it_is_fetched() -> None:
    sightings, told, one, other = Sightings(0.0), Told(), new_id(), new_id()
    async with telling(sightings, told):
        for tail in (one, one, f"{one}%23x", other, f"{one}/claim"):
            sightings.note("GET", SLACK, tail)
    assert told.ids == [one, other]


@pytest.mark.parametrize("tail", ["", "x", "A" * 22 + "\u20ac", "!" * 22, "A" * 21 + "B"])
async def test_what_is_no_id_is_not_noted(tail: str) -> None:
    sightings, told = Sightings(0.0), Told()
    async with telling(sightings, told):
        sightings.note("GET", SLACK, tail)
    assert told.ids == ([] if not tail.startswith("A" * 22) else ["A" * 22])


async def test_a_flood_of_ids_is_neither_remembered_nor_told_in_full() -> None:
    sightings, told = Sightings(0.0), Told()
    for _ in range(1000):
        sightings.note("GET", SLACK, new_id())
    async with telling(sightings, told):
        pass
    assert len(told.ids) == 100
    assert len(sightings._known) == 100


async def test_a_store_that_is_away_or_a_bug_costs_one_sighting_only() -> None:
    sightings, told, last = Sightings(0.0), Told(StoreUnavailable("away"), TypeError("a bug")), new_id()
    async with telling(sightings, told):
        for tail in (new_id(), new_id(), last):
            sightings.note("GET", SLACK, tail)
    assert told.ids == [last]


async def test_sightings_are_told_ten_a_second_at_most() -> None:
    loop, sightings, times = asyncio.get_running_loop(), Sightings(), []

    async def tell(_: PushId) -> None:
        times.append(loop.time())

    began = loop.time()
    task = asyncio.create_task(sightings.tell_for_ever(tell))
    for _ in range(3):
        sightings.note("HEAD", "", new_id())
    async with asyncio.timeout(5):
        while len(times) < 3:
            await asyncio.sleep(0.01)
    task.cancel()
    assert times[-1] - began >= 0.29
