"""The Home tab: what is live, what can be done with it, and that it stays true without being opened again."""

import json
from random import Random  # noqa: TID251  # seeded, so that a failure can be repeated
from typing import Any
from urllib.parse import parse_qs

import pytest

from adapters.redis_store.embedded import EmbeddedServer
from adapters.slack.render.extension import VIEW_EXTEND
from adapters.slack.render.policy import VIEW_POLICY
from adapters.slack.render.request import VIEW_ASK, WITHDRAW
from adapters.slack.render.settings import VIEW_SETTINGS
from playground.block_kit import faults_of_view
from playground.hands import Hands
from playground.start import Town
from playground.views import View
from playground.workspace import ALICE, BOB, TEAM_ID
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_door import frozen, own_town, pid_of, places_in, spoiled

pytestmark = pytest.mark.asyncio(loop_scope="session")


def said(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


async def home_of(actors: Actors, who: Hands, saying: str = "") -> View:
    """Their Home tab, opened now, once it says that."""
    await who.open_home()
    return await shown(actors, who, saying)


async def shown(actors: Actors, who: Hands, saying: str) -> View:
    """Their Home tab as it was published last, once it says that."""
    return await actors.town.slack.until(lambda: who.home if who.home and saying in said(who.home) else None)


def rows(view: View) -> list[str]:
    """References of the pushes that have buttons there, from top to bottom."""
    return [block["block_id"].removeprefix("push_") for block in view.blocks if block["block_id"].startswith("push_")]


def buttons(view: View, block_id: str) -> list[str]:
    return [e["action_id"] for block in view.blocks if block["block_id"] == block_id for e in block["elements"]]


async def push_many(actors: Actors, count: int) -> None:
    for number in range(count):
        await actors.push(secret=f"{SECRET} {number}")


async def test_an_empty_home_offers_the_form_first_and_says_what_is_kept(actors: Actors) -> None:
    view = await home_of(actors, actors.alice)
    assert buttons(view, "do") == ["new_push", "ask_for_secret"]
    assert rows(view) == []
    assert "There are none" in said(view)
    assert "What is kept" in said(view)


async def test_the_form_opens_from_home_and_the_push_appears_there(actors: Actors) -> None:
    view = await home_of(actors, actors.alice)
    assert (await actors.alice.click(view, "new_push")).ok
    form = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "secret", SECRET)
    await actors.alice.submit(form)
    view = await shown(actors, actors.alice, "Waiting")
    assert len(rows(view)) == 1
    assert links_in(view.body) == []


async def test_what_was_opened_elsewhere_shows_without_opening_home_again(actors: Actors, reader: Reader) -> None:
    await home_of(actors, actors.alice)
    (url,) = links_in((await actors.push("2 views")).body)
    await shown(actors, actors.alice, "Waiting")
    await reader.read(url)
    assert len(rows(await shown(actors, actors.alice, "Opened by"))) == 1
    await reader.read(url)
    assert rows(await shown(actors, actors.alice, "There are none")) == []


async def test_burn_in_home_burns_and_takes_the_row_away(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push()).body)
    view = await home_of(actors, actors.alice, "Waiting")
    (reference,) = rows(view)
    assert (await actors.alice.click(view, "burn_push", block_id=f"push_{reference}")).ok
    await shown(actors, actors.alice, "There are none")
    assert (await reader.claim(url)).code == "gone"


async def test_burn_in_home_asks_first(actors: Actors) -> None:
    await actors.push()
    view = await home_of(actors, actors.alice, "Waiting")
    (burn,) = [e for block in view.blocks for e in block.get("elements", []) if e.get("action_id") == "burn_push"]
    assert burn["confirm"]["style"] == "danger"
    assert rows(view)[0] in burn["accessibility_label"]


async def test_extend_in_home_shows_the_new_expiry_there(actors: Actors) -> None:
    await actors.push("1d")
    view = await home_of(actors, actors.alice, "Waiting")
    before = said(view)
    await actors.alice.click(view, "extend_push")
    modal = await actors.town.slack.until(lambda: next((v for v in actors.alice.views if v.callback_id == VIEW_EXTEND), None))
    actors.alice.fill(modal, "expiry", str(30 * 86400))
    assert (await actors.alice.submit(modal)).ok
    await actors.town.slack.until(
        lambda: actors.alice.home if actors.alice.home and _expiry(said(actors.alice.home)) > _expiry(before) else None
    )


