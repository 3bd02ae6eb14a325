"""Alice asks Bob for a secret; what he sends, only she can open."""

import json

import pytest

from bot.ground import BUDGETS
from core.errors import StoreUnavailable
from core.identity import Member, Workspace
from core.policy import PolicyChoice
from playground.start import Town
from playground.teams import TEAM_ID
from playground.views import View
from playground.workspace import ALICE, BOB, Message, Person
from tests.journeys.actors import SECRET, Actors
from tests.journeys.reader import Reader

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHAT = "the password of the staging database"


def spoken(view: View) -> str:
    return json.dumps(view.body, ensure_ascii=False)


async def away(*_: object) -> object:
    raise StoreUnavailable("away for a test")


async def said_to(actors: Actors, who: str, saying: str, *, with_button: str = "") -> Message:
    hands = {ALICE: actors.alice, BOB: actors.bob}[who]
    return await actors.town.slack.until(
        lambda: next(
            (m for m in reversed(hands.dm_with_bot()) if saying in json.dumps(m.blocks) and with_button in json.dumps(m.blocks)), None
        )
    )


async def asked(actors: Actors, text: str = f"request @bob {WHAT}") -> Message:
    """Alice types the command; Bob's message."""
    answer = await actors.alice.command("/pushpw", text)
    assert (answer.status, answer.text) == (200, "")
    return await said_to(actors, BOB, "asks you for a secret", with_button="answer_request")


async def answer_form(actors: Actors) -> View:
    message = await said_to(actors, BOB, "asks you for a secret", with_button="answer_request")
    await actors.bob.click(message, "answer_request")
    return await actors.town.slack.until(lambda: actors.bob.view)


async def test_what_bob_sends_only_alice_can_open(actors: Actors, reader: Reader) -> None:
    await asked(actors)
    form = await answer_form(actors)
    assert WHAT in spoken(form)
    actors.bob.fill(form, "secret", SECRET)
    assert (await actors.bob.submit(form)).ok
    assert "gets a message" in spoken(actors.bob.view)
    invitation = await said_to(actors, ALICE, "sent you a secret", with_button="open_push")
    await actors.alice.click(invitation, "open_push")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    url = next(element["url"] for block in view.blocks for element in block.get("elements", []) if "url" in element)
    assert await reader.read(url) == SECRET
    await said_to(actors, ALICE, "Answered")
    settled = await said_to(actors, BOB, "You sent it")
    assert "answer_request" not in json.dumps(settled.blocks)


async def test_alice_hears_at_once_that_bob_is_asked(actors: Actors) -> None:
    await asked(actors)
    heard = await actors.town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "is asked" in heard.text


async def test_nothing_of_the_secret_reaches_the_message_that_asks(actors: Actors) -> None:
    await asked(actors)
    form = await answer_form(actors)
    actors.bob.fill(form, "secret", SECRET)
    await actors.bob.submit(form)
    await said_to(actors, BOB, "You sent it")
    everything = [m.as_json() for m in actors.town.slack.workspace.messages]
    assert SECRET not in json.dumps(everything)


@pytest.mark.parametrize("text", ["request", "request @bob"])
async def test_with_less_than_whom_and_what_for_the_form_opens(actors: Actors, text: str) -> None:
    await actors.alice.command("/pushpw", text)
    form = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "asked", BOB)
    actors.alice.fill(form, "what", WHAT)
    assert (await actors.alice.submit(form)).ok
    assert "is asked" in spoken(actors.alice.view)
    await said_to(actors, BOB, "asks you for a secret")


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Person(ALICE, "alice", "Alice Adams", is_admin=True), "This is you"),
        (Person("U0LEFT", "left", "Left", deleted=True), "deactivated"),
        (Person("U0ROBOT", "robot", "Robot", is_bot=True), "An app cannot send"),
    ],
)
async def test_who_cannot_be_asked_is_said_under_the_field(town: Town, actors: Actors, person: Person, said: str) -> None:
    town.slack.workspace.add_person(person)
    await actors.alice.command("/pushpw", "request")
    form = await town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "asked", person.id)
    actors.alice.fill(form, "what", WHAT)
    await actors.alice.submit(form)
    assert said in form.errors["asked"]


async def test_bob_declines_and_alice_hears_of_it(actors: Actors) -> None:
    await actors.bob.click(await asked(actors), "decline_request")
    await said_to(actors, ALICE, "Declined")
    assert "answer_request" not in json.dumps((await said_to(actors, BOB, "You declined")).blocks)


async def test_alice_withdraws_and_bobs_form_says_that_it_is_over(actors: Actors) -> None:
    await asked(actors)
    form = await answer_form(actors)
    await actors.alice.click(await said_to(actors, ALICE, "Waiting", with_button="withdraw_request"), "withdraw_request")
    await said_to(actors, BOB, "It was withdrawn")
    actors.bob.fill(form, "secret", SECRET)
    await actors.bob.submit(form)
    assert "This request is over" in spoken(actors.bob.view)
    assert actors.town.service.house.metrics.count_of("push.created") == 0


