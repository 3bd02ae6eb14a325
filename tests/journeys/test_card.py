"""What happens to a push is on its sender's card, and what the card's buttons do."""

import json
from random import Random  # noqa: TID251  # the same choice in every run
from typing import Any
from urllib.parse import parse_qs

import pytest

from playground import forms
from playground.start import Town
from playground.views import View
from playground.workspace import ALICE, BOB, GENERAL, Message
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_door import places_in, spoiled

pytestmark = pytest.mark.asyncio(loop_scope="session")


def buttons(message: Message) -> list[str]:
    return [element["action_id"] for block in message.blocks if block["type"] == "actions" for element in block["elements"]]


def spoken(shown: View | Message) -> str:
    return json.dumps(shown.blocks, ensure_ascii=False)


async def for_bob(actors: Actors) -> Message:
    await actors.push("@bob 1h")
    await actors.invitation()
    return await actors.card("Waiting")


# Seen


async def test_a_link_that_slack_fetched_is_on_the_card_and_untouched_in_the_store(
    town: Town, actors: Actors, reader: Reader, store: Store
) -> None:
    (url,) = links_in((await actors.push()).body)
    await actors.card("Waiting")
    (record,) = await store.names("*:push")
    before = await store.redis.dump(record), await store.redis.expiretime(record)
    town.slack.workspace.post(GENERAL, ALICE, f"have a look: {url}", unfurl_links=True)
    card = await actors.card("A link scanner fetched the page")
    await town.slack.robot.settle()
    assert [visit.status for visit in town.slack.robot.visits if visit.method == "GET"].count(200) >= 3
    assert "The secret is untouched." in card.text
    assert "Waiting" in card.text
    assert (await store.redis.dump(record), await store.redis.expiretime(record)) == before
    assert actors.spent() == 0
    assert await reader.read(url) == SECRET
    assert "scanner" not in (await actors.card("Opened by")).text


async def test_many_looks_of_one_robot_are_one_edit(town: Town, actors: Actors) -> None:
    (url,) = links_in((await actors.push()).body)
    await actors.card("Waiting")
    edits = town.slack.api.calls["chat.update"]
    town.slack.workspace.post(GENERAL, ALICE, url, unfurl_links=True)
    await actors.card("A link scanner fetched")
    await town.slack.robot.settle()
    assert town.slack.api.calls["chat.update"] == edits + 1


async def test_attempts_that_were_turned_away_are_counted_on_the_card(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push(passphrase="blue moon")).body)
    await actors.card("Waiting")
    await reader.claim(url, guess=True)
    await actors.card("1 attempt was turned away")
    await reader.claim(url, guess=True)
    await actors.card("2 attempts were turned away, last")
    assert await reader.read(url, "blue moon") == SECRET
    assert "2 attempts were turned away" in (await actors.card("Opened by")).text


async def test_a_link_that_went_to_somebody_else_is_an_attempt_on_the_card(actors: Actors, reader: Reader) -> None:
    await for_bob(actors)
    await reader.claim(await actors.open_in_chat(), ticket=False)
    card = await actors.card("1 attempt was turned away")
    assert "Waiting" in card.text


# Extend


async def extend(actors: Actors, card: Message, to: str = "1 day") -> View:
    """Alice presses Extend; the modal with the longer time chosen, sent."""
    await actors.alice.close(actors.alice.view, all_of_them=True) if actors.alice.views else None
    await actors.alice.click(card, "extend_push")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(view, "expiry", to)
    answer = await actors.alice.submit(view)
    assert answer.ok, answer
    return view


