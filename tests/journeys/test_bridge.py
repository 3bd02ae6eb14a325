"""From Slack to Teams and back, by e-mail address: who gets there, who does not, and what nobody can find out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from adapters.redis_store.connect import connect
from adapters.slack.render.card import BURN, NUDGE
from playground.block_kit import faults_of_view
from playground.microsoft.world import GUS, JANE, LENA, OMAR, PROJECT_CHAT
from playground.teams import TEAM_ID, Team
from playground.workspace import ALICE, BOB, CAROL, GINA, Person
from tests.journeys.actors import Actors
from tests.journeys.actors import links_in as links_in_slack
from tests.journeys.bridge import (
    ALICES,
    BOBS,
    DOMAIN,
    JANES,
    OMARS,
    SECRET,
    Sides,
    allow,
    both_sides,
    has_field,
    said_under,
    words_in,
)
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.teams.actors import links_in
from tests.journeys.test_policy import policy_form
from tests.journeys.test_slack_form import more
from tests.journeys.test_workspaces import ERIN, FRANK, OTHER, browser_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = "Nobody can be reached by this address"
NOT_LISTED = "domains only"
OWN = "Your own e-mail address"


@pytest_asyncio.fixture(loop_scope="session")
async def sides(store_url: str, prefix: str) -> AsyncIterator[Sides]:
    async with both_sides(store_url, prefix) as sides:
        yield sides


@pytest_asyncio.fixture(loop_scope="session")
async def page(sides: Sides) -> AsyncIterator[Reader]:
    async with Reader(sides.town.service_url) as page:
        yield page


# There and back


async def test_a_sender_in_slack_reaches_somebody_in_teams(sides: Sides, page: Reader) -> None:
    said = words_in(await sides.alice_pushes(OMARS))
    assert f"Omar Haddad ({OMARS})" in said
    invitation = await sides.invited(sides.omar)
    assert f"Alice Adams ({ALICES})" in sides.omar.reads(invitation).replace("\\", "")
    assert await page.read(await sides.opens(sides.omar)) == SECRET
    card = await sides.alices_card("Opened")
    assert f"Omar Haddad ({OMARS})" in json.dumps(card.blocks)


async def test_a_sender_in_teams_reaches_somebody_in_slack(sides: Sides, page: Reader) -> None:
    done = await sides.jane_pushes(BOBS)
    assert f"({BOBS})" in done.words
    assert "does not have this app" not in done.words
    assert f"Jane Miller ({JANES}) sent you a secret" in (await sides.slack.invitation()).text
    assert await page.read(await sides.bob_opens()) == SECRET
    card = await sides.microsoft.until(lambda: sides.jane.latest("Opened"), within=10)
    assert BOBS in json.dumps(sides.jane.card(card))


async def test_people_of_both_chats_get_one_push_each(sides: Sides, page: Reader) -> None:
    await sides.alice_pushes(OMARS, recipient=BOB)
    in_teams, here = await sides.opens(sides.omar), await sides.bob_opens()
    assert in_teams.partition("#")[0] != here.partition("#")[0]
    assert await page.read(in_teams) == await page.read(here) == SECRET
    card = await sides.alices_card("2 of 2")
    assert f"<@{BOB}>" in json.dumps(card.blocks)
    assert OMARS in json.dumps(card.blocks)


async def test_several_addresses_reach_each_of_them(sides: Sides) -> None:
    await sides.alice_pushes(f"{JANES.upper()}, {OMARS};\n{OMARS}")
    await sides.invited(sides.jane)
    await sides.invited(sides.omar)
    assert sides.created() == 2


async def test_the_button_opens_for_nobody_else_in_either_chat(sides: Sides) -> None:
    await sides.alice_pushes(OMARS)
    invitation = await sides.invited(sides.omar)
    sides.microsoft.world.find(invitation.conversation, invitation.id)
    refused = await sides.jane.presses(replace(invitation, conversation=invitation.conversation), "Open")
    assert links_in([answer.json() for answer in refused.answers]) == []
    assert "somebody else" in refused.words


async def test_the_sender_burns_what_waits_in_the_other_chat(sides: Sides, page: Reader) -> None:
    await sides.alice_pushes(OMARS)
    url = await sides.opens(sides.omar)
    await sides.slack.alice.click(await sides.alices_card("Waiting"), BURN)
    await sides.alices_card("Burned")
    await sides.invited(sides.omar, "taken back")
    assert (await page.claim(url)).code == "gone"


async def test_a_sender_in_teams_burns_what_waits_in_slack(sides: Sides, page: Reader) -> None:
    await sides.jane_pushes(BOBS)
    url = await sides.bob_opens()
    card = await sides.microsoft.until(lambda: sides.jane.latest("Waiting"), within=10)
    assert (await sides.jane.presses(card, "burn")).ok
    await sides.microsoft.until(lambda: sides.jane.latest("Burned"), within=10)
    assert (await page.claim(url)).code == "gone"


async def test_a_reminder_reaches_the_other_chat(sides: Sides) -> None:
    await sides.alice_pushes(OMARS)
    await sides.invited(sides.omar)
    await sides.slack.alice.click(await sides.alices_card("Waiting"), NUDGE)
    await sides.invited(sides.omar, "asks you to open the secret")
    await sides.jane_pushes(BOBS)
    await sides.slack.invitation()
    card = await sides.microsoft.until(lambda: sides.jane.latest("Waiting"), within=10)
    assert (await sides.jane.presses(card, "nudge")).ok
    await sides.slack.dm("asks you to open the secret")


async def test_more_time_is_told_in_the_other_chat(sides: Sides) -> None:
    await sides.jane_pushes(BOBS, expiry="3600")
    await sides.slack.invitation()
    card = await sides.microsoft.until(lambda: sides.jane.latest("Waiting"), within=10)
    assert (await sides.jane.presses(card, "extend", expiry=str(3 * 86400))).ok
    await sides.slack.dm("gave you more time")


async def test_pushed_again_the_address_stands_in_the_form(sides: Sides) -> None:
    await sides.alice_pushes(OMARS)
    card = await sides.alices_card("Waiting")
    await sides.slack.alice.click(card, BURN)
    card = await sides.alices_card("Burned")
    await sides.slack.alice.close(sides.slack.alice.view, all_of_them=True)
    await sides.slack.alice.click(card, "push_again")
    view = await sides.town.slack.until(lambda: sides.slack.alice.view)
    assert view.values["email"]["email"]["value"] == OMARS
    assert not view.values["recipient"]["recipient"].get("selected_users")


# Who may not


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("omar.haddad@fabrikam.example", NOT_LISTED),
        (f"omar.haddad@sub.{DOMAIN}", NOT_LISTED),
        (f"omar.haddad@{DOMAIN}.evil.example", NOT_LISTED),
        ("omar.haddad", "whole e-mail addresses"),
        ("omar.haddad@contoso.ex\u0430mple", "whole e-mail addresses"),  # a Cyrillic letter
        (f"Omar <omar.haddad@{DOMAIN}>", "whole e-mail addresses"),
        (f"nobody@{DOMAIN}", NOBODY),
        (",".join(f"p{n}@{DOMAIN}" for n in range(11)), "at most 10"),
    ],
)
async def test_an_address_that_leads_nowhere_is_refused_in_words(sides: Sides, typed: str, why: str) -> None:
    view = await sides.alice_pushes(typed)
    assert why in said_under(view)
    again = (await sides.jane_pushes(typed)).dialog
    assert why in again.words
    assert again.fields["email"]["value"] == typed
    assert sides.created() == 0


async def test_a_senders_own_domain_must_be_listed_too(sides: Sides) -> None:
    sides.town.slack.workspace.change_person(ALICE, email="alice@elsewhere.example")
    assert OWN in said_under(await sides.alice_pushes(OMARS))
    change(sides, JANE, email="jane@elsewhere.example", upn=JANES)
    assert OWN in (await sides.jane_pushes(BOBS)).dialog.words
    assert sides.created() == 0


@pytest.mark.parametrize(
    "facts",
    [{"is_email_confirmed": False}, {"is_restricted": True}, {"is_ultra_restricted": True}, {"is_invited_user": True}, {"email": ""}],
    ids=str,
)
async def test_whom_slack_does_not_vouch_for_neither_sends_nor_receives(sides: Sides, facts: dict[str, bool | str]) -> None:
    sides.town.slack.workspace.change_person(BOB, **facts)
    assert NOBODY in (await sides.jane_pushes(BOBS)).dialog.words
    sides.town.slack.workspace.change_person(ALICE, **facts)
    assert OWN in said_under(await sides.alice_pushes(OMARS))
    assert sides.created() == 0


async def test_an_app_in_slack_is_nobody(sides: Sides) -> None:
    sides.town.slack.workspace.add_person(Person("U0ROBOT", "robot", "Robot", is_bot=True, email=f"robot@{DOMAIN}"))
    assert NOBODY in (await sides.jane_pushes(f"robot@{DOMAIN}")).dialog.words


async def test_who_left_slack_is_nobody(sides: Sides) -> None:
    sides.town.slack.workspace.change_person(BOB, deleted=True)
    assert NOBODY in (await sides.jane_pushes(BOBS)).dialog.words


async def test_a_mere_user_name_in_the_roster_is_no_address(sides: Sides) -> None:
    """Lena's e-mail is "lkrause": whoever types it with the domain behind it does not reach her."""
    await sides.known(LENA)
    assert NOBODY in said_under(await sides.alice_pushes(f"lkrause@{DOMAIN}"))
    change(sides, JANE, email="jane.miller", upn="jane.miller")
    assert OWN in (await sides.jane_pushes(BOBS)).dialog.words


