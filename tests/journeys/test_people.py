"""A secret for several people, for groups, for guests and outsiders: each their own, and nobody else's."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random  # noqa: TID251  # seeded, so that a failure can be repeated
from urllib.parse import parse_qs

import pytest

from adapters.slack import groups
from bot.settings import Settings
from core.identity import Member, Workspace
from core.policy import Policy, PolicyChoice
from playground.hands import Hands
from playground.start import Town, open_town
from playground.teams import Group
from playground.views import View
from playground.workspace import ALICE, BOB, CAROL, DAVE, GINA, ONCALL, RANDOM, REVIEW, TEAM_ID, Message, Person
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_door import places_in, spoiled
from tests.journeys.test_slack_form import answer_to, more, typed, words_of
from tests.journeys.test_slack_recipient import press_open

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTTO = Person("U0OTTO", "otto", "Otto Ohm", team_id="T0PARTNER")
ROBOT = Person("U0ROBOT", "robot", "Robot", is_bot=True)
LEFT = Person("U0LEFT", "left", "Lea Left", deleted=True)


@asynccontextmanager
async def town_under(policy: Policy, store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Actors]:
    """A town whose operator set that policy."""
    monkeypatch.setattr(Settings, "policy", property(lambda _: policy))
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS) as town:
        town.slack.sender.patience = 20.0
        yield Actors(town, town.slack.as_user(ALICE), town.slack.as_user(BOB))


async def allow_outsiders(town: Town) -> None:
    """The workspace's admin lets them be named; without that they are refused."""
    admin = Member(Workspace("slack", TEAM_ID), ALICE)
    await town.service.house.policies.choose(PolicyChoice(outsiders_allowed=True), admin)


def share_a_channel(town: Town, person: Person) -> Hands:
    """An outsider whom the app can write to."""
    town.slack.workspace.add_person(person)
    town.slack.workspace.conversation(RANDOM).members.append(person.id)
    return town.slack.as_user(person.id)


async def invited(town: Town, user: str) -> Message:
    hands = town.slack.as_user(user)
    return await town.slack.until(
        lambda: next((m for m in reversed(hands.dm_with_bot()) if "open_push" in json.dumps(m.blocks)), None), within=10
    )


async def opened(town: Town, user: str) -> str:
    """The person presses Open in their own conversation; the address that they get."""
    hands = town.slack.as_user(user)
    if hands.views:
        await hands.close(hands.view, all_of_them=True)
    await hands.click(await invited(town, user), "Open")
    view = await town.slack.until(lambda: hands.view)
    return next(element["url"] for block in view.blocks for element in block.get("elements", []) if "url" in element)


async def chosen(actors: Actors, users: list[str], secret: str = SECRET) -> View:
    """The form with people chosen, as a person does it: the app hears of it."""
    view = await actors.form()
    actors.alice.fill(view, "secret", secret)
    await actors.alice.choose(view, "recipient", users)
    return view


async def said_about(actors: Actors, saying: str) -> View:
    """The form, once it says that."""
    return await actors.town.slack.until(lambda: view if saying in words_of(view := actors.alice.view) else None)


async def sent(actors: Actors, text: str) -> View:
    view = await actors.form(text)
    actors.alice.fill(view, "secret", SECRET)
    assert (await actors.alice.submit(view)).ok
    assert view.errors == {}
    return actors.alice.view


def rows_of(card: Message) -> dict[str, str]:
    """What the card says of each person, by mention."""
    texts = [block["text"]["text"] for block in card.blocks if str(block.get("block_id", "")).startswith("row_")]
    return {text.partition("*")[2].partition("*")[0]: text.partition("\n")[2] for text in texts}


async def row(actors: Actors, user: str, saying: str) -> Message:
    """Alice's card, once the row of that person says so."""

    def found() -> Message | None:
        cards = [m for m in actors.alice.dm_with_bot() if saying in rows_of(m).get(f"<@{user}>", "")]
        return cards[-1] if cards else None

    return await actors.town.slack.until(found, within=10)


def group_cards(actors: Actors) -> list[Message]:
    return [m for m in actors.alice.dm_with_bot() if rows_of(m)]


# Several people


async def test_each_of_two_people_opens_their_own_and_the_card_has_a_row_for_each(actors: Actors, reader: Reader) -> None:
    done = await sent(actors, "@bob @carol 1d")
    assert "<@U0BOB>" in words_of(done)
    assert "<@U0CAROL>" in words_of(done)
    urls = [await opened(actors.town, user) for user in (BOB, CAROL)]
    assert len({url.partition("#")[0] for url in urls}) == 2
    assert await reader.read(urls[0]) == SECRET
    card = await row(actors, BOB, "Opened")
    assert "Waiting" in rows_of(card)["<@U0CAROL>"]
    assert await reader.read(urls[1]) == SECRET
    await row(actors, CAROL, "Opened")
    assert len(group_cards(actors)) == 1


