"""Does the look at an installation tell a wrong token from a Slack that does not answer?"""

import pytest
from pydantic import SecretStr

from bot.check import look
from bot.settings import Settings
from playground.start import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY_THERE = "http://127.0.0.1:1/api/"


async def findings(settings: Settings) -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.right, finding.said) async for finding in look(settings)}


async def test_a_slack_that_does_not_answer_is_no_reason_to_copy_a_token_anew(town: Town) -> None:
    away = town.settings.model_copy(update={"slack_api_url": NOBODY_THERE, "slack_app_token": SecretStr("xapp-1-a-b")})
    found = await findings(away)
    for what in ("Slack", "Slack socket"):
        right, said = found[what]
        assert (right, "does not answer" in said, "refused" in said) == (False, True, False)


async def test_a_wrong_bot_token_is_to_be_copied_anew(town: Town) -> None:
    wrong = town.settings.model_copy(update={"slack_bot_token": SecretStr("xoxb-not-the-right-one")})
    right, said = (await findings(wrong))["Slack"]
    assert (right, "refused the bot token" in said) == (False, True)
