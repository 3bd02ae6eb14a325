"""Jane asks Omar for a secret in Teams; Omar sends it, will not, or comes too late; nobody else can."""

import json

import pytest

from adapters.redis_store.connect import connect
from adapters.redis_store.keys import Keys
from bot.wiring import system_clock
from core.errors import StoreUnavailable
from core.policy import Policy
from core.secret_request import OPEN_FOR_SECONDS
from playground.microsoft.cards import nodes
from playground.microsoft.outcome import Dialog
from playground.microsoft.world import EVE, GUS, JANE, LENA, OMAR, PROJECT_CHAT, Message
from playground.office import open_office
from tests.fakes.policies import InstallationPolicies
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, actors_in, links_in, settle_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHAT = "the password of the staging database"
OVER = "This request is over, or it is for somebody else"


async def away(*_: object, **__: object) -> None:
    raise StoreUnavailable


async def asked(actors: Actors, of: str = OMAR, what: str = WHAT, saying: str = "") -> Message:
    """Jane asks in the form; the message that the asked person gets."""
    form = (await actors.jane.opens("request")).dialog
    done = await actors.jane.submits(form, asked=of, what=what)
    assert "is asked" in done.words
    person = actors.office.microsoft.as_person(of)
    return await actors.office.microsoft.until(lambda: person.latest(saying or what))


async def answer_form(actors: Actors, message: Message) -> Dialog:
    return (await actors.omar.presses(message, "Send it securely")).dialog


async def settled(actors: Actors, message: Message, saying: str) -> None:
    """Omar's message says so and has no button any more, and Jane's card has none either."""
    await actors.office.microsoft.until(lambda: saying in actors.omar.reads(message))
    assert not actors.omar.card(message).get("actions")


def made(actors: Actors) -> int:
    return actors.office.service.house.metrics.count_of("push.created")


# Asked and answered


async def test_what_omar_sends_is_for_jane_alone_and_everybody_hears_what_became_of_it(actors: Actors, reader: Reader):
    message = await asked(actors)
    waiting = await actors.card("Waiting, until")
    assert {"Send it securely", "Decline"} <= {each["title"] for each in actors.omar.card(message)["actions"]}
    done = await actors.omar.submits(await answer_form(actors, message), secret=SECRET)
    assert done.ok
    assert not links_in([each.json() for each in done.answers])
    invitation = await actors.card("sent you a secret")
    lena = actors.office.microsoft.as_person(LENA)
    lena.chat.members.append(LENA)
    assert not links_in([each.json() for each in (await lena.presses(invitation, "Open")).answers])
    (page,) = links_in((await actors.jane.presses(invitation, "Open")).card)
    assert await reader.read(page) == SECRET
    await settled(actors, message, "You sent it")
    await actors.office.microsoft.until(lambda: "Answered" in actors.jane.reads(waiting))
    assert not actors.jane.card(waiting).get("actions")
    assert SECRET not in actors.office.microsoft.connector.stored


async def test_a_typed_request_asks_at_once(actors: Actors):
    actors.office.microsoft.settle(where=actors.office.microsoft.world.conversation(PROJECT_CHAT))
    await actors.jane.says("request")
    waits = await actors.card("Ask for a secret")
    form = (await actors.jane.presses(waits, "request")).dialog
    assert "is asked" in (await actors.jane.submits(form, asked=OMAR, what=WHAT)).words
    await actors.office.microsoft.until(lambda: actors.omar.latest(WHAT))


async def test_what_for_is_never_read_as_marks_or_mentions(actors: Actors):
    message = await asked(
        actors, saying="**the**", what="**the** @Omar {{DATE(2026-11-22T10:00:00Z,SHORT)}} [link](https://evil.example) key"
    )
    quoted = [node for _, node in nodes(actors.omar.card(message)["body"]) if "**the**" in json.dumps(node.get("text", ""))]
    assert {node["type"] for node in quoted} == {"TextRun"}  # which knows no marks
    assert "{{DATE(2026" not in json.dumps(quoted)


