"""What is typed to the app: what it does, who sees the answer, and that nothing that was typed by mistake goes any further."""

import json
from typing import Any

import pytest

from adapters.redis_store.limiter import RedisLimiter
from adapters.teams.render.listing import PAGE
from core.errors import StoreUnavailable
from playground.microsoft import forms
from playground.microsoft.client import Client
from playground.microsoft.world import GENERAL, JANE, OMAR, PROJECT_CHAT, Message
from playground.office import Office
from tests.journeys.canaries import found_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.teams.actors import SECRET, Actors, links_in
from tests.journeys.teams.looks import buttons, first_line, receipts

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEEDLE = "Tr0ub4dor-canary"
WARNING = "If that was a secret, delete your message now: the chat has kept it."


async def answer_to(office: Office, who: Client, text: str, where: str = "", **how: Any) -> Message:
    """What the app says to that; `how` as in Client.says."""
    before = {each.id for each in who.messages(where)}
    await who.says(text, where, **how)
    return await office.microsoft.until(lambda: next((m for m in who.messages(where) if m.id not in before and not m.sender), None))


async def in_the_project_chat(office: Office) -> str:
    office.microsoft.settle(where=office.microsoft.world.conversation(PROJECT_CHAT))
    return PROJECT_CHAT


# Help


@pytest.mark.parametrize("text", ["help", "Help", "hi", "Hello", "hello!", "hey", "settings", "/help", "/pushpw help"])
async def test_help_and_greetings_say_what_it_can_do(office: Office, actors: Actors, text: str):
    answer = await answer_to(office, actors.jane, text)
    assert first_line(actors.jane, answer) == "Share a secret by a link that works once."
    assert buttons(actors.jane, answer) == ["Push a secret", "Ask for a secret"]
    assert (await actors.jane.presses(answer, "Push a secret")).dialog.title == "Push a secret"
    assert (await actors.jane.presses(answer, "Ask for a secret")).dialog.title == "Ask for a secret"


async def test_help_speaks_of_mentions_only_where_there_is_somebody_to_mention(office: Office, actors: Actors):
    alone = actors.jane.reads(await answer_to(office, actors.jane, "help"))
    among_others = actors.jane.reads(await answer_to(office, actors.jane, "help", await in_the_project_chat(office)))
    assert "@Jane" not in alone
    assert "**push @Jane**" in among_others


async def test_a_message_with_nothing_but_the_mention_is_answered_with_help(office: Office, actors: Actors):
    answer = await answer_to(office, actors.jane, "", await in_the_project_chat(office))
    assert "Share a secret" in actors.jane.reads(answer)


# Push


async def test_push_of_somebody_in_a_group_opens_the_form_with_them_and_the_terms(office: Office, actors: Actors, reader: Reader):
    where = await in_the_project_chat(office)
    answer = await answer_to(office, actors.jane, "push @Omar Haddad 1d 3 views", where, naming=[OMAR])
    assert first_line(actors.jane, answer) == "A secret for Omar Haddad: the form is ready."
    form = (await actors.jane.presses(answer, "Push a secret")).dialog
    await actors.jane.presses(form, "More options")
    given = {name: field["value"] for name, field in form.fields.items() if "value" in field}
    assert (given["recipients"], given["expiry"], given["views"]) == (OMAR, str(24 * 3600), "3")
    assert (await actors.jane.submits(form, secret=SECRET)).ok
    assert "Can be opened 3 times." in actors.omar.reads(await actors.invitation())
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_generate_opens_the_form_with_a_strong_secret(office: Office, actors: Actors):
    answer = await answer_to(office, actors.jane, "generate")
    assert first_line(actors.jane, answer) == "The form is ready. A strong secret is made for you when you open it."
    forms_opened = [(await actors.jane.presses(answer, "Push a secret")).dialog for _ in range(2)]
    first, second = (form.fields["secret"]["value"] for form in forms_opened)
    assert min(len(first), len(second)) >= 16
    assert first != second