async def test_an_extended_push_is_told_on_the_card_and_to_the_recipient_whose_button_stays(
    actors: Actors, reader: Reader, store: Store
) -> None:
    card = await for_bob(actors)
    assert buttons(card) == ["nudge_recipient", "extend_push", "burn_push"]
    (record,) = await store.names("*:push")
    ends: Any = await store.redis.expiretime(record)
    view = await extend(actors, card)
    assert "1 hour" not in spoken(view)
    assert actors.alice.views == []
    extended = await actors.card("Extended")
    assert extended.ts == card.ts
    line = await actors.dm("gave you more time")
    assert (line.thread_ts, line.is_broadcast) == ((await actors.invitation()).ts, False)
    assert await store.redis.expiretime(record) - ends > 22 * 3600
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_only_longer_times_are_offered(actors: Actors) -> None:
    card = await for_bob(actors)
    await actors.alice.click(card, "extend_push")
    view = await actors.town.slack.until(lambda: actors.alice.view if actors.alice.view.body["callback_id"] == "extend_form" else None)
    _, element = forms.find(view.blocks, "expiry")
    assert [option["text"]["text"] for option in element["options"]] == ["4 hours", "1 day", "3 days", "7 days", "14 days", "30 days"]


async def test_a_push_that_lives_as_long_as_it_may_cannot_be_extended(actors: Actors) -> None:
    await actors.push("@bob 90d")
    await actors.alice.click(await actors.card("Waiting"), "extend_push")
    await actors.town.slack.until(lambda: "may live for 90 days in all" in spoken(actors.alice.view))


async def test_a_push_that_was_burned_meanwhile_is_not_extended(actors: Actors) -> None:
    card = await for_bob(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(card, "extend_push")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    await actors.alice.command("/pushpw", "burn all")
    await actors.card("Burned by you")
    await actors.alice.submit(view)
    assert "has ended, so it cannot be extended" in spoken(actors.alice.view)


async def test_somebody_elses_click_on_a_copied_card_extends_and_reminds_nobody(town: Town, actors: Actors) -> None:
    card = await for_bob(actors)
    for wanted in ("extend_push", "nudge_recipient", "push_again"):
        block, element = forms.find(card.blocks, "extend_push")
        element = dict(element, action_id=wanted)
        stolen = town.slack.workspace.post(GENERAL, town.slack.house.team.bot, "x", [dict(block, elements=[element])])
        await town.slack.as_user(BOB).click(stolen, wanted)
    await town.service.house.later.drain()
    assert actors.bob.views == []
    assert town.service.house.metrics.count_of("push.extended") == town.service.house.metrics.count_of("push.nudged") == 0


# Remind


async def test_a_reminder_leads_to_the_message_with_the_button_and_is_on_the_card(actors: Actors, reader: Reader) -> None:
    card = await for_bob(actors)
    await actors.alice.click(card, "nudge_recipient")
    line = await actors.dm("asks you to open the secret")
    assert (line.thread_ts, line.is_broadcast) == ((await actors.invitation()).ts, True)
    assert "http" not in spoken(line)
    assert (await actors.card("Reminded")).ts == card.ts
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_second_reminder_within_the_hour_is_refused_in_words(actors: Actors) -> None:
    card = await for_bob(actors)
    for _ in range(2):
        await actors.alice.click(card, "nudge_recipient")
    said = await actors.town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if "reminded them" in m.text), None))
    assert "again in 60 minutes" in said.text
    await actors.card("Reminded")
    assert len([m for m in actors.bob.dm_with_bot() if "asks you to open" in m.text]) == 1


async def test_a_reminder_for_what_was_opened_meanwhile_is_refused_in_words(actors: Actors, reader: Reader) -> None:
    card = await for_bob(actors)
    await reader.read(await actors.open_in_chat())
    assert "nudge_recipient" not in buttons(await actors.card("Opened by"))
    await actors.alice.click(card, "nudge_recipient")  # as it was drawn before
    await actors.town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if "It is too late for that" in m.text), None))


async def test_a_reminder_that_slack_refuses_is_on_the_card(town: Town, actors: Actors) -> None:
    card = await for_bob(actors)
    town.slack.api.fail_with("chat.postMessage", "is_archived")
    await actors.alice.click(card, "nudge_recipient")
    await actors.card("Not reminded: Slack did not let this app write")


# Push it again