async def test_a_secret_can_be_made_in_the_answer(actors: Actors, reader: Reader):
    form = await answer_form(actors, await asked(actors))
    shown = (await actors.omar.submits(form, "Generate a strong one")).dialog
    secret = shown.fields["secret"]["value"]
    assert len(secret) >= 16
    assert (await actors.omar.submits(shown)).ok
    (page,) = links_in((await actors.jane.presses(await actors.card("sent you a secret"), "Open")).card)
    assert await reader.read(page) == secret


async def test_an_empty_answer_is_told_and_sends_nothing(actors: Actors):
    form = await answer_form(actors, await asked(actors))
    assert "There is no secret yet" in (await actors.omar.submits(form, secret="")).words
    assert made(actors) == 0


async def test_an_answer_that_is_sent_three_times_is_one_push(actors: Actors):
    for number, repeat in enumerate(("same", "anew", "at_once"), 1):
        message = await asked(actors, what=f"{WHAT} {number}")
        done = await actors.omar.submits(await answer_form(actors, message), secret=SECRET, times=3, repeat=repeat)
        assert done.ok
        assert len({each.text for each in done.answers}) == 1
        assert made(actors) == number


# Ended


async def test_omar_declines_and_jane_hears_of_it(actors: Actors):
    message = await asked(actors)
    form = await answer_form(actors, message)
    assert (await actors.omar.presses(message, "decline")).ok
    await actors.card("Declined")
    await settled(actors, message, "You declined")
    assert OVER in (await actors.omar.submits(form, secret=SECRET)).words
    assert made(actors) == 0


async def test_jane_withdraws_and_omars_form_says_that_it_is_over(actors: Actors):
    message = await asked(actors)
    form = await answer_form(actors, message)
    assert (await actors.jane.presses(await actors.card("Waiting, until"), "take_back")).ok
    await settled(actors, message, "It was withdrawn")
    assert OVER in (await actors.omar.submits(form, secret=SECRET)).words
    assert made(actors) == 0


async def test_after_a_week_a_request_is_over(store_url: str, prefix: str):
    late = 0
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS, clock=lambda: system_clock() + late) as office:
        await settle_in(office)
        actors = actors_in(office)
        message = await asked(actors)
        form = await answer_form(actors, message)
        late = OPEN_FOR_SECONDS * 1000
        assert OVER in (await actors.omar.submits(form, secret=SECRET)).words
        due = Keys(prefix).requests_due()  # the store goes by its own clock
        async with connect(store_url, timeout=20) as redis:
            await redis.zadd(due, dict.fromkeys(await redis.zrange(due, 0, -1), 1))
        await actors.card("Ended without an answer")
        await settled(actors, message, "It ended")
        assert made(actors) == 0


async def test_of_two_answers_from_two_windows_one_is_sent(actors: Actors, reader: Reader):
    message = await asked(actors)
    first, second = await answer_form(actors, message), await answer_form(actors, message)
    assert (await actors.omar.submits(first, secret=SECRET)).ok
    assert OVER in (await actors.omar.submits(second, secret="another")).words
    invitation = await actors.card("sent you a secret")
    (page,) = links_in((await actors.jane.presses(invitation, "Open")).card)
    assert await reader.read(page) == SECRET
    assert made(actors) == 1


async def test_who_took_the_app_away_gets_no_answer_any_more(actors: Actors):
    message = await asked(actors)
    form = await answer_form(actors, message)
    await actors.jane.uninstalls()
    await settled(actors, message, "It was withdrawn")
    assert OVER in (await actors.omar.submits(form, secret=SECRET)).words
    assert made(actors) == 0


# Somebody else


@pytest.mark.parametrize("button", ["Send it securely", "decline"])
async def test_somebody_else_can_neither_answer_nor_decline(actors: Actors, button: str):
    message = await asked(actors)
    actors.omar.chat.members.append(LENA)
    refused = await actors.office.microsoft.as_person(LENA).presses(message, button)
    assert "Diese Bitte ist beendet, oder sie ist an jemand anderen gerichtet" in refused.words  # she reads German
    await actors.card("Waiting, until")
    assert (await actors.omar.submits(await answer_form(actors, message), secret=SECRET)).ok


