"""Guests, outsiders, apps and people who have left: whom the form warns of, and whom the policy lets nobody name."""

import pytest

from core.policy import Policy
from playground.start import Town
from playground.workspace import BOB, CAROL, DAVE, GINA, Person
from tests.journeys.actors import SECRET, Actors
from tests.journeys.people import (
    LEFT,
    OTTO,
    ROBOT,
    allow_outsiders,
    chosen,
    invited,
    opened,
    said_about,
    share_a_channel,
    town_under,
)
from tests.journeys.reader import Reader
from tests.journeys.test_slack_form import more, typed, words_of
from tests.journeys.test_slack_recipient import press_open

pytestmark = pytest.mark.asyncio(loop_scope="session")


# Warnings, before anything is sent


async def test_choosing_a_guest_warns_and_keeps_what_was_typed(actors: Actors) -> None:
    view = await chosen(actors, [GINA])
    view = await said_about(actors, "<@U0GINA> is a guest")
    assert typed(view)["secret"] == SECRET
    assert typed(view)["recipient"] == [GINA]
    assert (await actors.alice.submit(view)).ok
    await invited(actors.town, GINA)


async def test_a_warning_stays_under_more_options_and_goes_with_the_person(actors: Actors) -> None:
    await chosen(actors, [GINA])
    await more(actors, await said_about(actors, "is a guest"))
    view = await said_about(actors, "is a guest")
    await actors.alice.choose(view, "recipient", [BOB])
    await actors.town.slack.until(lambda: "is a guest" not in words_of(actors.alice.view))


async def test_a_person_with_nothing_to_say_about_redraws_nothing(town: Town, actors: Actors) -> None:
    await chosen(actors, [BOB])
    await actors.alice.choose(actors.alice.view, "recipient", [GINA])
    await said_about(actors, "is a guest")
    assert town.slack.api.calls["views.update"] == 1


async def test_several_kinds_of_people_are_each_named(town: Town, actors: Actors) -> None:
    await allow_outsiders(town)
    share_a_channel(town, OTTO)
    for person in (ROBOT, LEFT):
        town.slack.workspace.add_person(person)
    await chosen(actors, [BOB, GINA, OTTO.id, ROBOT.id, LEFT.id])
    said = words_of(await said_about(actors, "<@U0OTTO> is from another workspace"))
    assert "<@U0GINA> is a guest" in said
    assert "take out <@U0ROBOT>" in said
    assert "Deactivated, so take out: <@U0LEFT>" in said


async def test_a_prefilled_guest_is_warned_of_when_the_form_opens(actors: Actors) -> None:
    assert "is a guest" in words_of(await actors.form("@gina"))


@pytest.mark.parametrize(("person", "said"), [(ROBOT, "Robot: An app cannot open"), (LEFT, "Lea Left: This account is deactivated")])
async def test_one_among_several_who_could_never_open_it_is_named_under_the_field(
    town: Town, actors: Actors, person: Person, said: str
) -> None:
    town.slack.workspace.add_person(person)
    view = await chosen(actors, [BOB, person.id])
    await actors.alice.submit(view)
    assert said in view.errors["recipient"]
    assert town.service.house.metrics.count_of("push.created") == 0


# Outsiders and guests


async def test_without_an_admins_word_outsiders_are_refused(town: Town, actors: Actors) -> None:
    share_a_channel(town, OTTO)
    view = await chosen(actors, [OTTO.id])
    await actors.alice.submit(view)
    assert "does not allow" in view.errors["recipient"]
    assert town.service.house.metrics.count_of("push.created") == 0


async def test_an_outsider_who_shares_a_channel_opens_their_own(town: Town, actors: Actors, reader: Reader) -> None:
    await allow_outsiders(town)
    share_a_channel(town, OTTO)
    view = await chosen(actors, [OTTO.id])
    assert (await actors.alice.submit(view)).ok
    message = await invited(town, OTTO.id)
    foreign = await press_open(town, message, Person(OTTO.id, "otto", "Otto Ohm", team_id="T0OTHER"))
    assert "http" not in words_of(foreign)
    assert await reader.read(await opened(town, OTTO.id)) == SECRET