def _expiry(text: str) -> int:
    return int(text.partition("<!date^")[2].partition("^")[0])


async def test_a_held_push_can_be_released_in_home(actors: Actors, reader: Reader, store: Store) -> None:
    (url,) = links_in((await actors.push()).body)
    await store.come_back()
    await reader.claim(url)
    view = await home_of(actors, actors.alice, "On hold")
    await actors.alice.click(view, "release_push")
    await shown(actors, actors.alice, "Waiting")
    assert await reader.read(url) == SECRET


async def test_twenty_five_pushes_stand_on_three_pages_soonest_to_expire_first(actors: Actors) -> None:
    await push_many(actors, 25)
    first = await home_of(actors, actors.alice, "1 to 10 of 25")
    one = rows(first)
    assert buttons(first, "turn") == ["home_next"]
    await actors.alice.click(first, "home_next")
    middle = await shown(actors, actors.alice, "11 to 20 of 25")
    two = rows(middle)
    assert buttons(middle, "turn") == ["home_previous", "home_next"]
    await actors.alice.click(middle, "home_next")
    last = await shown(actors, actors.alice, "21 to 25 of 25")
    three = rows(last)
    assert buttons(last, "turn") == ["home_previous"]
    assert (len(one), len(two), len(three)) == (10, 10, 5)
    assert len({*one, *two, *three}) == 25
    await actors.alice.click(last, "home_previous")
    assert rows(await shown(actors, actors.alice, "11 to 20 of 25")) == two


async def test_a_page_that_has_become_empty_gives_way_to_the_last_one(actors: Actors) -> None:
    await push_many(actors, 11)
    await actors.alice.click(await home_of(actors, actors.alice, "1 to 10 of 11"), "home_next")
    view = await shown(actors, actors.alice, "11 to 11 of 11")
    await actors.alice.click(view, "burn_push")
    view = await actors.town.slack.until(lambda: actors.alice.home if len(rows(actors.alice.home)) == 10 else None)
    assert buttons(view, "turn") == []


@pytest.mark.parametrize(("locale", "saying"), [("en-US", "Live now: 12"), ("de-DE", "Jetzt offen: 12")])
async def test_a_full_home_of_an_admin_keeps_to_slacks_limits(actors: Actors, locale: str, saying: str) -> None:
    actors.town.slack.workspace.change_person(ALICE, locale=locale)
    await push_many(actors, 12)
    view = await home_of(actors, actors.alice, saying)
    assert faults_of_view(view.body, ("home",)) == []
    assert len(view.blocks) <= 100


async def test_nobody_sees_anothers_pushes(actors: Actors) -> None:
    await actors.push("@bob")
    await actors.invitation()
    assert rows(await home_of(actors, actors.bob)) == []


async def test_a_guest_has_a_home_without_the_workspaces_part(actors: Actors) -> None:
    actors.town.slack.workspace.change_person(BOB, is_restricted=True)
    view = await home_of(actors, actors.bob)
    assert buttons(view, "do") == ["new_push", "ask_for_secret"]
    assert "change_policy" not in said(view)


async def test_who_never_opened_home_gets_none(actors: Actors) -> None:
    await actors.push()
    await actors.card("Waiting")
    assert actors.town.slack.api.calls["views.publish"] == 0


async def test_a_home_that_cannot_be_published_harms_nothing(actors: Actors, reader: Reader) -> None:
    await home_of(actors, actors.alice)
    for _ in range(20):
        actors.town.slack.api.fail_with("views.publish", "internal_error")
    (url,) = links_in((await actors.push()).body)
    await actors.card("Waiting")
    assert await reader.read(url) == SECRET
    await actors.card("Opened by")


async def test_an_admin_sees_totals_and_they_count_each_push_once(actors: Actors, reader: Reader) -> None:
    first, second, third = [links_in((await actors.push(text)).body)[0] for text in ("2 views", "", "")]
    await reader.read(first)
    await reader.read(first)
    await actors.card("Opened by")
    await actors.alice.command("/pushpw", f"burn {_reference(await actors.card('Waiting'))}")
    await actors.card("Burned by you")
    assert second != third
    await home_of(actors, actors.alice, "Pushed: 3. Opened: 1. Expired unread: 0. Burned: 1. Live now: 1.")


