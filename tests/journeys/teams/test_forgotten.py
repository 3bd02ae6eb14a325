"""What was sent long ago, or came while the store was away: nothing is done twice, and nothing is taken for done that was not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from adapters.redis_store.connect import connect
from adapters.redis_store.outbox import RedisOutbox
from adapters.teams.form import SENT_WITHIN_SECONDS
from bot.wiring import system_clock
from core.errors import StoreUnavailable
from playground.microsoft.forms import find_button
from playground.microsoft.outcome import Dialog
from playground.microsoft.world import OMAR
from playground.office import Office, open_office
from tests.journeys.conftest import IN_TESTS
from tests.journeys.store import Store
from tests.journeys.teams.actors import SECRET, Actors, settle_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "open for a long time"


class Late:
    """The office's clock, which a test can put on."""

    def __init__(self) -> None:
        self.by = 0

    def __call__(self) -> int:
        return system_clock() + self.by


@pytest.fixture
def late() -> Late:
    return Late()


@pytest_asyncio.fixture(loop_scope="session")
async def office(store_url: str, prefix: str, late: Late) -> AsyncIterator[Office]:
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS, clock=late) as office:
        await settle_in(office)
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def store(store_url: str, prefix: str) -> AsyncIterator[Store]:
    async with connect(store_url, timeout=20) as redis:
        yield Store(redis, prefix)


def made(actors: Actors, what: str = "push.created") -> int:
    return actors.office.service.house.metrics.count_of(what)


async def forgotten(late: Late, store: Store) -> None:
    """So much time has gone by that nobody remembers what a form was answered with."""
    late.by += (SENT_WITHIN_SECONDS + 1) * 1000
    await store.forget("once")


async def test_a_form_that_is_sent_again_after_its_answer_was_forgotten_makes_no_second_push(actors: Actors, late: Late, store: Store):
    form = await actors.form()
    assert (await actors.jane.submits(form, secret=SECRET, recipients=OMAR)).ok
    await forgotten(late, store)
    again = (await actors.jane.submits(form, secret=SECRET, recipients=OMAR)).dialog
    assert LONG in again.words
    assert (again.fields["secret"]["value"], again.fields["recipients"]["value"]) == (SECRET, OMAR)
    assert made(actors) == 1


async def test_by_then_the_very_request_is_not_let_in_any_more(actors: Actors, late: Late, store: Store):
    assert (await actors.jane.submits(await actors.form(), secret=SECRET, recipients=OMAR)).ok
    request = actors.office.microsoft.wire.sent[-1]
    await forgotten(late, store)
    assert (await actors.office.microsoft.wire.again(request)).status == 401
    assert made(actors) == 1


async def test_who_left_a_form_open_for_hours_loses_nothing(actors: Actors, late: Late):
    form = await actors.form()
    late.by = 5 * 3600 * 1000
    again = (await actors.jane.submits(form, secret=SECRET, recipients=OMAR)).dialog
    assert LONG in again.words
    assert made(actors) == 0
    assert (await actors.jane.submits(again)).ok
    assert made(actors) == 1


async def test_a_request_that_is_sent_again_after_its_answer_was_forgotten_asks_nobody_twice(actors: Actors, late: Late, store: Store):
    form = (await actors.jane.opens("request")).dialog
    assert "is asked" in (await actors.jane.submits(form, asked=OMAR, what="the key")).words
    await forgotten(late, store)
    again = (await actors.jane.submits(form, asked=OMAR, what="the key")).dialog
    assert LONG in again.words
    assert made(actors, "request.made") == 1
    assert "is asked" in (await actors.jane.submits(again)).words


async def test_a_form_that_a_command_prepared_is_no_form_to_send(actors: Actors):
    await actors.jane.says("push 1h")
    button = find_button(actors.jane.card(await actors.card("The form for a new secret is ready")), "Push a secret")
    prepared = Dialog("", {"type": "AdaptiveCard", "actions": [button.action | {"type": "Action.Submit"}], "body": []}, actors.jane.chat)
    prepared.card["actions"][0]["data"] |= {"secret": SECRET}
    assert LONG in (await actors.jane.submits(prepared, "Push a secret")).words
    assert made(actors) == 0


async def test_a_removal_that_could_not_be_promised_is_taken_when_it_comes_again(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    await actors.push()
    invitation = await actors.invitation()
    await actors.card("Waiting")

    async def away(*_: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as without:
        without.setattr(RedisOutbox, "promise", away)
        (answer,) = await actors.jane.uninstalls()
        assert answer.status == 503
    answer = await actors.office.microsoft.wire.again(actors.office.microsoft.wire.sent[-1])
    assert answer.status == 200
    await actors.office.microsoft.until(lambda: invitation.edits)
    assert "taken back" in actors.omar.reads(invitation)
