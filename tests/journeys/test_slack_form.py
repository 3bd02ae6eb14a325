"""What the form does, however it was opened, and what the command says instead of opening it."""

import json
from typing import Any

import pytest

from adapters.slack.form import DRAFT
from adapters.slack.gestures import MESSAGE_SHORTCUT, SHORTCUT
from playground.start import Town
from playground.views import View
from playground.workspace import ALICE, BOB, GENERAL, Message
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")


def typed(view: View) -> dict[str, Any]:
    """What stands in the form's fields, by action id."""
    found = {}
    for block in view.values.values():
        for name, held in block.items():
            option = held.get("selected_option")
            found[name] = option["value"] if option else held.get("value") or held.get("selected_user") or held.get("selected_users")
    return found


def words_of(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


async def answer_to(actors: Actors, text: str) -> Message:
    """What the command answers in words."""
    await actors.alice.command("/pushpw", text)
    return await actors.town.slack.until(
        lambda: next((m for m in actors.alice.ephemerals() if not m.text.startswith("Your one-time link")), None)
    )


async def more(actors: Actors, view: View) -> View:
    await actors.alice.click(view, "more_options")
    return await actors.town.slack.until(lambda: actors.alice.view if "expiry" in typed(actors.alice.view) else None)


async def generated(actors: Actors, view: View) -> str:
    before = typed(view).get("secret")
    await actors.alice.click(view, "generate_secret")
    return await actors.town.slack.until(lambda: s if (s := typed(actors.alice.view).get("secret")) != before else None)


async def on_message(actors: Actors, text: str, by: str = BOB) -> View:
    """Alice uses the shortcut on a message."""
    message = actors.town.slack.as_user(by).say(GENERAL, text)
    answer = await actors.alice.message_shortcut(MESSAGE_SHORTCUT, GENERAL, message.ts)
    assert answer.ok
    return await actors.town.slack.until(lambda: actors.alice.view)


# Typed after the command


async def test_a_name_after_the_command_is_filled_in(actors: Actors) -> None:
    assert typed(await actors.form("@bob"))["recipient"] == [BOB]


async def test_terms_after_the_command_stand_under_the_form(actors: Actors) -> None:
    said = words_of(await actors.form("1d 3 views"))
    assert "1 day" in said
    assert "3 times" in said


async def test_terms_after_the_command_are_chosen_under_more_options(actors: Actors) -> None:
    view = await more(actors, await actors.form("@bob 2h 7 views"))
    assert (typed(view)["expiry"], typed(view)["views"]) == ("7200", "7")


async def test_terms_after_the_command_hold_without_opening_more_options(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push("2 views")).body)
    assert await reader.read(url) == SECRET
    assert await reader.read(url) == SECRET
    assert (await reader.claim(url)).code == "gone"


@pytest.mark.parametrize("text", ["1m", "91d", "0 views", "101 views", "@bob 400d"])
async def test_terms_out_of_range_are_answered_in_words_and_no_form_opens(actors: Actors, text: str) -> None:
    answer = await answer_to(actors, text)
    assert "between" in answer.text
    assert actors.alice.views == []
    assert actors.town.slack.api.calls["views.open"] == 0


async def test_generate_opens_the_form_with_a_strong_secret_in_it(actors: Actors) -> None:
    view = await actors.form("generate @bob")
    assert len(typed(view)["secret"]) >= 20
    assert typed(view)["recipient"] == [BOB]


# In the form


async def test_more_options_keeps_what_was_typed(actors: Actors) -> None:
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    actors.alice.fill(view, "recipient", BOB)
    after = typed(await more(actors, view))
    assert (after["secret"], after["recipient"]) == (SECRET, [BOB])


async def test_generate_in_the_form_puts_a_strong_secret_in(actors: Actors) -> None:
    view = await actors.form()
    assert len(await generated(actors, view)) >= 20


async def test_generate_twice_gives_another_secret(actors: Actors) -> None:
    view = await actors.form()
    first = await generated(actors, view)
    assert await generated(actors, actors.alice.view) != first


async def test_generate_keeps_the_other_fields(actors: Actors) -> None:
    view = await more(actors, await actors.form())
    for name, value in (("recipient", BOB), ("label", "db"), ("passphrase", "blue"), ("views", "3")):
        actors.alice.fill(view, name, value)
    await generated(actors, view)
    after = typed(actors.alice.view)
    assert (after["recipient"], after["label"], after["passphrase"], after["views"]) == ([BOB], "db", "blue", "3")


async def test_a_generated_secret_is_what_the_link_opens(actors: Actors, reader: Reader) -> None:
    secret = await generated(actors, await actors.form())
    assert (await actors.alice.submit(actors.alice.view)).ok
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == secret


