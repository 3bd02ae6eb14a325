"""A secret for everybody in a group: whoever is in it when it is sent, each their own."""

import pytest

from adapters.slack import groups
from playground.start import Town
from playground.teams import Group
from playground.workspace import ALICE, BOB, CAROL, DAVE, ONCALL, REVIEW
from tests.journeys.actors import SECRET, Actors
from tests.journeys.people import (
    ROBOT,
    invited,
    opened,
    said_about,
    sent,
)
from tests.journeys.reader import Reader
from tests.journeys.test_slack_form import answer_to, more, typed, words_of
from tests.journeys.test_slack_recipient import press_open

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_typed_group_fills_in_its_people(actors: Actors) -> None:
    assert typed(await actors.form("@oncall 1d"))["recipient"] == [BOB, CAROL]


async def test_a_typed_group_leaves_out_oneself_apps_and_who_has_left_and_says_so(town: Town, actors: Actors) -> None:
    town.slack.workspace.add_person(ROBOT)
    town.slack.workspace.add_group(Group("S0MIXED", "mixed", "Mixed", (ALICE, BOB, ROBOT.id)))
    view = await actors.form("@mixed")
    assert typed(view)["recipient"] == [BOB]
    assert "You are in that group yourself" in words_of(view)
    assert "Left out, because an app cannot open a secret: <@U0ROBOT>" in words_of(view)
    assert "Left out" in words_of(await more(actors, view))


async def test_the_group_field_offers_what_fits_to_what_is_typed(actors: Actors) -> None:
    view = await actors.form()
    assert [option["value"] for option in await actors.alice.suggest(view, "groups", "onc")] == [ONCALL]
    assert [option["value"] for option in await actors.alice.suggest(view, "groups", "REVIEWERS")] == [REVIEW]
    assert await actors.alice.suggest(view, "groups", "nothing like it") == []


async def test_groups_are_listed_once_a_minute_however_much_is_typed(town: Town, actors: Actors) -> None:
    view = await actors.form()
    for part in ("o", "on", "onc"):
        await actors.alice.suggest(view, "groups", part)
    assert town.slack.api.calls["usergroups.list"] == 1


async def test_a_chosen_group_gets_a_push_for_each_of_its_people_and_one_besides(actors: Actors, reader: Reader) -> None:
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    actors.alice.fill(view, "recipient", [DAVE])
    await actors.alice.suggest(view, "groups", "onc")
    await actors.alice.choose(view, "groups", [ONCALL])
    await said_about(actors, "3 people")
    assert (await actors.alice.submit(actors.alice.view)).ok
    for user in (BOB, CAROL, DAVE):
        assert await reader.read(await opened(actors.town, user)) == SECRET
    assert actors.spent() == 3


async def test_who_joins_a_group_after_it_was_sent_gets_nothing_and_who_leaves_keeps_theirs(
    town: Town, actors: Actors, reader: Reader
) -> None:
    await sent(actors, "@oncall")
    message = await invited(town, BOB)
    town.slack.workspace.add_group(Group(ONCALL, "oncall", "On call", (DAVE,)))
    view = await press_open(town, message, town.slack.workspace.person(DAVE))
    assert "http" not in words_of(view)
    assert await reader.read(await opened(town, CAROL)) == SECRET
    assert town.slack.as_user(DAVE).dm_with_bot() == []


async def test_an_empty_group_is_told_in_words_and_under_its_field(town: Town, actors: Actors) -> None:
    town.slack.workspace.add_group(Group("S0EMPTY", "empty", "Empty"))
    assert "nobody in this group" in (await answer_to(actors, "@empty")).text
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.suggest(view, "groups", "emp")
    actors.alice.fill(view, "groups", ["S0EMPTY"])
    await actors.alice.submit(view)
    assert "nobody in this group" in view.errors["groups"]


async def test_a_group_that_is_gone_when_the_form_is_sent_is_told_under_its_field(town: Town, actors: Actors) -> None:
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.suggest(view, "groups", "onc")
    actors.alice.fill(view, "groups", [ONCALL])
    town.slack.workspace.groups.pop(ONCALL)
    await actors.alice.submit(view)
    assert "does not know this group any more" in view.errors["groups"]
    assert town.service.house.metrics.count_of("push.created") == 0


async def test_a_command_full_of_groups_asks_slack_for_none_of_them(town: Town, actors: Actors) -> None:
    for number in range(30):
        town.slack.workspace.add_group(Group(f"S0{number:03}", f"team-{number}", f"Team {number}", (BOB,)))
    await actors.alice.command("/pushpw", " ".join(f"@team-{number}" for number in range(30)))
    answer = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "too many people" in answer.text
    assert town.slack.api.calls["usergroups.users.list"] == 0


async def test_a_group_of_only_oneself_sends_nothing(town: Town, actors: Actors) -> None:
    town.slack.workspace.add_group(Group("S0MINE", "mine", "Mine", (ALICE,)))
    assert "nobody in this group" in (await answer_to(actors, "@mine")).text


async def test_without_the_scope_there_is_no_group_field_and_slack_is_asked_once(town: Town, actors: Actors) -> None:
    town.slack.api.scopes.discard("usergroups:read")
    for _ in range(2):
        assert "groups" not in typed(await actors.form())
    assert town.slack.api.calls["usergroups.list"] == 1


async def test_without_the_scope_a_typed_group_is_answered_in_words(town: Town, actors: Actors) -> None:
    town.slack.api.scopes.discard("usergroups:read")
    assert "usergroups:read" in (await answer_to(actors, "@oncall")).text
    assert actors.alice.views == []


async def test_a_slack_that_does_not_say_who_is_in_a_group_sends_to_nobody(town: Town, actors: Actors) -> None:
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    actors.alice.fill(view, "recipient", [DAVE])
    await actors.alice.suggest(view, "groups", "onc")
    actors.alice.fill(view, "groups", [ONCALL])
    town.slack.api.fail_with("usergroups.users.list", "internal_error")
    await actors.alice.submit(view)
    assert "did not say who is in this group" in view.errors["groups"]
    assert town.service.house.metrics.count_of("push.created") == 0


async def test_a_group_that_was_chosen_stays_in_the_form_though_slack_does_not_list_it_now(
    town: Town, actors: Actors, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "_LIST_MILLIS", 0)
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.suggest(view, "groups", "onc")
    actors.alice.fill(view, "groups", [ONCALL])
    town.slack.api.fail_with("usergroups.list", "internal_error")
    view = await more(actors, view)
    assert (await actors.alice.submit(view)).ok
    assert await reader.read(await opened(town, CAROL)) == SECRET
