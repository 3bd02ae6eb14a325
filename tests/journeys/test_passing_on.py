"""What could not be delivered is passed on by its sender, who alone gets the link."""

import json

import pytest

from core.policy import Policy
from playground.start import Town
from playground.workspace import BOB, CAROL
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.people import (
    OTTO,
    allow_outsiders,
    chosen,
    offered_to,
    opened,
    row,
    sent,
    town_under,
    undelivered,
)
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_form import words_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_recipient_who_cannot_be_reached_gets_the_link_by_the_sender(actors: Actors, reader: Reader) -> None:
    offer = await undelivered(actors)
    await actors.card("Not delivered")
    (button,) = [e for block in offer.blocks if block["type"] == "actions" for e in block["elements"]]
    assert "Whoever has the link can open the secret" in button["confirm"]["text"]["text"]
    assert links_in([offer.text, offer.blocks]) == []
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    (url,) = links_in(view.body)
    card = await actors.town.slack.until(
        lambda: next(
            (
                m
                for m in actors.alice.dm_with_bot()
                if "Passed on by you as a link" in json.dumps(m.blocks) and "burn_push" in json.dumps(m.blocks)
            ),
            None,
        )
    )
    assert "Not delivered" not in json.dumps(card.blocks)
    assert await reader.read(url) == SECRET
    await actors.card("Opened by somebody with the link")
    assert actors.town.service.house.metrics.count_of("push.passed_on") == 1
    await actors.town.slack.until(lambda: "get_link_to_pass_on" not in json.dumps([m.blocks for m in actors.alice.dm_with_bot()]))


async def test_the_button_stays_until_its_link_was_shown(actors: Actors, reader: Reader) -> None:
    offer = await undelivered(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    actors.town.slack.api.fail_with("views.open", "expired_trigger_id")
    await actors.alice.click(offer, "get_link_to_pass_on")
    await actors.town.service.house.later.drain()
    assert actors.alice.views == []
    await actors.alice.click(await offered_to(actors), "get_link_to_pass_on")
    (url,) = links_in((await actors.town.slack.until(lambda: actors.alice.view)).body)
    assert await reader.read(url) == SECRET


async def test_the_link_to_pass_on_is_the_senders_alone(town: Town, actors: Actors) -> None:
    offer = await undelivered(actors)
    town.slack.workspace.conversation(offer.channel).members.append(BOB)
    await actors.bob.click(offer, "get_link_to_pass_on")
    view = await town.slack.until(lambda: actors.bob.view)
    assert links_in(view.body) == []
    assert town.service.house.metrics.count_of("push.passed_on") == 0


async def test_after_it_ended_there_is_no_link_to_pass_on(actors: Actors, store: Store) -> None:
    offer = await undelivered(actors)
    await actors.alice.click(await actors.card("Not delivered"), "burn_push")
    await actors.card("Burned by you")
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    assert "is gone" in words_of(view)
    assert links_in(view.body) == []


async def test_where_named_people_are_demanded_there_is_no_link_to_pass_on(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_under(Policy(binding_required=True), store_url, prefix, monkeypatch) as actors:
        actors.town.slack.api.fail_with("conversations.open", "user_disabled")
        await actors.push("@bob")
        await actors.town.slack.until(
            lambda: next((m for m in actors.alice.dm_with_bot() if "no link to pass on" in json.dumps(m.blocks)), None)
        )
        assert "get_link_to_pass_on" not in json.dumps([m.blocks for m in actors.alice.dm_with_bot()])


async def test_an_outsider_whom_slack_lets_nobody_write_to_is_told_to_the_sender(town: Town, actors: Actors, reader: Reader) -> None:
    await allow_outsiders(town)
    town.slack.workspace.add_person(OTTO)  # no channel is shared
    assert (await actors.alice.submit(await chosen(actors, [OTTO.id]))).ok
    offer = await offered_to(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    (url,) = links_in((await town.slack.until(lambda: actors.alice.view)).body)
    assert await reader.read(url) == SECRET


async def test_one_of_several_who_cannot_be_reached_is_passed_on_in_their_row(town: Town, actors: Actors, reader: Reader) -> None:
    town.slack.house.disabled_dms.add(CAROL)
    await sent(actors, "@bob @carol")
    await row(actors, CAROL, "Not delivered")
    offer = await offered_to(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    (url,) = links_in((await town.slack.until(lambda: actors.alice.view)).body)
    await row(actors, CAROL, "Passed on by you as a link")
    assert await reader.read(url) == SECRET
    await row(actors, CAROL, "Opened by somebody with the link")
    assert await reader.read(await opened(town, BOB)) == SECRET


async def test_a_slack_that_only_has_trouble_offers_no_link_yet(town: Town, actors: Actors) -> None:
    town.slack.api.fail_with("conversations.open", "internal_error")
    await actors.push("@bob")
    await actors.card("Not delivered")
    assert "get_link_to_pass_on" not in json.dumps([m.blocks for m in actors.alice.dm_with_bot()])
