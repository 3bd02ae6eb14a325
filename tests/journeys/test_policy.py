"""A workspace's policy: chosen by its admins, offered by the forms, and enforced whatever is sent."""

import pytest

from adapters.slack.render.policy import VIEW_POLICY
from core.identity import Member, Workspace
from core.policy import PolicyChoice
from playground.block_kit import faults_of_view
from playground.hands import Hands
from playground.start import Town, open_town
from playground.views import View
from playground.workspace import ALICE, BOB, TEAM_ID
from tests.journeys.actors import SECRET, Actors
from tests.journeys.conftest import IN_TESTS
from tests.journeys.store import Store
from tests.journeys.test_slack_form import answer_to, more, typed, words_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR, DAY = 3600, 86400
HERE = Workspace("slack", TEAM_ID)


async def policy_form(actors: Actors, who: Hands | None = None) -> View:
    """The policy, opened from Alice's Home tab. She is an admin."""
    who = who or actors.alice
    if who.views:
        await who.close(who.view, all_of_them=True)
    await who.open_home()
    home = await actors.town.slack.until(lambda: who.home if who.home and "change_policy" in words_of(who.home) else None)
    await who.click(home, "change_policy")
    return await actors.town.slack.until(lambda: who.view)


async def chosen(actors: Actors, **values: object) -> View:
    """Alice chooses and saves; the modal afterwards."""
    view = await policy_form(actors)
    for name, value in values.items():
        actors.alice.fill(view, name, value)
    assert (await actors.alice.submit(view)).ok
    return actors.alice.view


def values_of(select: str, view: View) -> list[str]:
    (element,) = [b["element"] for b in view.blocks if b["block_id"] == select]
    return [option["value"] for option in element["options"]]


def spoil(view: View, field: str, value: str) -> None:
    """The form as a crafted client sends it."""
    view.values[field][field] = {"type": "static_select", "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value}}


# Enforced


async def test_the_form_offers_what_the_policy_allows(actors: Actors) -> None:
    assert "saved" in words_of(await chosen(actors, longest_expiry=str(DAY), default_expiry=str(HOUR), most_views="3"))
    form = await more(actors, await actors.form())
    assert max(int(v) for v in values_of("expiry", form)) == DAY
    assert max(int(v) for v in values_of("views", form)) == 3
    assert typed(form)["expiry"] == str(HOUR)


async def test_the_command_refuses_what_the_policy_does_not_allow_and_says_why(actors: Actors) -> None:
    await chosen(actors, longest_expiry=str(DAY), default_expiry=str(DAY))
    assert "between 5 minutes and 1 day" in (await answer_to(actors, "3d")).text


async def test_a_crafted_form_beyond_the_policy_is_refused_under_its_field(actors: Actors, store: Store) -> None:
    await chosen(actors, longest_expiry=str(DAY), default_expiry=str(DAY))
    view = await more(actors, await actors.form())
    actors.alice.fill(view, "secret", SECRET)
    spoil(view, "expiry", str(7 * DAY))
    await actors.alice.submit(view)
    assert "1 day" in view.errors["expiry"]
    assert await store.names("*:push") == []


async def test_a_form_opened_before_the_policy_was_narrowed_is_held_to_it(actors: Actors, store: Store) -> None:
    view = await more(actors, await actors.form())
    actors.alice.fill(view, "secret", SECRET)
    actors.alice.fill(view, "expiry", str(30 * DAY))
    await actors.town.service.house.policies.choose(PolicyChoice(longest_expiry=DAY, default_expiry=DAY), Member(HERE, ALICE))
    await actors.alice.submit(view)
    assert list(view.errors) == ["expiry"]
    assert await store.names("*:push") == []


async def test_a_demanded_passphrase_is_asked_for_at_once_and_an_empty_one_refused(actors: Actors, store: Store) -> None:
    await chosen(actors, always=["passphrase_required"])
    view = await actors.form()
    assert "passphrase" in typed(view)
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.submit(view)
    assert list(view.errors) == ["passphrase"]  # the client's own complaint
    next(block for block in view.blocks if block["block_id"] == "passphrase")["optional"] = True
    await actors.alice.submit(view)
    assert "wants a passphrase" in view.errors["passphrase"]
    assert await store.names("*:push") == []
    actors.alice.fill(view, "passphrase", "blue")
    assert (await actors.alice.submit(view)).ok
    assert len(await store.names("*:push")) == 1


async def test_where_every_secret_is_for_a_person_a_push_for_nobody_is_refused(actors: Actors, store: Store) -> None:
    await chosen(actors, always=["binding_required"])
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    for block in view.blocks:
        block["optional"] = True
    await actors.alice.submit(view)
    assert "for named people" in next(iter(view.errors.values()))
    assert await store.names("*:push") == []


async def test_preferences_beyond_the_policy_do_not_count(actors: Actors) -> None:
    await actors.alice.command("/pushpw", "settings")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(view, "expiry", str(30 * DAY))
    await actors.alice.submit(view)
    await chosen(actors, longest_expiry=str(DAY), default_expiry=str(HOUR))
    assert "1 hour" in words_of(await actors.form())


# Chosen


async def test_the_policy_stands_as_it_was_saved(actors: Actors) -> None:
    await chosen(actors, longest_expiry=str(DAY), default_expiry=str(HOUR), people=["outsiders_allowed"], chat=["reveal_in_chat"])
    held = (await policy_form(actors)).values
    assert held["longest_expiry"]["longest_expiry"]["selected_option"]["value"] == str(DAY)
    assert [o["value"] for o in held["people"]["people"]["selected_options"]] == ["outsiders_allowed"]
    assert [o["value"] for o in held["chat"]["chat"]["selected_options"]] == ["reveal_in_chat"]
    said = await actors.town.slack.until(lambda: s if "Also for people of other" in (s := words_of(actors.alice.home)) else None)
    assert "read inside Slack" in said


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"longest_expiry": str(DAY), "default_expiry": str(7 * DAY)}, "default_expiry"),
        ({"most_views": "2", "default_views": "5"}, "default_views"),
    ],
)
async def test_what_is_usual_beyond_the_most_is_refused_under_its_field(actors: Actors, values: dict[str, str], field: str) -> None:
    view = await policy_form(actors)
    for name, value in values.items():
        actors.alice.fill(view, name, value)
    await actors.alice.submit(view)
    assert list(view.errors) == [field]


