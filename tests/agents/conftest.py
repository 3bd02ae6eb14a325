"""The Agents Playground, fetched once; without it, or without a browser, these tests are skipped and say why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from playground.agents.program import HOME, NoAgentsPlayground, installed
from playground.chromium import find_chromium
from tests.agents.driver import AgentsPlayground

ROOT = Path(__file__).parents[2]


@pytest_asyncio.fixture(loop_scope="session")
async def alice(alice_at_it: AgentsPlayground) -> AsyncIterator[AgentsPlayground]:
    """Alice, with no dialog in front of her. A module's tests share her chat: to start all of it anew takes longer than they do."""
    yield alice_at_it
    if await alice_at_it.dialog.count():
        await alice_at_it.close_dialog()
    await alice_at_it.open_chat("Personal Chat")


@pytest.fixture(scope="session")
def command() -> Path:
    """The program to run."""
    if find_chromium() is None:
        pytest.skip("Microsoft's Agents Playground is driven by a browser, and there is no Chromium here (sudo apt install chromium)")
    try:
        return installed(ROOT / HOME)
    except NoAgentsPlayground as why:
        pytest.skip(str(why))
