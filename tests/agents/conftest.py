"""The Agents Playground, fetched once; without it, or without a browser, these tests are skipped and say why."""

from pathlib import Path

import pytest

from playground.agents.program import HOME, NoAgentsPlayground, installed
from playground.chromium import find_chromium

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def command() -> Path:
    """The program to run."""
    if find_chromium() is None:
        pytest.skip("Microsoft's Agents Playground is driven by a browser, and there is no Chromium here (sudo apt install chromium)")
    try:
        return installed(ROOT / HOME)
    except NoAgentsPlayground as why:
        pytest.skip(str(why))
