"""Whoever's Teams speaks German reads German, from the welcome to the last edit; each in their own language."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.wiring import system_clock
from core.identity import Member, Workspace
from core.policy import Policy
from core.preferences import MemberPreferences, Preferences
from playground.microsoft import forms
from playground.microsoft.world import JANE, OMAR, PROJECT_CHAT, TENANT
from playground.office import Office, open_office
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.teams.actors import SECRET, Actors, actors_in, links_in, settle_in
from tests.journeys.teams.looks import buttons, first_line
from tests.journeys.teams.test_commands import answer_to

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEAR_MILLIS = 6000
"""For a little less than that a process need not hear of a new choice."""
ENGLISH = re.compile(r"\b(the|your|you|secret|opened|waiting|expires|nobody|burned|form|press)\b", re.IGNORECASE)


def let_speak(office: Office, locale: str, *people: str) -> None:
    """What their Teams says of itself from now on."""
    for key in people:
        office.microsoft.world.people[key] = replace(office.microsoft.world.people[key], locale=locale)
        office.microsoft.as_person(key).person = office.microsoft.world.people[key]


@pytest_asyncio.fixture(loop_scope="session")
async def office(store_url: str, prefix: str) -> AsyncIterator[Office]:
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS) as office:
        let_speak(office, "de-DE", JANE, OMAR)
        await settle_in(office)
        yield office


async def test_the_main_job_is_german_from_the_welcome_to_the_receipt(actors: Actors, reader: Reader):
    assert first_line(actors.jane, actors.jane.latest()) == "Teilen Sie ein Geheimnis über einen Link, der einmal funktioniert."
    form = await actors.form()
    assert form.title == "Geheimnis teilen"
    assert form.card["lang"] == "de"
    done = await actors.jane.submits(form, "Teilen", secret=SECRET, recipients=OMAR)
    assert "Omar Haddad erhält von dieser App eine Nachricht mit einer Schaltfläche." in done.words
    card = await actors.card("Noch nicht geöffnet")
    assert buttons(actors.jane, card) == ["Erinnern", "Verlängern", "Verwerfen"]
    invitation = await actors.office.microsoft.until(lambda: actors.omar.latest("Jane Miller hat Ihnen ein Geheimnis geschickt."))
    seen = await actors.omar.presses(invitation, "Öffnen")
    assert seen.words.startswith("Jane Miller hat Ihnen ein Geheimnis geschickt.")
    (url,) = links_in(seen.card)
    assert await reader.read(url) == SECRET
    await actors.card("Geöffnet von Omar Haddad")
    await actors.office.microsoft.until(lambda: "Jetzt ist es nicht mehr da." in actors.omar.reads(invitation))


async def test_every_button_of_the_card_answers_in_german(actors: Actors, store: Store):
    form = await actors.form()
    await actors.jane.presses(form, "Weitere Optionen")
    await actors.jane.submits(form, secret=SECRET, recipients=OMAR, expiry="3600")
    await actors.office.microsoft.until(lambda: actors.omar.latest("Geheimnis geschickt"))
    card = await actors.card("Noch nicht geöffnet")
    assert (await actors.jane.presses(card, "nudge")).notice == "Die Erinnerung ist unterwegs."
    assert "weniger als einer Stunde" in (await actors.jane.presses(card, "nudge")).notice
    await actors.office.microsoft.until(lambda: actors.omar.latest("Jane Miller bittet Sie, das Geheimnis zu öffnen"))
    assert "jetzt" in (await actors.jane.presses(card, "extend", expiry="86400")).notice
    await actors.office.microsoft.until(lambda: actors.omar.latest("Jane Miller gibt Ihnen mehr Zeit"))
    await store.come_back()
    waits = await actors.omar.presses(actors.omar.latest("Geheimnis geschickt"), "open")
    assert not ENGLISH.search(waits.words)
    held = await actors.card("Angehalten seit")
    assert buttons(actors.jane, held) == ["Freigeben", "Verwerfen"]
    assert "Von Ihnen verworfen" in (await actors.jane.presses(held, "burn")).notice
    again = (await actors.jane.presses(await actors.card("Von Ihnen verworfen"), "again")).dialog
    assert "Geben Sie es noch einmal ein." in again.words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("help", "Teilen Sie ein Geheimnis"),
        ("hallo", "Teilen Sie ein Geheimnis"),
        ("hunter2", "Falls das ein Geheimnis war, löschen Sie Ihre Nachricht jetzt"),
        ("list", "Sie haben keine offenen Geheimnisse."),
        ("push", "Das Formular für ein neues Geheimnis ist bereit."),
        ("burn", "Sagen Sie, welches"),
        ("request", "Sagen Sie im Formular, wen Sie fragen und wofür."),
        ("push 999d", "Die Gültigkeit muss mindestens 5 Minuten"),
    ],
)
async def test_what_is_typed_is_answered_in_german(office: Office, actors: Actors, text: str, said: str):
    answer = await answer_to(office, actors.jane, text)
    assert first_line(actors.jane, answer).startswith(said)
    shown = re.sub(r"\*\*.*?\*\*|„.*?“", "", actors.jane.reads(answer))  # what is to be typed as it stands
    assert not ENGLISH.search(shown), shown


async def test_a_request_is_german_for_both(actors: Actors):
    form = (await actors.jane.opens("request")).dialog
    assert form.title == "Um ein Geheimnis bitten"
    await actors.jane.submits(form, asked=OMAR, what="Passwort der Testumgebung")
    asked = await actors.office.microsoft.until(lambda: actors.omar.latest("Jane Miller bittet Sie um ein Geheimnis."))
    answer = (await actors.omar.presses(asked, "Sicher senden")).dialog
    done = await actors.omar.submits(answer, secret=SECRET)
    assert not ENGLISH.search(done.words)
    await actors.card("Beantwortet")


async def test_each_reads_their_own_language(office: Office, actors: Actors):
    let_speak(office, "en-GB", OMAR)
    await actors.omar.says("hi")
    await office.microsoft.until(lambda: actors.omar.latest("Share a secret"))
    await actors.push()
    await office.microsoft.until(lambda: actors.omar.latest("Jane Miller sent you a secret."))
    card = await actors.card("Geheimnis für Omar Haddad")
    await actors.jane.presses(card, "burn")
    await office.microsoft.until(lambda: actors.omar.latest("It was taken back"))
    await actors.card("Von Ihnen verworfen")


async def test_who_changes_the_language_of_their_teams_reads_the_new_one_at_once(office: Office, actors: Actors):
    let_speak(office, "en-US", JANE)
    assert (await actors.form()).title == "Push a secret"
    let_speak(office, "de-AT", JANE)
    assert (await actors.form()).title == "Geheimnis teilen"
    let_speak(office, "xx", JANE)
    assert (await actors.form()).title == "Push a secret"


async def test_a_language_that_a_member_chose_goes_before_that_of_their_teams(store_url: str, prefix: str):
    later = 0
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS, clock=lambda: system_clock() + later) as office:
        let_speak(office, "de-DE", JANE)
        await settle_in(office)
        actors, jane = actors_in(office), Member(Workspace("teams", TENANT), JANE)
        await preferences_of(office).choose(jane, Preferences(language="en"), Policy())
        later += NEAR_MILLIS
        assert (await actors.form()).title == "Push a secret"
        await actors.push(to=OMAR)
        await actors.card("Waiting")
        await preferences_of(office).forget(jane)
        later += NEAR_MILLIS
        assert (await actors.form()).title == "Geheimnis teilen"


def preferences_of(office: Office) -> MemberPreferences:
    """What the house keeps of what members chose; it forgets them when they part."""
    kept = (getattr(forget, "__self__", None) for forget in office.service.house.partings.forgetting)
    return next(each for each in kept if isinstance(each, MemberPreferences))


async def test_in_a_group_the_introduction_is_in_the_language_of_whoever_added_it(office: Office, actors: Actors):
    await actors.jane.installs(PROJECT_CHAT)
    introduced = await office.microsoft.until(lambda: actors.omar.latest("Diese App teilt Geheimnisse", PROJECT_CHAT))
    assert not ENGLISH.search(re.sub(r"„.*?“", "", actors.omar.reads(introduced)))


async def test_a_fault_of_the_form_is_told_in_german(actors: Actors):
    again = (await actors.jane.submits(await actors.form(), secret="", recipients=OMAR)).dialog
    assert "Das Geheimnis fehlt noch." in again.words
    titles = [each.action["title"] for each in forms.buttons(again.card)]
    assert titles == ["Starkes Geheimnis erzeugen", "Mehrere Zeilen", "Weitere Optionen", "Teilen"]