async def test_push_it_again_opens_the_form_with_everything_but_the_secret(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob 4h 2 views", label="the deploy key")
    await actors.alice.click(await actors.card("Waiting"), "burn_push")
    card = await actors.card("Burned by you")
    assert buttons(card) == ["push_again"]
    assert "cannot read the old one" in spoken(card)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(card, "push_again")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    given = {name: entry for held in view.values.values() for name, entry in held.items()}
    assert given["secret"]["value"] is None
    assert given["recipient"]["selected_users"] == [BOB]
    assert given["expiry"]["selected_option"]["text"]["text"] == "4 hours"
    assert given["views"]["selected_option"]["value"] == "2"
    assert given["label"]["value"] == "the deploy key"
    assert "cannot read what you pushed" in spoken(view)
    actors.alice.fill(view, "secret", "a second one")
    await actors.alice.submit(view)
    assert await reader.read(await actors.open_in_chat()) == "a second one"


async def test_an_undelivered_push_can_be_pushed_again(town: Town, actors: Actors) -> None:
    town.slack.api.fail_with("conversations.open", "user_disabled")
    await actors.push("@bob")
    assert buttons(await actors.card("Not delivered")) == ["push_again", "extend_push", "burn_push"]


async def test_what_was_read_to_the_end_has_no_button_left(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push()).body)
    await reader.read(url)
    card = await actors.card("Opened by")
    await actors.town.slack.until(lambda: buttons(actors.town.slack.workspace.find(card.channel, card.ts)) == [])


# Spoiled


@pytest.mark.timeout(120)
async def test_a_click_on_the_card_with_anything_spoiled_is_never_a_server_error(town: Town, actors: Actors) -> None:
    card = await for_bob(actors)
    await extend(actors, card)
    for wanted in ("nudge_recipient", "burn_push"):
        await actors.alice.click(card, wanted)
    await actors.alice.click(await actors.card("Burned by you"), "push_again")
    await actors.alice.shortcut("push_secret")
    view = await town.slack.until(lambda: actors.alice.view)
    button = next(e for b in view.blocks if b["type"] == "actions" for e in b["elements"])
    button |= {"action_id": "show_here", "value": "AAAA"}
    await actors.alice.click(view, "show_here")
    forms_sent = [parse_qs(request.body.decode()) for request in town.slack.sender.sent]
    payloads = [json.loads(form["payload"][0]) for form in forms_sent if "payload" in form][1:]
    all_of_it = [(p, path, instead) for p in payloads for path in places_in(p) for instead in (..., None, 5, "x", [], {}, True, [[]])]
    statuses = set()
    for payload, path, instead in Random(7).sample(all_of_it, 400):
        statuses.add((await town.slack.sender.interaction(spoiled(payload, path, instead))).status)
    assert statuses == {200, 400}
    await town.service.house.later.drain()
    assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()


# Where a message can no longer be edited


async def test_one_new_card_is_posted_where_the_old_one_cannot_be_edited_any_more(town: Town, actors: Actors, reader: Reader) -> None:
    await for_bob(actors)
    url = await actors.open_in_chat()
    town.slack.house.edit_window_closed = True
    await reader.read(url)
    await actors.card("Opened by")
    town.slack.house.edit_window_closed = False
    await town.service.house.later.drain()
    assert len([m for m in actors.alice.dm_with_bot() if "Secret for" in m.text]) == 2
    assert len([m for m in actors.bob.dm_with_bot() if "sent you a secret" in m.text]) == 1


# In German


async def test_the_card_and_the_reminder_are_in_german_for_who_reads_german(town: Town, actors: Actors) -> None:
    for person in (ALICE, BOB):
        town.slack.workspace.change_person(person, locale="de-DE")
    await actors.push("@bob 1h")
    await actors.invitation()
    card = await actors.card("Noch nicht ge\u00f6ffnet")
    await actors.alice.click(card, "nudge_recipient")
    await actors.card("Erinnert")
    await actors.dm("bittet Sie")