async def test_the_principal_name_counts_only_in_place_of_a_mere_user_name(sides: Sides) -> None:
    change(sides, OMAR, email="omar@elsewhere.example", upn=OMARS)
    assert NOBODY in said_under(await sides.alice_pushes(OMARS))
    change(sides, OMAR, email="ohaddad", upn=OMARS)
    await sides.alice_pushes(OMARS)
    await sides.invited(sides.omar)


async def test_a_guest_of_the_tenant_is_nobody(sides: Sides) -> None:
    change(sides, GUS, email=f"gus@{DOMAIN}")
    await sides.known(GUS)
    assert NOBODY in said_under(await sides.alice_pushes(f"gus@{DOMAIN}"))
    change(sides, GUS, email=f"gus@{DOMAIN}", upn=f"gus@{DOMAIN}", is_guest=True)
    assert NOBODY in said_under(await sides.alice_pushes(f"gus@{DOMAIN}"))


async def test_an_address_that_went_to_somebody_else_does_not_reach_its_former_owner(sides: Sides) -> None:
    change(sides, OMAR, email=f"o.haddad@{DOMAIN}")
    assert NOBODY in said_under(await sides.alice_pushes(OMARS))


async def test_an_address_that_two_have_is_nobodys(sides: Sides) -> None:
    change(sides, LENA, email=OMARS)
    await sides.known(LENA)
    assert NOBODY in said_under(await sides.alice_pushes(OMARS))