async def test_somebody_with_an_outsiders_id_in_the_senders_workspace_cannot_open_it(town: Town, actors: Actors) -> None:
    await allow_outsiders(town)
    share_a_channel(town, OTTO)
    await actors.alice.submit(await chosen(actors, [OTTO.id]))
    view = await press_open(town, await invited(town, OTTO.id), Person(OTTO.id, "otto", "Otto"))
    assert "gone, or it is for somebody else" in words_of(view)


@pytest.mark.parametrize(
    ("policy", "user", "said"),
    [
        (Policy(guests_allowed=False), GINA, "does not allow guests"),
        (Policy(outsiders_allowed=False), OTTO.id, "does not allow people from other workspaces"),
    ],
)
async def test_whom_the_policy_forbids_is_warned_of_and_refused(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch, policy: Policy, user: str, said: str
) -> None:
    async with town_under(policy, store_url, prefix, monkeypatch) as actors:
        share_a_channel(actors.town, OTTO)
        view = await chosen(actors, [BOB, user])
        view = await said_about(actors, said)
        await actors.alice.submit(view)
        assert "does not allow" in view.errors["recipient"]
        assert actors.town.service.house.metrics.count_of("push.created") == 0


async def test_a_guest_in_a_group_is_left_out_where_the_policy_forbids_guests(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_under(Policy(guests_allowed=False), store_url, prefix, monkeypatch) as actors:
        view = await actors.form("@review")
        assert typed(view)["recipient"] == [CAROL, DAVE]
        assert "does not allow guests: <@U0GINA>" in words_of(view)


async def test_where_not_everybody_is_allowed_an_unknown_person_is_refused(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_under(Policy(guests_allowed=False), store_url, prefix, monkeypatch) as actors:
        view = await actors.form()
        actors.alice.fill(view, "secret", SECRET)
        actors.alice.fill(view, "recipient", [GINA])
        actors.town.slack.api.fail_with("users.info", "internal_error")
        await actors.alice.submit(view)
        assert "Nobody could say who this is" in view.errors["recipient"]


async def test_where_everybody_is_allowed_an_unknown_person_is_no_reason_to_refuse(town: Town, actors: Actors, reader: Reader) -> None:
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    actors.alice.fill(view, "recipient", [CAROL])
    town.slack.api.fail_with("users.info", "internal_error")
    assert (await actors.alice.submit(view)).ok
    assert await reader.read(await opened(town, CAROL)) == SECRET


# What a workspace demands


async def test_a_passphrase_that_is_demanded_is_unfolded_and_not_optional(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_under(Policy(passphrase_required=True), store_url, prefix, monkeypatch) as actors:
        view = await actors.form()
        field = next(block for block in view.blocks if block["block_id"] == "passphrase")
        assert not field["optional"]
        assert "This workspace wants a passphrase" in field["hint"]["text"]
        actors.alice.fill(view, "secret", SECRET)
        field["optional"] = True  # a client that does not ask for it
        await actors.alice.submit(view)
        assert "wants a passphrase" in view.errors["passphrase"]


async def test_named_people_that_are_demanded_are_not_optional(store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town_under(Policy(binding_required=True), store_url, prefix, monkeypatch) as actors:
        view = await actors.form()
        actors.alice.fill(view, "secret", SECRET)
        await actors.alice.submit(view)
        assert "for named people" in view.errors["recipient"]
        actors.town.slack.api.scopes.discard("usergroups:read")
    async with town_under(Policy(binding_required=True), store_url, f"{prefix}-2", monkeypatch) as actors:
        actors.town.slack.api.scopes.discard("usergroups:read")
        view = await actors.form()
        field = next(block for block in view.blocks if block["block_id"] == "recipient")
        assert not field["optional"]
        assert "for named people" in field["hint"]["text"]
