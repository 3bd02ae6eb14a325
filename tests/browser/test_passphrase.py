"""What does the page do where a passphrase is folded into the key?"""

import pytest

from tests.browser.conftest import Reader
from tests.browser.site import LOST, SECRET, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WORDS = "Tür 7"


async def type_in(reader: Reader, passphrase: str) -> None:
    await reader.page.locator("[data-field]:visible").fill(passphrase)
    await reader.page.keyboard.press("Enter")


async def test_the_right_passphrase_opens_it_in_whatever_unicode_form(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(passphrase=WORDS))
    await reader.sees("step_p")
    await type_in(reader, "Tu\u0308r 7")
    await reader.sees("shown")
    assert await reader.payload() == SECRET


async def test_no_passphrase_is_asked_for_where_the_link_needs_none(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    await reader.sees("step")
    assert await reader.page.locator("[data-field]:visible").count() == 0


async def test_an_empty_passphrase_asks_nobody(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(passphrase=WORDS))
    await reader.press("Show it")
    assert "Type or paste the passphrase first." in await reader.text()
    assert reader.posts == []


async def test_a_wrong_passphrase_spends_no_view_and_tells_the_tries_left(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(passphrase=WORDS))
    await type_in(reader, "wrong")
    await reader.sees("wrong")
    assert "Tries left: 4" in await reader.text()
    await type_in(reader, WORDS)
    await reader.sees("shown")
    assert len({claim["nonce"] for claim in reader.claims()}) == 1


async def test_a_reload_after_a_wrong_passphrase_begins_anew(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(passphrase=WORDS))
    await type_in(reader, "wrong")
    await reader.sees("wrong")
    await reader.page.reload()
    await reader.sees("step_p")


async def test_the_fifth_wrong_passphrase_destroys_it(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(passphrase=WORDS))
    for guess in range(5):
        await type_in(reader, f"guess {guess}")
        await reader.sees("wrong" if guess < 4 else "locked")
    assert await site.house.store.views_left() == []


async def test_the_show_toggle_shows_what_is_typed(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url(passphrase=WORDS))
    field = reader.page.locator("[data-field]:visible")
    assert await field.get_attribute("type") == "password"
    await reader.press("Show passphrase")
    assert await field.get_attribute("type") == "text"


async def test_a_reload_before_the_secret_came_asks_for_the_passphrase_and_keeps_the_nonce(site: Site, reader: Reader) -> None:
    site.faults["claim"] = [LOST]
    await reader.page.goto(await site.url(passphrase=WORDS))
    await type_in(reader, WORDS)
    await reader.sees("dropped")
    await reader.page.reload()
    await reader.sees("again")
    await type_in(reader, "mistyped")
    await reader.page.get_by_text("The passphrase may be mistyped.").wait_for()
    await type_in(reader, WORDS)
    await reader.sees("shown")
    assert len({claim["nonce"] for claim in reader.claims()}) == 1
    assert site.house.audit.names.count("push.claimed") == 1
