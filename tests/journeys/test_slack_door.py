"""Who gets in at Slack's door, how often, and what happens to the rest."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from random import Random  # noqa: TID251  # seeded, so that a failure can be repeated
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from aiohttp import ClientSession
from playwright.async_api import Page, expect

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.slack.http import BODY_MOST
from adapters.slack.signature import WINDOW_SECONDS
from playground.double import PretendSlack
from playground.sender import SignedRequest, sign
from playground.start import Town, open_town
from playground.workspace import ALICE, BOB
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORM = "application/x-www-form-urlencoded"
COMMAND = urlencode({"command": "/pushpw", "text": "help", "user_id": ALICE, "team_id": "T0PRETEND", "trigger_id": "1.2.3"}).encode()


def signed_at(slack: PretendSlack, shift: float, body: bytes = COMMAND) -> SignedRequest:
    """Rightly signed, `shift` seconds from now."""
    timestamp = str(int(slack.sender._now() + shift))
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": timestamp}
    return SignedRequest(body, headers | {"X-Slack-Signature": sign(slack.sender._secret, timestamp, body)})


def with_headers(request: SignedRequest, **changes: str | None) -> SignedRequest:
    headers = request.headers | {name.replace("_", "-"): value for name, value in changes.items() if value is not None}
    return SignedRequest(request.body, {k: v for k, v in headers.items() if changes.get(k.replace("-", "_"), "") is not None})


async def main_job(town: Town, actors: Actors, reader: Reader) -> None:
    """Every kind of request once."""
    view = await actors.form("@bob")
    await actors.alice.click(view, "generate_secret")
    await town.slack.until(lambda: "secret_1" in actors.alice.view.values)
    await actors.alice.click(actors.alice.view, "more_options")
    await town.slack.until(lambda: "views" in actors.alice.view.values)
    assert (await actors.alice.submit(actors.alice.view)).ok
    url = await actors.open_in_chat()
    await actors.bob.click(actors.bob.view, "opened_in_browser")
    await town.slack.until(lambda: "You can close" in str(actors.bob.view.body))
    await reader.read(url)
    await actors.dm("You opened it")
    await actors.card("Opened by")
    said = actors.bob.say("C0GENERAL", "a secret in a message")
    await actors.alice.message_shortcut("push_message", "C0GENERAL", said.ts)
    await town.slack.until(lambda: actors.alice.view.values.get("secret_0"))
    before = actors.alice.view
    await actors.alice.shortcut("push_secret")
    await town.slack.until(lambda: actors.alice.view is not before)
    await actors.push()
    await actors.alice.click(await actors.card("Waiting"), "burn_push")
    await actors.card("Burned by you")
    await town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if "one-time link" in m.text), None))
    await town.service.house.later.drain()


# Signatures

SPOILED = {
    "no signature": {"X_Slack_Signature": None},
    "no timestamp": {"X_Slack_Request_Timestamp": None},
    "neither": {"X_Slack_Signature": None, "X_Slack_Request_Timestamp": None},
    "an empty signature": {"X_Slack_Signature": ""},
    "the version alone": {"X_Slack_Signature": "v0="},
    "zeros": {"X_Slack_Signature": "v0=" + "0" * 64},
    "not ASCII": {"X_Slack_Signature": "v0=\u00e9\u00df\u2603"},
    "very long": {"X_Slack_Signature": "v0=" + "a" * 6000},
    "a timestamp in words": {"X_Slack_Request_Timestamp": "now"},
    "a negative timestamp": {"X_Slack_Request_Timestamp": "-1"},
    "a fraction": {"X_Slack_Request_Timestamp": "1.5"},
    "other digits": {"X_Slack_Request_Timestamp": "\u0967\u0968\u0969"},
    "a huge timestamp": {"X_Slack_Request_Timestamp": "9" * 5000},
    "infinity": {"X_Slack_Request_Timestamp": "inf"},
    "a blank before": {"X_Slack_Request_Timestamp": "0 1"},
}


@pytest.mark.parametrize("what", SPOILED)
async def test_a_spoiled_signature_is_401(town: Town, what: str) -> None:
    request = with_headers(signed_at(town.slack, 0), **SPOILED[what])
    assert (await town.slack.sender.send(request)).status == 401


@pytest.mark.parametrize("shift", [-WINDOW_SECONDS - 5, WINDOW_SECONDS + 5, -86400, 86400])
async def test_a_right_signature_of_another_time_is_401(town: Town, shift: int) -> None:
    assert (await town.slack.sender.send(signed_at(town.slack, shift))).status == 401


async def test_a_right_signature_within_the_window_is_let_in(town: Town) -> None:
    assert (await town.slack.sender.send(signed_at(town.slack, -WINDOW_SECONDS + 20))).status == 200


async def test_a_body_of_another_request_is_401(town: Town) -> None:
    request = signed_at(town.slack, 0)
    assert (await town.slack.sender.send(SignedRequest(request.body + b"&text=burn+all", request.headers))).status == 401


def mutated(request: SignedRequest, chance: Random) -> SignedRequest:
    """One character of what is signed, or of the signature, is another."""
    where = chance.choice(["body", "X-Slack-Signature", "X-Slack-Request-Timestamp"])
    if where == "body":
        at = chance.randrange(len(request.body))
        return SignedRequest(
            request.body[:at] + bytes([request.body[at] ^ chance.randrange(1, 128)]) + request.body[at + 1 :], request.headers
        )
    old = request.headers[where]
    at = chance.randrange(len(old))
    new = chance.choice([c for c in "0123456789abcdefv=Z" if c != old[at]])
    return SignedRequest(request.body, request.headers | {where: old[:at] + new + old[at + 1 :]})


@pytest.mark.parametrize("tries", [500, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
async def test_no_mutation_of_a_signed_request_is_let_in(town: Town, tries: int) -> None:
    chance = Random(tries)
    refused = 0
    for _ in range(tries):
        answer = await town.slack.sender.send(mutated(signed_at(town.slack, 0), chance))
        refused += answer.status == 401
    assert refused == tries
    assert not town.slack.api.calls


# Replays


@pytest.mark.timeout(120)
@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.long)])
async def test_every_request_of_a_main_job_replayed_has_one_effect(
    town: Town, actors: Actors, reader: Reader, store: Store, times: int
) -> None:
    await main_job(town, actors, reader)
    recorded = list(town.slack.sender.sent)
    before = (dict(town.slack.api.calls), actors.spent(), len(await store.names("*:push")), list(town.slack.workspace.messages))
    answers = [await town.slack.sender.send(request) for request in recorded for _ in range(times)]
    await town.service.house.later.drain()
    after = (dict(town.slack.api.calls), actors.spent(), len(await store.names("*:push")), list(town.slack.workspace.messages))
    assert after == before
    assert {answer.status for answer in answers} == {200}
    assert len(recorded) >= 10


async def test_the_same_request_a_hundred_times_at_once_has_one_effect(town: Town, actors: Actors) -> None:
    request = signed_at(town.slack, 0)
    answers = await asyncio.gather(*(town.slack.sender.send(request) for _ in range(100)))
    await town.service.house.later.drain()
    assert {answer.status for answer in answers} == {200}
    assert town.slack.api.calls["users.info"] == 1


async def test_a_retried_event_is_taken_once(town: Town, store: Store) -> None:
    event = {"type": "event_callback", "event_id": "Ev1", "team_id": "T0PRETEND", "event": {"type": "app_home_opened", "user": ALICE}}
    answers = [await town.slack.sender.event(event, retry) for retry in range(4)]
    assert {answer.status for answer in answers} == {200}
    assert len(await store.names("seen:slack_event:*")) == 1


async def test_the_address_is_verified(town: Town) -> None:
    assert (await town.slack.events.challenge("a word")).json() == {"challenge": "a word"}


async def test_the_address_is_not_verified_without_a_signature(town: Town) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "x"}).encode()
    assert (await town.slack.sender.send(SignedRequest(body, {"Content-Type": "application/json"}))).status == 401


async def test_slacks_look_at_the_certificate_is_confirmed(town: Town) -> None:
    """docs.slack.dev/interactivity/implementing-slash-commands: a request of two fields now and then, that wants 200."""
    looks = signed_at(town.slack, 0, b"ssl_check=1&token=a-token")
    assert (await town.slack.sender.send(looks)).status == 200
    assert (await town.slack.sender.send(with_headers(looks, X_Slack_Signature="v0=" + "0" * 64))).status == 401


# Signed, but not what Slack sends


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 65536):
        yield body[at : at + 65536]


@pytest.mark.parametrize("size", [BODY_MOST + 1, 1000 * 1024])
async def test_a_body_too_large_is_413(town: Town, size: int) -> None:
    answer = await town.slack.sender.send(signed_at(town.slack, 0, b"x" * size))
    assert answer.status == 413


@pytest.mark.parametrize("size", [BODY_MOST + 1, 3 * 1024 * 1024])
async def test_a_body_too_large_that_does_not_say_its_length_is_413(town: Town, size: int) -> None:
    request = signed_at(town.slack, 0, b"x" * size)
    async with (
        ClientSession() as session,
        session.post(f"{town.service_url}/slack/events", data=in_pieces(request.body), headers=request.headers) as answer,
    ):
        assert answer.status == 413


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "no JSON": (b"{", "application/json"),
    "a JSON list": (b"[]", "application/json"),
    "a JSON text": (b'"x"', "application/json"),
    "a JSON null": (b"null", "application/json"),
    "an empty object": (b"{}", "application/json"),
    "no JSON in payload": (b"payload=%7B", FORM),
    "a list in payload": (b"payload=%5B%5D", FORM),
    "an empty payload": (b"payload=", FORM),
    "an empty object in payload": (b"payload=%7B%7D", FORM),
    "JSON sent as a form": (b'{"type":"block_actions"}', FORM),
    "no UTF-8": (b"\xff\xfe" + COMMAND, FORM),
    "no UTF-8 when decoded": (b"text=%ff%fe&" + COMMAND, FORM),
    "UTF-16": (json.dumps({"type": "event_callback"}).encode("utf-16"), "application/json"),
    "an unknown charset": (b'{"type":"x"}', "application/json; charset=nonsense"),
    "half a pair": (b'{"type":"x","text":"\\ud800"}', "application/json"),
    "nested lists": (b"[" * 100_000, "application/json"),
    "nested objects": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json"),
    "many fields": (b"&".join(b"a%d=1" % n for n in range(5000)), FORM),
    "a huge number": (b'{"type":' + b"9" * 10_000 + b"}", "application/json"),
    "an unknown type": (b'{"type":"new_thing","user":5}', "application/json"),
    "a command without a person": (b"command=/pushpw&text=help", FORM),
    "an unknown content type": (COMMAND, "text/plain"),
    "a zero byte": (b"text=%00&" + COMMAND, FORM),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_malformed_body_is_never_a_server_error(town: Town, what: str) -> None:
    body, content_type = BODIES[what]
    answer = await town.slack.sender.send(town.slack.sender.signed(body, content_type))
    assert answer.status in (200, 400, 404)
    assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()


def places_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to everything in a payload."""
    for name, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, name)
        yield from places_in(inner, (*path, name))


