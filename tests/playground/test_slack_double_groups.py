"""User groups, and the scopes that an app's installation has."""

import pytest
from slack_sdk.errors import SlackApiError

from playground.manifest import Manifest
from playground.teams import Group
from playground.workspace import ALICE, BOB, CAROL, GENERAL, ONCALL, RANDOM, REVIEW
from tests.playground.conftest import Town
from tests.playground.test_slack_double_web_api import refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_without_the_scope_groups_are_not_told_and_slack_says_what_is_missing(town: Town) -> None:
    with pytest.raises(SlackApiError) as caught:
        await town.client.usergroups_list()
    answer = caught.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "usergroups:read")
    assert answer["provided"] == "chat:write,commands,im:write,users:read" == answer.headers["x-oauth-scopes"]


async def test_groups_are_listed_with_their_people_and_number_when_asked_for(town: Town) -> None:
    town.slack.api.scopes.add("usergroups:read")
    plain = (await town.client.usergroups_list())["usergroups"]
    assert [(g["id"], g["handle"]) for g in plain] == [(ONCALL, "oncall"), (REVIEW, "review")]
    assert "users" not in plain[0]
    assert "user_count" not in plain[0]
    full = (await town.client.usergroups_list(include_users=True, include_count=True))["usergroups"]
    assert (full[0]["users"], full[0]["user_count"]) == ([BOB, CAROL], 2)


async def test_the_people_of_one_group_without_the_deactivated(town: Town) -> None:
    town.slack.api.scopes.add("usergroups:read")
    town.slack.workspace.change_person(CAROL, deleted=True)
    assert (await town.client.usergroups_users_list(usergroup=ONCALL))["users"] == [BOB]
    assert await refusal(town.client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_a_disabled_group_is_told_only_when_asked_for(town: Town) -> None:
    town.slack.api.scopes.add("usergroups:read")
    town.slack.workspace.add_group(Group(ONCALL, "oncall", "On call", (BOB,), is_deleted=True))
    assert [g["id"] for g in (await town.client.usergroups_list())["usergroups"]] == [REVIEW]
    assert len((await town.client.usergroups_list(include_disabled=True))["usergroups"]) == 2
    assert await refusal(town.client.usergroups_users_list(usergroup=ONCALL)) == "no_such_subteam"
    assert (await town.client.usergroups_users_list(usergroup=ONCALL, include_disabled=True))["users"] == [BOB]


async def test_a_command_and_a_message_carry_a_group_by_its_id(town: Town) -> None:
    await town.alice.command("/pushpw", "@oncall 1d")
    assert town.app.seen[0]["text"] == "<!subteam^S0ONCALL|@oncall> 1d"
    said = town.alice.say(GENERAL, "ask @oncall")
    assert said.text == "ask <!subteam^S0ONCALL>"
    assert said.blocks[0]["elements"][0]["elements"][1] == {"type": "usergroup", "usergroup_id": ONCALL}


async def test_every_answer_says_the_scopes_of_its_token(town: Town) -> None:
    town.slack.api.scopes.discard("im:write")
    assert (await town.client.auth_test()).headers["x-oauth-scopes"] == "chat:write,commands,users:read"
    assert await refusal(town.client.conversations_open(users=ALICE)) == "missing_scope"
    town.slack.api.limit_rate("chat.postMessage", 1)
    with pytest.raises(SlackApiError) as caught:
        await town.client.chat_postMessage(channel=RANDOM, text="x")
    assert "chat:write" in caught.value.response.headers["x-oauth-scopes"]


async def test_the_manifest_tells_needed_and_optional_scopes_apart() -> None:
    scopes = {"bot": ["commands", "links:read"], "bot_optional": ["links:read"], "user_optional": ["chat:write"]}
    read = Manifest.read({"oauth_config": {"scopes": scopes}})
    assert (read.scopes, read.optional_scopes, read.user_scopes) == ({"commands"}, {"links:read"}, {"chat:write"})
