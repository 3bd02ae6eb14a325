"""A member's own settings: what a form begins with, the language, the messages. And `/pushpw list`."""

import json

import pytest

from adapters.slack.render.settings import VIEW_SETTINGS
from playground.block_kit import faults_of_view
from playground.start import Town
from playground.views import View
from playground.workspace import ALICE, BOB, Message
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_form import more, typed

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def settings_of(actors: Actors) -> View:
    """Alice's settings, opened by the command."""
    if actors.alice.views:
        await actors.alice.close(actors.alice.view, all_of_them=True)
    assert (await actors.alice.command("/pushpw", "settings")).ok
    return await actors.town.slack.until(lambda: actors.alice.view if actors.alice.view.callback_id == VIEW_SETTINGS else None)


async def chosen(actors: Actors, **values: object) -> None:
    """Alice chooses and saves."""
    view = await settings_of(actors)
    for name, value in values.items():
        actors.alice.fill(view, name, value)
    assert (await actors.alice.submit(view)).ok
    assert view.errors == {}


async def the_list(actors: Actors) -> Message:
    """What `/pushpw list` answers to Alice."""
    await actors.alice.command("/pushpw", "list")
    return await actors.town.slack.until(lambda: next((m for m in reversed(actors.alice.ephemerals()) if "live secret" in m.text), None))


def burn_buttons(message: Message) -> list[str]:
    return [block["accessory"]["value"] for block in message.blocks if "accessory" in block]


# What a form begins with


async def test_the_form_begins_with_the_preferred_terms(actors: Actors, reader: Reader) -> None:
    await chosen(actors, expiry="3600", views="3")
    said = json.dumps((await actors.form()).blocks)
    assert "1 hour" in said
    assert "3 times" in said
    (url,) = links_in((await actors.push()).body)
    for _ in range(3):
        assert await reader.read(url) == SECRET
    assert (await reader.claim(url)).code == "gone"


async def test_terms_after_the_command_beat_the_preferred_ones(actors: Actors) -> None:
    await chosen(actors, expiry="3600", views="3")
    view = await more(actors, await actors.form("2h 5 views"))
    assert (typed(view)["expiry"], typed(view)["views"]) == ("7200", "5")


async def test_settings_stand_as_they_were_saved_and_can_be_taken_back(actors: Actors) -> None:
    await chosen(actors, expiry="3600", views="3", notices=["opened"])
    held = (await settings_of(actors)).values
    assert held["expiry"]["expiry"]["selected_option"]["value"] == "3600"
    assert held["notices"]["notices"]["selected_options"][0]["value"] == "opened"
    await chosen(actors, expiry="unset", views="unset", notices=None)
    assert "7 days" in json.dumps((await actors.form()).blocks)


async def test_settings_are_one_members_own(actors: Actors) -> None:
    await chosen(actors, expiry="3600")
    await actors.bob.command("/pushpw")
    form = await actors.town.slack.until(lambda: actors.bob.view)
    assert "7 days" in json.dumps(form.blocks)


@pytest.mark.parametrize(("field", "value"), [("expiry", "60"), ("expiry", "x"), ("views", "101"), ("views", "-1")])
async def test_a_crafted_choice_out_of_range_is_refused_under_its_field(actors: Actors, field: str, value: str) -> None:
    view = await settings_of(actors)
    view.values[field][field] = {"type": "static_select", "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value}}
    await actors.alice.submit(view)
    assert list(view.errors) == [field]


async def test_the_settings_name_nobody_in_the_store(actors: Actors, store: Store) -> None:
    await chosen(actors, expiry="3600")
    names = await store.names("*")
    kept = [await store.redis.dump(name) or b"" for name in names]
    assert names
    assert [text for text in [*names, *kept] if ALICE.encode() in text] == []


# Language


async def test_the_chosen_language_beats_slacks_at_once(actors: Actors) -> None:
    assert (await settings_of(actors)).title == "My settings"
    await chosen(actors, language="de")
    assert "gespeichert" in json.dumps(actors.alice.view.blocks)
    assert (await settings_of(actors)).title == "Meine Einstellungen"
    await chosen(actors, language="unset")
    assert (await settings_of(actors)).title == "My settings"


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
async def test_the_settings_keep_to_slacks_limits(actors: Actors, town: Town, locale: str) -> None:
    town.slack.workspace.change_person(ALICE, locale=locale)
    assert faults_of_view((await settings_of(actors)).body, ("modal",)) == []


# Messages


async def test_an_opening_makes_no_message_of_its_own_unless_wished(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push()).body)
    await actors.card("Waiting")
    await reader.read(url)
    await actors.card("Opened by")
    assert len(actors.alice.dm_with_bot()) == 1


async def test_an_opening_is_told_under_the_card_where_that_is_wished(actors: Actors, reader: Reader) -> None:
    await chosen(actors, notices=["opened"])
    (url,) = links_in((await actors.push()).body)
    card = await actors.card("Waiting")
    await reader.read(url)
    told = await actors.town.slack.until(lambda: next((m for m in actors.town.slack.messages(card.channel) if m.is_reply), None))
    assert told.thread_ts == card.ts
    assert "Opened by" in told.text


async def test_an_expiry_unread_is_told_where_that_is_wished(actors: Actors, store: Store) -> None:
    await chosen(actors, notices=["unread"])
    await actors.push()
    card = await actors.card("Waiting")
    await store.expire_only_push()
    told = await actors.town.slack.until(lambda: next((m for m in actors.town.slack.messages(card.channel) if m.is_reply), None))
    assert "Expired unread" in told.text


# The list


async def test_the_list_of_nothing_says_so_to_its_member_alone(actors: Actors) -> None:
    answer = await the_list(actors)
    assert "no live secrets" in answer.text
    assert answer.only_for == ALICE


async def test_the_list_shows_what_is_live_and_no_key(actors: Actors) -> None:
    done = await actors.push("@bob")
    answer = await the_list(actors)
    said = json.dumps(answer.blocks)
    assert "1 live secret" in answer.text
    assert f"<@{BOB}>" in said
    assert "Waiting" in said
    assert burn_buttons(answer)[0] in json.dumps(done.blocks)
    assert links_in(answer.blocks) == []


async def test_burn_in_the_list_burns_and_the_list_says_so_in_its_place(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push()).body)
    await actors.push()
    answer = await the_list(actors)
    await actors.alice.click(answer, "burn_listed", block_id=answer.blocks[1]["block_id"])
    after = await actors.town.slack.until(
        lambda: next((m for m in actors.alice.ephemerals() if m.ts == answer.ts and "Burned by you" in m.text), None)
    )
    assert "1 live secret" in after.text
    assert len(burn_buttons(after)) == 1
    assert burn_buttons(after) == burn_buttons(answer)[1:]
    assert (await reader.claim(url)).code == "gone"


async def test_only_ten_are_listed_and_home_has_the_rest(actors: Actors) -> None:
    for _ in range(11):
        await actors.push()
    answer = await the_list(actors)
    assert "11 live secrets" in answer.text
    assert len(burn_buttons(answer)) == 10
    assert "Home tab" in json.dumps(answer.blocks)
