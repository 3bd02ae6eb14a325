"""What stands around the answers of /api/messages, how large a request may be, and how slow."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from yarl import URL

from adapters import bodies
from adapters.teams.http import BODY_MOST, PATH
from playground.microsoft.refusals import Json
from tests.journeys.teams.actors import Actors

pytestmark = pytest.mark.asyncio(loop_scope="session")


def opening(actors: Actors) -> Json:
    """The form, which is answered with a body."""
    value = {"commandId": "push", "commandContext": "compose"}
    return actors.office.microsoft.stage.activities.invoke("composeExtension/fetchTask", actors.jane.person, actors.jane.chat, value)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 413, 415])
async def test_no_answer_may_be_kept_framed_guessed_at_or_tells_what_we_run(actors: Actors, status: int):
    signed = actors.office.microsoft.wire.signed(opening(actors))
    body, headers = json.loads(signed.body), dict(signed.headers)
    match status:
        case 400:
            del body["from"]
        case 401:
            headers["Authorization"] = "Bearer x.y.z"
        case 403:
            body["channelData"]["tenant"]["id"] = body["conversation"]["tenantId"] = "99999999-0000-4000-8000-000000000001"
        case 413:
            body["more"] = "x" * BODY_MOST
        case 415:
            headers["Content-Type"] = "text/plain"
    async with (
        ClientSession() as session,
        session.post(actors.office.service_url + PATH, data=json.dumps(body).encode(), headers=headers) as answer,
    ):
        assert answer.status == status
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        assert "Server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
        if status != 200:
            assert len(await answer.read()) < 100  # a sentence: nothing of the request comes back


async def test_other_methods_are_refused(actors: Actors):
    async with ClientSession() as session:
        for method in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH"):
            async with session.request(method, actors.office.service_url + PATH) as answer:
                assert answer.status == 405


async def said_slowly(actors: Actors, *headers: str) -> bytes:
    """The status line that answers the first byte of a body whose rest does not come."""
    here = URL(actors.office.service_url)
    assert here.host
    reader, writer = await asyncio.open_connection(here.host, here.port)
    token = actors.office.microsoft.wire.signed(opening(actors)).headers["Authorization"]
    head = [f"POST {PATH} HTTP/1.1", f"Host: {here.authority}", "Content-Type: application/json", f"Authorization: {token}", *headers]
    writer.write("\r\n".join([*head, "", "{"]).encode())
    line = await reader.readline()
    writer.close()
    return line.strip()


async def test_a_body_that_comes_too_slowly_is_given_up(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bodies, "SECONDS", 0.02)
    assert await said_slowly(actors, "Content-Length: 100") == b"HTTP/1.1 408 Request Timeout"


async def test_a_body_that_says_it_is_too_long_is_not_waited_for(actors: Actors):
    assert await said_slowly(actors, f"Content-Length: {BODY_MOST + 1}") == b"HTTP/1.1 413 Request Entity Too Large"


@pytest.mark.parametrize("size", [BODY_MOST + 1, pytest.param(3 * 1024 * 1024, marks=pytest.mark.long)])
async def test_a_body_too_large_that_does_not_say_its_length_is_refused(actors: Actors, size: int):
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(0, size, 65536):
            yield bytes(65536)

    headers = actors.office.microsoft.wire.signed(opening(actors)).headers
    async with ClientSession() as session, session.post(actors.office.service_url + PATH, data=in_pieces(), headers=headers) as answer:
        assert answer.status == 413


async def test_a_body_that_is_packed_grows_no_larger_than_any_other(actors: Actors):
    headers = actors.office.microsoft.wire.signed(opening(actors)).headers | {"Content-Encoding": "deflate"}
    packed = zlib.compress(b"[" + b"0," * (4 * 1024 * 1024) + b"0]")
    async with ClientSession() as session, session.post(actors.office.service_url + PATH, data=packed, headers=headers) as answer:
        assert answer.status == 413