async def test_who_takes_the_app_away_is_found_no_more(sides: Sides) -> None:
    await sides.omar.uninstalls()
    assert NOBODY in said_under(await sides.alice_pushes(OMARS))


async def test_what_was_noted_of_somebody_goes_with_them(sides: Sides, store_url: str, prefix: str) -> None:
    async with closing_store(store_url, prefix) as store:
        before = await kept_of_workspaces(store)
        change(sides, LENA, email=f"lena@{DOMAIN}")
        await sides.known(LENA)
        assert await kept_of_workspaces(store) > before
        await sides.microsoft.as_person(LENA).uninstalls()
        async with asyncio.timeout(10):
            while await kept_of_workspaces(store) != before:
                await asyncio.sleep(0.05)


# What nobody can find out


async def test_an_unknown_address_and_one_that_may_not_be_reached_get_the_same_answer(sides: Sides) -> None:
    await sides.known(GUS)
    change(sides, GUS, email=f"gus@{DOMAIN}")
    sides.town.slack.workspace.change_person(GINA, email=f"gina@{DOMAIN}")
    sides.town.slack.workspace.change_person(CAROL, email=f"carol@{DOMAIN}", is_email_confirmed=False)
    in_slack = {said_under(await sides.alice_pushes(f"{who}@{DOMAIN}")) for who in ("gus", "nobody")}
    in_teams = [(await sides.jane_pushes(f"{who}@{DOMAIN}")).dialog.words.replace(f"{who}@", "@") for who in ("gina", "carol", "nobody")]
    assert len(in_slack) == len(set(in_teams)) == 1


async def test_a_known_address_beside_an_unknown_one_is_not_told_apart(sides: Sides) -> None:
    alone, beside = await sides.alice_pushes(f"nobody@{DOMAIN}"), None
    said = said_under(alone)
    beside = await sides.alice_pushes(f"{OMARS}, nobody@{DOMAIN}")
    assert said_under(beside) == said
    assert sides.created() == 0


