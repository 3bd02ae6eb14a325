"""Slack sends things twice, and a wiretapper may: whatever arrives a hundred times has one effect."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.redis_store.connect import connect
from adapters.slack.http import SlackDoor
from adapters.slack.manifest import Extras
from bot.metrics import Metrics
from core.policy import Policy
from playground.sender import Answer, Sender, SignedRequest, sign
from playground.start import Town, open_town
from playground.workspace import ALICE, BOB
from tests.fakes.policies import InstallationPolicies
from tests.journeys import scenes_home  # noqa: F401  # enters its scenes
from tests.journeys.actors import Actors
from tests.journeys.conftest import IN_TESTS
from tests.journeys.scenes import KINDS, SCENES, gestures_in
from tests.journeys.store import Store
from tests.journeys.test_workspaces import browser_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

PERMISSIVE = InstallationPolicies(Policy(reveal_in_chat=True))
EVERYTHING = Extras(many=True, workflow=True, previews=True)
RETRIES = ("http_timeout", "http_error")


class Line:
    """Between the pretend Slack and the service: what arrives within `once` arrives `times` times at once, then as often in a row."""

    def __init__(self, sender: Sender, times: int) -> None:
        self._sender = sender
        self._send = sender.send
        self._times = times
        self._repeats = False
        self.repeated = 0

    async def send(self, request: SignedRequest) -> Answer:
        """In place of the sender's own."""
        if not self._repeats or self._times == 1:
            return await self._send(request)
        copies = [self._copy(request, n) for n in range(2 * self._times)]
        answers = await asyncio.gather(*(self._send(copy) for copy in copies[: self._times]))
        answers += [await self._send(copy) for copy in copies[self._times :]]
        self.repeated += len(answers)
        assert {answer.status for answer in answers} == {200}
        told = [answer for answer in answers if answer.text]
        assert len(told) <= 1, "one of them is answered in words, if any"
        return told[0] if told else answers[0]

    async def once(self, gesture: Awaitable[Any]) -> None:
        """One gesture of a person, or one event."""
        self._repeats = True
        try:
            await gesture
        finally:
            self._repeats = False
        assert self._times == 1 or self.repeated, "nothing was sent within it"

    def _copy(self, request: SignedRequest, number: int) -> SignedRequest:
        """Slack sends an event again with a new timestamp, so a new signature, and says so; other requests are only ever replayed."""
        if request.headers["Content-Type"] != "application/json" or not number:
            return request
        timestamp = str(int(request.headers["X-Slack-Request-Timestamp"]) - number)
        more = {"X-Slack-Retry-Num": str(number % 3 + 1), "X-Slack-Retry-Reason": RETRIES[number % 2]}
        signed = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": sign(self._sender._secret, timestamp, request.body)}
        return SignedRequest(request.body, {**request.headers, **more, **signed})


@dataclass(frozen=True)
class Effects:
    """All that came of a scene, once everything promised had been carried out."""

    asked_of_slack: Counter[str]
    messages: list[tuple[str, str]]
    kept: Counter[str]
    events: dict[str, int]


def door_of(town: Town) -> SlackDoor:
    (door,) = [door for door in town.service.house.doors if isinstance(door, SlackDoor)]
    return door


@asynccontextmanager
async def own_town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    """With every extra that the app has, so that every gesture can be made."""
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=EVERYTHING, policies=PERMISSIVE) as town:
        town.slack.sender.patience = 20.0
        async with browser_in(town) as browser:
            await browser.install(ALICE)
        yield town


async def played(gesture: tuple[str, str], times: int, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> Effects:
    redis = connect(store_url, timeout=20)
    store = Store(redis, prefix)
    async with own_town(store_url, prefix) as town:
        line = Line(town.slack.sender, times)
        monkeypatch.setattr(town.slack.sender, "send", line.send)
        actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        await SCENES[gesture](actors, store, line.once)
    # The house is closed, so all that was begun or promised is done.
    kept = Counter(kind_of(name.decode().removeprefix(f"{prefix}:")) for name in await store.names("*"))
    await redis.aclose()
    return Effects(
        # How many edits show the same news, and how often a tab is drawn, depends on what comes together.
        Counter({name: count for name, count in town.slack.api.calls.items() if name not in ("chat.update", "views.publish")}),
        sorted((m.channel, m.only_for) for m in town.slack.workspace.messages),
        kept,
        events_of(town.service.house.metrics),
    )


def kind_of(name: str) -> str:
    """What kind of thing the store keeps there: a name is its kind and what is called so, `{id}:push` for what belongs to a push."""
    front, colon, back = name.rpartition(":")
    return back if front.startswith("{") else front if colon else name


def events_of(metrics: Metrics) -> dict[str, int]:
    """How often each thing happened."""
    lines = metrics.exposition().decode().splitlines()
    counted = (line.rpartition(" ") for line in lines if line.startswith("pushpw_events_total{"))
    return {name: int(float(number)) for name, _, number in counted}


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize("gesture", SCENES, ids=" ".join)
async def test_what_arrives_again_and_again_has_one_effect(
    gesture: tuple[str, str], times: int, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = await played(gesture, 1, store_url, f"{prefix}-once", monkeypatch)
    often = await played(gesture, times, store_url, f"{prefix}-often", monkeypatch)
    assert often == once


async def test_every_gesture_that_the_door_knows_has_its_scene(town: Town) -> None:
    known = set(gestures_in(door_of(town).gestures))
    assert {gesture for gesture in SCENES if gesture[0] in KINDS} == known
