"""What if the store or the connector is away? Calm words, nothing half done, and what was promised is kept later."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from adapters.redis_store.connect import connect
from core import once
from playground.microsoft.refusals import Json
from playground.microsoft.wire import Answer, Wire
from playground.microsoft.world import OMAR
from playground.office import Office, open_office
from tests.faults.proxy import Exchange, Proxy
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.teams.actors import SECRET, Actors, actors_in, settle_in
from tests.journeys.teams.looks import receipts
from tests.journeys.teams.scenes import SCENES
from tests.journeys.test_duplicates import events_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

PATIENCE = 20.0
"""A busy machine is no slow app."""
MAKES_ONE_ANYWAY = ("form", "generate")
"""A strong secret needs no store."""
SOON = replace(IN_TESTS, lease_ms=1500, sweep_seconds=5.0)
"""As in life, but that a promise is looked at again after a fraction of a second."""


@dataclass
class Shaky:
    """The line between service and store: it breaks at the `breaks_at`th question of one gesture, and is there again when that is answered.

    Then the gesture is made once more: by the person who pressed a button, by Teams itself where it sends what was not taken.
    """

    office: Office
    proxy: Proxy
    breaks_at: int
    armed: bool = False
    first: Answer | None = None
    happened: dict[str, int] = field(default_factory=dict)
    """What came of the gesture while the store was away."""

    def __post_init__(self) -> None:
        wire: Wire = self.office.microsoft.wire
        self._send, wire.patience = wire.send, PATIENCE

    async def send(self, activity: Json, token: str = "") -> Answer:
        """In place of the wire's own."""
        if not self.armed:
            return await self._send(activity, token)
        self.armed = False
        await self.proxy.quiet(0.1)  # what came before is carried out to its end
        before = events_of(self.office.service.house.metrics)
        self.proxy.count_from_here()
        self.proxy.on_question = self._may_pass
        self.first = await self._send(activity)
        self.proxy.on_question = None
        after = events_of(self.office.service.house.metrics)
        self.happened = {name: count for name, count in after.items() if count != before.get(name, 0)}
        while True:
            anew = self.first.status == 200 and activity["type"] in ("invoke", "message")  # in words, so that the person tries again
            answer = await self._send(deepcopy(activity) | {"id": f"f:{uuid4()}"} if anew else activity)
            if "still being worked on" not in answer.text:
                return answer
            await asyncio.sleep(0.2)  # the lock of the first runs out by itself

    async def _may_pass(self, question: Exchange) -> bool:
        return question.number < self.breaks_at

    async def once(self, gesture: Awaitable[Any]) -> Any:
        """One gesture of a person."""
        self.armed = True
        came = await gesture
        assert self.first is not None, "nothing was sent within it"
        return came


