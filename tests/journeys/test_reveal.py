"""A secret is shown inside Slack where the workspace wants that, and leaves no trace of it there that we could leave."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from bot import logs
from core.identity import Member, Workspace
from core.link import Link
from core.policy import Policy, PolicyChoice
from playground.start import Town, open_town
from playground.views import View
from playground.workspace import ALICE, BOB, TEAM_ID, Person
from tests.fakes.policies import InstallationPolicies
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.canaries import found_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_canary import Monitor, files_of
from tests.journeys.validated import faults_found_by_the_sdk, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOWN = InstallationPolicies(Policy(reveal_in_chat=True))
EXACT = "  two blanks first\n\t*bold* _not_ ~at~ `all`\n<@U0BOB> &amp; <!channel> :smile: https://example.com\nlast line, blanks after   "


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, policies=SHOWN) as town:
        shown = watched(town.slack)
        town.slack.sender.patience = 20.0
        yield town
    assert faults_found_by_the_sdk(shown) == []


def texts(view: View) -> list[str]:
    """What stands in the view as it is, no mark read in it."""
    return [
        element["text"]
        for block in view.blocks
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_preformatted"
        for element in part["elements"]
    ]


def spoken(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


async def opened(actors: Actors) -> View:
    """Bob presses Open; the modal that he gets."""
    await actors.open_in_chat()
    return actors.bob.view


async def shown(actors: Actors) -> View:
    """The modal once the secret stands in it."""
    return await actors.town.slack.until(lambda: actors.bob.view if actors.bob.views and texts(actors.bob.view) else None)


@pytest.mark.parametrize("secret", [SECRET, EXACT, "x" * 3000, "\N{SNOWMAN} \u00fcber\n\nzwei"])
async def test_it_is_shown_exactly_and_the_card_says_opened(actors: Actors, secret: str) -> None:
    await actors.push("@bob", secret=secret)
    view = await opened(actors)
    assert "Slack sees it too" in spoken(view)
    assert actors.spent() == 0
    await actors.bob.click(view, "Show it here")
    view = await shown(actors)
    assert texts(view) == [secret]
    assert "has passed through Slack" in spoken(view)
    assert f"{len(secret):d} characters" in spoken(view)
    card = await actors.card("Opened by <@U0BOB>")
    await actors.town.slack.until(lambda: "Not confirmed yet" not in actors.alice.dm_with_bot()[-1].text)
    assert actors.spent() == 1
    assert secret not in card.text


async def test_the_page_stays_the_first_way_and_works(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    view = await opened(actors)
    browser, here = next(block["elements"] for block in view.blocks if block["type"] == "actions")
    assert (browser["style"], browser["text"]["text"]) == ("primary", "Open in browser")
    assert "style" not in here
    assert "url" not in here
    assert await reader.read(browser["url"]) == SECRET


async def test_the_window_with_the_secret_has_nothing_to_press(actors: Actors) -> None:
    await actors.push("@bob")
    await actors.bob.click(await opened(actors), "show_here")
    view = await shown(actors)
    assert "action_id" not in spoken(view)
    assert not view.body.get("private_metadata")


async def test_two_presses_spend_one_view(actors: Actors) -> None:
    await actors.push("@bob 3 views")
    view = await opened(actors)
    await asyncio.gather(*(actors.bob.click(view, "show_here") for _ in range(3)))
    assert texts(await shown(actors)) == [SECRET]
    await actors.town.service.house.later.drain()
    assert texts(await shown(actors)) == [SECRET]
    assert actors.spent() == 1
    assert "2 more times" in spoken(actors.bob.view)


async def test_a_window_that_slack_did_not_redraw_at_first_shows_it_at_the_second_try(town: Town, actors: Actors) -> None:
    await actors.push("@bob")
    view = await opened(actors)
    town.slack.api.fail_with("views.update", "internal_error")
    await actors.bob.click(view, "show_here")
    assert texts(await shown(actors)) == [SECRET]


async def test_an_answer_that_slack_lost_is_given_again_to_a_second_press(town: Town, actors: Actors) -> None:
    await actors.push("@bob")
    view = await opened(actors)
    town.slack.api.fail_with("views.update", "internal_error", times=2)
    await actors.bob.click(view, "show_here")
    await actors.card("Not confirmed yet")
    await town.service.house.later.drain()
    assert texts(actors.bob.view) == []
    await actors.bob.click(view, "show_here")
    assert texts(await shown(actors)) == [SECRET]
    assert actors.spent() == 1


async def test_who_lost_the_window_too_gets_it_again_by_pressing_open(town: Town, actors: Actors) -> None:
    await actors.push("@bob")
    invitation = await actors.invitation()
    view = await opened(actors)
    town.slack.api.fail_with("views.update", "internal_error", times=2)
    await actors.bob.click(view, "show_here")
    await actors.card("Not confirmed yet")
    await town.service.house.later.drain()
    await actors.bob.close(actors.bob.view, all_of_them=True)
    await actors.bob.click(invitation, "Open")
    view = await town.slack.until(lambda: actors.bob.view)
    assert "may not have been shown" in spoken(view)
    assert "http" not in spoken(view)
    await actors.bob.click(view, "show_here")
    assert texts(await shown(actors)) == [SECRET]
    assert actors.spent() == 1
    await town.service.house.later.drain()
    await actors.bob.close(actors.bob.view, all_of_them=True)
    await actors.bob.click(invitation, "Open")
    assert "is gone" in spoken(await town.slack.until(lambda: actors.bob.view))


async def test_a_window_whose_ticket_was_replaced_spends_nothing_and_says_what_to_do(actors: Actors) -> None:
    await actors.push("@bob")
    old = await opened(actors)
    value = next(e["value"] for b in old.blocks if b["type"] == "actions" for e in b["elements"] if "value" in e)
    view = await opened(actors)
    element = next(e for b in view.blocks if b["type"] == "actions" for e in b["elements"] if "value" in e)
    fresh, element["value"] = element["value"], value
    await actors.bob.click(view, "show_here")
    view = await actors.town.slack.until(lambda: actors.bob.view if "too old" in spoken(actors.bob.view) else None)
    assert actors.spent() == 0
    assert fresh not in spoken(view)
    await actors.bob.click(await opened(actors), "show_here")
    assert texts(await shown(actors)) == [SECRET]


async def test_a_pass_in_the_hands_of_somebody_else_shows_nothing(town: Town, actors: Actors) -> None:
    town.slack.workspace.add_person(Person("U0MALLORY", "mallory", "Mallory"))
    mallory = town.slack.as_user("U0MALLORY")
    await actors.push("@bob")
    bobs = await opened(actors)
    value = next(e["value"] for b in bobs.blocks if b["type"] == "actions" for e in b["elements"] if "value" in e)
    await mallory.shortcut("push_secret")
    view = await town.slack.until(lambda: mallory.view)
    button = next(e for b in view.blocks if b["type"] == "actions" for e in b["elements"])
    button |= {"action_id": "show_here", "value": value}
    await mallory.click(view, "show_here")
    await town.slack.until(lambda: "is gone, or it is for somebody else" in spoken(mallory.view))
    assert actors.spent() == 0


async def test_a_passphrase_keeps_it_to_the_browser(actors: Actors) -> None:
    await actors.push("@bob", passphrase="blue moon")
    view = await opened(actors)
    assert "show_here" not in spoken(view)
    assert "opens in the browser only" in spoken(view)


@pytest.mark.parametrize("secret", ["a\u202eb", "zero\u200bwidth", "a\rb", "\x07bell"])
async def test_what_a_window_may_not_show_exactly_keeps_to_the_browser(actors: Actors, reader: Reader, secret: str) -> None:
    await actors.push("@bob", secret=secret)
    url = await actors.open_in_chat()
    assert "show_here" not in spoken(actors.bob.view)
    assert await reader.read(url) == secret


async def test_a_held_push_is_not_shown(actors: Actors, store: Store) -> None:
    await actors.push("@bob")
    view = await opened(actors)
    await store.come_back()
    await actors.bob.click(view, "show_here")
    await actors.town.slack.until(lambda: "is on hold" in spoken(actors.bob.view))
    await actors.card("On hold since")
    assert actors.spent() == 0


async def test_without_the_policy_there_is_no_such_button_and_an_old_one_shows_nothing(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, policies=SHOWN) as town:
        actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
        await actors.push("@bob")
        view = await opened(actors)
        await town.service.house.policies.choose(PolicyChoice(reveal_in_chat=False), Member(Workspace("slack", TEAM_ID), ALICE))
        await actors.bob.click(view, "show_here")
        await town.slack.until(lambda: "opens in the browser only" in spoken(actors.bob.view))
        assert actors.spent() == 0
        assert "show_here" not in spoken(await opened(actors))


async def test_german_is_spoken_to_who_reads_german(town: Town, actors: Actors) -> None:
    town.slack.workspace.change_person(BOB, locale="de-DE")
    await actors.push("@bob")
    await actors.bob.click(await actors.invitation(), "\u00d6ffnen")
    view = await town.slack.until(lambda: actors.bob.view)
    await actors.bob.click(view, "Hier anzeigen")
    assert "ist durch Slack gegangen" in spoken(await shown(actors))


async def test_nothing_of_it_is_found_in_logs_store_or_requests(capfd: pytest.CaptureFixture[str]) -> None:
    canary = "canary-reveal-8Jk3 \N{SNOWMAN} &<>"
    with EmbeddedServer() as server:
        logs.set_up("json", "debug")
        redis = connect(server.url, timeout=20)
        monitor = Monitor(redis)
        await monitor.start()
        async with open_town(store_url=server.url, timing=IN_TESTS, policies=SHOWN) as town, ClientSession() as http:
            actors = Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))
            await actors.push("@bob", secret=canary)
            typed = len(town.slack.sender.sent)
            url = await actors.open_in_chat()
            link = Link.parse(url)
            town.slack.api.fail_with("views.update", "internal_error", times=2)
            await actors.bob.click(actors.bob.view, "show_here")
            await actors.card("Not confirmed yet")
            await town.service.house.later.drain()
            await actors.bob.click(actors.bob.view, "show_here")
            assert texts(await shown(actors)) == [canary]
            await town.service.house.later.drain()
            async with http.get(f"{town.service_url}/metrics") as answer:
                metrics = await answer.read()
            kept = json.dumps([[m.text, m.blocks] for m in town.slack.workspace.messages], ensure_ascii=False).encode()
            sent = b"\n".join(request.body for request in town.slack.sender.sent[typed:])
            places = {"metrics": metrics, "messages": kept, "requests after": sent, "store": await files_of(redis)}
        places["monitor"] = await monitor.stop()
        await redis.aclose()
    out, err = capfd.readouterr()
    places["log"] = (out + err).encode()
    assert b"push_revealed" in places["log"]
    assert b"show_here" in places["requests after"]
    assert link.ticket is not None
    assert found_in(places, {"plaintext": canary.encode()}) == []
    del places["requests after"]  # Slack sends back what stood in the window, the address on "Open in browser" too
    assert found_in(places, {"key": link.key, "ticket": link.ticket}) == []


async def test_the_link_of_a_shown_secret_is_gone(actors: Actors, reader: Reader) -> None:
    await actors.push("@bob")
    url = await actors.open_in_chat()
    await actors.bob.click(actors.bob.view, "show_here")
    await shown(actors)
    assert (await reader.claim(url)).code == "gone"
    assert links_in(actors.bob.view.body) == []
