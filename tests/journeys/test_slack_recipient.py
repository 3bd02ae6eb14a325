"""Who may open a bound push, and what sender and recipient see when it does not go the straight way."""

import json
import os

import pytest

from adapters.button import sealed_value
from adapters.slack import calls
from core.keyring import KeyRing
from core.link import Link
from core.push import PushId
from playground import forms, payloads
from playground.start import Town, open_town
from playground.views import View
from playground.workspace import ALICE, BOB, Message, Person
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHERS = {
    "another member": Person("U0MALLORY", "mallory", "Mallory"),
    "the sender": Person(ALICE, "alice", "Alice Adams"),
    "the recipient's id in another workspace": Person(BOB, "bob", "Bob Brown", team_id="T0OTHER"),
    "an outsider of a shared channel": Person("U0OUTSIDER", "otto", "Otto", team_id="T0PARTNER"),
    "a guest": Person("U0GUEST", "gita", "Gita", is_restricted=True),
    "the recipient's id in small letters": Person(BOB.lower(), "bob", "Bob"),
}


async def press_open(town: Town, message: Message, person: Person) -> View:
    """The signed click on Open, by whomever; the modal that they get."""
    town.slack.workspace.people.setdefault(person.id, person)
    before = town.slack.house.views.of(person.id)[:]
    block, element = forms.find(message.blocks, "open_push")
    channel = town.slack.workspace.conversation(message.channel)
    where = payloads.in_message(message, channel, town.slack.house.passes.response_url("actions", person.id, channel.id, message.ts), {})
    action = payloads.action(block, element, {}, town.slack.workspace.next_ts())
    trigger = town.slack.house.passes.trigger(person.id, channel.id)
    answer = await town.slack.sender.interaction(payloads.block_actions(person, [action], trigger_id=trigger, where=where))
    assert answer.ok
    return await town.slack.until(lambda: next((v for v in town.slack.house.views.of(person.id) if v not in before), None))


def spoken(view: View) -> str:
    return json.dumps(view.body, ensure_ascii=False)


# Bound to one person


@pytest.mark.parametrize("who", OTHERS)
async def test_open_pressed_by_somebody_else_leads_to_no_url(town: Town, actors: Actors, reader: Reader, who: str) -> None:
    await actors.push("@bob")
    view = await press_open(town, await actors.invitation(), OTHERS[who])
    assert "gone, or it is for somebody else" in spoken(view)
    assert "http" not in spoken(view)
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_bound_push_that_is_gone_and_one_for_somebody_else_look_alike(town: Town, actors: Actors, store: Store) -> None:
    await actors.push("@bob")
    message = await actors.invitation()
    foreign = await press_open(town, message, OTHERS["another member"])
    await store.expire_only_push()
    gone = await press_open(town, message, town.slack.workspace.person(BOB))
    assert gone.body["blocks"][0]["text"] == foreign.body["blocks"][0]["text"]


async def test_a_changed_button_value_leads_to_no_url(town: Town, actors: Actors) -> None:
    await actors.push("@bob")
    message = await actors.invitation()
    _, element = forms.find(message.blocks, "open_push")
    element["value"] = element["value"][:-4] + "AAAA"
    assert "http" not in spoken(await press_open(town, message, town.slack.workspace.person(BOB)))


async def test_without_its_ticket_the_link_spends_nothing(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    url = await actors.open_in_chat()
    refused = await reader.claim(url, ticket=False)
    assert (refused.status, refused.code) == (403, "ticket_needed")
    assert actors.spent() == 0
    assert await reader.read(url) == SECRET


async def test_a_newer_click_replaces_the_ticket_of_the_one_before(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    first = await actors.open_in_chat()
    second = await actors.open_in_chat()
    assert (await reader.claim(first)).code == "ticket_needed"
    assert await reader.read(second) == SECRET


async def test_a_ticket_opens_once_only_though_views_are_left(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob 2 views")
    url = await actors.open_in_chat()
    assert await reader.read(url) == SECRET
    assert (await reader.claim(url)).code == "ticket_needed"
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_open_after_the_last_view_says_gone(town: Town, actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    message = await actors.invitation()
    await reader.read(await actors.open_in_chat())
    view = await press_open(town, message, town.slack.workspace.person(BOB))
    assert "is gone" in spoken(view)
    assert "http" not in spoken(view)


async def test_the_message_loses_its_button_after_the_last_view(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    await reader.read(await actors.open_in_chat())
    assert "open_push" not in json.dumps((await actors.dm("You opened it")).blocks)


async def test_the_modal_says_that_it_may_be_closed_once_the_browser_is_open(actors: Actors) -> None:
    await actors.push("@bob")
    await actors.open_in_chat()
    await actors.bob.click(actors.bob.view, "opened_in_browser")
    await actors.town.slack.until(lambda: "You can close this" in spoken(actors.bob.view))
    assert "http" not in spoken(actors.bob.view)


async def test_the_invitation_says_that_a_passphrase_is_needed(actors: Actors) -> None:
    await actors.push("@bob", passphrase="blue moon")
    assert "passphrase" in json.dumps((await actors.invitation()).blocks)


# Slack refuses


@pytest.mark.parametrize("code", ["user_disabled", "cannot_dm_bot", "user_not_found", "user_not_visible"])
async def test_a_conversation_that_slack_refuses_is_told_to_the_sender(town: Town, actors: Actors, code: str) -> None:
    town.slack.api.fail_with("conversations.open", code)
    await actors.push("@bob")
    await actors.card("Not delivered")
    await town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if "Not delivered" in m.text), None))


@pytest.mark.parametrize("code", ["channel_not_found", "messages_tab_disabled", "restricted_action", "fatal_error"])
async def test_a_message_that_slack_refuses_is_told_to_the_sender(town: Town, actors: Actors, code: str) -> None:
    town.slack.api.fail_with("chat.postMessage", code)
    await actors.push("@bob")
    await actors.card("Not delivered")
    assert actors.bob.dm_with_bot() == []


async def test_a_long_rate_limit_is_told_to_the_sender(town: Town, actors: Actors) -> None:
    town.slack.api.limit_rate("chat.postMessage", 30)
    await actors.push("@bob")
    await actors.card("Not delivered")


async def test_a_short_rate_limit_is_waited_out(town: Town, actors: Actors, reader: Reader) -> None:
    town.slack.api.limit_rate("chat.postMessage", 0, times=2)
    await actors.push("@bob")
    await actors.card("Waiting")
    assert town.slack.api.calls["chat.postMessage"] == 4
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_slack_that_does_not_answer_is_told_to_the_sender(store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "TIMEOUT_SECONDS", 0.3)
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS) as town:
        actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        slow = town.slack.api.hold("conversations.open")
        await actors.push("@bob")
        await town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if "Not delivered" in m.text), None))
        slow.set()


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Person("U0PUSHPW", "pushpw", "pushpw", is_bot=True), "An app cannot open"),
        (Person("U0LEFT", "left", "Left", deleted=True), "deactivated"),
    ],
)
async def test_somebody_who_could_never_open_it_is_refused_under_the_field(town: Town, actors: Actors, person: Person, said: str) -> None:
    town.slack.workspace.add_person(person)
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    actors.alice.fill(view, "recipient", person.id)
    await actors.alice.submit(view)
    assert said in view.errors["recipient"]
    assert town.service.house.metrics.count_of("push.created") == 0


