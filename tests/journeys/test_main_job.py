"""A secret goes from Alice to Bob, is seen once, and is gone everywhere."""

import pytest
from playwright.async_api import Browser, Page, expect

from playground.start import Town
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import new_page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_role("button", name="Show it", exact=True).click()


async def shows_the_secret(page: Page, secret: str = SECRET) -> None:
    await expect(page.locator("[data-payload]")).to_have_text(secret)


async def says_gone(page: Page) -> None:
    await expect(page.locator('[data-state="gone"]')).to_be_visible()


async def test_to_a_person_by_a_button_that_nobody_else_can_use(actors: Actors, browser: Browser, page: Page) -> None:
    done = await actors.push("@bob 1d")
    assert "U0BOB" in str(done.blocks)
    await actors.card("Waiting")
    url = await actors.open_in_chat()
    await opened(page, url)
    await shows_the_secret(page)
    await actors.card("Opened by <@U0BOB>")
    async with new_page(browser) as second:
        await opened(second, url)
        await says_gone(second)


async def test_by_a_link_to_pass_on(actors: Actors, browser: Browser, page: Page) -> None:
    done = await actors.push()
    (url,) = links_in(done.body)
    ephemeral = await actors.town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert links_in(ephemeral.blocks) == [url]
    assert (ephemeral.unfurl_links, ephemeral.unfurl_media) == (False, False)
    await opened(page, url)
    await shows_the_secret(page)
    await actors.card("Opened by somebody with the link")
    async with new_page(browser) as second:
        await opened(second, url)
        await says_gone(second)


@pytest.mark.parametrize("to", ["", "@bob"])
async def test_the_preview_robot_fetches_everything_first_and_spends_nothing(
    town: Town, actors: Actors, browser: Browser, page: Page, to: str
) -> None:
    async def run_the_scripts(url: str) -> int:
        async with new_page(browser) as robot:
            await robot.goto(url)
            await robot.locator('[data-state="step"]').wait_for(state="visible")
        return 0

    town.slack.robot.eager = True
    town.slack.robot.open_in_browser = run_the_scripts
    done = await actors.push(to)
    url = await actors.open_in_chat() if to else links_in(done.body)[0]
    await town.slack.robot.settle()
    visits = [visit for visit in town.slack.robot.visits if visit.url == url.partition("#")[0]]
    assert len(visits) >= 6
    assert any("JavaScript" in visit.agent for visit in visits)
    assert actors.spent() == 0
    await opened(page, url)
    await shows_the_secret(page)
    assert actors.spent() == 1


async def test_a_reload_between_claim_and_acknowledgement_loses_nothing(actors: Actors, page: Page) -> None:
    (url,) = links_in((await actors.push()).body)
    await page.route("**/ack", lambda route: route.abort())
    await opened(page, url)
    await shows_the_secret(page)
    await actors.card("Not confirmed yet")
    await page.unroute("**/ack")
    await page.reload()
    await shows_the_secret(page)
    assert actors.spent() == 1
    await actors.town.slack.until(lambda: actors.town.service.house.metrics.count_of("push.acknowledged") == 1)


async def test_a_passphrase_is_asked_for_and_a_wrong_one_costs_an_attempt_only(actors: Actors, page: Page) -> None:
    (url,) = links_in((await actors.push(passphrase="blue moon")).body)
    await page.goto(url)
    field = page.locator("input:visible")
    await field.fill("red moon")
    await page.get_by_role("button", name="Show it", exact=True).click()
    await expect(page.locator("main")).to_contain_text("4")
    assert actors.spent() == 0
    await page.locator("input:visible").fill("blue moon")
    await page.get_by_role("button", name="Show it", exact=True).click()
    await shows_the_secret(page)


async def test_no_message_that_stays_ever_holds_a_link_with_a_key(town: Town, actors: Actors, page: Page) -> None:
    await actors.push("@bob")
    url = await actors.open_in_chat()
    await actors.push("")
    await opened(page, url)
    await actors.card("Opened by <@U0BOB>")
    stored = [(message.text, message.blocks) for message in town.slack.workspace.messages if not message.only_for]
    assert stored
    assert links_in(stored) == []
    assert SECRET not in str(stored)
