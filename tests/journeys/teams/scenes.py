"""How does each gesture of Teams come about? One scene for each, so that whatever is true of all gestures can be tested on all.

A new gesture needs a scene here: `@scene("verbs", BURN)`. It sets the stage, makes the gesture within
`await once(...)`, and waits until all that comes of it has been seen. A typed command has a name of its own.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from adapters.teams.gestures import AGAIN, ANSWER, PUSH, PUSH_MESSAGE, REQUEST
from adapters.teams.render.card import BURN, EXTEND, NUDGE, RELEASE
from adapters.teams.render.group_card import BURN_GROUP
from adapters.teams.render.invitation import OPEN
from adapters.teams.render.listing import LIST_BURN, LIST_PAGE
from adapters.teams.render.passing_on import PASS_ON
from adapters.teams.render.request import DECLINE, TAKE_BACK
from playground.microsoft.world import LENA, OMAR, PROJECT_CHAT, Message
from tests.journeys.scene_table import SceneTable
from tests.journeys.store import Store
from tests.journeys.teams.actors import SECRET, Actors

Once = Callable[[Awaitable[Any]], Awaitable[Any]]
"""Lets a gesture happen; what came of it. Whoever plays the scene decides how often its request arrives."""
Scene = Callable[[Actors, Store, Once], Awaitable[None]]

KINDS = ("commands", "openings", "submits", "verbs", "events")
SCENES: SceneTable[Scene] = SceneTable(KINDS)
scene, gestures_in = SCENES.scene, SCENES.gestures_in


# Typed


@scene("commands", "")
async def typed_help(actors: Actors, _store: Store, once: Once) -> None:
    before = len(actors.jane.messages())
    await once(actors.jane.says("help"))
    await actors.office.microsoft.until(lambda: len(actors.jane.messages()) == before + 2)


@scene("typed", "push")
async def typed_push(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.jane.says("push 1h"))
    await actors.card("The form for a new secret is ready")


@scene("typed", "burn all")
async def typed_burn(actors: Actors, _store: Store, once: Once) -> None:
    await for_omar(actors)
    await once(actors.jane.says("burn all"))
    await actors.card("1 secret was burned")
    await actors.card("Burned by you")
    await gone_for_omar(actors)


@scene("typed", "list")
async def typed_list(actors: Actors, _store: Store, once: Once) -> None:
    await for_omar(actors)
    await once(actors.jane.says("list"))
    await actors.card("You have 1 live secret")


@scene("typed", "request")
async def typed_request(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.jane.says("request"))
    await actors.card("Ask for a secret")


# The form


@scene("openings", PUSH)
async def opened(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.opens("push"))).dialog


@scene("openings", PUSH_MESSAGE)
async def opened_from_message(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.opens("push_message", on=await long_message(actors)))).dialog


@scene("submits", PUSH)
async def submitted(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.submits(await actors.form(), secret=SECRET, recipients=OMAR))).ok
    await actors.invitation()
    await actors.card("Waiting")


@scene("form", "a link")
async def submitted_for_nobody(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.submits(await actors.form(), secret=SECRET))).ok
    await actors.card("Waiting")


@scene("form", "a card in the chat")
async def submitted_here(actors: Actors, _store: Store, once: Once) -> None:
    actors.office.microsoft.settle(where=actors.office.microsoft.world.conversation(PROJECT_CHAT))
    form = await actors.form(PROJECT_CHAT)
    assert (await once(actors.jane.submits(form, secret=SECRET, recipients=OMAR, where="here"))).ok
    assert actors.jane.draft
    await actors.card("Omar Haddad")


@scene("form", "generate")
async def generated(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.submits(await actors.form(), "Generate a strong one"))).dialog


@scene("submits", PUSH_MESSAGE)
async def submitted_from_message(actors: Actors, _store: Store, once: Once) -> None:
    form = (await actors.jane.opens("push_message", on=await long_message(actors))).dialog
    assert (await once(actors.jane.submits(form, recipients=OMAR))).ok
    await actors.invitation()
    await actors.card("Waiting")


@scene("openings", AGAIN)
async def opened_again(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.presses(await burned_card(actors), AGAIN))).dialog


@scene("submits", AGAIN)
async def submitted_again(actors: Actors, _store: Store, once: Once) -> None:
    form = (await actors.jane.presses(await burned_card(actors), AGAIN)).dialog
    assert (await once(actors.jane.submits(form, secret=SECRET))).ok
    await actors.invitation()
    await actors.card("Waiting")


# Buttons


@scene("verbs", OPEN)
async def opening(actors: Actors, _store: Store, once: Once) -> None:
    await for_omar(actors)
    assert (await once(actors.omar.presses(await actors.invitation(), "Open"))).card


@scene("verbs", BURN)
async def burned(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.jane.presses(await for_omar(actors), BURN))
    await actors.card("Burned by you")
    await gone_for_omar(actors)


@scene("verbs", BURN_GROUP)
async def burned_together(actors: Actors, _store: Store, once: Once) -> None:
    await actors.office.microsoft.as_person(LENA).installs()
    await actors.push(to=f"{OMAR},{LENA}")
    await actors.invitation()
    lena = actors.office.microsoft.as_person(LENA)
    hers = await actors.office.microsoft.until(lambda: lena.latest("Jane"))
    card = await actors.card("0 of 2")
    await once(actors.jane.presses(card, BURN_GROUP))
    await gone_for_omar(actors)
    await actors.office.microsoft.until(lambda: hers.edits)


@scene("verbs", RELEASE)
async def released(actors: Actors, store: Store, once: Once) -> None:
    await for_omar(actors)
    await store.come_back()
    await actors.omar.presses(await actors.invitation(), "Open")
    held = await actors.card("On hold")
    await once(actors.jane.presses(held, RELEASE))
    await actors.card("Waiting")


@scene("verbs", NUDGE)
async def nudged(actors: Actors, _store: Store, once: Once) -> None:
    card = await for_omar(actors)
    before = len(actors.omar.messages())
    await once(actors.jane.presses(card, NUDGE))
    await actors.office.microsoft.until(lambda: len(actors.omar.messages()) == before + 1)
    await actors.card("eminded")


@scene("verbs", EXTEND)
async def extended(actors: Actors, _store: Store, once: Once) -> None:
    card = await for_omar(actors, expiry="3600")
    await once(actors.jane.presses(card, EXTEND, expiry="86400"))
    await actors.card("Extended")
    await actors.office.microsoft.until(lambda: actors.omar.latest("gave you more time"))


@scene("verbs", LIST_BURN)
async def burned_in_list(actors: Actors, _store: Store, once: Once) -> None:
    await for_omar(actors)
    await actors.jane.says("list")
    listed = await actors.card("You have 1 live secret")
    await actors.jane.presses(listed, "Burn")
    assert (await once(actors.jane.presses(listed, LIST_BURN))).card
    await actors.card("Burned by you")
    await gone_for_omar(actors)


@scene("verbs", LIST_PAGE)
async def turned(actors: Actors, _store: Store, once: Once) -> None:
    for _ in range(9):
        await actors.push(to="")
    await actors.office.microsoft.until(lambda: len(actors.jane.messages()) >= 9)
    await actors.jane.says("list")
    assert (await once(actors.jane.presses(await actors.card("You have 9 live secrets"), "Next"))).card


@scene("openings", PASS_ON)
async def passed_on(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push(to=LENA)
    assert (await once(actors.jane.presses(await actors.card("so they have not heard of your secret"), PASS_ON))).links
    await actors.card("Passed on by you as a link")


# Asking for a secret


@scene("openings", REQUEST)
async def asking_began(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.jane.opens("request"))).dialog


@scene("submits", REQUEST)
async def asking(actors: Actors, _store: Store, once: Once) -> None:
    form = (await actors.jane.opens("request")).dialog
    assert (await once(actors.jane.submits(form, asked=OMAR, what="the key"))).ok
    await asked(actors)


@scene("openings", ANSWER)
async def answering_began(actors: Actors, _store: Store, once: Once) -> None:
    assert (await once(actors.omar.presses(await ask(actors), ANSWER))).dialog


@scene("submits", ANSWER)
async def answered(actors: Actors, _store: Store, once: Once) -> None:
    message = await ask(actors)
    form = (await actors.omar.presses(message, ANSWER)).dialog
    assert (await once(actors.omar.submits(form, secret=SECRET))).ok
    await actors.card("sent you a secret")
    await actors.office.microsoft.until(lambda: "You sent it" in actors.omar.reads(message))
    await actors.office.microsoft.until(lambda: actors.omar.latest("Waiting"))
    await actors.card("Answered")


@scene("verbs", DECLINE)
async def declined(actors: Actors, _store: Store, once: Once) -> None:
    message = await ask(actors)
    await once(actors.omar.presses(message, DECLINE))
    await actors.card("Declined")
    await actors.office.microsoft.until(lambda: "You declined" in actors.omar.reads(message))


@scene("verbs", TAKE_BACK)
async def withdrawn(actors: Actors, _store: Store, once: Once) -> None:
    message = await ask(actors)
    await once(actors.jane.presses(await actors.card("Waiting, until"), TAKE_BACK))
    await actors.card("Withdrawn")
    await actors.office.microsoft.until(lambda: "It was withdrawn" in actors.omar.reads(message))


# Coming and going


@scene("events", "installed", "members_added")
async def installed(actors: Actors, _store: Store, once: Once) -> None:
    lena = actors.office.microsoft.as_person(LENA)
    await once(lena.installs())
    await actors.office.microsoft.until(lambda: lena.messages())


@scene("events", "removed")
async def removed(actors: Actors, _store: Store, once: Once) -> None:
    await for_omar(actors)
    await once(actors.jane.uninstalls())
    await gone_for_omar(actors)


@scene("events", "members_removed")
async def left(actors: Actors, _store: Store, once: Once) -> None:
    microsoft = actors.office.microsoft
    await for_omar(actors)
    activities = microsoft.stage.activities
    await once(microsoft.wire.send(activities.members(actors.jane.person, actors.jane.chat, [activities.bot], came=False)))
    await gone_for_omar(actors)


# What they are made of


async def for_omar(actors: Actors, **typed: str) -> Message:
    """A push for Omar, and Jane's card of it."""
    form = await actors.form()
    if typed:
        await actors.jane.presses(form, "More options")
    assert (await actors.jane.submits(form, secret=SECRET, recipients=OMAR, **typed)).ok
    await actors.invitation()
    return await actors.card("Waiting")


async def gone_for_omar(actors: Actors) -> None:
    await actors.office.microsoft.until(lambda: actors.omar.latest("taken back"))


async def burned_card(actors: Actors) -> Message:
    """The card of a push that Jane has burned."""
    await actors.jane.presses(await for_omar(actors), BURN)
    await gone_for_omar(actors)
    return await actors.card("Burned by you")


async def long_message(actors: Actors) -> Message:
    """So long that its text is kept as a draft."""
    long = "x" * 9000
    return await actors.jane.says(long, PROJECT_CHAT, html=f"<p>{long}</p>", mention=False)


async def ask(actors: Actors) -> Message:
    """Jane asks Omar; his message, once both of theirs are there."""
    form = (await actors.jane.opens("request")).dialog
    await actors.jane.submits(form, asked=OMAR, what="the key")
    return await asked(actors)


async def asked(actors: Actors) -> Message:
    await actors.card("Waiting, until")
    return await actors.office.microsoft.until(lambda: actors.omar.latest("asks you for a secret"))
