"""What happens to a push is on its sender's card, one message edited in place; and what the card's buttons do."""

import pytest
from aiohttp import ClientSession

from playground.microsoft import forms
from playground.microsoft.outcome import Outcome
from playground.microsoft.world import LENA, OMAR, PROJECT_CHAT, Message
from playground.office import Office
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.teams.actors import SECRET, Actors, links_in
from tests.journeys.teams.looks import buttons, receipts

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def for_omar(actors: Actors, **typed: str) -> Message:
    await actors.push(**typed)
    await actors.invitation()
    return await actors.card("Waiting")


async def a_link(actors: Actors) -> str:
    (url,) = links_in((await actors.push(to="")).dialog.card)
    return url


async def expired(actors: Actors, store: Store) -> Message:
    await store.expire_only_push()
    return await actors.card("Expired unread")


# Seen


async def test_from_waiting_to_confirmed_it_is_one_message_edited_in_place(actors: Actors, reader: Reader):
    card = await for_omar(actors)
    assert buttons(actors.jane, card) == ["Remind", "Extend", "Burn"]
    url = await actors.open_in_chat()
    claimed = await reader.claim(url)
    opened = await actors.card("Opened by Omar Haddad")
    assert "Not confirmed yet" in actors.jane.reads(opened)
    await reader.acknowledge(url, claimed)
    await actors.office.microsoft.until(lambda: "Not confirmed yet" not in actors.jane.reads(card))
    assert "Opened by Omar Haddad, {{DATE(" in actors.jane.reads(card)
    assert buttons(actors.jane, card) == []
    assert [each.id for each in receipts(actors.jane)] == [opened.id] == [card.id]


async def test_a_link_that_a_scanner_fetched_is_on_the_card_and_untouched(actors: Actors, reader: Reader):
    url = await a_link(actors)
    await actors.card("Waiting")
    agent = "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com"
    async with ClientSession(headers={"User-Agent": agent}) as scanner, scanner.get(url) as answer:
        assert answer.status == 200
    card = await actors.card("A link scanner fetched the page")
    assert "The secret is untouched." in actors.jane.reads(card)
    assert "Waiting" in actors.jane.reads(card)
    assert actors.spent() == 0
    assert await reader.read(url) == SECRET
    assert "scanner" not in actors.jane.reads(await actors.card("Opened by somebody with the link"))


async def test_attempts_that_were_turned_away_are_counted_on_the_card(actors: Actors, reader: Reader):
    await for_omar(actors)
    await reader.claim(await actors.open_in_chat(), ticket=False)
    assert "Waiting" in actors.jane.reads(await actors.card("1 attempt was turned away"))
    await reader.claim(await actors.open_in_chat(), ticket=False)
    await actors.card("2 attempts were turned away, last")


async def test_five_wrong_passphrases_burn_it_and_both_are_told(actors: Actors, reader: Reader):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    await actors.jane.submits(form, secret=SECRET, recipients=OMAR, passphrase="blue moon")
    invitation = await actors.invitation()
    assert "a passphrase that Jane Miller tells you another way" in actors.omar.reads(invitation)
    url = await actors.open_in_chat()
    for _ in range(5):
        await reader.claim(url, guess=True)
    card = await actors.card("Burned after five wrong passphrases")
    assert buttons(actors.jane, card) == ["Push it again"]
    await actors.office.microsoft.until(lambda: "after five wrong passphrases" in actors.omar.reads(invitation))
    assert buttons(actors.omar, invitation) == []


async def test_expired_unread_both_are_told_and_it_can_be_pushed_again(actors: Actors, store: Store):
    await for_omar(actors)
    invitation = await actors.invitation()
    card = await expired(actors, store)
    assert buttons(actors.jane, card) == ["Push it again"]
    await actors.office.microsoft.until(lambda: "unread. Ask for a new one." in actors.omar.reads(invitation))
    assert buttons(actors.omar, invitation) == []


async def test_the_recipients_card_loses_its_button_once_it_was_read_to_the_end(actors: Actors, reader: Reader):
    await for_omar(actors)
    invitation = await actors.invitation()
    await reader.read(await actors.open_in_chat())
    await actors.office.microsoft.until(lambda: "It is gone now." in actors.omar.reads(invitation))
    assert buttons(actors.omar, invitation) == []