async def played(gesture: tuple[str, str], breaks_at: int, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> Shaky:
    monkeypatch.setattr(once, "_LOCK_SECONDS", 2.0)  # what a first try could not give back runs out sooner than in life
    redis = connect(store_url, timeout=20)
    async with Proxy(urlsplit(store_url).path) as proxy, open_office(store_url=proxy.url, prefix=prefix, timing=SOON) as office:
        await settle_in(office)
        line = Shaky(office, proxy, breaks_at)
        monkeypatch.setattr(office.microsoft.wire, "send", line.send)
        # What a process had begun when the store left is begun anew when its lease is over.
        monkeypatch.setattr(office.microsoft, "until", partial(office.microsoft.until, within=PATIENCE))
        await SCENES[gesture](actors_in(office), Store(redis, prefix), line.once)
        assert "pushpw_bugs_total 0.0" in office.service.house.metrics.exposition().decode()
    await redis.aclose()
    return line


@pytest.mark.parametrize("gesture", SCENES, ids=" ".join)
async def test_without_the_store_a_gesture_is_answered_calmly_does_nothing_and_works_a_moment_later(
    gesture: tuple[str, str], store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
):
    line = await played(gesture, 0, store_url, prefix, monkeypatch)
    assert line.first is not None
    if gesture[0] in ("commands", "typed", "events"):
        assert line.first.status == 503  # Teams sends it again by itself
    else:
        assert line.first.status == 200
        assert gesture == MAKES_ONE_ANYWAY or "The store is not answering" in line.first.text
    if gesture[0] == "submits":
        assert "What you typed is still here" in line.first.text
    assert line.happened == {}


@pytest.mark.parametrize("breaks_at", [2, 3, *(pytest.param(n, marks=pytest.mark.long) for n in range(4, 12))])
@pytest.mark.parametrize("gesture", SCENES, ids=" ".join)
async def test_a_store_that_leaves_within_a_gesture_loses_nothing(
    gesture: tuple[str, str], breaks_at: int, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
):
    line = await played(gesture, breaks_at, store_url, prefix, monkeypatch)
    assert line.first is not None
    assert line.first.status in ((200, 503) if gesture[0] in ("commands", "typed", "events") else (200,))


# The connector


@pytest_asyncio.fixture(loop_scope="session")
async def office(store_url: str, prefix: str) -> AsyncIterator[Office]:
    async with open_office(store_url=store_url, prefix=prefix, timing=SOON) as office:
        await settle_in(office)
        yield office
        assert "pushpw_bugs_total 0.0" in office.service.house.metrics.exposition().decode()


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504])
async def test_what_the_connector_takes_later_arrives_once(actors: Actors, office: Office, reader: Reader, status: int):
    office.microsoft.connector.fail_with(status, on="send", to=actors.omar.chat.id, times=2, retry_after=0.1)
    done = await actors.push()
    assert done.ok
    await actors.invitation()
    await office.microsoft.until(lambda: "Waiting" in actors.jane.reads(receipts(actors.jane)[-1]))
    assert await reader.read(await actors.open_in_chat()) == SECRET
    assert len([each for each in actors.omar.messages() if "Jane Miller sent you a secret" in actors.omar.reads(each)]) == 1
    assert len(receipts(actors.jane)) == 1


async def test_a_connector_that_is_away_for_all_of_its_tries_is_asked_again_when_the_promise_comes_round(
    actors: Actors, office: Office, reader: Reader
):
    office.microsoft.connector.fail_with(502, on="send", times=12)
    await actors.push()
    await office.microsoft.until(actors.omar.latest)
    await office.microsoft.until(lambda: actors.omar.latest("sent you a secret"), within=30.0)
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_an_edit_that_is_refused_for_a_while_is_made_later(actors: Actors, office: Office):
    await actors.push()
    card = await actors.card("Waiting")
    office.microsoft.connector.fail_with(502, on="update", times=2)
    await actors.jane.presses(card, "burn")
    assert (await actors.card("Burned by you")).id == card.id
    assert len(receipts(actors.jane)) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_chat_that_is_gone_for_good_is_told_to_the_sender(actors: Actors, office: Office, status: int):
    office.microsoft.connector.fail_with(status, "ConversationNotFound", on="send", to=actors.omar.chat.id, times=9)
    await actors.push()
    await actors.card("Not delivered: Teams did not let this app write to Omar Haddad")
    offer = await actors.card("so they have not heard of your secret")
    assert (await actors.jane.presses(offer, "pass_on")).links


async def test_an_answer_that_cannot_be_posted_harms_nothing(actors: Actors, office: Office):
    office.microsoft.connector.fail_with(403, "MessageWritesBlocked", on="send", to=actors.jane.chat.id)
    await actors.push(to="")
    await office.microsoft.until(lambda: office.service.house.metrics.count_of("push.created") == 1)
    await actors.jane.says("burn all")
    await office.microsoft.until(lambda: office.service.house.metrics.count_of("push.burned") == 1)
    await actors.jane.says("help")
    await actors.card("**list**")


async def test_a_rate_that_teams_keeps_to_is_waited_for(actors: Actors, office: Office):
    office.microsoft.faults.enforce_rates = True
    for _ in range(3):
        await actors.push(to=OMAR)
    await office.microsoft.until(lambda: len(receipts(actors.jane)) == 3)