async def test_an_empty_secret_is_not_sent(actors: Actors, store: Store) -> None:
    view = await actors.form()
    await actors.alice.submit(view)
    assert list(view.errors) == ["secret_0"]
    assert await store.names("*:push") == []


async def test_the_service_itself_refuses_an_empty_secret_under_its_field(actors: Actors) -> None:
    view = await actors.form()
    view.blocks[0]["optional"] = True  # a client that does not ask for it
    answer = await actors.alice.submit(view)
    assert answer.json()["response_action"] == "errors"
    assert "no secret yet" in view.errors["secret_0"]


async def test_an_error_keeps_what_was_typed(actors: Actors) -> None:
    view = await actors.form()
    view.blocks[0]["optional"] = True
    actors.alice.fill(view, "recipient", BOB)
    await actors.alice.submit(view)
    assert view.errors
    assert typed(actors.alice.view)["recipient"] == [BOB]


async def test_label_views_and_expiry_stand_on_the_card(actors: Actors) -> None:
    await actors.push(label="staging *db*", views="3", expiry="86400")
    card = await actors.card("Waiting")
    said = json.dumps(card.blocks, ensure_ascii=False)
    assert "staging" in said
    assert "3 times" in said


async def test_a_label_brings_no_mention_or_link_to_life(actors: Actors) -> None:
    await actors.push(label="<!channel> <https://evil.example|here>")
    card = await actors.card("Waiting")
    texts = [element for block in card.blocks for element in (block.get("text"), *block.get("elements", ())) if element]
    assert [text["type"] for text in texts if "<!channel>" in str(text.get("text"))] == ["plain_text"]


async def test_views_and_expiry_of_the_form_are_the_pushs(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push(views="3", expiry="3600")).body)
    claimed = await reader.claim(url)
    assert claimed.body["views_left"] == 2
    now = actors.town.slack.sender._now() * 1000
    assert 3500_000 < claimed.body["expires_at"] - now < 3700_000


async def test_the_thirty_first_push_within_a_minute_is_refused_under_the_field(actors: Actors) -> None:
    for _ in range(30):
        await actors.push()
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.submit(view)
    assert "many secrets" in view.errors["secret_0"]
    assert typed(actors.alice.view)["secret"] == SECRET


async def test_done_under_the_link_closes_the_modal(actors: Actors) -> None:
    done = await actors.push()
    assert (await actors.alice.submit(done)).ok
    assert actors.alice.views == []


# Shortcuts


async def test_the_global_shortcut_shows_the_link_in_the_modal_alone(actors: Actors, reader: Reader) -> None:
    await actors.alice.shortcut(SHORTCUT)
    view = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.submit(view)
    await actors.card("Waiting")
    assert actors.alice.ephemerals() == []
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == SECRET


@pytest.mark.parametrize("text", ["p&ss <w>rd &amp; co", "two\nlines", "  spaces  and\ttabs", "\N{SNOWMAN} ünï \U0001f600", "&lt;b&gt;"])
async def test_the_message_shortcut_takes_the_text_exactly(actors: Actors, text: str) -> None:
    view = await on_message(actors, text)
    assert typed(view)["secret"] == text
    assert "Slack changed" not in words_of(view)


@pytest.mark.parametrize("text", ["a *bold* word", "see https://a.example/x", ":smile:", "- one\n- two", "`code`", "> quoted"])
async def test_the_message_shortcut_says_when_slack_may_have_changed_the_text(actors: Actors, text: str) -> None:
    assert "Slack changed this message" in words_of(await on_message(actors, text))


async def test_the_author_of_somebody_elses_message_is_filled_in(actors: Actors) -> None:
    assert typed(await on_message(actors, SECRET, by=BOB))["recipient"] == [BOB]


async def test_nobody_is_filled_in_on_ones_own_message(actors: Actors) -> None:
    assert typed(await on_message(actors, SECRET, by=ALICE))["recipient"] == []


# Longer than a field takes

LONG = "".join(f"line {n} of a long key &<>\n" for n in range(400)) + "end"


async def test_a_long_message_is_pushed_whole_though_no_field_holds_it(actors: Actors, reader: Reader) -> None:
    view = await on_message(actors, LONG, by=ALICE)
    assert "secret" not in typed(view)
    assert str(len(LONG)) in words_of(view)
    assert (await actors.alice.submit(view)).ok
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == LONG


async def test_a_pushed_long_message_leaves_no_draft_behind(actors: Actors, store: Store) -> None:
    await actors.alice.submit(await on_message(actors, LONG, by=ALICE))
    await actors.town.slack.until(lambda: actors.alice.ephemerals())
    assert await store.forget(DRAFT) == 0


async def test_a_draft_whose_time_is_up_says_so_and_nothing_is_sent(actors: Actors, store: Store) -> None:
    view = await on_message(actors, LONG, by=ALICE)
    assert await store.forget(DRAFT) == 1
    assert (await actors.alice.submit(view)).ok
    assert "15 minutes" in words_of(actors.alice.view)
    assert await store.names("*:push") == []