async def test_three_people_chosen_in_the_form_spend_three_views_in_all(actors: Actors, reader: Reader) -> None:
    view = await chosen(actors, [BOB, CAROL, DAVE])
    assert (await actors.alice.submit(view)).ok
    for user in (BOB, CAROL, DAVE):
        url = await opened(actors.town, user)
        assert await reader.read(url) == SECRET
        assert (await reader.claim(url)).code == "gone"
    assert actors.spent() == 3
    await actors.card("Opened by 3 of 3")


async def test_the_same_person_named_twice_gets_one(actors: Actors) -> None:
    await sent(actors, "@bob @bob")
    await actors.card("Waiting")
    assert actors.town.service.house.metrics.count_of("push.created") == 1


async def test_nobody_can_open_what_is_for_another_of_them(town: Town, actors: Actors) -> None:
    await sent(actors, "@bob @carol")
    message = await invited(town, BOB)
    view = await press_open(town, message, town.slack.workspace.person(CAROL))
    assert "gone, or it is for somebody else" in words_of(view)
    assert "http" not in words_of(view)


async def test_burning_one_row_leaves_the_others_alone(actors: Actors, reader: Reader) -> None:
    await sent(actors, "@bob @carol")
    url = await opened(actors.town, BOB)
    card = await row(actors, BOB, "Waiting")
    block = next(b for b in card.blocks if "<@U0BOB>" in json.dumps(b) and "accessory" in b)
    assert block["accessory"]["confirm"]["style"] == "danger"
    await actors.alice.click(card, "burn_push", block_id=block["block_id"])
    card = await row(actors, BOB, "Burned by you")
    assert "Waiting" in rows_of(card)["<@U0CAROL>"]
    assert (await reader.claim(url)).code == "gone"
    assert await reader.read(await opened(actors.town, CAROL)) == SECRET


async def test_burn_with_a_rows_reference_burns_that_row(actors: Actors) -> None:
    await sent(actors, "@bob @carol")
    card = await row(actors, CAROL, "Waiting")
    reference = next(b["accessory"]["value"] for b in card.blocks if "<@U0CAROL>" in json.dumps(b) and "accessory" in b)
    assert "Burned by you" in (await answer_to(actors, f"burn {reference}")).text
    assert "Waiting" in rows_of(await row(actors, CAROL, "Burned by you"))["<@U0BOB>"]


async def test_burn_all_below_the_card_burns_every_row_and_takes_every_button_away(actors: Actors) -> None:
    await sent(actors, "@bob @carol @dave")
    await invited(actors.town, DAVE)
    await actors.alice.click(await row(actors, DAVE, "Waiting"), "burn_group")
    card = await actors.town.slack.until(
        lambda: next(
            (m for m in group_cards(actors) if set(map(len, rows_of(m).values())) and "0 of 3" in m.text and "Waiting" not in m.text), None
        )
    )
    assert all("Burned by you" in state for state in rows_of(card).values())
    assert "accessory" not in json.dumps(card.blocks)
    assert "burn_group" not in json.dumps(card.blocks)


async def test_burn_all_by_somebody_else_burns_nothing(town: Town, actors: Actors, reader: Reader) -> None:
    await sent(actors, "@bob @carol")
    card = await row(actors, BOB, "Waiting")
    town.slack.workspace.conversation(card.channel).members.append(BOB)
    await actors.bob.click(card, "burn_group")
    assert await reader.read(await opened(town, CAROL)) == SECRET


async def test_forty_people_are_one_card_with_few_edits(town: Town, actors: Actors, reader: Reader) -> None:
    crowd = [Person(f"U0CROWD{n:02}", f"crowd{n}", f"Crowd {n}") for n in range(40)]
    for person in crowd:
        town.slack.workspace.add_person(person)
    view = await chosen(actors, [person.id for person in crowd])
    assert (await actors.alice.submit(view)).ok
    await row(actors, crowd[0].id, "Waiting")
    urls = [await opened(town, person.id) for person in crowd]
    edits = town.slack.api.calls["chat.update"]
    for some in (urls[at : at + 4] for at in range(0, 40, 4)):  # four readers at once: this is no test of the store's patience
        assert await asyncio.gather(*(reader.read(url) for url in some)) == [SECRET] * 4
    await town.slack.until(lambda: next((m for m in group_cards(actors) if "Opened by 40 of 40" in m.text), None), within=20)
    assert len(group_cards(actors)) == 1
    assert actors.spent() == 40
    # Each person's own message is edited once; without sharing, the card would be edited 80 times.
    assert town.slack.api.calls["chat.update"] - edits - 40 < 80