async def test_the_asked_person_cannot_withdraw_nor_the_requester_decline(actors: Actors):
    message, card = await asked(actors), await actors.card("Waiting, until")
    actors.jane.chat.members.append(OMAR)
    actors.omar.chat.members.append(JANE)
    assert OVER in (await actors.omar.presses(card, "take_back")).words
    assert OVER in (await actors.jane.presses(message, "decline")).words
    assert OVER in (await actors.jane.presses(message, "Send it securely")).words
    assert (await actors.omar.submits(await answer_form(actors, message), secret=SECRET)).ok


async def test_the_form_of_an_answer_is_of_no_use_to_anybody_else(actors: Actors):
    stolen = await answer_form(actors, await asked(actors))
    assert "opened by somebody else" in (await actors.jane.submits(stolen, secret=SECRET)).words
    assert made(actors) == 0


# Who can be asked


async def test_a_guest_is_asked_where_guests_are_allowed_and_not_where_they_are_not(actors: Actors, store_url: str, prefix: str):
    await actors.office.microsoft.as_person(GUS).installs()
    await asked(actors, GUS)
    strict = InstallationPolicies(Policy(guests_allowed=False))
    async with open_office(store_url=store_url, prefix=f"{prefix}-strict", timing=IN_TESTS, policies=strict) as office:
        await settle_in(office)
        await office.microsoft.as_person(GUS).installs()
        jane = office.microsoft.as_person(JANE)
        refused = await jane.submits((await jane.opens("request")).dialog, asked=GUS, what=WHAT)
        assert "does not allow asking this person" in refused.words
        with pytest.raises(LookupError):
            office.microsoft.as_person(GUS).latest(WHAT)


async def test_an_outsider_is_not_asked(actors: Actors):
    world = actors.office.microsoft.world
    actors.office.microsoft.settle(where=world.conversation(PROJECT_CHAT))
    form = (await actors.jane.opens("request", PROJECT_CHAT)).dialog
    refused = await actors.jane.submits(form, asked=EVE, what=WHAT)
    assert "is asked" not in refused.words
    with pytest.raises(LookupError):
        actors.office.microsoft.as_person(EVE).latest(WHAT)


async def test_oneself_and_nobody_cannot_be_asked(actors: Actors):
    form = (await actors.jane.opens("request")).dialog
    assert "This is you" in (await actors.jane.submits(form, asked=JANE, what=WHAT)).words
    empty = await actors.jane.submits((await actors.jane.opens("request")).dialog, what=WHAT)
    assert "is asked" not in empty.words


async def test_who_has_not_the_app_is_not_asked_and_the_requester_hears_so(actors: Actors):
    form = (await actors.jane.opens("request")).dialog
    await actors.jane.submits(form, asked=LENA, what=WHAT)
    await actors.card("Not delivered")


# The store is away


async def test_while_the_store_is_away_nobody_is_asked_and_the_form_stays(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    form = (await actors.jane.opens("request")).dialog
    requests = actors.office.service.house.requests
    with monkeypatch.context() as without:
        without.setattr(requests, "ask", away)
        again = (await actors.jane.submits(form, asked=OMAR, what=WHAT)).dialog
    assert "nobody was asked" in again.words
    assert again.fields["what"]["value"] == WHAT
    assert "is asked" in (await actors.jane.submits(again)).words


async def test_while_the_store_is_away_an_answer_is_not_sent_and_can_be_sent_later(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    message = await asked(actors)
    requests = actors.office.service.house.requests
    with monkeypatch.context() as without:
        without.setattr(requests, "answerable_by", away)
        assert "The store is not answering" in (await actors.omar.presses(message, "Send it securely")).words
        assert "The store is not answering" in (await actors.omar.presses(message, "decline")).words
    form = await answer_form(actors, message)
    with monkeypatch.context() as without:
        without.setattr(requests, "answerable_by", away)
        assert "not" in (await actors.omar.submits(form, secret=SECRET)).words
        assert made(actors) == 0
    assert (await actors.omar.submits(form, secret=SECRET)).ok
    await actors.card("sent you a secret")


async def test_a_secret_that_was_sent_is_not_denied_though_the_request_cannot_be_closed(actors: Actors, monkeypatch: pytest.MonkeyPatch):
    form = await answer_form(actors, await asked(actors))
    monkeypatch.setattr(actors.office.service.house.requests, "answered", away)
    assert (await actors.omar.submits(form, secret=SECRET)).ok
    await actors.card("sent you a secret")
    assert made(actors) == 1