async def test_terms_that_are_not_allowed_are_said_at_once_and_no_form_waits(office: Office, actors: Actors):
    answer = await answer_to(office, actors.jane, "push 999d")
    assert "The expiry must be between 5 minutes and 90 days." in actors.jane.reads(answer)
    assert buttons(actors.jane, answer) == []


async def test_the_form_behind_somebody_elses_answer_opens_for_nobody_else(office: Office, actors: Actors):
    where = await in_the_project_chat(office)
    answer = await answer_to(office, actors.jane, "push @Omar Haddad", where, naming=[OMAR])
    assert "opened by somebody else" in (await actors.omar.presses(answer, "Push a secret")).words


@pytest.mark.parametrize("text", ["push @omar 1d", "request @omar the staging password", "generate @omar"])
async def test_in_a_chat_with_the_app_nobody_can_be_named_and_it_says_so(office: Office, actors: Actors, text: str):
    answer = await answer_to(office, actors.jane, text)
    assert first_line(actors.jane, answer) == "In this chat nobody can be named in a message. Choose people in the form."
    assert buttons(actors.jane, answer) == ["Push a secret", "Ask for a secret"]


# List


async def test_a_list_turns_its_pages_in_place_and_burns(office: Office, actors: Actors):
    for number in range(PAGE + 2):
        await actors.push(to="", secret=f"{SECRET} {number}")
    await office.microsoft.until(lambda: len(receipts(actors.jane)) == PAGE + 2)
    card = await answer_to(office, actors.jane, "list")
    assert first_line(actors.jane, card) == f"You have {PAGE + 2} live secrets."
    assert f"1 to {PAGE} of {PAGE + 2}, soonest to expire first" in actors.jane.reads(card)
    await actors.jane.presses(card, "Next")
    assert f"{PAGE + 1} to {PAGE + 2} of {PAGE + 2}" in actors.jane.reads(card)
    await actors.jane.presses(card, "Previous")
    assert "Next" in shown(actors.jane, card)
    await actors.jane.presses(card, "Burn")
    assert "This cannot be undone." in actors.jane.reads(card)
    await actors.jane.presses(card, "Burn it")
    assert first_line(actors.jane, card) == "Secret, by a link that you pass on: Burned by you, " + spelled_moment(actors.jane.reads(card))
    assert f"You have {PAGE + 1} live secrets." in actors.jane.reads(card)
    assert office.service.house.metrics.count_of("push.burned") == 1


def shown(client: Client, message: Message) -> list[str]:
    return [each.action["title"] for each in forms.buttons(client.card(message))]


def spelled_moment(said: str) -> str:
    return "{{DATE(" + said.split("{{DATE(", 1)[1].split("\n", 1)[0]


async def test_an_empty_list_says_what_stands_there_and_offers_the_form(office: Office, actors: Actors):
    answer = await answer_to(office, actors.jane, "list")
    assert "You have no live secrets." in actors.jane.reads(answer)
    assert (await actors.jane.presses(answer, "Push a secret")).dialog.title == "Push a secret"


async def test_who_presses_in_somebody_elses_list_sees_their_own_and_burns_nothing(office: Office, actors: Actors):
    await actors.push()
    await actors.card("Waiting")
    card = await answer_to(office, actors.jane, "list")
    await actors.jane.presses(card, "Burn")
    copied = Message(card.id, card.conversation, card=actors.jane.card(card))
    theirs = await actors.omar.presses(copied, "Burn it")
    assert "You have no live secrets." in theirs.words
    assert office.service.house.metrics.count_of("push.burned") == 0


# Burn


async def test_burn_with_a_reference_takes_that_one_back(office: Office, actors: Actors, reader: Reader):
    await actors.push()
    card = await actors.card("Waiting")
    reference = actors.jane.reads(card).split("Reference ")[1].split()[0]
    url = await actors.open_in_chat()
    answer = await answer_to(office, actors.jane, f"burn {reference}")
    assert first_line(actors.jane, answer).startswith("Secret for Omar Haddad: Burned by you")
    assert (await reader.claim(url)).code == "gone"
    await office.microsoft.until(lambda: "Burned by you" in actors.jane.reads(card))