async def test_more_options_keeps_a_long_message(actors: Actors, reader: Reader) -> None:
    view = await more(actors, await on_message(actors, LONG, by=ALICE))
    actors.alice.fill(view, "views", "2")
    await actors.alice.submit(view)
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == LONG


async def test_a_long_message_with_a_passphrase_needs_it(actors: Actors, reader: Reader) -> None:
    view = await more(actors, await on_message(actors, LONG, by=ALICE))
    actors.alice.fill(view, "passphrase", "blue moon")
    await actors.alice.submit(view)
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url, "blue moon") == LONG


# A secret typed after the command by mistake


async def test_a_secret_typed_by_mistake_is_in_the_form(actors: Actors) -> None:
    view = await actors.form("hunter2 & <b>")
    assert typed(view)["secret"] == "hunter2 & <b>"
    assert "Nothing was posted" in words_of(view)


async def test_a_secret_typed_by_mistake_is_echoed_nowhere(town: Town, actors: Actors, capfd: pytest.CaptureFixture[str]) -> None:
    mistake = "burn-after-reading hunter2 Tr0ub4dor"
    await actors.form(mistake)
    await actors.alice.submit(actors.alice.view)
    await actors.card("Waiting")
    seen = json.dumps([(m.text, m.blocks) for m in town.slack.workspace.messages])
    out, err = capfd.readouterr()
    assert "Tr0ub4dor" not in seen + out + err


async def test_a_mistake_with_a_secret_too_long_for_a_field_becomes_a_draft(actors: Actors, reader: Reader) -> None:
    view = await actors.form("x " * 2000 + "end")
    assert (await actors.alice.submit(view)).ok
    (url,) = links_in(actors.alice.view.body)
    assert (await reader.read(url)).endswith("x end")


# Answers in words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("help", "opens the form"),
        ("burn", "Say which"),
    ],
)
async def test_the_command_answers_in_words(actors: Actors, text: str, said: str) -> None:
    answer = await answer_to(actors, text)
    assert said in answer.text
    assert answer.only_for == ALICE
    assert actors.alice.views == []


# Burning


def reference_in(node: Any) -> str:
    return json.dumps(node).partition("Reference `")[2][:8]


async def test_burn_with_a_reference_takes_that_push_back(actors: Actors, reader: Reader) -> None:
    done = await actors.push()
    (url,) = links_in(done.body)
    answer = await answer_to(actors, f"burn {reference_in(done.blocks)}")
    assert "Burned by you" in answer.text
    assert (await reader.claim(url)).code == "gone"


async def test_burn_all_takes_every_push_back(actors: Actors, reader: Reader) -> None:
    urls = [links_in((await actors.push()).body)[0] for _ in range(3)]
    assert "3 secrets were burned" in (await answer_to(actors, "burn all")).text
    assert [(await reader.claim(url)).code for url in urls] == ["gone"] * 3


async def test_burn_of_somebody_elses_push_is_refused_and_it_still_opens(actors: Actors, reader: Reader) -> None:
    done = await actors.push()
    (url,) = links_in(done.body)
    await actors.bob.command("/pushpw", f"burn {reference_in(done.blocks)}")
    answer = await actors.town.slack.until(lambda: actors.bob.ephemerals()[-1])
    assert "no secret with that reference" in answer.text
    assert await reader.read(url) == SECRET


async def test_burn_of_an_unknown_reference_gets_the_same_answer(actors: Actors) -> None:
    assert "no secret with that reference" in (await answer_to(actors, "burn abcdefgh")).text


async def test_burn_all_of_nothing_burns_nothing(actors: Actors) -> None:
    assert "0 secrets" in (await answer_to(actors, "burn all")).text


async def test_burn_on_the_card_asks_first(actors: Actors) -> None:
    await actors.push()
    card = await actors.card("Waiting")
    (button,) = [e for block in card.blocks if block["type"] == "actions" for e in block["elements"] if e["action_id"] == "burn_push"]
    assert button["confirm"]["style"] == "danger"


async def test_burn_on_the_card_says_so_and_the_link_is_gone(actors: Actors, reader: Reader) -> None:
    (url,) = links_in((await actors.push()).body)
    await actors.alice.click(await actors.card("Waiting"), "burn_push")
    card = await actors.card("Burned by you")
    assert "burn_push" not in json.dumps(card.blocks)
    assert (await reader.claim(url)).code == "gone"


async def test_burn_on_the_card_takes_the_button_from_the_recipient(actors: Actors) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await actors.alice.click(await actors.card("Waiting"), "burn_push")
    message = await actors.dm("taken back")
    assert "open_push" not in json.dumps(message.blocks)