async def test_more_than_forty_people_do_not_fit(actors: Actors) -> None:
    crowd = [Person(f"U0CROWD{n:02}", f"crowd{n}", f"Crowd {n}") for n in range(41)]
    for person in crowd:
        actors.town.slack.workspace.add_person(person)
    actors.town.slack.workspace.add_group(Group("S0CROWD", "crowd", "Crowd", tuple(person.id for person in crowd)))
    assert "at most 40" in (await answer_to(actors, "@crowd")).text
    view = await actors.form()
    actors.alice.fill(view, "secret", SECRET)
    await actors.alice.suggest(view, "groups", "cro")
    actors.alice.fill(view, "groups", ["S0CROWD"])
    await actors.alice.submit(view)
    assert "at most 40" in view.errors["recipient"]
    assert actors.town.service.house.metrics.count_of("push.created") == 0


async def test_with_a_passphrase_fewer_people_fit_and_the_form_says_so(actors: Actors) -> None:
    crowd = [Person(f"U0CROWD{n}", f"crowd{n}", f"Crowd {n}") for n in range(6)]
    for person in crowd:
        actors.town.slack.workspace.add_person(person)
    view = await more(actors, await chosen(actors, [person.id for person in crowd]))
    actors.alice.fill(view, "passphrase", "blue moon")
    await actors.alice.submit(view)
    assert "at most 5" in view.errors["passphrase"]


async def test_a_passphrase_for_two_is_each_ones_own_lock(actors: Actors, reader: Reader) -> None:
    view = await more(actors, await chosen(actors, [BOB, CAROL]))
    actors.alice.fill(view, "passphrase", "blue moon")
    assert (await actors.alice.submit(view)).ok
    for user in (BOB, CAROL):
        assert await reader.read(await opened(actors.town, user), "blue moon") == SECRET


async def test_a_group_whose_pushes_expire_is_told_on_the_one_card(actors: Actors, store: Store) -> None:
    await sent(actors, "@bob @carol")
    await row(actors, CAROL, "Waiting")
    for record in await store.names("*:push"):
        await store.redis.hset(record, "exp", "1")
    due = (await store.names("due"))[0]
    await store.redis.zadd(due, dict.fromkeys(await store.redis.zrange(due, 0, -1), 1))
    await row(actors, BOB, "Expired unread")
    await row(actors, CAROL, "Expired unread")
    assert len(group_cards(actors)) == 1


async def test_rows_on_hold_are_released_one_by_one(actors: Actors, reader: Reader, store: Store) -> None:
    await sent(actors, "@bob @carol")
    message = await invited(actors.town, BOB)
    await row(actors, BOB, "Waiting")
    await store.come_back()
    await press_open(actors.town, message, actors.town.slack.workspace.person(BOB))
    card = await row(actors, BOB, "On hold")
    await actors.alice.click(card, "release_push")
    await row(actors, BOB, "Waiting")
    assert await reader.read(await opened(actors.town, BOB)) == SECRET


# Groups


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


# Passing on what could not be delivered


async def offered_to(actors: Actors) -> Message:
    return await actors.town.slack.until(
        lambda: next((m for m in actors.alice.dm_with_bot() if "get_link_to_pass_on" in json.dumps(m.blocks)), None)
    )


async def undelivered(actors: Actors, text: str = "@bob") -> Message:
    actors.town.slack.api.fail_with("conversations.open", "user_disabled")
    await actors.push(text)
    return await offered_to(actors)


async def test_a_recipient_who_cannot_be_reached_gets_the_link_by_the_sender(actors: Actors, reader: Reader) -> None:
    offer = await undelivered(actors)
    await actors.card("Not delivered")
    (button,) = [e for block in offer.blocks if block["type"] == "actions" for e in block["elements"]]
    assert "Whoever has the link can open the secret" in button["confirm"]["text"]["text"]
    assert links_in([offer.text, offer.blocks]) == []
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    (url,) = links_in(view.body)
    card = await actors.town.slack.until(
        lambda: next(
            (
                m
                for m in actors.alice.dm_with_bot()
                if "Passed on by you as a link" in json.dumps(m.blocks) and "burn_push" in json.dumps(m.blocks)
            ),
            None,
        )
    )
    assert "Not delivered" not in json.dumps(card.blocks)
    assert await reader.read(url) == SECRET
    await actors.card("Opened by somebody with the link")
    assert actors.town.service.house.metrics.count_of("push.passed_on") == 1
    await actors.town.slack.until(lambda: "get_link_to_pass_on" not in json.dumps([m.blocks for m in actors.alice.dm_with_bot()]))


