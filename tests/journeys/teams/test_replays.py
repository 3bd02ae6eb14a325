"""Teams sends things twice, and a wiretapper may: whatever arrives a hundred times has one effect."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import pytest

from adapters.pace import Rate
from adapters.redis_store.connect import Client, connect
from adapters.redis_store.keys import Keys
from adapters.teams import connector
from adapters.teams.gestures import PUSH
from adapters.teams.http import TeamsDoor
from adapters.teams.render.card import BURN, RELEASE
from adapters.teams.render.group_card import BURN_GROUP
from adapters.teams.render.invitation import OPEN
from playground.microsoft.refusals import Json
from playground.microsoft.wire import Answer, Wire
from playground.office import Office, open_office
from tests.journeys.conftest import IN_TESTS
from tests.journeys.store import Store
from tests.journeys.teams.actors import actors_in, settle_in
from tests.journeys.teams.recorded import DAY, recorded_day
from tests.journeys.teams.scenes import KINDS, SCENES, gestures_in
from tests.journeys.test_duplicates import events_of, kind_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

PATIENCE = 20.0
"""A busy machine is no slow app."""
How = Literal["same", "anew"]
"""The very same request again, as who overheard it sends it; or, as an impatient client does, the same gesture as a new activity."""
EACH_TIME = ("seen:teams_activity", "record:teams_opened", "record:teams_draft", "limit")
"""What the store keeps, for a while, of every activity, of every form that is opened."""
MAY_BE_DONE_ANEW = [key for key in SCENES if key[0] in ("openings", "submits", "verbs", "form")]


@dataclass
class Line:
    """Between the pretend Teams and the service: what arrives within `once` arrives `times` times at once, then as often in a row."""

    wire: Wire
    times: int
    how: How
    repeats: bool = False
    answers: list[Answer] = field(default_factory=list)

    async def send(self, activity: Json, token: str = "") -> Answer:
        """In place of the wire's own."""
        times = self.times if self.repeats else 1
        self.wire.activities.append(activity)
        requests = [self.wire.signed(activity, token)]
        while len(requests) < 2 * times and times > 1:
            requests.append(requests[0] if self.how == "same" else self.wire.signed(deepcopy(activity) | {"id": f"f:{uuid4()}"}))
        answers = list(await asyncio.gather(*(self.wire.again(each, PATIENCE) for each in requests[:times])))
        answers += [await self.wire.again(each, PATIENCE) for each in requests[times:]]
        self.answers += answers if self.repeats else []
        assert {each.status for each in answers} == {200}, answers
        return next(
            (each for each in answers if "already been done" not in each.text and "still being worked" not in each.text), answers[0]
        )

    async def once(self, gesture: Awaitable[Any]) -> Any:
        """One gesture of a person."""
        self.repeats = True
        try:
            came = await gesture
        finally:
            self.repeats = False
        assert self.answers, "nothing was sent within it"
        return came


@dataclass(frozen=True)
class Effects:
    """All that came of a scene, once everything promised had been carried out."""

    asked_of_teams: Counter[str]
    messages: list[tuple[str, str]]
    kept: Counter[str]
    events: dict[str, int]


def door_of(office: Office) -> TeamsDoor:
    (door,) = [door for door in office.service.house.doors if isinstance(door, TeamsDoor)]
    return door


async def played(
    gesture: tuple[str, str], times: int, how: How, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Effects, list[Answer]]:
    redis = connect(store_url, timeout=20)
    store = Store(redis, prefix)
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS) as office:
        await settle_in(office)
        line = Line(office.microsoft.wire, times, how)
        monkeypatch.setattr(office.microsoft.wire, "send", line.send)
        actors = actors_in(office)
        names = {
            office.microsoft.as_person(each).chat.id: office.microsoft.world.people[each].name for each in office.microsoft.world.people
        }
        await SCENES[gesture](actors, store, line.once)
    events = events_of(office.service.house.metrics)
    # The house is closed, so all that was begun or promised is done.
    kept = Counter(kind_of(name.decode().removeprefix(f"{prefix}:")) for name in await store.names("*"))
    await redis.aclose()
    return (
        Effects(
            # How many edits show the same news, and who is looked up how often, depends on what comes together.
            Counter(call.name for call in office.microsoft.connector.calls if call.name in ("send", "delete")),
            sorted((names.get(m.conversation, m.conversation), m.only_for) for m in office.microsoft.world.messages),
            Counter({name: count for name, count in kept.items() if how == "same" or name not in EACH_TIME}),
            {name: count for name, count in events.items() if how == "same" or "created" in name or "made" in name},
        ),
        line.answers,
    )


async def test_a_day_that_is_recorded_and_played_back_five_times_has_no_further_effect(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "RATES", [Rate(1000.0, 1000.0)])  # a day in seconds
    redis = connect(store_url, timeout=20)
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS) as office:
        wire = office.microsoft.wire
        await settle_in(office)
        await recorded_day(actors_in(office), Store(redis, prefix))
        before = await effects_so_far(office, redis, prefix)
        recorded = list(wire.sent)
        for request in recorded:
            answers = await asyncio.gather(*(wire.again(request, PATIENCE) for _ in range(5)))
            assert {each.status for each in answers} == {200}
        assert await effects_so_far(office, redis, prefix) == before
    await redis.aclose()
    assert len(recorded) >= 2 * len(DAY)


async def effects_so_far(office: Office, redis: Client, prefix: str) -> tuple[int, dict[str, int]]:
    """How often Teams was asked to post something, and what was made, opened and burned, once all that was promised is done."""
    await office.service.house.later.drain()
    while await redis.xlen(Keys(prefix).promises()):
        await asyncio.sleep(0.05)
    sends = len([call for call in office.microsoft.connector.calls if call.name == "send"])
    return sends, {name: office.service.house.metrics.count_of(name) for name in ("push.created", "push.claimed", "push.burned")}


SAME = [(*each, times) for each in SCENES for times in (5, 100)]
ANEW = [(*each, times) for each in MAY_BE_DONE_ANEW for times in (3, 30)]


def some(cases: list[tuple[str, str, int]], telling: set[tuple[str, str, int]]) -> list[Any]:
    """All of them, most of them for `make test-long` alone."""
    return [pytest.param(*case, marks=() if case in telling else pytest.mark.long) for case in cases]


@pytest.mark.parametrize(("kind", "name", "times"), some(SAME, {("verbs", BURN_GROUP, 5), ("verbs", RELEASE, 5), ("typed", "push", 5)}))
async def test_what_is_recorded_and_sent_again_has_one_effect(
    kind: str, name: str, times: int, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gesture = kind, name
    once, _ = await played(gesture, 1, "same", store_url, f"{prefix}-once", monkeypatch)
    often, answers = await played(gesture, times, "same", store_url, f"{prefix}-often", monkeypatch)
    assert often == once
    assert len(answers) >= 2 * times


@pytest.mark.parametrize(("kind", "name", "times"), some(ANEW, {("submits", PUSH, 3), ("verbs", OPEN, 3), ("verbs", BURN, 3)}))
async def test_a_gesture_that_an_impatient_client_makes_anew_has_one_effect(
    kind: str, name: str, times: int, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gesture = kind, name
    once, _ = await played(gesture, 1, "anew", store_url, f"{prefix}-once", monkeypatch)
    often, _ = await played(gesture, times, "anew", store_url, f"{prefix}-often", monkeypatch)
    assert often == once


async def test_every_gesture_that_the_door_knows_has_its_scene(office: Office) -> None:
    known = set(gestures_in(door_of(office).gestures))
    assert {gesture for gesture in SCENES if gesture[0] in KINDS} == known