async def test_of_two_answers_the_second_is_not_sent(actors: Actors) -> None:
    await asked(actors)
    second = await answer_form(actors)
    await actors.bob.click(await said_to(actors, BOB, "asks you for a secret", with_button="answer_request"), "answer_request")
    first = await actors.town.slack.until(lambda: actors.bob.view if actors.bob.view.id != second.id else None)
    for form in (first, second):
        actors.bob.fill(form, "secret", SECRET)
    await actors.bob.submit(first)
    message = await said_to(actors, BOB, "You sent it")
    assert "answer_request" not in json.dumps(message.blocks)
    await actors.bob.submit(second)
    assert "This request is over" in spoken(second)
    counted = actors.town.service.house.metrics.count_of
    assert (counted("request.answered"), counted("push.created")) == (1, 1)


async def test_a_secret_that_was_sent_is_not_denied_though_the_request_cannot_be_closed(
    actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(actors)
    form = await answer_form(actors)
    actors.bob.fill(form, "secret", SECRET)
    monkeypatch.setattr(actors.town.service.house.requests, "answered", away)
    assert (await actors.bob.submit(form)).ok
    assert form.errors == {}
    await said_to(actors, ALICE, "sent you a secret", with_button="open_push")
    assert actors.town.service.house.metrics.count_of("push.created") == 1


async def test_where_guests_may_get_nothing_an_answer_waits_until_slack_says_who_asked(
    actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(actors)
    form = await answer_form(actors)
    actors.bob.fill(form, "secret", SECRET)
    admin = Member(Workspace("slack", TEAM_ID), ALICE)
    house = actors.town.service.house
    await house.policies.choose(PolicyChoice(guests_allowed=False), admin)
    assert house.slack is not None

    async def nobody(*_: object) -> None:
        return None

    monkeypatch.setattr(house.slack._people, "find", nobody)
    await actors.bob.submit(form)
    assert "Nobody could say who this is" in json.dumps(form.errors)
    assert house.metrics.count_of("push.created") == 0


async def test_somebody_else_gets_no_form(town: Town, actors: Actors) -> None:
    message = await asked(actors)
    town.slack.workspace.add_person(Person("U0MALLORY", "mallory", "Mallory"))
    mallory = town.slack.as_user("U0MALLORY")
    copied = await said_to(actors, BOB, "asks you for a secret", with_button="answer_request")
    assert copied.ts == message.ts
    town.slack.workspace.conversation(message.channel).members.append("U0MALLORY")
    await mallory.click(message, "answer_request")
    view = await town.slack.until(lambda: mallory.view)
    assert "it is for somebody else" in spoken(view)


async def test_a_person_slack_does_not_let_us_write_to_is_told(town: Town, actors: Actors) -> None:
    town.slack.house.disabled_dms.add(BOB)
    await actors.alice.command("/pushpw", f"request @bob {WHAT}")
    await said_to(actors, ALICE, "Not delivered")


async def test_what_for_is_never_read_as_marks_or_mentions(actors: Actors) -> None:
    message = await asked(actors, "request @bob *the* <!channel> `key`")
    shown = message.blocks[0]["text"]["text"]
    assert "<!channel>" not in shown
    assert "*the*" not in shown


# The workflow step


async def test_the_workflow_step_asks_and_hands_on_a_link_and_never_a_secret(town: Town, actors: Actors, reader: Reader) -> None:
    inputs = {"person": BOB, "requester": ALICE, "what": WHAT}
    run = await town.slack.run_step(ALICE, "ask_for_secret", inputs)
    await town.slack.until(lambda: run.state == "completed")
    assert set(run.outputs) == {"link"}
    message = await said_to(actors, BOB, "asks you for a secret", with_button="answer_request")
    assert message.ts.replace(".", "") in run.outputs["link"]


async def test_a_workflow_that_asks_for_somebody_does_not_use_up_how_often_they_may_ask_themselves(town: Town, actors: Actors) -> None:
    for _ in range(BUDGETS["ask"]):
        run = await town.slack.run_step(BOB, "ask_for_secret", {"person": BOB, "requester": ALICE, "what": WHAT})
        await town.slack.until(lambda run=run: run.state == "completed")
    await actors.alice.command("/pushpw", f"request @bob {WHAT}")
    heard = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "is asked" in heard.text


async def test_a_step_that_cannot_ask_fails_and_says_why(town: Town) -> None:
    run = await town.slack.run_step(ALICE, "ask_for_secret", {"person": ALICE, "requester": ALICE, "what": WHAT})
    await town.slack.until(lambda: run.state == "failed")
    assert "This is you" in run.error


async def test_a_step_whose_person_cannot_be_written_to_fails(town: Town) -> None:
    town.slack.house.disabled_dms.add(BOB)
    run = await town.slack.run_step(ALICE, "ask_for_secret", {"person": BOB, "requester": ALICE, "what": WHAT})
    await town.slack.until(lambda: run.state == "failed")
    assert "could not be asked" in run.error


async def test_a_step_without_a_store_fails_instead_of_waiting_for_ever(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.service.house.requests, "ask", away)
    run = await town.slack.run_step(ALICE, "ask_for_secret", {"person": BOB, "requester": ALICE, "what": WHAT})
    await town.slack.until(lambda: run.state == "failed")
    assert "nobody was asked" in run.error


async def test_an_empty_question_is_no_server_error_though_the_policy_cannot_be_read(
    town: Town, actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    await actors.alice.command("/pushpw", "request")
    form = await town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "asked", BOB)
    actors.alice.fill(form, "what", " ")
    monkeypatch.setattr(town.service.house.policies, "of", away)
    await actors.alice.submit(form)
    assert "Say what for" in form.errors["what"]