# Burn


async def test_burn_asks_first_and_then_nobody_opens_it(actors: Actors, reader: Reader):
    card = await for_omar(actors)
    url = await actors.open_in_chat()
    await actors.jane.presses(card, "Burn")
    assert "This cannot be undone." in actors.jane.reads(card)
    assert actors.office.service.house.metrics.count_of("push.burned") == 0
    done = await actors.jane.presses(card, "Burn it")
    assert "Secret for Omar Haddad: Burned by you" in done.notice
    burned = await actors.card("Burned by you")
    assert burned.id == card.id
    assert buttons(actors.jane, burned) == ["Push it again"]
    assert (await reader.claim(url)).code == "gone"
    invitation = await actors.office.microsoft.until(lambda: actors.omar.latest("It was taken back"))
    assert buttons(actors.omar, invitation) == []


async def test_burned_twice_it_says_the_same(actors: Actors):
    card = await for_omar(actors)
    done = await actors.jane.presses(card, "burn", times=2, repeat="anew")
    assert done.ok
    assert "Burned by you" in done.notice


# Extend


async def test_an_extended_push_is_told_to_both_and_the_button_stays(actors: Actors, reader: Reader):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    await actors.jane.submits(form, secret=SECRET, recipients=OMAR, expiry="3600")
    await actors.invitation()
    card = await actors.card("Waiting")
    (choice,) = [each for each in actors.jane.card(card)["body"][-1]["actions"] if each["title"] == "Extend"]
    offered = [each["title"] for each in choice["card"]["body"][-1]["choices"]]
    assert offered == ["4 hours", "1 day", "3 days", "7 days", "14 days", "30 days"]
    done = await actors.jane.presses(card, "Extend it", expiry=str(24 * 3600))
    assert "It expires" in done.notice
    extended = await actors.card("Extended")
    assert extended.id == card.id
    await actors.office.microsoft.until(lambda: actors.omar.latest("Jane Miller gave you more time"))
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_what_has_ended_meanwhile_is_not_extended_and_it_says_why(actors: Actors):
    card = await for_omar(actors)
    stale = as_it_was(actors, card)
    await actors.jane.presses(card, "burn")
    await actors.card("Burned by you")
    refused = await actors.jane.presses(stale, "Extend it", expiry=str(30 * 24 * 3600))
    assert "has ended, so it cannot be extended" in refused.notice


# Remind


async def test_a_reminder_reaches_the_recipient_and_is_on_the_card(actors: Actors, reader: Reader):
    card = await for_omar(actors)
    assert "They will be reminded." in (await actors.jane.presses(card, "Remind")).notice
    line = await actors.office.microsoft.until(lambda: actors.omar.latest("Jane Miller asks you to open the secret"))
    assert not links_in(actors.omar.card(line))
    assert (await actors.card("Reminded")).id == card.id
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_second_reminder_within_the_hour_is_refused_in_words(actors: Actors):
    card = await for_omar(actors)
    await actors.jane.presses(card, "Remind")
    again = await actors.jane.presses(card, "Remind")
    assert "again in 60 minutes" in again.notice
    await actors.card("Reminded")
    assert len([each for each in actors.omar.messages() if "asks you to open" in actors.omar.reads(each)]) == 1


async def test_a_reminder_of_what_was_opened_meanwhile_is_refused_in_words(actors: Actors, reader: Reader):
    stale = as_it_was(actors, await for_omar(actors))
    await reader.read(await actors.open_in_chat())
    await actors.card("Opened by Omar")
    assert "It is too late for that" in (await actors.jane.presses(stale, "Remind")).notice


async def test_a_reminder_that_teams_refuses_is_on_the_card(actors: Actors):
    card = await for_omar(actors)
    actors.office.microsoft.connector.fail_with(403, "ConversationBlockedByUser", on="send", to=actors.omar.chat.id)
    await actors.jane.presses(card, "Remind")
    await actors.card("Not reminded: Teams did not let this app write to Omar Haddad.")


# Push it again


