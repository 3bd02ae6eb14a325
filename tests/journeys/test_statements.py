"""May everybody read what the service says of itself, and is it true?"""

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.request_book import RedisRequestBook
from adapters.slack.form import DRAFT_SECONDS
from adapters.slack.handlers.originals import ORIGINAL_SECONDS
from adapters.web.render import Brand
from adapters.web.statements import StatementsDoor
from bot.server import Service
from playground.start import Town
from tests.browser.test_doors import EXACT

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = {"/privacy": ("What this service keeps", "Was dieser Dienst aufbewahrt"), "/terms": ("Terms of use", "Nutzungsbedingungen")}
A_WEEK = 7 * 86400


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_the_headers_of_every_page_and_sets_nothing(town: Town, path: str) -> None:
    async with ClientSession() as stranger, stranger.get(town.service_url + path) as answer:
        assert answer.status == 200
        assert {name: answer.headers.get(name) for name in EXACT} == EXACT
        assert not {"Set-Cookie", "Server"} & answer.headers.keys()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_read_in_ones_own_language(town: Town, path: str) -> None:
    async with ClientSession() as stranger:
        for language, title in zip(("en", "de"), PAGES[path], strict=True):
            async with stranger.get(town.service_url + path, headers={"Accept-Language": language}) as answer:
                page = await answer.text()
            assert f"<h1>{title}</h1>" in page
            assert f'<html lang="{language}"' in page
            assert "<script" not in page
            assert "Run by pushpw." in page or "Betrieben von pushpw." in page


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_takes_no_other_verb(town: Town, path: str) -> None:
    async with ClientSession() as stranger:
        assert (await stranger.head(town.service_url + path)).status == 200
        assert (await stranger.post(town.service_url + path)).status == 405


async def test_the_pages_are_there_where_there_is_no_store_at_all() -> None:
    app = web.Application()
    StatementsDoor(Brand("Corp IT"), https=True, hsts="max-age=1").mount(app)
    async with TestClient(TestServer(app)) as stranger:
        for path in PAGES:
            answer = await stranger.get(path)
            assert (answer.status, answer.headers["Strict-Transport-Security"]) == (200, "max-age=1")
            assert "Run by Corp IT." in await answer.text()


async def test_who_has_pages_of_their_own_sends_readers_there(town: Town, prefix: str) -> None:
    theirs = {"privacy_url": "https://corp.test/privacy", "terms_url": "https://corp.test/terms"}
    settings = town.settings.model_copy(update={**theirs, "port": 0})
    async with Service(settings, prefix=prefix + "-own") as service, ClientSession() as stranger:
        for path, there in zip(PAGES, theirs.values(), strict=True):
            async with stranger.get(f"http://127.0.0.1:{service.port}{path}", allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (302, there)
                assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_the_times_on_the_page_are_those_of_the_program() -> None:
    for book in (RedisReceiptBook, RedisRequestBook):
        assert book.__init__.__kwdefaults__["keep_after"] == A_WEEK
    assert max(DRAFT_SECONDS, ORIGINAL_SECONDS) <= 3600
