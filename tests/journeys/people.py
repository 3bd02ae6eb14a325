"""What do several people do with one push, and what does the sender see of each?"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.settings import Settings
from core.identity import Member, Workspace
from core.policy import Policy, PolicyChoice
from playground.hands import Hands
from playground.start import Town, open_town
from playground.views import View
from playground.workspace import ALICE, BOB, RANDOM, TEAM_ID, Message, Person
from tests.journeys.actors import SECRET, Actors
from tests.journeys.conftest import IN_TESTS
from tests.journeys.test_slack_form import words_of

OTTO = Person("U0OTTO", "otto", "Otto Ohm", team_id="T0PARTNER")
ROBOT = Person("U0ROBOT", "robot", "Robot", is_bot=True)
LEFT = Person("U0LEFT", "left", "Lea Left", deleted=True)


@asynccontextmanager
async def town_under(policy: Policy, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Actors]:
    """A town whose operator set that policy."""
    monkeypatch.setattr(Settings, "policy", property(lambda _: policy))
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS) as town:
        town.slack.sender.patience = 20.0
        yield Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))


async def allow_outsiders(town: Town) -> None:
    """The workspace's admin lets them be named; without that they are refused."""
    admin = Member(Workspace("slack", TEAM_ID), ALICE)
    await town.service.house.policies.choose(PolicyChoice(outsiders_allowed=True), admin)


def share_a_channel(town: Town, person: Person) -> Hands:
    """An outsider whom the app can write to."""
    town.slack.workspace.add_person(person)
    town.slack.workspace.conversation(RANDOM).members.append(person.id)
    return town.slack.as_user(person.id)


async def invited(town: Town, user: str) -> Message:
    hands = town.slack.as_user(user)
    return await town.slack.until(
        lambda: next((m for m in reversed(hands.dm_with_bot()) if "open_push" in json.dumps(m.blocks)), None), within=10
    )


async def opened(town: Town, user: str) -> str:
    """The person presses Open in their own conversation; the address that they get."""
    hands = town.slack.as_user(user)
    if hands.views:
        await hands.close(hands.view, all_of_them=True)
    await hands.click(await invited(town, user), "Open")
    view = await town.slack.until(lambda: hands.view)
    return next(element["url"] for block in view.blocks for element in block.get("elements", []) if "url" in element)


async def chosen(actors: Actors, users: list[str], secret: str = SECRET) -> View:
    """The form with people chosen, as a person does it: the app hears of it."""
    view = await actors.form()
    actors.alice.fill(view, "secret", secret)
    await actors.alice.choose(view, "recipient", users)
    return view


async def said_about(actors: Actors, saying: str) -> View:
    """The form, once it says that."""
    return await actors.town.slack.until(lambda: view if saying in words_of(view := actors.alice.view) else None)


async def sent(actors: Actors, text: str) -> View:
    view = await actors.form(text)
    actors.alice.fill(view, "secret", SECRET)
    assert (await actors.alice.submit(view)).ok
    assert view.errors == {}
    return actors.alice.view


def rows_of(card: Message) -> dict[str, str]:
    """What the card says of each person, by mention."""
    texts = [block["text"]["text"] for block in card.blocks if str(block.get("block_id", "")).startswith("row_")]
    return {text.partition("*")[2].partition("*")[0]: text.partition("\n")[2] for text in texts}


async def row(actors: Actors, user: str, saying: str) -> Message:
    """Alice's card, once the row of that person says so."""

    def found() -> Message | None:
        cards = [m for m in actors.alice.dm_with_bot() if saying in rows_of(m).get(f"<@{user}>", "")]
        return cards[-1] if cards else None

    return await actors.town.slack.until(found, within=10)


def group_cards(actors: Actors) -> list[Message]:
    return [m for m in actors.alice.dm_with_bot() if rows_of(m)]


async def offered_to(actors: Actors) -> Message:
    return await actors.town.slack.until(
        lambda: next((m for m in actors.alice.dm_with_bot() if "get_link_to_pass_on" in json.dumps(m.blocks)), None)
    )


async def undelivered(actors: Actors, text: str = "@bob") -> Message:
    actors.town.slack.api.fail_with("conversations.open", "user_disabled")
    await actors.push(text)
    return await offered_to(actors)
