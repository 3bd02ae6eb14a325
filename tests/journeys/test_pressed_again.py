"""Slack offers to send a form again when the answer does not come in time: whatever is pressed, it is done once."""

import asyncio
import json

import pytest

from adapters.slack.form import DRAFT
from adapters.slack.gestures import MESSAGE_SHORTCUT
from adapters.slack.render.request import ANSWER
from core.identity import Workspace
from core.policy import Policy
from playground.sender import PATIENCE_SECONDS, Answer, SignedRequest
from playground.start import Town
from playground.views import View
from playground.workspace import BOB, DAVE, GENERAL
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.reader import Reader
from tests.journeys.scenes import about, ask
from tests.journeys.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")


class LosingLine:
    """Between Slack and the service: as many answers get lost as are told, and Slack tells the member to try again."""

    def __init__(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self._send = town.slack.sender.send
        self.loses = 0
        monkeypatch.setattr(town.slack.sender, "send", self.send)

    async def send(self, request: SignedRequest) -> Answer:
        answer = await self._send(request)
        if self.loses:
            self.loses -= 1
            return Answer(problem="operation_timeout")
        return answer


@pytest.fixture
def line(town: Town, monkeypatch: pytest.MonkeyPatch) -> LosingLine:
    return LosingLine(town, monkeypatch)


def made(actors: Actors, what: str = "push.created") -> int:
    return actors.town.service.house.metrics.count_of(what)


async def filled(actors: Actors, text: str = "") -> View:
    view = await actors.form(text)
    actors.alice.fill(view, "secret", SECRET)
    return view


async def test_a_second_press_shows_the_link_of_the_first(actors: Actors, line: LosingLine, reader: Reader) -> None:
    view = await filled(actors)
    line.loses = 1
    assert not (await actors.alice.submit(view)).ok
    assert (await actors.alice.submit(view)).ok
    (shown,) = links_in(actors.alice.view.body)
    copy = await actors.town.slack.until(lambda: next(iter(actors.alice.ephemerals()), None))
    assert links_in(copy.blocks) == [shown]
    assert made(actors) == 1
    assert await reader.read(shown) == SECRET


async def test_two_presses_at_once_make_one_push_for_each_person(actors: Actors) -> None:
    view = await filled(actors, "@bob")
    answers = await asyncio.gather(*(actors.alice.submit(view) for _ in range(5)))
    assert all(answer.ok for answer in answers)
    await actors.invitation()
    await actors.card("Waiting")
    assert (made(actors), len(actors.bob.dm_with_bot())) == (1, 1)


async def test_what_was_refused_may_be_pressed_again(actors: Actors) -> None:
    view = await filled(actors)
    actors.town.slack.workspace.change_person(DAVE, deleted=True)
    actors.alice.fill(view, "recipient", [DAVE])
    assert "deactivated" in str((await actors.alice.submit(view)).json())
    actors.alice.fill(view, "recipient", [BOB])
    assert (await actors.alice.submit(view)).ok
    await actors.invitation()
    assert made(actors) == 1


async def test_what_was_changed_after_the_first_press_is_not_taken_for_sent(actors: Actors, line: LosingLine, reader: Reader) -> None:
    view = await filled(actors)
    line.loses = 1
    await actors.alice.submit(view)
    actors.alice.fill(view, "secret", "something else")
    await actors.alice.submit(view)
    assert "What you changed after that was not sent" in json.dumps(actors.alice.view.blocks)
    (url,) = links_in(actors.alice.view.body)
    assert (await reader.read(url), made(actors)) == (SECRET, 1)


async def test_a_long_message_pressed_again_is_not_said_to_be_forgotten(actors: Actors, line: LosingLine, store: Store) -> None:
    message = actors.alice.say(GENERAL, "a long secret " * 300)
    await actors.alice.message_shortcut(MESSAGE_SHORTCUT, GENERAL, message.ts)
    view = await actors.town.slack.until(lambda: actors.alice.view)
    line.loses = 1
    await actors.alice.submit(view)
    while await store.names(f"record:{DRAFT}:*"):
        await asyncio.sleep(0.02)
    await actors.alice.submit(view)
    assert len(links_in(actors.alice.view.body)) == 1


async def test_a_request_pressed_again_asks_once(actors: Actors, line: LosingLine) -> None:
    await actors.alice.command("/pushpw", "request @bob")
    form = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "what", "the key")
    line.loses = 1
    await actors.alice.submit(form)
    await actors.alice.submit(form)
    assert "is asked" in json.dumps(actors.alice.view.blocks)
    assert made(actors, "request.made") == 1


async def test_an_answer_pressed_again_is_sent_once_and_says_so(actors: Actors, line: LosingLine) -> None:
    await actors.bob.click(await ask(actors), ANSWER)
    form = await actors.town.slack.until(lambda: actors.bob.view)
    actors.bob.fill(form, "secret", SECRET)
    line.loses = 1
    await actors.bob.submit(form)
    await actors.bob.submit(form)
    assert "This request is over" not in json.dumps(actors.bob.view.blocks)
    await about(actors, actors.alice, "Answered")
    assert made(actors) == 1


async def test_look_ups_that_take_too_long_are_told_in_the_form_in_time_and_nothing_is_made(
    actors: Actors, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies, answers = town.service.house.policies, asyncio.Event()
    known = policies.of

    async def slow(workspace: Workspace) -> Policy:
        await answers.wait()
        return await known(workspace)

    view = await filled(actors, "@bob")
    monkeypatch.setattr(policies, "of", slow)
    town.slack.sender.patience = PATIENCE_SECONDS
    answer = await actors.alice.submit(view)
    assert "Everything is slow just now, so nothing was sent" in str(answer.json())
    assert made(actors) == 0
    answers.set()
    assert (await actors.alice.submit(view)).ok
    await actors.invitation()
    assert made(actors) == 1