async def test_a_form_that_would_be_refused_anyway_looks_nobody_up(sides: Sides) -> None:
    """Else an empty secret would tell, without anybody hearing of it, whose addresses are good."""
    before = sides.town.slack.api.calls["users.lookupByEmail"]
    form = await sides.janes_form()
    for address in (BOBS, f"nobody@{DOMAIN}"):
        assert "There is no secret yet" in (await sides.jane.submits(form, secret="", email=address)).dialog.words
    assert sides.town.slack.api.calls["users.lookupByEmail"] == before


async def test_nobody_can_ask_after_address_after_address(sides: Sides) -> None:
    many = ",".join(f"p{n}@{DOMAIN}" for n in range(10))
    assert NOBODY in said_under(await sides.alice_pushes(many))
    assert NOBODY in said_under(await sides.alice_pushes(many))
    view = await sides.alice_pushes(OMARS)
    assert "Try again in" in "".join(view.errors.values())
    assert sides.created() == 0


async def test_a_name_that_looks_like_an_address_does_not_pass_for_one(sides: Sides) -> None:
    change(sides, JANE, name=f"CEO (ceo@{DOMAIN}) \u202e")
    await sides.jane_pushes(BOBS)
    assert f"CEO ceo {DOMAIN} ({JANES}) sent you" in (await sides.slack.invitation()).text


# Off


async def test_without_the_operators_list_there_is_no_such_field(store_url: str, prefix: str) -> None:
    async with both_sides(store_url, prefix, on=False) as sides:
        assert not has_field(await sides.alices_form())
        assert "email" not in (await sides.janes_form()).fields


async def test_where_the_workspaces_admins_have_not_allowed_it_nobody_goes_either_way(sides: Sides) -> None:
    open_form = await sides.alices_form()
    await allow(sides.town, allowed=False)
    sides.slack.alice.fill(open_form, "secret", SECRET)
    sides.slack.alice.fill(open_form, "email", OMARS)
    assert (await sides.slack.alice.submit(open_form)).ok
    assert "does not allow" in said_under(sides.slack.alice.view)
    assert not has_field(await sides.alices_form())
    assert NOBODY in (await sides.jane_pushes(BOBS)).dialog.words
    assert sides.created() == 0


async def test_an_admin_allows_it_on_the_home_tab(store_url: str, prefix: str) -> None:
    async with both_sides(store_url, prefix) as sides:
        await allow(sides.town, allowed=False)
        alice, view = sides.slack.alice, await policy_form(sides.slack)
        alice.fill(view, "people", ["guests_allowed", "bridge_allowed"])
        assert (await alice.submit(view)).ok
        assert "saved" in words_in(alice.view)
        await alice.close(alice.view, all_of_them=True)
        assert has_field(await sides.alices_form())


async def test_a_card_for_this_conversation_cannot_be_for_somebody_in_slack(sides: Sides) -> None:
    sides.microsoft.settle(where=sides.microsoft.world.conversation(PROJECT_CHAT))
    form = (await sides.jane.opens("push", PROJECT_CHAT)).dialog
    await sides.jane.presses(form, "More options")
    again = (await sides.jane.submits(form, secret=SECRET, recipients=OMAR, where="here", email=BOBS)).dialog
    assert "cannot be opened from another chat" in again.words
    assert sides.created() == 0


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
async def test_form_and_policy_keep_to_slacks_limits(sides: Sides, locale: str) -> None:
    sides.town.slack.workspace.change_person(ALICE, locale=locale)
    form = await sides.alices_form()
    assert has_field(form)
    policy = await policy_form(sides.slack)
    assert "bridge_allowed" in words_in(policy)
    assert faults_of_view(form.body, ("modal",)) == faults_of_view(policy.body, ("modal",)) == []


# Many workspaces


async def test_only_the_workspaces_that_the_operator_named_are_believed(store_url: str, prefix: str) -> None:
    """Whoever runs a workspace of their own can have any address confirmed in it, and would get what is for its owner."""
    async with both_sides(store_url, prefix, PUSHPW_BRIDGE_WORKSPACES=TEAM_ID) as sides:
        town = sides.town
        town.slack.add_workspace(
            OTHER, [Person(ERIN, "erin", "Erin", team_id=OTHER.id, email=f"ceo@{DOMAIN}"), Person(FRANK, "frank", "Frank")]
        )
        for user in (ALICE, ERIN):
            async with browser_in(town) as browser:
                await browser.install(user)
        await allow(town, team=OTHER.id, admin=ERIN)
        assert NOBODY in (await sides.jane_pushes(f"ceo@{DOMAIN}")).dialog.words
        erins = Actors(town, town.slack.as_user(ERIN), town.slack.as_user(FRANK), "C0OTHERGENERAL")
        assert not has_field(await more(erins, await erins.form()))
        await sides.jane_pushes(BOBS)
        assert SECRET not in (await sides.slack.invitation()).text
        await sides.alice_pushes(OMARS)
        await sides.invited(sides.omar)


