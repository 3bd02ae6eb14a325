"""The form in Teams: what it makes, what it keeps, and what it refuses."""

import json

import pytest

from core.policy import Policy
from playground.microsoft.world import GUS, LENA, OMAR, PROJECT_CHAT
from playground.office import Office, open_office
from tests.fakes.policies import InstallationPolicies
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, actors_in, links_in, settle_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_generated_secret_stands_in_the_form_and_is_what_the_recipient_reads(actors: Actors, reader: Reader):
    form = await actors.form()
    made = (await actors.jane.submits(form, "Generate a strong one", recipients=OMAR)).dialog
    secret = made.fields["secret"]["value"]
    assert len(secret) >= 16
    assert made.fields["recipients"]["value"] == OMAR
    assert (await actors.jane.submits(made)).ok
    assert await reader.read(await actors.open_in_chat()) == secret


async def test_several_lines_with_blanks_arrive_exactly(actors: Actors, reader: Reader):
    secret = "  user: jane\n\tpassword: x  \n\n"
    shown = (await actors.jane.submits(await actors.form(), "Several lines", secret="kept")).dialog
    assert shown.fields["secret"]["value"] == "kept"
    done = await actors.jane.submits(shown, secret=secret, recipients=OMAR)
    assert done.ok
    assert await reader.read(await actors.open_in_chat()) == secret


async def test_terms_that_were_chosen_hold(actors: Actors, reader: Reader):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    done = await actors.jane.submits(form, secret=SECRET, recipients=OMAR, expiry="3600", views="3", passphrase="sesame", label="Staging")
    assert done.ok
    card = await actors.card("Staging")
    assert "3" in actors.jane.reads(card)
    page = await actors.open_in_chat()
    assert "#1p" in page
    assert await reader.read(page, "sesame") == SECRET


async def test_an_empty_secret_is_told_beside_its_field_and_what_was_typed_stays(actors: Actors):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    again = (await actors.jane.submits(form, secret="", recipients=OMAR, label="Staging")).dialog
    assert "There is no secret yet" in again.words
    assert (again.fields["recipients"]["value"], again.card["type"]) == (OMAR, "AdaptiveCard")
    assert "Staging" in json.dumps(again.card)
    assert (await actors.jane.submits(again, secret=SECRET)).ok


async def test_a_form_that_is_sent_three_times_makes_one_push_and_says_the_same(actors: Actors):
    for repeat in ("same", "anew", "at_once"):
        before = actors.office.service.house.metrics.count_of("push.created")
        done = await actors.jane.submits(await actors.form(), secret=SECRET, times=3, repeat=repeat)
        links = {tuple(links_in(answer.json())) for answer in done.answers}
        assert len(links) == 1, repeat
        assert len(links.pop()) == 1
        assert actors.office.service.house.metrics.count_of("push.created") == before + 1


async def test_a_form_of_somebody_else_makes_nothing(actors: Actors):
    stolen = await actors.form()
    done = await actors.omar.submits(stolen, secret=SECRET)
    assert "Open it anew" in done.words
    assert not links_in([answer.json() for answer in done.answers])


async def test_several_people_each_get_a_push_of_their_own(actors: Actors, office: Office, reader: Reader):
    await office.microsoft.as_person(LENA).installs()
    done = await actors.push(to=f"{OMAR},{LENA}")
    assert "Omar" in done.words
    assert "Lena" in done.words
    lena = office.microsoft.as_person(LENA)
    waits = await office.microsoft.until(lambda: lena.latest("Jane"))  # she reads German
    (hers,) = links_in((await lena.presses(waits, "open")).card)
    his = await actors.open_in_chat()
    assert hers.split("#")[0] != his.split("#")[0]
    assert await reader.read(hers) == await reader.read(his) == SECRET
    await actors.card("2 of 2")


async def test_a_card_in_the_conversation_opens_for_whom_it_is_meant_alone(actors: Actors, office: Office, reader: Reader):
    office.microsoft.settle(where=office.microsoft.world.conversation(PROJECT_CHAT))
    form = await actors.form(PROJECT_CHAT)
    assert "where" in form.fields
    done = await actors.jane.submits(form, secret=SECRET, recipients=OMAR, where="here")
    assert done.ok
    shared = actors.jane.sends_draft(PROJECT_CHAT)
    assert not links_in(shared.card)
    lena = office.microsoft.as_person(LENA)
    refused = await lena.presses(shared, "Open")
    assert "nicht mehr da, oder es ist für jemand anderen" in refused.words  # she reads German
    (page,) = links_in((await actors.omar.presses(shared, "Open")).card)
    assert await reader.read(page) == SECRET
    with pytest.raises(LookupError):
        actors.omar.latest("sent you a secret")


