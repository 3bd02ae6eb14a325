"""Does the reference page name everything that one can do in Slack?"""

import re
from pathlib import Path

import pytest

from adapters.slack import parse
from tests.journeys import scenes_home
from tests.journeys.scenes import KINDS, SCENES

PAGE = (Path(__file__).parents[2] / "docs/reference/slack.md").read_text()
TYPED = re.findall(r"`/pushpw ?([^`]*)`", PAGE)
NAMES = sorted({name for kind, name in SCENES if kind in KINDS})
assert scenes_home  # its scenes are among them


def as_slack_sends(typed: str) -> str:
    return typed.replace("@jane", "<@U0JANE|jane>").replace("@oncall", "<!subteam^S0ONCALL|@oncall>")


@pytest.mark.parametrize("name", NAMES)
def test_every_gesture_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_on_the_page_is_one_that_the_app_understands(typed: str) -> None:
    assert not isinstance(parse.command(as_slack_sends(typed)), parse.Mistake)


def test_every_kind_of_command_is_on_the_page() -> None:
    kinds = {type(parse.command(as_slack_sends(typed))) for typed in TYPED}
    assert kinds | {parse.Mistake} == set(parse.Command.__args__)


def test_no_id_is_on_the_page_that_is_not_there() -> None:
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", PAGE)) <= set(NAMES)
