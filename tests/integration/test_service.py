"""What does the running service say at its doors when nobody is polite?"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, ClientTimeout
from yarl import URL

from adapters import bodies
from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from bot.server import Service
from bot.settings import load
from core.link import encode
from tests.fakes import SeededRandom

SETTINGS = {
    "PUSHPW_SEAL_KEYS": encode(SeededRandom()(32)),
    "SLACK_SIGNING_SECRET": "a-signing-secret-of-tests",
    "SLACK_BOT_TOKEN": "xoxb-a-token-of-tests",
    "PUSHPW_SLACK_API_URL": "http://127.0.0.1:9/",
}
OURS = {"Content-Type": "application/json", "X-Pushpw": "1", "Sec-Fetch-Site": "same-origin"}
CLAIM = f"/p/{encode(bytes(16))}/claim"
NOWHERE = "unix:///nonexistent/pushpw/s"


@asynccontextmanager
async def running(store_url: str, prefix: str, **settings: str) -> AsyncIterator[ClientSession]:
    """A service on a free loopback port, and a client whose addresses start there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = f"http://127.0.0.1:{listening.getsockname()[1]}"
        told = load(None, **{"PUSHPW_BASE_URL": here, "PUSHPW_REDIS_URL": store_url, **SETTINGS, **settings})
        async with (
            Service(told, listening=listening, prefix=prefix),
            ClientSession(here, timeout=ClientTimeout(10)) as client,
        ):
            yield client


@pytest.fixture
async def service(store_url: str, prefix: str) -> AsyncIterator[ClientSession]:
    async with running(store_url, prefix) as client:
        yield client


# Bodies


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65536):
        yield bytes(65536)


@pytest.mark.parametrize(("path", "size"), [("/slack/events", 1536 * 1024), ("/slack/events", 576 * 1024), (CLAIM, 64 * 1024)])
async def test_a_body_that_hides_its_length_is_cut_off_like_any_other(service: ClientSession, path: str, size: int):
    async with service.post(path, data=in_chunks(size), headers=OURS) as answer:
        assert answer.status == 413


@pytest.mark.parametrize(("path", "size"), [("/slack/events", 512 * 1024 + 1), (CLAIM, 16 * 1024 + 1)])
async def test_a_body_that_says_it_is_too_long_is_not_waited_for(service: ClientSession, path: str, size: int):
    assert (await said_slowly(service, path, f"Content-Length: {size}"))[0] == b"HTTP/1.1 413 Request Entity Too Large"


@pytest.mark.parametrize("path", ["/slack/events", CLAIM])
async def test_a_body_that_comes_too_slowly_is_given_up(service: ClientSession, path: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bodies, "SECONDS", 0.02)
    status, rest = await said_slowly(service, path, "Content-Length: 100")
    assert status == b"HTTP/1.1 408 Request Timeout"
    assert path != CLAIM or b'"reason":"too_slow"' in rest


@pytest.mark.parametrize("path", ["/slack/events", CLAIM])
async def test_a_body_that_is_no_body_is_refused_and_no_bug(service: ClientSession, path: str):
    async with service.post(path, data=b"this is no gzip", headers={**OURS, "Content-Encoding": "gzip"}) as answer:
        assert answer.status == 400
    async with service.get("/metrics") as answer:
        assert "pushpw_bugs_total 0.0" in await answer.text()


async def said_slowly(service: ClientSession, path: str, length: str) -> tuple[bytes, bytes]:
    """What is answered to the first byte of a body whose rest does not come: the first line, and the others."""
    here: URL = service._base_url
    reader, writer = await asyncio.open_connection(here.host, here.port)
    head = [f"POST {path} HTTP/1.1", f"Host: {here.authority}", length, *(f"{name}: {value}" for name, value in OURS.items())]
    writer.write("\r\n".join([*head, "", "{"]).encode())
    status = await reader.readuntil(b"\r\n")
    writer.write_eof()
    rest = await reader.read()
    writer.close()
    await writer.wait_closed()
    return status.rstrip(), rest


# Headers