async def test_push_it_again_opens_the_form_with_everything_but_the_secret(actors: Actors, reader: Reader):
    form = await actors.form()
    await actors.jane.presses(form, "More options")
    await actors.jane.submits(form, secret=SECRET, recipients=OMAR, expiry=str(4 * 3600), views="2", label="the deploy key")
    card = await actors.card("the deploy key")
    await actors.jane.presses(card, "burn")
    card = await actors.card("Burned by you")
    again = (await actors.jane.presses(card, "Push it again")).dialog
    given = {name: field.get("value", "") for name, field in again.fields.items()}
    assert given["secret"] == ""
    assert (given["recipients"], given["expiry"], given["views"], given["label"]) == (OMAR, str(4 * 3600), "2", "the deploy key")
    assert "cannot read what you pushed" in again.words
    assert (await actors.jane.submits(again, secret="a second one")).ok
    await actors.office.microsoft.until(
        lambda: "Can be opened 2 times" in actors.omar.reads(actors.omar.latest("sent you a secret")) and actors.omar.latest("taken back")
    )
    assert await reader.read(await actors.open_in_chat()) == "a second one"


# On hold


async def test_a_held_push_says_so_and_opens_once_it_is_released(actors: Actors, reader: Reader, store: Store):
    await for_omar(actors)
    await store.come_back()
    invitation = await actors.invitation()
    waits = await actors.omar.presses(invitation, "Open")
    assert "on hold" in waits.words
    assert not links_in(waits.card)
    card = await actors.card("On hold since")
    assert buttons(actors.jane, card) == ["Release", "Burn"]
    released = await actors.jane.presses(card, "Release it")
    assert "Waiting" in released.notice
    await actors.office.microsoft.until(lambda: buttons(actors.jane, card) == ["Remind", "Extend", "Burn"])
    assert await reader.read(await actors.open_in_chat()) == SECRET
    assert len(receipts(actors.jane)) == 1


async def test_a_held_push_that_is_burned_never_opens(actors: Actors, reader: Reader, store: Store):
    url = await a_link(actors)
    await actors.card("Waiting")
    await store.come_back()
    assert (await reader.claim(url)).code == "gone"
    await actors.jane.presses(await actors.card("On hold since"), "Burn it")
    await actors.card("Burned by you")
    assert (await reader.claim(url)).code == "gone"
    assert actors.spent() == 0


async def test_a_push_that_the_store_lost_is_said_to_be_lost(actors: Actors, reader: Reader, store: Store):
    url = await a_link(actors)
    await store.come_back()
    await reader.claim(url)
    card = await actors.card("On hold since")
    await store.redis.delete(*await store.names("*:push"))
    assert "No longer in the store" in (await actors.jane.presses(card, "Release it")).notice
    assert buttons(actors.jane, await actors.card("No longer in the store")) == ["Push it again"]


# Where the message cannot be edited


@pytest.mark.parametrize("status", [404, 403])
async def test_one_new_card_is_posted_where_the_old_one_cannot_be_edited(actors: Actors, reader: Reader, status: int):
    card = await for_omar(actors)
    url = await actors.open_in_chat()
    code = "ActivityNotFoundInConversation" if status == 404 else "BotNotInConversationRoster"
    actors.office.microsoft.connector.fail_with(status, code, on="update", to=actors.jane.chat.id)
    await reader.read(url)
    anew = await actors.card("Opened by Omar")
    assert anew.id != card.id
    await actors.office.microsoft.until(lambda: "Not confirmed" not in actors.jane.reads(anew))
    assert len(receipts(actors.jane)) == 2


# Somebody else


def as_it_was(actors: Actors, card: Message) -> Message:
    """The card as it is drawn now, on a screen that is not redrawn: what is edited later does not change it."""
    return Message(card.id, card.conversation, card=actors.jane.card(card))


