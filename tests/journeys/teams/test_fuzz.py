"""Whatever stands in an activity, with a good token beside it: nothing breaks, and nobody waits in vain."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.pace import Rate
from adapters.redis_store.connect import connect
from adapters.teams import connector
from playground.microsoft.refusals import Json
from playground.microsoft.world import OMAR, OTHER_TENANT
from playground.office import Office, open_office
from tests.journeys.conftest import IN_TESTS
from tests.journeys.store import Store
from tests.journeys.teams.actors import actors_in, settle_in
from tests.journeys.teams.recorded import anew, recorded_day

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = 10
EXPECTED = {200, 400, 403, 413, 501}
"""Done or said why not; no activity; not for us; too long; an invoke that Teams' SDK does not know either."""

WORDS = [
    "",
    " ",
    "\0",
    "x" * 20_000,
    "\ud800",
    "\U0001f4a5" * 3000,
    "../../v3/conversations",
    "{{DATE(2026-11-22T10:00:00Z,SHORT)}}",
    "<at>Omar</at>",
    "[x](https://evil.example)",
    "9" * 5000,
    "-1",
    "NaN",
    "28:bot",
    OMAR,
    OTHER_TENANT,
    f"{OMAR},{OMAR}",
    ",".join(f"00000000-0000-4000-8000-{n:012}" for n in range(200)),
    "push",
    "burn_group",
    "19:x@thread.v2;messageid=1;messageid=2",
    "\ue0000\ue001",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=30),
    st.just(10**400),
    st.just(1e308 * 10),
)
JUNK = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
CHANGES = st.lists(st.tuples(st.sampled_from(["put", "drop", "add"]), st.integers(0, 10_000), JUNK), min_size=1, max_size=4)
ACTIVITIES = st.lists(st.tuples(st.integers(0, 10_000), CHANGES), min_size=AT_ONCE, max_size=AT_ONCE)


def places_in(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with a key of it, outermost first."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places_in(node[key])


def spoiled(activity: Json, changes: list[tuple[str, int, Any]]) -> Json:
    """The activity with something else in it. Its sender's address is left alone: without it the token speaks of another."""
    made = anew(activity)
    for how, where, what in changes:
        places = [(node, key) for node, key in places_in(made) if key not in ("serviceUrl", "channelId")]
        node, key = places[where % len(places)]
        if how == "drop":
            del node[key]
        elif how == "add" and isinstance(node, dict):
            node[f"{key}"[:3] + "x"] = what
        else:
            node[key] = what
    return made


@pytest.fixture(scope="module")
def hurried() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def day(store_url: str, hurried: pytest.MonkeyPatch) -> AsyncIterator[tuple[Office, list[Json]]]:
    """An office after a day's work, and all that was sent in it."""
    prefix = "test-fuzz"
    redis = connect(store_url, timeout=20)
    hurried.setattr(connector, "RATES", [Rate(1000.0, 1000.0)])
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS) as office:
        await settle_in(office)
        recorded = await recorded_day(actors_in(office), Store(redis, prefix))
        yield office, recorded
        office.microsoft.connector.broken.clear()  # what a pretend person may not write is no fault of the service's
    await redis.aclose()


async def test_the_day_has_every_kind_of_activity(day: tuple[Office, list[Json]]) -> None:
    kinds = Counter(activity.get("name") or activity["type"] for activity in day[1])
    assert set(kinds) == {
        "message",
        "conversationUpdate",
        "installationUpdate",
        "composeExtension/fetchTask",
        "composeExtension/submitAction",
        "task/fetch",
        "task/submit",
        "adaptiveCard/action",
    }


async def sent(office: Office, activity: Json) -> int | None:
    wire = office.microsoft.wire
    request = wire.signed({"serviceUrl": office.microsoft.service_url, "conversation": {"id": "a:x"}})
    return (await wire.again(type(request)(json.dumps(activity).encode(), request.headers), 30)).status


FEW, MORE, MANY = 15, 40, 10_000
BEARABLE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


async def nothing_breaks(day: tuple[Office, list[Json]], activities: list[tuple[int, Any]]) -> None:
    office, recorded = day
    made = [spoiled(recorded[number % len(recorded)], changes) for number, changes in activities]
    statuses = await asyncio.gather(*(sent(office, each) for each in made))
    wrong = [(status, json.dumps(each)[:2000]) for status, each in zip(statuses, made, strict=True) if status not in EXPECTED]
    assert not wrong
    office.microsoft.connector.broken.clear()


@settings(max_examples=FEW, deadline=None, derandomize=True, suppress_health_check=BEARABLE)
@given(activities=ACTIVITIES)
async def test_no_activity_breaks_anything(day: tuple[Office, list[Json]], activities: list[tuple[int, Any]]) -> None:
    await nothing_breaks(day, activities)


@pytest.mark.long
@settings(max_examples=MORE, deadline=None, derandomize=True, suppress_health_check=BEARABLE)
@given(activities=ACTIVITIES)
async def test_no_activity_of_four_hundred_breaks_anything(day: tuple[Office, list[Json]], activities: list[tuple[int, Any]]) -> None:
    await nothing_breaks(day, activities)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=MANY, deadline=None, suppress_health_check=BEARABLE)
@given(activities=ACTIVITIES)
async def test_no_activity_of_a_hundred_thousand_breaks_anything(day: tuple[Office, list[Json]], activities: list[tuple[int, Any]]) -> None:
    await nothing_breaks(day, activities)


@pytest.fixture(autouse=True)
def nothing_broke(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Beside the answers, what runs after them."""
    yield
    log = "".join(capfd.readouterr())
    assert "request_broke" not in log
    assert "background_work_broke" not in log