def spoiled(payload: dict[str, Any], path: tuple[Any, ...], instead: Any) -> dict[str, Any]:
    """A copy with something else at `path`; Ellipsis takes it away."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    node: Any = copy
    for name in path[:-1]:
        node = node[name]
    if instead is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = instead
    return copy


@pytest.mark.timeout(600)
@pytest.mark.parametrize("most", [400, pytest.param(100_000, marks=pytest.mark.long)])
async def test_a_signed_payload_with_anything_spoiled_is_never_a_server_error(
    town: Town, actors: Actors, reader: Reader, most: int
) -> None:
    await main_job(town, actors, reader)
    forms = [parse_qs(request.body.decode()) for request in town.slack.sender.sent]
    payloads = [json.loads(form["payload"][0]) for form in forms if "payload" in form]
    all_of_it = [(p, path, instead) for p in payloads for path in places_in(p) for instead in (..., None, 5, "x", [], {}, True, [[]])]
    chance = Random(7)
    chosen = all_of_it if most >= len(all_of_it) else chance.sample(all_of_it, most)
    statuses, broke = set(), []
    for payload, path, instead in chosen:
        answer = await town.slack.sender.interaction(spoiled(payload, path, instead))
        statuses.add(answer.status)
        if answer.status not in (200, 400, 404):
            broke.append((payload["type"], path, instead, answer.status))
    assert broke[:20] == []
    assert {200, 400} <= statuses
    assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()


# The store is away


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The server of this test stands still, as behind a broken network."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def pid_of(server: EmbeddedServer) -> int:
    redis = connect(server.url)
    facts = await redis.info("server")
    await redis.aclose()
    return int(facts["process_id"])


@asynccontextmanager
async def own_town(url: str) -> AsyncIterator[Actors]:
    async with open_town(store_url=url, timing=IN_TESTS) as town:
        yield Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))


async def test_a_command_while_the_store_is_away_is_answered_in_words(own_server: EmbeddedServer) -> None:
    async with own_town(own_server.url) as actors:
        with frozen(await pid_of(own_server)):
            answer = await actors.alice.command("/pushpw", SECRET)
            assert answer.status == 200
            assert "store is not answering" in actors.alice.ephemerals()[-1].text
            assert SECRET not in answer.text


async def test_a_submission_while_the_store_is_away_keeps_what_was_typed(own_server: EmbeddedServer) -> None:
    async with own_town(own_server.url) as actors:
        view = await actors.form()
        actors.alice.fill(view, "secret", SECRET)
        with frozen(await pid_of(own_server)):
            answer = await actors.alice.submit(view)
            assert answer.status == 200
        assert "store is not answering" in view.errors["secret_0"]
        assert view.values["secret_0"]["secret"]["value"] == SECRET


async def test_the_same_form_can_be_sent_once_the_store_is_back(own_server: EmbeddedServer) -> None:
    async with own_town(own_server.url) as actors, Reader(actors.town.service_url) as reader:
        view = await actors.form()
        actors.alice.fill(view, "secret", SECRET)
        with frozen(await pid_of(own_server)):
            await actors.alice.submit(view)
        await actors.alice.submit(view)
        (url,) = links_in(actors.alice.view.body)
        assert await reader.read(url) == SECRET


async def test_a_shortcut_while_the_store_is_away_says_so_in_a_modal(own_server: EmbeddedServer) -> None:
    async with own_town(own_server.url) as actors:
        with frozen(await pid_of(own_server)):
            assert (await actors.alice.shortcut("push_secret")).status == 200
            await actors.town.slack.until(lambda: "store is not answering" in str(actors.alice.view.body))


async def test_open_while_the_store_is_away_says_so_and_works_afterwards(own_server: EmbeddedServer) -> None:
    async with own_town(own_server.url) as actors, Reader(actors.town.service_url) as reader:
        await actors.push("@bob")
        message = await actors.invitation()
        await actors.card("Waiting")
        with frozen(await pid_of(own_server)):
            assert (await actors.bob.click(message, "Open")).status == 200
            await actors.town.slack.until(lambda: "Press Open again" in str(actors.bob.view.body))
        assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_readiness_follows_the_store(own_server: EmbeddedServer) -> None:
    async with own_town(own_server.url) as actors, Reader(actors.town.service_url) as reader:
        assert (await reader.get("/readyz"))[0] == 200
        with frozen(await pid_of(own_server)):
            assert (await reader.get("/readyz"))[0] == 503
            assert (await reader.get("/healthz"))[0] == 200
        assert (await reader.get("/readyz"))[0] == 200


async def test_a_claim_while_the_store_restarts_is_503_and_the_same_nonce_gets_it_afterwards(tmp_path: Path) -> None:
    data, socket = tmp_path / "data", tmp_path / "s"
    data.mkdir()
    first = EmbeddedServer(data=data).start()
    socket.symlink_to(first.url.removeprefix("unix://"))
    with ExitStack() as closing:  # the second server outlives the town
        async with own_town(f"unix://{socket}") as actors, Reader(actors.town.service_url) as reader:
            (url,) = links_in((await actors.push()).body)
            first.stop()
            away = await reader.claim(url)
            assert (away.status, away.code) == (503, "store_unavailable")
            second = closing.enter_context(EmbeddedServer(data=data))
            socket.unlink()
            socket.symlink_to(second.url.removeprefix("unix://"))
            assert (await reader.claim(url, nonce=away.nonce)).status == 200


@pytest.mark.browser
async def test_the_page_says_that_the_store_is_away_and_goes_on_when_it_is_back(own_server: EmbeddedServer, page: Page) -> None:
    async with own_town(own_server.url) as actors:
        (url,) = links_in((await actors.push()).body)
        await page.goto(url)
        with frozen(await pid_of(own_server)):
            await page.get_by_role("button", name="Show it", exact=True).click()
            await expect(page.locator("main")).to_contain_text("cannot reach its store")
        await expect(page.locator("[data-payload]")).to_have_text(SECRET)
        assert actors.spent() == 1