async def test_burn_all_takes_back_everything(office: Office, actors: Actors):
    for _ in range(2):
        await actors.push(to="")
    await office.microsoft.until(lambda: len(receipts(actors.jane)) == 2)
    assert first_line(actors.jane, await answer_to(office, actors.jane, "burn all")) == "2 secrets were burned."
    assert (
        first_line(actors.jane, await answer_to(office, actors.jane, "Burn all"))
        == "You have no live secrets, so there was nothing to burn."
    )
    await office.microsoft.until(lambda: [buttons(actors.jane, each) for each in receipts(actors.jane)] == [["Push it again"]] * 2)


async def test_burn_of_what_is_not_mine_says_so_and_burns_nothing(office: Office, actors: Actors):
    await actors.push()
    card = await actors.card("Waiting")
    reference = actors.jane.reads(card).split("Reference ")[1].split()[0]
    answer = await answer_to(office, actors.omar, f"burn {reference}")
    assert "You have no secret with that reference." in actors.omar.reads(answer)
    assert "Say which" in actors.jane.reads(await answer_to(office, actors.jane, "burn"))
    assert office.service.house.metrics.count_of("push.burned") == 0


# Request


async def test_a_request_in_a_group_is_heard_by_the_asked_person_alone(office: Office, actors: Actors):
    where = await in_the_project_chat(office)
    answer = await answer_to(office, actors.jane, "request @Omar Haddad the staging password", where, naming=[OMAR])
    assert "Omar Haddad" in actors.jane.reads(answer)
    asked = await office.microsoft.until(lambda: actors.omar.latest("Jane Miller asks you for a secret"))
    assert "the staging password" in actors.omar.reads(asked)
    assert "staging" not in json.dumps([each.card for each in office.microsoft.messages(where)])


async def test_a_request_that_names_nobody_opens_its_form_with_the_rest(office: Office, actors: Actors):
    answer = await answer_to(office, actors.jane, "request")
    form = (await actors.jane.presses(answer, "Ask for a secret")).dialog
    done = await actors.jane.submits(form, asked=OMAR, what="the staging password")
    assert "Omar Haddad" in done.words
    await office.microsoft.until(lambda: actors.omar.latest("Jane Miller asks you for a secret"))


# A secret by mistake

SPELLINGS = [
    NEEDLE,
    f"push {NEEDLE}",
    f"push @Omar Haddad {NEEDLE}",
    f"burn my {NEEDLE}",
    f"burn all {NEEDLE}",
    f"help me with {NEEDLE}",
    f"list a {NEEDLE}",
    f"request {NEEDLE}",
    f"generate {NEEDLE}",
    f"1d {NEEDLE} 3 views",
    f"hi {NEEDLE}",
    f"@Omar Haddad {NEEDLE}",
    f"-----BEGIN KEY-----\n{NEEDLE}\n\n  indented\n-----END KEY-----",
    f"help\n{NEEDLE}",
    f"user: jane\npassword: {NEEDLE}",
    f"<at>pushpw</at> {NEEDLE} &amp;",
    f"https://jane:{NEEDLE}@db.example/x?a=1&b=2",
    f"/pushpw {NEEDLE}",
    f"push @{NEEDLE}",
]


async def seen_anywhere(office: Office, store: Store, log: str) -> list[str]:
    """Where the needle stands, of all the places where it must not."""
    kept = [name + (await store.redis.dump(name) or b"") for name in await store.names("*")]
    places = {
        "messages": office.microsoft.connector.stored.encode(),
        "answers": "".join(each.text for each in office.microsoft.wire.answers).encode(),
        "store": b"".join(kept),
        "log": log.encode(),
        "metrics": office.service.house.metrics.exposition(),
    }
    return found_in(places, {"mistake": NEEDLE.encode()})


