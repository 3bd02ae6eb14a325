"""What happens from the opened link to the forgotten secret?"""

from dataclasses import replace

import pytest

from core.creation import Order
from core.payload import Payload
from tests.browser.conftest import Reader
from tests.browser.site import SECRET, Site
from tests.fakes import ALICE, BOB

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def open_it(site: Site, reader: Reader, text: str = SECRET, **terms: object) -> None:
    await reader.page.goto(await site.url(text, **terms))
    await reader.press("Show it")
    await reader.sees("shown")


async def test_one_press_shows_the_secret_and_spends_its_view(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    await reader.sees("step")
    assert await site.house.store.views_left() == [1]
    await reader.press("Show it")
    await reader.sees("shown")
    assert await reader.payload() == SECRET
    assert await site.house.store.views_left() == [0]


async def test_the_keyboard_alone_opens_it(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    await reader.sees("step")
    await reader.page.keyboard.press("Tab")
    await reader.page.keyboard.press("Enter")
    await reader.sees("shown")


async def test_a_press_made_by_a_script_opens_nothing(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    await reader.sees("step")
    await reader.page.evaluate(
        """for (const button of document.querySelectorAll('button')) {
             button.click();
             button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
             button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
           }"""
    )
    await reader.sees("step")
    assert reader.posts == []


async def test_an_opened_secret_is_acknowledged_and_its_key_leaves_the_address(site: Site, reader: Reader) -> None:
    link = await site.push()
    await reader.page.goto(link.url(site.base_url))
    await reader.press("Show it")
    await reader.page.wait_for_url(f"{site.base_url}{link.path}")
    assert site.house.audit.names.count("push.acknowledged") == 1
    assert await reader.page.evaluate("sessionStorage.getItem('pushpw:claim:' + location.pathname.slice(3))") is None


async def test_a_reload_after_the_last_view_says_gone_without_asking(site: Site, reader: Reader) -> None:
    link = await site.push()
    await reader.page.goto(link.url(site.base_url))
    await reader.press("Show it")
    await reader.page.wait_for_url(f"{site.base_url}{link.path}")
    await reader.page.reload()
    await reader.sees("gone")
    assert len(reader.claims()) == 1


async def test_the_second_opening_says_gone(site: Site, reader: Reader) -> None:
    url = await site.url()
    await reader.page.goto(url)
    await reader.press("Show it")
    await reader.sees("shown")
    stranger = await reader.page.context.browser.new_page()
    await stranger.goto(url)
    await stranger.get_by_role("button", name="Show it", exact=True).click()
    await stranger.locator('[data-state="gone"]').wait_for(state="visible")
    await stranger.close()


@pytest.mark.parametrize("mark", ["%23", "%2523"])
async def test_a_link_bent_by_a_mail_gateway_is_repaired(site: Site, reader: Reader, mark: str) -> None:
    url = await site.url()
    await reader.page.goto(url.replace("#", mark))
    await reader.sees("step")
    assert reader.page.url == url
    await reader.press("Show it")
    await reader.sees("shown")


async def test_a_cut_link_is_told_without_asking_anybody(site: Site, reader: Reader) -> None:
    await reader.page.goto((await site.url())[:-1])
    await reader.sees("incomplete")
    assert reader.posts == []
    assert site.house.store.touched == 1  # the sender's keep


async def test_another_link_pasted_into_the_same_tab_starts_anew(site: Site, reader: Reader) -> None:
    url = await site.url()
    await reader.page.goto(url[:-1])
    await reader.sees("incomplete")
    await reader.page.evaluate("url => { location.href = url }", url)
    await reader.sees("step")


async def test_hide_shows_a_fixed_number_of_dots(site: Site, reader: Reader) -> None:
    await open_it(site, reader, "x")
    await reader.press("Hide")
    assert await reader.payload() == "\u2022" * 12
    await reader.press("Show")
    assert await reader.payload() == "x"


async def test_copy_turns_into_copied_for_two_seconds_and_is_announced(site: Site, reader: Reader) -> None:
    await reader.page.context.grant_permissions(["clipboard-write"])
    await reader.page.clock.install()
    await open_it(site, reader)
    await reader.press("Copy")
    await reader.page.get_by_role("button", name="Copied", exact=True).wait_for()
    assert await reader.page.get_by_role("status").text_content() == "Copied"
    await reader.page.clock.run_for(2000)
    await reader.page.get_by_role("button", name="Copy", exact=True).wait_for()
    assert await pasted(site, reader) == SECRET


async def pasted(site: Site, reader: Reader) -> str:
    """What the clipboard holds, as a person would find out."""
    page = await reader.page.context.new_page()
    await page.set_content("<textarea></textarea>")
    await page.locator("textarea").focus()
    await page.keyboard.press("Control+V")
    return await page.locator("textarea").input_value()


async def test_copy_without_showing_never_puts_the_secret_on_the_page(site: Site, reader: Reader) -> None:
    await reader.page.context.grant_permissions(["clipboard-write"])
    await reader.page.goto(await site.url("never to be seen"))
    await reader.page.evaluate(
        """window.met = false; new MutationObserver(() => {
             window.met ||= document.documentElement.textContent.includes('never to be seen');
           }).observe(document, { subtree: true, childList: true, characterData: true })"""
    )
    await reader.press("Copy without showing")
    await reader.sees("copied")
    assert await reader.page.evaluate("window.met") is False
    assert await pasted(site, reader) == "never to be seen"


async def test_a_clipboard_that_refuses_is_told_and_the_secret_shown(site: Site, reader: Reader) -> None:
    await reader.page.add_init_script("navigator.clipboard.write = navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    await reader.page.goto(await site.url())
    await reader.press("Copy without showing")
    await reader.sees("shown")
    assert "did not let us copy" in await reader.text()
    assert await reader.payload() == SECRET


async def test_save_as_a_file_gives_the_exact_bytes_under_a_harmless_type(site: Site, reader: Reader) -> None:
    text = "<script>\r\n\u00e9\ufeff"
    await open_it(site, reader, text)
    async with reader.page.expect_download() as coming:
        await reader.press("Save as a file")
    download = await coming.value
    assert download.suggested_filename == "secret.txt"
    assert (await download.path()).read_bytes() == text.encode()


async def test_views_left_and_the_end_of_the_link_are_told(site: Site, reader: Reader) -> None:
    await open_it(site, reader, views=3, expires_in=14 * 86400)
    told = await reader.text()
    assert "Views left: 2" in told
    assert "in 14 days" in told
    assert f"Length in characters: {len(SECRET)}" in told


async def test_forgetting_a_last_view_says_that_it_is_gone_from_the_server(site: Site, reader: Reader) -> None:
    await open_it(site, reader)
    await reader.press("I saved it: forget it")
    await reader.sees("forgotten")
    await reader.page.get_by_text("It is gone from the server too.").wait_for()
    assert SECRET not in await reader.page.content()


async def test_forgetting_ends_the_whole_push_where_the_terms_let_one(site: Site, reader: Reader) -> None:
    await open_it(site, reader, views=5)
    await reader.press("I saved it: forget it")
    await reader.page.get_by_text("It is gone from the server too.").wait_for()
    assert await site.house.store.views_left() == []
    assert site.house.audit.names.count("push.burned") == 1


async def test_leaving_the_page_forgets_the_secret(site: Site, reader: Reader) -> None:
    await open_it(site, reader, "left behind", views=2)
    await reader.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert "left behind" not in await reader.page.content()
    await reader.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await reader.sees("left")


async def test_a_bound_push_without_a_ticket_sends_people_back_to_chat(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(recipient=BOB))
    await reader.press("Show it")
    await reader.sees("ticket")
    assert await site.house.store.views_left() == [1]


async def test_a_ticket_opens_a_bound_push(site: Site, reader: Reader) -> None:
    link = await site.engine.hand_out_ticket(await site.push(recipient=BOB), BOB)
    assert link is not None
    await reader.page.goto(link.url(site.base_url))
    await reader.press("Show it")
    await reader.sees("shown")


async def test_a_payload_of_a_newer_kind_is_told_and_not_acknowledged(site: Site, reader: Reader) -> None:
    created = await site.engine.create(Order(Payload("hologram", b"x"), sender=ALICE))
    await reader.page.goto(created.link.url(site.base_url))
    await reader.press("Show it")
    await reader.sees("newer")
    assert site.acts == ["claim"]


async def test_sealed_bytes_of_another_push_are_told_as_damaged(site: Site, reader: Reader) -> None:
    (first, second), store = (await site.push(), await site.push()), site.house.store
    await store.burn(first.push_id)
    await store.keep(replace(store.kept[first.push_id], sealed=store.kept[second.push_id].sealed))
    await reader.page.goto(first.url(site.base_url))
    await reader.press("Show it")
    await reader.sees("damaged")
    assert site.acts == ["claim"]


async def test_the_heading_of_a_new_state_has_the_focus(site: Site, reader: Reader) -> None:
    await open_it(site, reader)
    assert await reader.page.evaluate("document.activeElement.textContent") == "Here is your secret"
