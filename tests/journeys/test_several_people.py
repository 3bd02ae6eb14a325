"""A secret for several people: each their own, one card with a row for each, and nobody opens what is for another."""

import asyncio
import json
from random import Random  # noqa: TID251  # seeded, so that a failure can be repeated
from urllib.parse import parse_qs

import pytest

from playground.start import Town
from playground.teams import Group
from playground.workspace import BOB, CAROL, DAVE, GINA, ONCALL, Person
from tests.journeys.actors import SECRET, Actors
from tests.journeys.people import (
    chosen,
    group_cards,
    invited,
    opened,
    row,
    rows_of,
    said_about,
    sent,
    undelivered,
)
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_door import places_in, spoiled
from tests.journeys.test_slack_form import answer_to, more, words_of
from tests.journeys.test_slack_recipient import press_open

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_each_of_two_people_opens_their_own_and_the_card_has_a_row_for_each(actors: Actors, reader: Reader) -> None:
    done = await sent(actors, "@bob @carol 1d")
    assert "<@U0BOB>" in words_of(done)
    assert "<@U0CAROL>" in words_of(done)
    urls = [await opened(actors.town, user) for user in (BOB, CAROL)]
    assert len({url.partition("#")[0] for url in urls}) == 2
    assert await reader.read(urls[0]) == SECRET
    card = await row(actors, BOB, "Opened")
    assert "Waiting" in rows_of(card)["<@U0CAROL>"]
    assert await reader.read(urls[1]) == SECRET
    await row(actors, CAROL, "Opened")
    assert len(group_cards(actors)) == 1


async def test_three_people_chosen_in_the_form_spend_three_views_in_all(actors: Actors, reader: Reader) -> None:
    view = await chosen(actors, [BOB, CAROL, DAVE])
    assert (await actors.alice.submit(view)).ok
    for user in (BOB, CAROL, DAVE):
        url = await opened(actors.town, user)
        assert await reader.read(url) == SECRET
        assert (await reader.claim(url)).code == "gone"
    assert actors.spent() == 3
    await actors.card("Opened by 3 of 3")


async def test_the_same_person_named_twice_gets_one(actors: Actors) -> None:
    await sent(actors, "@bob @bob")
    await actors.card("Waiting")
    assert actors.town.service.house.metrics.count_of("push.created") == 1


async def test_nobody_can_open_what_is_for_another_of_them(town: Town, actors: Actors) -> None:
    await sent(actors, "@bob @carol")
    message = await invited(town, BOB)
    view = await press_open(town, message, town.slack.workspace.person(CAROL))
    assert "gone, or it is for somebody else" in words_of(view)
    assert "http" not in words_of(view)


async def test_burning_one_row_leaves_the_others_alone(actors: Actors, reader: Reader) -> None:
    await sent(actors, "@bob @carol")
    url = await opened(actors.town, BOB)
    card = await row(actors, BOB, "Waiting")
    block = next(b for b in card.blocks if "<@U0BOB>" in json.dumps(b) and "accessory" in b)
    assert block["accessory"]["confirm"]["style"] == "danger"
    await actors.alice.click(card, "burn_push", block_id=block["block_id"])
    card = await row(actors, BOB, "Burned by you")
    assert "Waiting" in rows_of(card)["<@U0CAROL>"]
    assert (await reader.claim(url)).code == "gone"
    assert await reader.read(await opened(actors.town, CAROL)) == SECRET


async def test_burn_with_a_rows_reference_burns_that_row(actors: Actors) -> None:
    await sent(actors, "@bob @carol")
    card = await row(actors, CAROL, "Waiting")
    reference = next(b["accessory"]["value"] for b in card.blocks if "<@U0CAROL>" in json.dumps(b) and "accessory" in b)
    assert "Burned by you" in (await answer_to(actors, f"burn {reference}")).text
    assert "Waiting" in rows_of(await row(actors, CAROL, "Burned by you"))["<@U0BOB>"]


async def test_burn_all_below_the_card_burns_every_row_and_takes_every_button_away(actors: Actors) -> None:
    await sent(actors, "@bob @carol @dave")
    await invited(actors.town, DAVE)
    await actors.alice.click(await row(actors, DAVE, "Waiting"), "burn_group")
    card = await actors.town.slack.until(
        lambda: next(
            (m for m in group_cards(actors) if set(map(len, rows_of(m).values())) and "0 of 3" in m.text and "Waiting" not in m.text), None
        )
    )
    assert all("Burned by you" in state for state in rows_of(card).values())
    assert "accessory" not in json.dumps(card.blocks)
    assert "burn_group" not in json.dumps(card.blocks)


async def test_burn_all_by_somebody_else_burns_nothing(town: Town, actors: Actors, reader: Reader) -> None:
    await sent(actors, "@bob @carol")
    card = await row(actors, BOB, "Waiting")
    town.slack.workspace.conversation(card.channel).members.append(BOB)
    await actors.bob.click(card, "burn_group")
    assert await reader.read(await opened(town, CAROL)) == SECRET