@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize("where", ["", PROJECT_CHAT])
async def test_what_may_be_a_secret_is_refused_with_the_form_and_echoed_nowhere(
    office: Office, actors: Actors, store: Store, capfd: pytest.CaptureFixture[str], text: str, where: str
):
    await in_the_project_chat(office)
    answer = await answer_to(office, actors.jane, text, where, naming=[OMAR])
    assert first_line(actors.jane, answer) in (WARNING, "In this chat nobody can be named in a message. Choose people in the form.")
    assert "delete" in actors.jane.reads(answer)
    assert (await actors.jane.presses(answer, "Push a secret")).dialog.fields["secret"].get("value", "") == ""
    await office.service.house.later.drain()
    assert await seen_anywhere(office, store, "".join(capfd.readouterr())) == []


async def test_an_edited_message_does_nothing_and_is_not_answered(office: Office, actors: Actors):
    await actors.push()
    await actors.card("Waiting")
    await answer_to(office, actors.jane, "hi")
    said = next(each for each in actors.jane.messages() if each.sender == JANE)
    before = len(actors.jane.messages())
    answer = await actors.jane.edits(said, "burn all")
    assert answer is not None
    assert answer.ok
    await office.service.house.later.drain()
    assert len(actors.jane.messages()) == before
    assert office.service.house.metrics.count_of("push.burned") == 0


async def test_a_message_that_comes_twice_is_answered_once(office: Office, actors: Actors):
    await actors.jane.says("help", times=3)
    await office.microsoft.until(lambda: actors.jane.latest("Share a secret"))
    await office.service.house.later.drain()
    assert len([each for each in actors.jane.messages() if not each.sender and "**list**" in actors.jane.reads(each)]) == 1


# Who sees it


@pytest.mark.parametrize("targeted", [True, False])
@pytest.mark.parametrize("text", ["help", "list", "push", "burn all", NEEDLE])
async def test_in_a_group_only_whoever_asked_sees_the_answer(office: Office, actors: Actors, text: str, targeted: bool):
    where = await in_the_project_chat(office)
    before = len(office.microsoft.messages(where))
    answer = await answer_to(office, actors.jane, text, where, targeted=targeted)
    assert answer.only_for == JANE
    assert len(office.microsoft.messages(where)) == before + (not targeted)  # what was said aloud stands there, the answer does not
    assert answer not in actors.omar.messages(where)
    (call,) = [each for each in office.microsoft.connector.calls if each.name == "send" and each.conversation == where]
    assert call.query["isTargetedActivity"] == "true"


async def test_in_a_channel_the_answer_stands_in_the_thread(office: Office, actors: Actors):
    office.microsoft.settle(where=office.microsoft.world.conversation(GENERAL))
    begun = await actors.omar.says("Who has the password?", GENERAL, mention=False)
    answer = await answer_to(office, actors.jane, "push @Omar Haddad", GENERAL, thread=begun.id, naming=[OMAR])
    assert (answer.thread, answer.only_for) == (begun.id, JANE)
    assert first_line(actors.jane, answer) == "A secret for Omar Haddad: the form is ready."
    anew = await actors.jane.says("help", GENERAL)
    answer = await office.microsoft.until(lambda: actors.jane.latest("**push @Jane**", GENERAL))
    assert answer.thread == anew.id


async def test_a_press_in_a_group_answers_whoever_pressed_alone(office: Office, actors: Actors):
    where = await in_the_project_chat(office)
    answer = await answer_to(office, actors.jane, "help", where)
    form = (await actors.jane.presses(answer, "Push a secret")).dialog
    done = await actors.jane.submits(form, secret=SECRET)
    assert len(links_in(done.dialog.card)) == 1
    assert office.microsoft.messages(where) == [each for each in office.microsoft.messages(where) if each.sender]


async def test_while_the_store_is_away_a_message_is_answered_with_that(office: Office, actors: Actors, monkeypatch: pytest.MonkeyPatch):
    async def away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(office.service.house.engine, "burn_all", away)
    monkeypatch.setattr(RedisLimiter, "spend", away)
    await actors.jane.says("burn all")
    await actors.card("The store is not answering. The secret is not burned yet.")