async def test_an_organisation_is_named_by_its_own_id(store_url: str, prefix: str) -> None:
    async with both_sides(store_url, prefix, PUSHPW_BRIDGE_WORKSPACES="E0ORG") as sides:
        town = sides.town
        for team, user in (("T0NORTH", "U0NORA"), ("T0SOUTH", "U0SAM")):
            whole = Team(team, team, team.lower(), enterprise_id="E0ORG", enterprise_name="The Org")
            town.slack.add_workspace(whole, [Person(user, user.lower(), user, team_id=team, email=f"{user.lower()}@{DOMAIN}")])
            await allow(town, team=team, admin=user)
        async with browser_in(town) as browser:
            await browser.install("U0NORA", org_wide=True)
        await sides.jane_pushes(f"u0sam@{DOMAIN}")
        sam = Actors(town, town.slack.as_user("U0SAM"), town.slack.as_user("U0SAM"), "C0SOUTHGENERAL")
        await sam.push(secret="of Sam", email=OMARS)
        assert f"U0SAM (u0sam@{DOMAIN})" in sides.omar.reads(await sides.invited(sides.omar))
        await sam.open_in_chat()


async def test_of_all_scopes_the_install_page_asks_for_addresses_only_where_the_bridge_is_on(store_url: str, prefix: str) -> None:
    async with both_sides(store_url, prefix, PUSHPW_BRIDGE_WORKSPACES=TEAM_ID) as sides, browser_in(sides.town) as browser:
        assert "users%3Aread.email" in await browser.begin()
    async with both_sides(store_url, f"{prefix}-off", on=False, many=True) as sides, browser_in(sides.town) as browser:
        assert "users%3Aread.email" not in await browser.begin()


# When something does not answer


async def test_without_the_scope_nobody_is_found_and_nothing_is_sent(sides: Sides) -> None:
    sides.town.slack.api.scopes.discard("users:read.email")
    assert "just now" in (await sides.jane_pushes(BOBS)).dialog.words
    assert OWN in said_under(await sides.alice_pushes(OMARS))


async def test_when_the_other_chat_does_not_answer_it_is_said(sides: Sides) -> None:
    sides.town.slack.api.fail_with("users.lookupByEmail", "internal_error")
    again = (await sides.jane_pushes(BOBS)).dialog
    assert "just now" in again.words
    assert (await sides.jane.submits(again)).ok
    await sides.slack.invitation()


# Nothing leaks


async def test_no_link_and_no_secret_stands_in_any_message(sides: Sides, caplog: pytest.LogCaptureFixture) -> None:
    await sides.alice_pushes(OMARS)
    await sides.jane_pushes(BOBS)
    await sides.invited(sides.omar)
    await sides.slack.invitation()
    said_in_slack = [[m.text, m.blocks] for m in sides.town.slack.workspace.messages]
    said_in_teams = [[m.text, m.card] for m in sides.microsoft.world.messages]
    assert links_in_slack(said_in_slack) == links_in(said_in_teams) == []
    assert SECRET not in json.dumps([said_in_slack, said_in_teams])
    logged = "\n".join(str(record.__dict__) for record in caplog.records)
    assert not [each for each in (SECRET, OMARS, BOBS, ALICES, JANES) if each in logged]


@asynccontextmanager
async def closing_store(store_url: str, prefix: str) -> AsyncIterator[Store]:
    redis = connect(store_url, timeout=20)
    yield Store(redis, prefix)
    await redis.aclose()


async def kept_of_workspaces(store: Store) -> int:
    """How many records all workspaces have."""
    counted: list[Any] = [store.redis.hlen(name) for name in await store.names("workspace:*")]
    return sum([int(await each) for each in counted])


def change(sides: Sides, key: str, **facts: str | bool) -> None:
    """Somebody in Teams has another name, or another address."""
    world = sides.microsoft.world
    world.add(replace(world.person(key), **facts))