async def test_what_expired_unread_is_counted(actors: Actors, store: Store) -> None:
    await actors.push()
    await actors.card("Waiting")
    await store.expire_only_push()
    await actors.card("Expired unread")
    await home_of(actors, actors.alice, "Expired unread: 1. Burned: 0. Live now: 0.")


def _reference(card: Any) -> str:
    return json.dumps(card.blocks).partition("Reference `")[2][:8]


# Malformed, and without a store


@pytest.mark.timeout(300)
async def test_a_signed_payload_of_home_with_anything_spoiled_is_never_a_server_error(town: Town, actors: Actors) -> None:
    await push_many(actors, 11)
    view = await home_of(actors, actors.alice, "1 to 10 of 11")
    await actors.alice.click(view, "home_next")
    await actors.alice.click(view, "burn_push", block_id=f"push_{rows(view)[0]}")
    for button, callback_id in (("change_settings", VIEW_SETTINGS), ("change_policy", VIEW_POLICY)):
        await actors.alice.click(view, button)
        modal = await town.slack.until(lambda wanted=callback_id: next((v for v in actors.alice.views if v.callback_id == wanted), None))
        await actors.alice.submit(modal)
    sent = town.slack.sender.sent[-6:]
    payloads = [json.loads(parse_qs(request.body.decode())["payload"][0]) for request in sent if b"payload=" in request.body]
    event = {
        "type": "event_callback",
        "team_id": TEAM_ID,
        "event": {"type": "app_home_opened", "user": ALICE, "tab": "home", "channel": "D1"},
    }
    chance = Random(7)
    for payload, ask in [*((each, town.slack.sender.interaction) for each in payloads), (event, town.slack.sender.event)]:
        every = [(path, instead) for path in places_in(payload) for instead in (..., None, 5, "x", [], {}, True, [[]])]
        for number, (path, instead) in enumerate(chance.sample(every, min(25, len(every)))):
            body = spoiled(payload, path, instead)
            if ask == town.slack.sender.event:
                body["event_id"] = f"Ev{number}"
            assert (await ask(body)).status in (200, 400, 404), (path, instead)
    assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()


@pytest.mark.parametrize("button", ["burn_push", "change_settings", "change_policy", "new_push"])
async def test_a_button_in_home_without_a_store_says_in_a_modal_that_nothing_happened(button: str) -> None:
    with EmbeddedServer() as server:
        async with own_town(server.url) as actors:
            await actors.push()
            await actors.alice.close(actors.alice.view, all_of_them=True)
            view = await home_of(actors, actors.alice, "change_policy")
            with frozen(await pid_of(server)):
                assert (await actors.alice.click(view, button)).status == 200
                modal = await actors.town.slack.until(lambda: actors.alice.view)
                assert "store is not answering" in said(modal)


@pytest.mark.parametrize(("button", "callback_id"), [("change_settings", VIEW_SETTINGS), ("change_policy", VIEW_POLICY)])
async def test_what_is_saved_without_a_store_stays_in_its_modal(button: str, callback_id: str) -> None:
    with EmbeddedServer() as server:
        async with own_town(server.url) as actors:
            await actors.alice.click(await home_of(actors, actors.alice), button)
            modal = await actors.town.slack.until(lambda: actors.alice.view if actors.alice.view.callback_id == callback_id else None)
            with frozen(await pid_of(server)):
                assert (await actors.alice.submit(modal)).status == 200
            assert "nothing was changed" in next(iter(modal.errors.values()))
            assert (await actors.alice.submit(modal)).ok
            assert "saved" in said(actors.alice.view)


# What was asked for


async def test_what_was_asked_for_from_home_stands_there_until_it_is_withdrawn(actors: Actors) -> None:
    view = await home_of(actors, actors.alice)
    await actors.alice.click(view, "ask_for_secret")
    modal = await actors.town.slack.until(lambda: next((v for v in actors.alice.views if v.callback_id == VIEW_ASK), None))
    actors.alice.fill(modal, "asked", BOB)
    actors.alice.fill(modal, "what", "the staging password")
    assert (await actors.alice.submit(modal)).ok
    view = await shown(actors, actors.alice, "the staging password")
    assert (await actors.alice.click(view, WITHDRAW)).ok
    await actors.town.slack.until(lambda: "the staging password" not in said(actors.alice.home))