ANSWER = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/favicon.ico", 404),
        ("GET", "/static/none.js", 404),
        ("GET", "/slack/events", 405),
        ("POST", "/slack/events", 401),
        ("POST", "/healthz", 405),
        ("PUT", "/p/x", 405),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("POST", CLAIM, 403),
    ],
)
async def test_every_answer_that_is_no_page_may_do_nothing_in_a_browser(service: ClientSession, method: str, path: str, status: int):
    async with service.request(method, path) as answer:
        assert answer.status == status
        assert {name: answer.headers.get(name) for name in ANSWER} == ANSWER
        assert "Server" not in answer.headers
        assert status != 405 or answer.headers["Allow"]


async def test_the_page_and_its_files_keep_their_own_policy(service: ClientSession):
    async with service.get("/p/x") as answer:
        assert answer.headers.getall("Content-Security-Policy") == [answer.headers["Content-Security-Policy"]]
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
        page = await answer.text()
    script = page.partition('<script src="')[2].partition('"')[0]
    async with service.get(script) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_an_unexpected_error_tells_an_id_and_nothing_else(service: ClientSession, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("a canary of an error")

    monkeypatch.setattr("adapters.slack.http.is_signed", broken)
    async with service.post("/slack/events") as answer:
        told = await answer.json()
        assert (answer.status, told["code"], len(told["id"])) == (500, "unexpected", 12)
        assert "canary" not in str(told)
        assert {name: answer.headers.get(name) for name in ANSWER} == ANSWER
    async with service.get("/metrics") as answer:
        assert "pushpw_bugs_total 1.0" in await answer.text()


# Health


async def test_the_process_is_alive_though_its_store_is_not(prefix: str):
    async with running(NOWHERE, prefix) as client:
        async with client.get("/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "alive\n")
        async with client.get("/readyz") as answer:
            assert (answer.status, await answer.json()) == (503, {"ready": False, "store_mode": None, "faults": ["store_unavailable"]})


async def test_ready_means_that_the_store_answers_and_is_safe_to_use(service: ClientSession):
    async with service.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ready": True, "store_mode": "ephemeral", "faults": []})


async def test_a_store_that_evicts_is_not_ready(prefix: str):
    with EmbeddedServer() as server:
        redis = connect(server.url, timeout=20)
        await redis.config_set("maxmemory-policy", "allkeys-lru")
        await redis.aclose()
        async with running(server.url, prefix) as client, client.get("/readyz") as answer:
            assert (answer.status, await answer.json()) == (503, {"ready": False, "store_mode": "ephemeral", "faults": ["evicts"]})


async def test_a_store_that_is_not_what_the_operator_says_is_not_ready(prefix: str):
    with EmbeddedServer() as server:
        async with running(server.url, prefix, PUSHPW_STORE_MODE="durable") as client, client.get("/readyz") as answer:
            assert (answer.status, (await answer.json())["faults"]) == (503, ["not_durable"])


async def test_what_was_answered_is_counted_by_route_and_never_by_path(service: ClientSession):
    for path in (f"/p/{encode(bytes(16))}", "/no/such/canary"):
        async with service.get(path) as answer:
            await answer.read()
    async with service.get("/metrics") as answer:
        told = await answer.text()
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'pushpw_http_seconds_count{route="/p/{tail}",status="2xx"} 1.0' in told
    assert 'pushpw_http_seconds_count{route="unknown",status="4xx"} 1.0' in told
    assert encode(bytes(16)) not in told
    assert "canary" not in told


async def test_a_metrics_token_is_asked_for_where_one_is_set(store_url: str, prefix: str):
    token = "a-token-of-the-metrics"
    given = {"": 401, "Bearer another": 401, "Bearer \u00e9": 401, f"Bearer {token}": 200}
    async with running(store_url, prefix, PUSHPW_METRICS_TOKEN=token) as client:
        for said, status in given.items():
            async with client.get("/metrics", headers={"Authorization": said}) as answer:
                assert answer.status == status
                assert ("pushpw_bugs_total" in await answer.text()) is (status == 200)
