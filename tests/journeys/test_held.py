"""The store was restarted: the sender is told, and nobody opens the push until they say so."""

import json

import pytest

from playground.workspace import Message
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")


def buttons(message: Message) -> list[str]:
    return [element["action_id"] for block in message.blocks if block["type"] == "actions" for element in block["elements"]]


async def test_who_opens_a_held_link_hears_that_it_is_gone_and_the_sender_hears_why(actors: Actors, reader: Reader, store: Store) -> None:
    (url,) = links_in((await actors.push()).body)
    await store.come_back()
    assert (await reader.claim(url)).code == "gone"
    card = await actors.card("On hold since")
    assert buttons(card) == ["release_push", "burn_push"]
    assert actors.spent() == 0


async def test_released_on_the_card_it_opens_once(actors: Actors, reader: Reader, store: Store) -> None:
    (url,) = links_in((await actors.push()).body)
    await store.come_back()
    await reader.claim(url)
    await actors.alice.click(await actors.card("On hold since"), "release_push")
    assert buttons(await actors.card("Waiting")) == ["extend_push", "burn_push"]
    assert await reader.read(url) == SECRET
    assert (await reader.claim(url)).code == "gone"


async def test_burned_on_the_card_it_never_opens_again(actors: Actors, reader: Reader, store: Store) -> None:
    (url,) = links_in((await actors.push()).body)
    await store.come_back()
    await reader.claim(url)
    await actors.alice.click(await actors.card("On hold since"), "burn_push")
    assert buttons(await actors.card("Burned by you")) == ["push_again"]
    assert (await reader.claim(url)).code == "gone"


async def test_a_held_push_for_bob_tells_him_that_it_is_on_hold_and_works_once_released(
    actors: Actors, reader: Reader, store: Store
) -> None:
    await actors.push("@bob")
    message = await actors.invitation()
    await store.come_back()
    await actors.bob.click(message, "Open")
    view = await actors.town.slack.until(lambda: actors.bob.view)
    assert "on hold" in json.dumps(view.body)
    assert "http" not in json.dumps(view.body)
    await actors.alice.click(await actors.card("On hold since"), "release_push")
    await actors.card("Waiting")
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_push_that_the_store_lost_is_said_to_be_lost(actors: Actors, reader: Reader, store: Store) -> None:
    (url,) = links_in((await actors.push()).body)
    await store.come_back()
    await reader.claim(url)
    card = await actors.card("On hold since")
    await store.redis.delete(*await store.names("*:push"))
    await actors.alice.click(card, "release_push")
    assert buttons(await actors.card("No longer in the store")) == ["push_again"]