async def test_where_the_app_is_not_in_the_conversation_no_card_is_offered_there(actors: Actors):
    assert "where" not in (await actors.form(PROJECT_CHAT)).fields


async def test_the_text_of_a_message_stands_in_the_form_for_its_author(actors: Actors, office: Office, reader: Reader):
    office.microsoft.settle(where=office.microsoft.world.conversation(PROJECT_CHAT))
    said = await actors.omar.says("hunter2", PROJECT_CHAT, html="<p>hunter2&nbsp;&amp; co</p>", mention=False)
    form = (await actors.jane.opens("push_message", on=said)).dialog
    assert form.fields["secret"]["value"] == "hunter2 & co"
    assert form.fields["recipients"]["value"] == OMAR
    assert (await actors.jane.submits(form)).ok
    assert await reader.read(await actors.open_in_chat()) == "hunter2 & co"


async def test_a_long_message_is_kept_as_a_draft_and_arrives_exactly(actors: Actors, office: Office, reader: Reader):
    office.microsoft.settle(where=office.microsoft.world.conversation(PROJECT_CHAT))
    long = "x" * 9000
    said = await actors.omar.says(long, PROJECT_CHAT, html=f"<p>{long}</p>", mention=False)
    form = (await actors.jane.opens("push_message", on=said)).dialog
    assert "9000" in form.words
    assert "secret" not in form.fields
    assert (await actors.jane.submits(form)).ok
    assert await reader.read(await actors.open_in_chat()) == long


async def test_a_guest_is_warned_of_once_and_then_sent_to(actors: Actors, office: Office):
    await office.microsoft.as_person(GUS).installs()
    again = (await actors.push(to=GUS)).dialog
    assert "guest" in again.words
    assert again.fields["secret"]["value"] == SECRET
    done = await actors.jane.submits(again)
    assert "Done." in done.words


async def test_a_policy_without_guests_or_links_is_kept_in_the_form(store_url: str, prefix: str):
    strict = InstallationPolicies(Policy(guests_allowed=False, binding_required=True, most_views=2, passphrase_required=True))
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS, policies=strict) as office:
        await settle_in(office)
        await office.microsoft.as_person(GUS).installs()
        actors = actors_in(office)
        form = await actors.form()
        assert {choice["value"] for choice in form.fields["views"]["choices"]} <= {"1", "2"} if "views" in form.fields else True
        refused = (await actors.jane.submits(form, secret=SECRET, recipients=GUS, passphrase="x")).dialog
        assert "does not allow guests" in refused.words
        unbound = (await actors.jane.submits(await actors.form(), secret=SECRET, passphrase="x")).dialog
        assert "named people" in unbound.words


async def test_an_unknown_recipient_hears_nothing_and_the_sender_gets_a_link_to_pass_on(actors: Actors, office: Office, reader: Reader):
    done = await actors.push(to=LENA)
    assert done.words.startswith("It is made, but nobody has heard of it yet.\nThe person you chose does not have this app")
    offered = await actors.card("link to pass on")
    given = await actors.jane.presses(offered, "pass_on")
    (page,) = [link for link in given.links if "#1o" in link][:1]
    assert await reader.read(page) == SECRET


async def test_in_a_conversation_with_both_and_the_app_the_recipient_is_reached_there_alone(actors: Actors, office: Office, reader: Reader):
    office.microsoft.settle(where=office.microsoft.world.conversation(PROJECT_CHAT))
    await actors.push(to=LENA, where=PROJECT_CHAT)
    lena = office.microsoft.as_person(LENA)
    waits = await office.microsoft.until(lambda: lena.latest("sent you a secret", PROJECT_CHAT))
    with pytest.raises(LookupError):
        actors.omar.latest("sent you a secret", PROJECT_CHAT)
    (page,) = links_in((await lena.presses(waits, "Open")).card)
    assert await reader.read(page) == SECRET
