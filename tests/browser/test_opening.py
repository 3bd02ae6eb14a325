"""What happens from the opened link to the forgotten secret?"""

import pytest

from tests.browser.conftest import Reader
from tests.browser.site import SECRET, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_one_press_shows_the_secret_and_spends_its_view(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    await reader.sees("step")
    assert site.house.store.views_left() == [1]
    await reader.press("Show it")
    await reader.sees("shown")
    assert await reader.payload() == SECRET
    assert site.house.store.views_left() == [0]
