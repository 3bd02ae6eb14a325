from typing import Any

import pytest

from adapters.slack import parse
from adapters.slack.parse import Ask, Burn, ChangeSettings, Help, ListMine, Mistake, Push, command
from adapters.slack.shape import is_sound
from core.identity import Member, Workspace


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Push()),
        ("   ", Push()),
        ("<@U0BOB|bob>", Push(("U0BOB",))),
        ("<@U0BOB>", Push(("U0BOB",))),
        ("<@W0BOB|bob> 1d", Push(("W0BOB",), 86400)),
        ("1d <@U0BOB|bob> 3 views", Push(("U0BOB",), 86400, 3)),
        ("30m", Push(expires_in=1800)),
        ("1 view", Push(views=1)),
        ("generate", Push(generate=True)),
        ("generate <@U0BOB|bob> 2w", Push(("U0BOB",), 14 * 86400, None, True)),
        ("burn", Burn()),
        ("burn all", Burn("all")),
        ("burn abcd2345", Burn("abcd2345")),
        ("help", Help()),
        ("HELP", Help()),
        ("request", Ask()),
        ("request <@U0BOB>", Ask("U0BOB")),
        ("list", ListMine()),
        ("settings", ChangeSettings()),
        ("request <@U0BOB|bob> the staging password", Ask("U0BOB", "the staging password")),
        ("<!subteam^S0OPS|@ops>", Push(groups=("S0OPS",))),
        ("<@U0BOB|bob> <!subteam^S0OPS|@ops> <@U0CAROL|carol> 1d", Push(("U0BOB", "U0CAROL"), 86400, groups=("S0OPS",))),
        ("<@U0BOB|bob> <@U0BOB>", Push(("U0BOB",))),
    ],
)
def test_a_command_means_what_the_contract_says(typed: str, meant: parse.Command) -> None:
    assert command(typed) == meant


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        ("hunter2", "hunter2"),
        ("burn the witch", "burn the witch"),
        ("burn ABCD2345", "burn ABCD2345"),
        ("help me", "help me"),
        ("list price 5", "list price 5"),
        ("generate electricity", "generate electricity"),
        ("<@U0BOB|bob> hunter2", "@bob hunter2"),
        ("a&amp;b&lt;c&gt;d", "a&b<c>d"),
        ("a&amp;amp;b", "a&amp;b"),
        ("see <http://example.com|example.com> and <https://a.example/x?y=1&amp;z=2>", "see example.com and https://a.example/x?y=1&z=2"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<#C0GENERAL|general> <!here>", "#general @here"),
        ("1d 2d", "1d 2d"),
        ("3 apples", "3 apples"),
    ],
)
def test_anything_else_is_taken_for_a_secret_and_unrewritten(typed: str, secret: str) -> None:
    assert command(typed) == Mistake(secret)


def test_a_secret_typed_by_mistake_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(command("hunter2"))


def test_the_acting_person_of_a_click_is_of_their_own_team() -> None:
    clicked = {"user": {"id": "U1", "team_id": "T_THEIRS"}, "team": {"id": "T_OURS", "enterprise_id": "E1"}}
    assert parse.member(clicked).spelled() == "slack:T_THEIRS:U1"


@pytest.mark.parametrize("kind", ["shortcut", "block_actions", "view_submission"])
def test_where_a_whole_organisation_has_the_app_its_members_are_its_members_though_no_team_is_named(kind: str) -> None:
    told = {"type": kind, "user": {"id": "U1", "team_id": "T1"}, "team": None, "enterprise": {"id": "E1"}}
    assert parse.member(told) == Member(Workspace("slack", "T1", "E1"), "U1")


ORG = {"enterprise": {"id": "E1"}}


@pytest.mark.parametrize(
    "told",
    [
        {"user_id": "U1", "team_id": "T1", "enterprise_id": "E1"},
        {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1", "enterprise_id": "E1"}, **ORG},
        {"user": {"id": "U1"}, "team": {"id": "T1"}, **ORG},
        {"type": "shortcut", "user": {"id": "U1", "team_id": "T1"}, "team": None, **ORG},
        {"type": "block_actions", "user": {"id": "U1", "team_id": "T1"}, "team": None, "view": {"type": "home"}, **ORG},
    ],
)
def test_a_workspace_is_part_of_the_organisation_that_its_own_members_come_with(told: dict[str, Any]) -> None:
    assert parse.branch(told) == Workspace("slack", "T1", "E1")


@pytest.mark.parametrize(
    "told",
    [
        {"user_id": "U1", "team_id": "T1"},
        {"event": {"user": "U1"}, "team_id": "T_THEIRS", "enterprise_id": "E1"},
        {"user": {"id": "U1", "team_id": "T_THEIRS"}, "team": {"id": "T1", "enterprise_id": "E1"}, **ORG},
        {"type": "shortcut", "user": {"id": "U1", "team_id": "T_THEIRS"}, "team": {"id": "T1"}, **ORG},
        {"type": "view_submission", "user": {"id": "U1", "team_id": "T_THEIRS"}, "team": None, "view": {"type": "modal"}, **ORG},
        {"type": "shortcut", "user": {"id": "U1"}, "team": None, **ORG},
        {"type": "shortcut", "user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}, "enterprise": None},
    ],
)
def test_a_stranger_in_a_shared_channel_is_of_no_organisation_that_we_know(told: dict[str, Any]) -> None:
    assert parse.branch(told) is None


def test_somebody_whose_workspace_nobody_names_is_of_the_organisation_and_of_no_other() -> None:
    told = {"user": {"id": "U1"}, "team": None, "enterprise": {"id": "E1"}}
    assert parse.member(told).spelled() == "slack:E1:U1"


@pytest.mark.parametrize("where", [{}, {"team": None, "enterprise": None}])
def test_a_person_of_nowhere_is_nobody_that_slack_tells_of(where: dict[str, None]) -> None:
    told = {"type": "shortcut", "callback_id": "push_secret", "trigger_id": "1.2", **where}
    assert not is_sound({**told, "user": {"id": "U1"}})
    assert is_sound({**told, "user": {"id": "U1", "team_id": "T1"}})