async def test_the_button_stays_until_its_link_was_shown(actors: Actors, reader: Reader) -> None:
    offer = await undelivered(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    actors.town.slack.api.fail_with("views.open", "expired_trigger_id")
    await actors.alice.click(offer, "get_link_to_pass_on")
    await actors.town.service.house.later.drain()
    assert actors.alice.views == []
    await actors.alice.click(await offered_to(actors), "get_link_to_pass_on")
    (url,) = links_in((await actors.town.slack.until(lambda: actors.alice.view)).body)
    assert await reader.read(url) == SECRET


async def test_the_link_to_pass_on_is_the_senders_alone(town: Town, actors: Actors) -> None:
    offer = await undelivered(actors)
    town.slack.workspace.conversation(offer.channel).members.append(BOB)
    await actors.bob.click(offer, "get_link_to_pass_on")
    view = await town.slack.until(lambda: actors.bob.view)
    assert links_in(view.body) == []
    assert town.service.house.metrics.count_of("push.passed_on") == 0


async def test_after_it_ended_there_is_no_link_to_pass_on(actors: Actors, store: Store) -> None:
    offer = await undelivered(actors)
    await actors.alice.click(await actors.card("Not delivered"), "burn_push")
    await actors.card("Burned by you")
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    view = await actors.town.slack.until(lambda: actors.alice.view)
    assert "is gone" in words_of(view)
    assert links_in(view.body) == []


async def test_where_named_people_are_demanded_there_is_no_link_to_pass_on(
    store_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_under(Policy(binding_required=True), store_url, prefix, monkeypatch) as actors:
        actors.town.slack.api.fail_with("conversations.open", "user_disabled")
        await actors.push("@bob")
        await actors.town.slack.until(
            lambda: next((m for m in actors.alice.dm_with_bot() if "no link to pass on" in json.dumps(m.blocks)), None)
        )
        assert "get_link_to_pass_on" not in json.dumps([m.blocks for m in actors.alice.dm_with_bot()])


async def test_an_outsider_whom_slack_lets_nobody_write_to_is_told_to_the_sender(town: Town, actors: Actors, reader: Reader) -> None:
    await allow_outsiders(town)
    town.slack.workspace.add_person(OTTO)  # no channel is shared
    assert (await actors.alice.submit(await chosen(actors, [OTTO.id]))).ok
    offer = await offered_to(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    (url,) = links_in((await town.slack.until(lambda: actors.alice.view)).body)
    assert await reader.read(url) == SECRET


async def test_one_of_several_who_cannot_be_reached_is_passed_on_in_their_row(town: Town, actors: Actors, reader: Reader) -> None:
    town.slack.house.disabled_dms.add(CAROL)
    await sent(actors, "@bob @carol")
    await row(actors, CAROL, "Not delivered")
    offer = await offered_to(actors)
    await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.alice.click(offer, "get_link_to_pass_on")
    (url,) = links_in((await town.slack.until(lambda: actors.alice.view)).body)
    await row(actors, CAROL, "Passed on by you as a link")
    assert await reader.read(url) == SECRET
    await row(actors, CAROL, "Opened by somebody with the link")
    assert await reader.read(await opened(town, BOB)) == SECRET


async def test_a_slack_that_only_has_trouble_offers_no_link_yet(town: Town, actors: Actors) -> None:
    town.slack.api.fail_with("conversations.open", "internal_error")
    await actors.push("@bob")
    await actors.card("Not delivered")
    assert "get_link_to_pass_on" not in json.dumps([m.blocks for m in actors.alice.dm_with_bot()])


# Anything spoiled


@pytest.mark.timeout(120)
async def test_a_signed_payload_of_these_forms_and_cards_with_anything_spoiled_is_never_a_server_error(town: Town, actors: Actors) -> None:
    view = await chosen(actors, [GINA, CAROL])
    await said_about(actors, "is a guest")
    await actors.alice.suggest(view, "groups", "onc")
    await actors.alice.choose(actors.alice.view, "groups", [ONCALL])
    await said_about(actors, "3 people")
    assert (await actors.alice.submit(actors.alice.view)).ok
    card = await row(actors, BOB, "Waiting")
    await actors.alice.click(card, "burn_group")
    await row(actors, BOB, "Burned by you")
    await actors.alice.click(await undelivered(actors), "get_link_to_pass_on")
    sent_so_far = [parse_qs(request.body.decode()) for request in town.slack.sender.sent]
    payloads = [json.loads(form["payload"][0]) for form in sent_so_far if "payload" in form]
    assert {payload["type"] for payload in payloads} == {"block_actions", "block_suggestion", "view_submission"}
    all_of_it = [(p, path, instead) for p in payloads for path in places_in(p) for instead in (..., None, 5, "x", [], {}, True, [[]])]
    broke = []
    for payload, path, instead in Random(11).sample(all_of_it, 300):
        answer = await town.slack.sender.interaction(spoiled(payload, path, instead))
        if answer.status not in (200, 400, 404):
            broke.append((payload["type"], path, instead, answer.status))
    assert broke == []
    assert "pushpw_bugs_total 0.0" in town.service.house.metrics.exposition().decode()
