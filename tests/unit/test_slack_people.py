"""adapters/slack/people: how somebody stands to a workspace, and as whom their clicks will name them."""

from typing import Any

import pytest

from adapters.slack import parse
from adapters.slack.people import Person
from core.identity import Member, Workspace
from core.policy import Standing

HOME = Workspace("slack", "T0ACME", "E0CORP")
ALONE = Workspace("slack", "T0ACME")


def person(**told: Any) -> Person:
    return Person.told({"id": "U0PERSON", "team_id": "T0ACME", "real_name": "Pat Person", **told})


@pytest.mark.parametrize(
    ("told", "home", "standing"),
    [
        ({}, ALONE, Standing.MEMBER),
        ({"team_id": ""}, ALONE, Standing.MEMBER),
        ({"is_restricted": True}, ALONE, Standing.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, ALONE, Standing.GUEST),
        ({"is_ultra_restricted": True}, ALONE, Standing.GUEST),
        ({"is_stranger": True}, ALONE, Standing.OUTSIDER),
        ({"is_stranger": True, "team_id": "T0PARTNER"}, ALONE, Standing.OUTSIDER),
        ({"team_id": "T0PARTNER"}, ALONE, Standing.OUTSIDER),
        ({"team_id": "T0PARTNER", "is_restricted": True}, ALONE, Standing.OUTSIDER),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0CORP"}}, HOME, Standing.MEMBER),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0CORP"}, "is_restricted": True}, HOME, Standing.GUEST),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0CORP"}, "is_stranger": True}, HOME, Standing.OUTSIDER),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0OTHER"}}, HOME, Standing.OUTSIDER),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0CORP"}}, ALONE, Standing.OUTSIDER),
        ({"team_id": "T0SISTER"}, HOME, Standing.OUTSIDER),
    ],
)
def test_where_somebody_belongs_decides_how_they_stand(told: dict[str, Any], home: Workspace, standing: Standing) -> None:
    assert person(**told).standing(home) is standing


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, ""),
        ({"is_restricted": True, "team_id": "T0PARTNER"}, ""),
        ({"deleted": True}, "deactivated"),
        ({"is_bot": True}, "not_a_person"),
        ({"is_bot": True, "deleted": True}, "not_a_person"),
        ({"id": "USLACKBOT"}, "not_a_person"),
    ],
)
def test_apps_and_who_has_left_are_refused_whatever_the_policy(told: dict[str, Any], why: str) -> None:
    assert person(**told).why_never() == why


@pytest.mark.parametrize("team", ["T0ACME", "T0PARTNER", "T0SISTER"])
def test_a_push_is_bound_to_whom_the_click_will_name(team: str) -> None:
    click = {"user": {"id": "U0PERSON", "team_id": team}, "team": {"id": "T0ACME"}, "actions": []}
    assert person(team_id=team).as_member("U0PERSON", HOME).spelled() == parse.member(click).spelled()


@pytest.mark.parametrize("team", ["", "E0CORP"])
def test_where_slack_names_no_workspace_of_a_person_they_are_of_the_senders(team: str) -> None:
    assert person(team_id=team).as_member("U0PERSON", HOME) == Member(HOME, "U0PERSON")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({}, "Pat Person"),
        ({"real_name": "", "profile": {"real_name": "Pat P."}}, "Pat P."),
        ({"real_name": None, "name": "pat"}, "pat"),
    ],
)
def test_a_person_is_called_by_the_name_that_slack_tells(told: dict[str, Any], name: str) -> None:
    assert person(**told).name == name
