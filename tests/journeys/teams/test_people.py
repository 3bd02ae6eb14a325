"""For whom a form is: one, several, many, too many, oneself; and what else it may say of the secret."""

import pytest

from core.creation import RECIPIENTS_MOST, WITH_PASSPHRASE_MOST
from playground.microsoft.world import JANE, OMAR, Person
from playground.office import Office
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, links_in
from tests.journeys.teams.looks import receipts

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


def crowd(office: Office, count: int) -> list[Person]:
    """So many people who have the app."""
    people = [Person(f"0a1b2c3d-9999-4aaa-8bbb-{n:012d}", f"Crowd {n:02}", f"crowd{n}@contoso.example") for n in range(count)]
    office.microsoft.world.add(*people)
    office.microsoft.settle(*(each.entra_id for each in people))
    return people


def ids(people: list[Person]) -> str:
    return ",".join(each.entra_id for each in people)


async def test_a_push_to_oneself_comes_to_the_same_chat_as_its_receipt(actors: Actors, reader: Reader):
    await actors.push(to=JANE)
    invitation = await actors.office.microsoft.until(lambda: actors.jane.latest("Jane Miller sent you a secret."))
    await actors.card("Secret for Jane Miller")
    (url,) = links_in((await actors.jane.presses(invitation, "Open")).card)
    assert await reader.read(url) == SECRET
    await actors.card("Opened by Jane Miller")


async def test_one_who_is_chosen_twice_gets_one(actors: Actors):
    await actors.push(to=f"{OMAR},{OMAR}")
    await actors.card("Secret for Omar Haddad")
    assert actors.office.service.house.metrics.count_of("push.created") == 1


async def test_forty_people_are_one_card_that_teams_takes_and_each_opens_their_own(actors: Actors, office: Office, reader: Reader):
    people = crowd(office, RECIPIENTS_MOST)
    done = await actors.push(to=ids(people))
    assert done.ok
    card = await office.microsoft.until(lambda: actors.jane.latest(f"Waiting for {RECIPIENTS_MOST}."), within=30.0)
    clients = [office.microsoft.as_person(each.entra_id) for each in people]
    invited = await office.microsoft.until(lambda: [client.latest("sent you a secret") for client in clients], within=30.0)
    first, last = [links_in((await clients[n].presses(invited[n], "Open")).card)[0] for n in (0, -1)]
    assert first.split("#")[0] != last.split("#")[0]
    assert await reader.read(first) == await reader.read(last) == SECRET
    assert (await office.microsoft.until(lambda: actors.jane.latest(f"Opened by 2 of {RECIPIENTS_MOST}."), within=30.0)).id == card.id
    assert len(receipts(actors.jane)) == 1


async def test_one_too_many_is_told_in_the_form_and_nothing_is_made(actors: Actors, office: Office):
    again = (await actors.push(to=ids(crowd(office, RECIPIENTS_MOST + 1)))).dialog
    assert f"These are too many people: at most {RECIPIENTS_MOST} fit. Choose fewer." in again.words
    assert again.fields["secret"]["value"] == SECRET
    assert office.service.house.metrics.count_of("push.created") == 0


async def test_with_a_passphrase_fewer_people_fit_and_the_form_says_so(actors: Actors, office: Office):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    people = ids(crowd(office, WITH_PASSPHRASE_MOST + 1))
    again = (await actors.jane.submits(form, secret=SECRET, recipients=people, passphrase="blue moon")).dialog
    assert f"at most {WITH_PASSPHRASE_MOST} people fit" in again.words
    assert again.fields["passphrase"]["value"] == "blue moon"
    assert office.service.house.metrics.count_of("push.created") == 0


async def test_what_is_no_person_of_the_picker_is_refused(actors: Actors, office: Office):
    office.microsoft.wire.patience = 20.0
    form = await actors.form()
    form.card["body"] = [each for each in form.card["body"] if each.get("id") != "recipients"]
    form.card["actions"][0]["data"]["recipients"] = "28:somebody, <script>"
    again = (await actors.jane.submits(form, secret=SECRET)).dialog
    assert "Nobody could say who this is" in again.words
    assert office.service.house.metrics.count_of("push.created") == 0


async def test_a_passphrase_is_asked_for_told_and_stands_nowhere(actors: Actors, reader: Reader):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    await actors.jane.submits(form, secret=SECRET, recipients=OMAR, passphrase="blue moon")
    assert "It needs a passphrase that Jane Miller tells you another way." in actors.omar.reads(await actors.invitation())
    url = await actors.open_in_chat()
    assert await reader.read(url, "blue moon") == SECRET
    assert "blue moon" not in actors.office.microsoft.connector.stored


async def test_a_label_stands_on_the_receipt_alone_and_is_no_markup(actors: Actors):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    label = "**root** of [db](http://x.example) {{DATE(2020-01-01T00:00:00Z)}}"
    await actors.jane.submits(form, secret=SECRET, recipients=OMAR, label=label)
    card = await actors.card("**root** of [db]")
    (typed,) = [each for each in actors.jane.card(card)["body"] if each["type"] == "RichTextBlock"]
    assert "{{DATE" not in typed["inlines"][0]["text"]
    assert "root" not in actors.omar.reads(await actors.invitation())