async def test_forty_people_are_one_card_with_few_edits(town: Town, actors: Actors, reader: Reader) -> None:
    crowd = [Person(f"U0CROWD{n:02}", f"crowd{n}", f"Crowd {n}") for n in range(40)]
    for person in crowd:
        town.slack.workspace.add_person(person)
    view = await chosen(actors, [person.id for person in crowd])
    assert (await actors.alice.submit(view)).ok
    await row(actors, crowd[0].id, "Waiting")
    urls = [await opened(town, person.id) for person in crowd]
    edits = town.slack.api.calls["chat.update"]
    for some in (urls[at : at + 4] for at in range(0, 40, 4)):  # four readers at once: this is no test of the store's patience
        assert await asyncio.gather(*(reader.read(url) for url in some)) == [SECRET] * 4
    await town.slack.until(lambda: next((m for m in group_cards(actors) if "Opened by 40 of 40" in m.text), None), within=20)
    assert len(group_cards(actors)) == 1
    assert actors.spent() == 40
    # Each person's own message is edited once; without sharing, the card would be edited 80 times.
    assert town.slack.api.calls["chat.update"] - edits - 40 < 80


async def test_more_than_forty_people_do_not_fit(actors: Actors) -> None:
    crowd = [Person(f"U0CROWD{n:02}", f"crowd{n}", f"Crowd {n}") for n in range(41)]
    for person in crowd:
        actors.town.slack.workspace.add_person(person)
    actors.town.slack.workspace.add_group(Group("S0CROWD", "crowd", "Crowd", tuple(person.id for person in crowd)))
    assert "at most 40" in (await answer_to(actors, "@crowd")).text
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.suggest(view, "groups", "cro")
    actors.alice.fill(view, "groups", ["S0CROWD"])
    await actors.alice.submit(view)
    assert "at most 40" in view.errors["recipient"]
    assert actors.town.service.house.metrics.count_of("push.created") == 0


async def test_with_a_passphrase_fewer_people_fit_and_the_form_says_so(actors: Actors) -> None:
    crowd = [Person(f"U0CROWD{n}", f"crowd{n}", f"Crowd {n}") for n in range(6)]
    for person in crowd:
        actors.town.slack.workspace.add_person(person)
    view = await more(actors, await chosen(actors, [person.id for person in crowd]))
    actors.alice.fill(view, "passphrase", "blue moon")
    await actors.alice.submit(view)
    assert "at most 5" in view.errors["passphrase"]


async def test_a_passphrase_for_two_is_each_ones_own_lock(actors: Actors, reader: Reader) -> None:
    view = await more(actors, await chosen(actors, [BOB, CAROL]))
    actors.alice.fill(view, "passphrase", "blue moon")
    assert (await actors.alice.submit(view)).ok
    for user in (BOB, CAROL):
        assert await reader.read(await opened(actors.town, user), "blue moon") == SECRET


async def test_a_group_whose_pushes_expire_is_told_on_the_one_card(actors: Actors, store: Store) -> None:
    await sent(actors, "@bob @carol")
    await row(actors, CAROL, "Waiting")
    for record in await store.names("*:push"):
        await store.redis.hset(record, "exp", "1")
    due = (await store.names("due"))[0]
    await store.redis.zadd(due, dict.fromkeys(await store.redis.zrange(due, 0, -1), 1))
    await row(actors, BOB, "Expired unread")
    await row(actors, CAROL, "Expired unread")
    assert len(group_cards(actors)) == 1


async def test_rows_on_hold_are_released_one_by_one(actors: Actors, reader: Reader, store: Store) -> None:
    await sent(actors, "@bob @carol")
    message = await invited(actors.town, BOB)
    await row(actors, BOB, "Waiting")
    await store.come_back()
    await press_open(actors.town, message, actors.town.slack.workspace.person(BOB))
    card = await row(actors, BOB, "On hold")
    await actors.alice.click(card, "release_push")
    await row(actors, BOB, "Waiting")
    assert await reader.read(await opened(actors.town, BOB)) == SECRET


@pytest.mark.timeout(120)
async def test_a_signed_payload_of_these_forms_and_cards_with_anything_spoiled_is_never_a_server_error(town: Town, actors: Actors) -> None:
    view = await chosen(actors, [GINA, CAROL])
    await said_about(actors, "is a guest")
    await actors.alice.suggest(view, "groups", "onc")
    await actors.alice.choose(actors.alice.view, "groups", [ONCALL])
    await said_about(actors, "3 people")
    assert (await actors.alice.submit(actors.alice.view)).ok
    card = await row(actors, BOB, "Waiting")
    await actors.alice.click(card, "burn_group")
    await row(actors, BOB, "Burned by you")
    await actors.alice.click(await undelivered(actors), "get_link_to_pass_on")
    sent_so_far = [parse_qs(request.body.decode()) for request in town.slack.sender.sent]
    payloads = [json.loads(form["payload"][0]) for form in sent_so_far if "payload" in form]
    assert {payload["type"] for payload in payloads} == {"block_actions", "block_suggestion", "view_submission"}
    all_of_it = [(p, path, instead) for p in payloads for path in places_in(p) for instead in (..., None, 5, "x", [], {}, True, [[]])]
    broke = []
    for payload, path, instead in Random(11).sample(all_of_it, 300):
        answer = await town.slack.sender.interaction(spoiled(payload, path, instead))
        if answer.status not in (200, 400, 404):
            broke.append((payload["type"], path, instead, answer.status))
    assert broke == []
    assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()