@pytest.mark.parametrize("person", [Person("U0ROBOT", "robot", "Robot", is_bot=True), Person("U0LEFT", "left", "Left", deleted=True)])
async def test_an_author_who_could_never_open_it_is_not_filled_in(town: Town, actors: Actors, person: Person) -> None:
    town.slack.workspace.add_person(person)
    said = town.slack.workspace.post("C0GENERAL", person.id, "hunter2")
    await actors.alice.message_shortcut("push_message", "C0GENERAL", said.ts)
    view = await town.slack.until(lambda: actors.alice.view)
    _, element = forms.find(view.blocks, "recipient")
    assert "initial_users" not in element


async def test_a_button_whose_seal_key_is_gone_says_gone_and_not_try_again(town: Town, actors: Actors) -> None:
    await actors.push("@bob")
    message = await actors.invitation()
    _, element = forms.find(message.blocks, "open_push")
    element["value"] = sealed_value(KeyRing([os.urandom(32)], os.urandom), Link(PushId(bytes(16)), bytes(32)))
    assert "gone, or it is for somebody else" in spoken(await press_open(town, message, town.slack.workspace.person(BOB)))


async def test_an_undelivered_push_can_still_be_burned_on_its_card(town: Town, actors: Actors) -> None:
    town.slack.api.fail_with("conversations.open", "user_disabled")
    await actors.push("@bob")
    await actors.alice.click(await actors.card("Not delivered"), "burn_push")
    await actors.card("Burned by you")


async def test_a_card_that_may_no_longer_be_edited_is_posted_anew(town: Town, actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push()).body)
    old = await actors.card("Waiting")
    town.slack.house.edit_window_closed = True
    await reader.read(url)
    assert (await actors.card("Opened by")).ts != old.ts


async def test_a_card_that_the_sender_cannot_get_does_not_keep_the_link_from_working(town: Town, actors: Actors, reader: Reader) -> None:
    town.slack.api.fail_with("conversations.open", "user_disabled")
    (url,) = links_in((await actors.push()).body)
    assert await reader.read(url) == SECRET


async def test_a_form_that_slack_does_not_open_is_said_in_words(town: Town, actors: Actors) -> None:
    town.slack.api.fail_with("views.open", "expired_trigger_id")
    await actors.alice.command("/pushpw", SECRET)
    answer = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "form did not open" in answer.text
    assert SECRET not in json.dumps(answer.blocks)


# In other ways than opened


async def test_an_unread_push_that_expires_is_told_on_the_card(actors: Actors, store: Store) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await actors.card("Waiting")
    await store.expire_only_push()
    card = await actors.card("Expired unread")
    assert "burn_push" not in json.dumps(card.blocks)


async def test_an_unread_push_that_expires_takes_the_button_from_the_recipient(actors: Actors, store: Store) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await store.expire_only_push()
    assert "open_push" not in json.dumps((await actors.dm("It expired")).blocks)


async def test_an_expired_link_is_gone(actors: Actors, reader: Reader, store: Store) -> None:
    (url,) = links_in((await actors.push()).body)
    await store.expire_only_push()
    assert (await reader.claim(url)).code == "gone"


async def test_five_wrong_passphrases_burn_the_push_and_the_card_says_so(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push(passphrase="blue moon")).body)
    left = [(await reader.claim(url, guess=True)).body["attempts_left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    await actors.card("five wrong passphrases")
    assert (await reader.claim(url, passphrase="blue moon")).code == "gone"


async def test_a_push_that_the_recipient_burned_says_so_on_the_card(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob 3 views")
    url = await actors.open_in_chat()
    claimed = await reader.claim(url)
    assert await reader.burn(url, claimed) == 204
    await actors.card("forgotten at the recipient's wish")
    await actors.dm("it was forgotten")