@pytest.mark.parametrize(("field", "value"), [("longest_expiry", "99999999"), ("longest_expiry", "x"), ("most_views", "1000")])
async def test_a_crafted_choice_beyond_the_operators_is_refused_and_changes_nothing(actors: Actors, field: str, value: str) -> None:
    view = await policy_form(actors)
    spoil(view, field, value)
    await actors.alice.submit(view)
    assert list(view.errors) == [field]
    assert (await actors.town.service.house.policies.of(HERE)).longest_expiry == 90 * DAY


async def test_who_changed_it_is_in_the_audit_log(actors: Actors, capsys: pytest.CaptureFixture[str]) -> None:
    await chosen(actors, longest_expiry=str(DAY), default_expiry=str(DAY))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "policy_changed" in line]
    assert actors.alice.user in line


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
async def test_the_policy_keeps_to_slacks_limits(actors: Actors, locale: str) -> None:
    actors.town.slack.workspace.change_person(ALICE, locale=locale)
    assert faults_of_view((await policy_form(actors)).body, ("modal",)) == []


async def test_the_operators_limits_bound_what_is_offered_and_it_says_so(store_url: str, prefix: str) -> None:
    limits = {"PUSHPW_MAX_EXPIRY": "7d", "PUSHPW_DEFAULT_EXPIRY": "1d", "PUSHPW_MAX_VIEWS": "5"}
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, **limits) as town:
        view = await policy_form(Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB)))
        assert max(int(v) for v in values_of("longest_expiry", view)) == 7 * DAY
        assert max(int(v) for v in values_of("most_views", view)) == 5
        assert "allows 7 days at most" in words_of(view)


# By whom


async def as_admin_once(actors: Actors, town: Town) -> View:
    """Bob opens the policy while he is an admin, and then is none any more."""
    town.slack.workspace.change_person(BOB, is_admin=True)
    view = await policy_form(actors, actors.bob)
    town.slack.workspace.change_person(BOB, is_admin=False)
    return view


async def test_who_is_no_admin_any_more_changes_nothing(actors: Actors, town: Town) -> None:
    view = await as_admin_once(actors, town)
    assert view.callback_id == VIEW_POLICY
    actors.bob.fill(view, "longest_expiry", str(HOUR))
    actors.bob.fill(view, "default_expiry", str(HOUR))
    await actors.bob.submit(view)
    assert "Only admins" in words_of(actors.bob.view)
    assert (await town.service.house.policies.of(HERE)).longest_expiry == 90 * DAY


async def test_a_button_pressed_by_who_is_no_admin_any_more_opens_nothing_to_change(actors: Actors, town: Town) -> None:
    await as_admin_once(actors, town)
    await actors.bob.close(actors.bob.view, all_of_them=True)
    await actors.bob.click(actors.bob.home, "change_policy")
    view = await town.slack.until(lambda: actors.bob.view)
    assert view.callback_id != VIEW_POLICY
    assert "Only admins" in words_of(view)


async def test_when_slack_does_not_say_who_is_an_admin_nobody_is(actors: Actors, town: Town) -> None:
    view = await policy_form(actors)
    actors.alice.fill(view, "most_views", "2")
    town.slack.api.fail_with("users.info", "internal_error")
    await actors.alice.submit(view)
    assert "Only admins" in words_of(actors.alice.view)
    assert (await town.service.house.policies.of(HERE)).most_views == 100


async def test_two_workspaces_policies_do_not_mix(actors: Actors) -> None:
    await chosen(actors, longest_expiry=str(DAY), default_expiry=str(DAY))
    policies = actors.town.service.house.policies
    other = Workspace("slack", "T0OTHER")
    assert (await policies.of(HERE)).longest_expiry == DAY
    assert (await policies.of(other)).longest_expiry == 90 * DAY
    await policies.choose(PolicyChoice(most_views=2), Member(other, "U0BOSS"))
    assert (await policies.of(HERE)).most_views == 100
    assert (await policies.of(other)).most_views == 2