async def test_somebody_elses_press_on_a_copied_card_does_nothing_and_says_so(actors: Actors, office: Office, reader: Reader):
    card = await for_omar(actors)
    office.microsoft.settle(where=office.microsoft.world.conversation(PROJECT_CHAT))
    copied = office.microsoft.world.post(Message(office.microsoft.world.next_id(), PROJECT_CHAT, card=actors.jane.card(card)))

    def said(outcome: Outcome) -> str:
        assert outcome.ok
        return outcome.words

    for wanted, typed in (("burn", {}), ("nudge", {}), ("extend", {"expiry": str(30 * 24 * 3600)})):
        assert "Only who pushed this secret can do that." in said(await actors.omar.presses(copied, wanted, **typed)), wanted
    await office.service.house.later.drain()
    counted = office.service.house.metrics.count_of
    assert counted("push.burned") == counted("push.extended") == counted("push.nudged") == 0
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_somebody_else_cannot_push_again_or_release(actors: Actors, store: Store):
    await for_omar(actors)
    await store.come_back()
    await actors.omar.presses(await actors.invitation(), "Open")
    held = await actors.card("On hold since")
    assert "Only who pushed" in (await actors.omar.presses(as_it_was(actors, held), "release")).notice
    await actors.jane.presses(held, "burn")
    over = await actors.card("Burned by you")
    assert "Only who pushed" in (await actors.omar.presses(over, "Push it again")).words


# Several people


async def for_two(actors: Actors) -> Message:
    await actors.office.microsoft.as_person(LENA).installs()
    await actors.push(to=f"{OMAR},{LENA}")
    await actors.invitation()
    return await actors.card("Secret for 2 people")


async def test_the_card_of_several_has_a_row_for_each_and_follows_each(actors: Actors, reader: Reader):
    card = await for_two(actors)
    assert "Omar Haddad" in actors.jane.reads(card)
    assert "Lena Krause" in actors.jane.reads(card)
    assert "Opened by 0 of 2. Waiting for 2." in actors.jane.reads(card)
    assert await reader.read(await actors.open_in_chat()) == SECRET
    assert (await actors.card("Opened by 1 of 2. Waiting for 1.")).id == card.id
    assert len(receipts(actors.jane)) == 1


async def test_one_of_several_is_burned_by_name_and_the_other_still_opens(actors: Actors, office: Office, reader: Reader):
    card = await for_two(actors)
    lena = office.microsoft.as_person(LENA)
    invited = await office.microsoft.until(lambda: lena.latest("Jane Miller"))
    (unfolds,) = [each for each in actors.jane.card(card)["body"][-1]["actions"] if each["title"] == "Burn one"]
    offered = {each["title"].split(" (")[0]: each["value"] for each in unfolds["card"]["body"][-1]["choices"]}
    done = await actors.jane.presses(card, "Burn it", reference=offered["Lena Krause"])
    assert "Secret for Lena Krause: Burned by you" in done.notice
    await office.microsoft.until(lambda: not buttons(lena, invited))
    assert await reader.read(await actors.open_in_chat()) == SECRET
    await actors.card("Opened by 1 of 2.")


async def test_burn_all_burns_every_row_and_takes_every_button_away(actors: Actors, office: Office):
    card = await for_two(actors)
    invitation = await actors.invitation()
    burn = [each.action["title"] for each in forms.buttons(actors.jane.card(card)) if each.action.get("verb") == "burn_group"]
    assert burn == ["Burn all"]
    assert "2 secrets were burned." in (await actors.jane.presses(card, "burn_group")).notice
    await office.microsoft.until(lambda: actors.jane.reads(card).count("Burned by you") == 2)
    assert buttons(actors.jane, card) == []
    await office.microsoft.until(lambda: not buttons(actors.omar, invitation))


async def test_somebody_else_burns_none_of_several(actors: Actors):
    card = await for_two(actors)
    refused = await actors.omar.presses(as_it_was(actors, card), "burn_group")
    assert "Only who pushed this secret can do that." in refused.notice
    assert actors.office.service.house.metrics.count_of("push.burned") == 0


async def test_of_several_on_hold_one_is_released_and_says_which(actors: Actors, reader: Reader, store: Store):
    await for_two(actors)
    await store.come_back()
    await actors.omar.presses(await actors.invitation(), "open")
    card = await actors.card("On hold since")
    (unfolds,) = [each for each in actors.jane.card(card)["body"][-1]["actions"] if each["title"] == "Release or burn one"]
    held = next(each["value"] for each in unfolds["card"]["body"][-1]["choices"] if each["title"].startswith("Omar Haddad"))
    released = await actors.jane.presses(card, "Release it", reference=held)
    assert "Secret for Omar Haddad: Waiting" in released.notice
    assert await reader.read(await actors.open_in_chat()) == SECRET
