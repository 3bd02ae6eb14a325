"""Is anything lost, or spent twice, when the line drops or the page is left half-way?"""

import pytest
from playwright.async_api import Route

from tests.browser.conftest import Reader
from tests.browser.site import LOST, SECRET, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def press_it(site: Site, reader: Reader) -> None:
    await reader.page.clock.install()
    await reader.page.goto(await site.url())
    await reader.press("Show it")


async def assert_one_try(site: Site, reader: Reader, asked: int) -> None:
    await reader.sees("shown")
    assert await reader.payload() == SECRET
    assert len(reader.claims()) == asked
    assert len({claim["nonce"] for claim in reader.claims()}) == 1
    assert site.house.audit.names.count("push.claimed") == 1


async def test_a_lost_answer_is_asked_for_again_by_itself_as_the_same_try(site: Site, reader: Reader) -> None:
    site.faults["claim"] = [LOST, LOST]
    await press_it(site, reader)
    await reader.sees("dropped")
    assert "Connection dropped, trying again" in await reader.text()
    await reader.page.clock.run_for(1000)
    await reader.page.get_by_text("Seconds to go: 2").wait_for()
    await reader.page.clock.run_for(2000)
    await assert_one_try(site, reader, asked=3)


async def test_a_line_too_slow_for_our_own_words_is_a_dropped_one(site: Site, reader: Reader) -> None:
    site.faults["claim"] = ["408"]
    await press_it(site, reader)
    await reader.sees("dropped")
    await reader.page.clock.run_for(1000)
    await assert_one_try(site, reader, asked=2)


async def test_a_person_need_not_wait_for_the_next_try(site: Site, reader: Reader) -> None:
    site.faults["claim"] = [LOST]
    await press_it(site, reader)
    await reader.sees("dropped")
    await reader.press("Try now")
    await assert_one_try(site, reader, asked=2)


async def test_a_reload_between_claim_and_ack_loses_nothing(site: Site, reader: Reader) -> None:
    await reader.page.route("**/ack", lambda route: route.abort())
    await press_it(site, reader)
    await reader.sees("shown")
    await reader.page.unroute("**/ack")
    await reader.page.reload()
    await assert_one_try(site, reader, asked=2)
    await reader.page.wait_for_url("**/p/*")
    assert site.house.audit.names.count("push.redelivered") == 1


async def test_a_reload_while_opening_goes_on_by_itself(site: Site, reader: Reader) -> None:
    async def hold(route: Route) -> None: ...

    await reader.page.route("**/claim", hold, times=1)
    async with reader.page.expect_request("**/claim"):
        await press_it(site, reader)
    await reader.sees("opening")
    await reader.page.reload()
    await reader.sees("shown")
    assert len({claim["nonce"] for claim in reader.claims()}) == 1


async def test_an_old_try_waits_for_a_new_press(site: Site, reader: Reader) -> None:
    site.faults["claim"] = [LOST]
    await press_it(site, reader)
    await reader.sees("dropped")
    await reader.page.clock.set_fixed_time(await reader.page.evaluate("Date.now() + 11 * 60 * 1000"))
    await reader.page.reload()
    await reader.sees("step")
    assert len(reader.claims()) == 1


async def test_a_hung_answer_is_given_up_and_asked_for_again(site: Site, reader: Reader) -> None:
    async def hold(route: Route) -> None: ...

    await reader.page.route("**/claim", hold, times=1)
    async with reader.page.expect_request("**/claim"):
        await press_it(site, reader)
    await reader.page.clock.run_for(15_000)
    await reader.sees("dropped")
    await reader.press("Try now")
    await reader.sees("shown")


async def test_a_reload_after_copy_without_showing_does_not_show(site: Site, reader: Reader) -> None:
    site.faults["claim"] = [LOST]
    await reader.page.clock.install()
    await reader.page.goto(await site.url())
    await reader.press("Copy without showing")
    await reader.sees("dropped")
    await reader.page.reload()
    await reader.sees("shown")
    assert "Press Copy to put it on the clipboard." in await reader.text()
    assert await reader.payload() == "\u2022" * 12


async def test_a_store_that_is_away_is_asked_again_and_nothing_was_spent(site: Site, reader: Reader) -> None:
    url = await site.url()
    site.house.store.away = True
    await reader.page.clock.install()
    await reader.page.goto(url)
    await reader.press("Show it")
    await reader.sees("away")
    site.house.store.away = False
    await reader.page.clock.run_for(2000)
    await assert_one_try(site, reader, asked=2)


@pytest.mark.parametrize("status", ["502", "504", "200"])
async def test_a_gateway_that_speaks_in_the_servers_place_is_a_dropped_line(site: Site, reader: Reader, status: str) -> None:
    site.faults["claim"] = [status]
    await press_it(site, reader)
    await reader.sees("dropped")
    await reader.press("Try now")
    await reader.sees("shown")


async def test_a_filter_that_refuses_the_request_is_told(site: Site, reader: Reader) -> None:
    site.faults["claim"] = ["403"]
    await press_it(site, reader)
    await reader.sees("refused")


async def test_offline_goes_on_by_itself_when_the_line_is_back(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    await reader.page.context.set_offline(True)
    await reader.press("Show it")
    await reader.sees("offline")
    assert reader.posts == []
    await reader.page.context.set_offline(False)
    await assert_one_try(site, reader, asked=1)


async def test_too_many_tries_count_down_and_give_the_button_back(site: Site, reader: Reader) -> None:
    link = await site.push()
    await site.house.store.burn(link.push_id)  # who holds a link that opens is kept out by nobody's tries
    await site.house.use_up_tries(30)
    await reader.page.clock.install()
    await reader.page.goto(link.url(site.base_url))
    await reader.press("Show it")
    await reader.sees("many")
    button = reader.page.get_by_role("button", name="Try again")
    assert await button.is_disabled()
    assert "Seconds to wait: 30" in await reader.text()
    site.house.limits_clock.advance(30_000)
    await reader.page.clock.run_for(30_000)
    await button.click()
    await reader.sees("gone")
    assert len(reader.claims()) == 2
    assert len({claim["nonce"] for claim in reader.claims()}) == 1


async def test_an_ack_that_fails_is_sent_again(site: Site, reader: Reader) -> None:
    site.faults["ack"] = ["502"]
    async with reader.page.expect_response("**/ack") as first:
        await press_it(site, reader)
    assert (await first.value).status == 502
    async with reader.page.expect_response("**/ack") as second:
        await reader.page.clock.run_for(1000)
    assert (await second.value).status == 204
    await reader.page.wait_for_url(lambda url: "#" not in url)
    assert site.house.audit.names.count("push.acknowledged") == 1
