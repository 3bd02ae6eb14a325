"""How does each gesture come about? One scene for each, so that whatever is true of all gestures can be tested on all.

A new gesture needs a scene here: `@scene("actions", BURN)`. It sets the stage, makes the gesture within
`await once(...)`, and waits until all that comes of it has been seen. A command has a name of its own.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.slack.gestures import MESSAGE_SHORTCUT, SHORTCUT
from adapters.slack.render.blocks import VIEW_DONE
from adapters.slack.render.card import AGAIN, BURN, EXTEND, NUDGE, RELEASE
from adapters.slack.render.extension import VIEW_EXTEND
from adapters.slack.render.form import GENERATE, GROUPS, MORE, RECIPIENT, VIEW_FORM
from adapters.slack.render.group_card import BURN_GROUP
from adapters.slack.render.invitation import OPEN, OPENED_IN_BROWSER, REVEAL
from adapters.slack.render.originals import ALLOW, DELETE
from adapters.slack.render.passing_on import GET_LINK
from adapters.slack.render.request import ANSWER, ASK_FOR_SECRET, DECLINE, VIEW_ANSWER, VIEW_ASK, WITHDRAW
from playground.hands import Hands
from playground.views import View
from playground.workspace import ALICE, BOB, DAVE, GENERAL, ONCALL, Message
from tests.journeys.actors import SECRET, Actors
from tests.journeys.scene_table import SceneTable
from tests.journeys.store import Store
from tests.journeys.test_originals import give_leave

Once = Callable[[Awaitable[Any]], Awaitable[None]]
"""Lets a gesture happen. Whoever plays the scene decides how often its request arrives."""
Scene = Callable[[Actors, Store, Once], Awaitable[None]]

KINDS = ("actions", "views", "shortcuts", "events", "options")
SCENES: SceneTable[Scene] = SceneTable(KINDS)
scene, gestures_in = SCENES.scene, SCENES.gestures_in


# Commands


@scene("command", "the form")
async def command_form(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.command("/pushpw", "generate"))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("command", "a mistake")
async def command_mistake(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.command("/pushpw", SECRET))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("command", "burn all")
async def command_burn(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push()
    await actors.card("Waiting")
    await once(actors.alice.command("/pushpw", "burn all"))
    await actors.town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if "1 secret was burned" in m.text), None))
    await actors.card("Burned by you")


@scene("command", "help")
async def command_help(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.command("/pushpw", "help"))
    await actors.town.slack.until(lambda: actors.alice.ephemerals())


# The form


@scene("shortcuts", SHORTCUT)
async def global_shortcut(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.shortcut(SHORTCUT))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("shortcuts", MESSAGE_SHORTCUT)
async def message_shortcut(actors: Actors, _store: Store, once: Once) -> None:
    message = actors.alice.say(GENERAL, "a long secret " * 300)
    await once(actors.alice.message_shortcut(MESSAGE_SHORTCUT, GENERAL, message.ts))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("actions", GENERATE)
async def generated(actors: Actors, _store: Store, once: Once) -> None:
    view = await actors.form()
    await once(actors.alice.click(view, GENERATE))
    await actors.town.slack.until(lambda: "secret_1" in actors.alice.view.values)


@scene("actions", MORE)
async def unfolded(actors: Actors, _store: Store, once: Once) -> None:
    view = await actors.form()
    await once(actors.alice.click(view, MORE))
    await actors.town.slack.until(lambda: "views" in actors.alice.view.values)


@scene("views", VIEW_FORM)
async def submitted(actors: Actors, _store: Store, once: Once) -> None:
    view = await actors.form("@bob")
    actors.alice.fill(view, "secret", SECRET)
    await once(actors.alice.submit(view))
    await actors.invitation()
    await actors.card("Waiting")


@scene("views", VIEW_DONE)
async def closed(actors: Actors, _store: Store, once: Once) -> None:
    done = await actors.push()
    await actors.card("Waiting")
    await once(actors.alice.submit(done))
    assert actors.alice.views == []


# The recipient


@scene("actions", OPEN)
async def opened(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push("@bob")
    await actors.card("Waiting")
    await once(actors.bob.click(await actors.invitation(), OPEN))
    await actors.town.slack.until(lambda: actors.bob.view)


@scene("actions", OPENED_IN_BROWSER)
async def opened_in_browser(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push("@bob")
    await actors.card("Waiting")
    await actors.open_in_chat()
    await once(actors.bob.click(actors.bob.view, OPENED_IN_BROWSER))
    await actors.town.slack.until(lambda: "You can close" in str(actors.bob.view.body))


# The receipt card


@scene("actions", BURN)
async def burned(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await once(actors.alice.click(await actors.card("Waiting"), BURN))
    await actors.card("Burned by you")
    await actors.dm("taken back")


@scene("actions", RELEASE)
async def released(actors: Actors, store: Store, once: Once) -> None:
    await actors.push("@bob")
    await actors.card("Waiting")
    await store.come_back()
    await actors.bob.click(await actors.invitation(), OPEN)
    await once(actors.alice.click(await actors.card("On hold"), RELEASE))
    await actors.card("Waiting")


@scene("actions", BURN_GROUP)
async def burned_together(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push("@bob @carol")
    await actors.invitation()
    card = await about(actors, actors.alice, "Waiting", with_button=BURN_GROUP)
    await once(actors.alice.click(card, BURN_GROUP))
    await about(actors, actors.alice, "Burned by you")
    await actors.dm("taken back")


@scene("actions", GET_LINK)
async def passed_on(actors: Actors, _store: Store, once: Once) -> None:
    actors.town.slack.api.fail_with("conversations.open", "user_disabled")
    done = await actors.push("@bob")
    offer = await about(actors, actors.alice, "", with_button=GET_LINK)
    await actors.alice.close(done)
    await once(actors.alice.click(offer, GET_LINK))
    await actors.town.slack.until(lambda: actors.alice.view)
    await about(actors, actors.alice, "Passed on by you")


async def for_bob(actors: Actors) -> Message:
    """A push for Bob, and Alice's card of it; no modal is open any more."""
    await actors.push("@bob 1h")
    await actors.invitation()
    await actors.alice.close(actors.alice.view, all_of_them=True)
    return await actors.card("Waiting")


@scene("actions", EXTEND)
async def extending_began(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.click(await for_bob(actors), EXTEND))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("views", VIEW_EXTEND)
async def extended(actors: Actors, _store: Store, once: Once) -> None:
    await actors.alice.click(await for_bob(actors), EXTEND)
    form = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "expiry", "1 day")
    await once(actors.alice.submit(form))
    await actors.card("Extended")
    await actors.dm("gave you more time")


@scene("actions", NUDGE)
async def nudged(actors: Actors, _store: Store, once: Once) -> None:
    card = await for_bob(actors)
    before = len(actors.bob.dm_with_bot())
    await once(actors.alice.click(card, NUDGE))
    await actors.town.slack.until(lambda: len(actors.bob.dm_with_bot()) > before)
    await actors.card("eminded")


@scene("actions", AGAIN)
async def pushed_again(actors: Actors, _store: Store, once: Once) -> None:
    await actors.alice.click(await for_bob(actors), BURN)
    card = await actors.card("Burned by you")
    await actors.dm("taken back")
    await once(actors.alice.click(card, AGAIN))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("actions", REVEAL)
async def shown_in_chat(actors: Actors, _store: Store, once: Once) -> None:
    await for_bob(actors)
    await actors.open_in_chat()
    await once(actors.bob.click(actors.bob.view, REVEAL))
    await actors.town.slack.until(lambda: SECRET in spoken(actors.bob.view))
    await actors.card("Opened by")
    await actors.dm("You opened it")


# Several people


@scene("actions", RECIPIENT, GROUPS)
async def chosen(actors: Actors, _store: Store, once: Once) -> None:
    view = await actors.form()
    await actors.alice.suggest(view, GROUPS, "onc")
    await once(actors.alice.choose(view, GROUPS, [ONCALL]))
    await actors.town.slack.until(lambda: "2 people" in spoken(actors.alice.view))
    await once(actors.alice.choose(actors.alice.view, RECIPIENT, [DAVE]))
    await actors.town.slack.until(lambda: "3 people" in spoken(actors.alice.view))


@scene("options", GROUPS)
async def suggested(actors: Actors, _store: Store, once: Once) -> None:
    view = await actors.form()
    await once(actors.alice.suggest(view, GROUPS, "onc"))


# Asking for a secret


@scene("command", "request")
async def command_request(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.command("/pushpw", "request @bob the key"))
    await asked(actors)
    await actors.town.slack.until(lambda: actors.alice.ephemerals())


async def asked(actors: Actors) -> Message:
    """Bob is asked, and Alice sees it."""
    await about(actors, actors.alice, "Waiting", with_button=WITHDRAW)
    return await about(actors, actors.bob, "asks you for a secret", with_button=ANSWER)


async def ask(actors: Actors) -> Message:
    await actors.alice.command("/pushpw", "request @bob the key")
    await actors.town.slack.until(lambda: actors.alice.ephemerals())
    return await asked(actors)


@scene("actions", ASK_FOR_SECRET)
async def asking_began(actors: Actors, _store: Store, once: Once) -> None:
    view = await actors.form()
    next(e for block in view.blocks for e in block.get("elements", []) if e["action_id"] == GENERATE)["action_id"] = ASK_FOR_SECRET
    await once(actors.alice.click(view, ASK_FOR_SECRET))
    await actors.town.slack.until(lambda: actors.alice.view.body["callback_id"] == VIEW_ASK)


@scene("views", VIEW_ASK)
async def asked_by_form(actors: Actors, _store: Store, once: Once) -> None:
    await actors.alice.command("/pushpw", "request @bob")
    form = await actors.town.slack.until(lambda: actors.alice.view)
    actors.alice.fill(form, "what", "the key")
    await once(actors.alice.submit(form))
    await asked(actors)


@scene("actions", ANSWER)
async def answering_began(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.bob.click(await ask(actors), ANSWER))
    await actors.town.slack.until(lambda: actors.bob.view)


@scene("views", VIEW_ANSWER)
async def answered(actors: Actors, _store: Store, once: Once) -> None:
    await actors.bob.click(await ask(actors), ANSWER)
    form = await actors.town.slack.until(lambda: actors.bob.view)
    actors.bob.fill(form, "secret", SECRET)
    await once(actors.bob.submit(form))
    await about(actors, actors.alice, "sent you a secret", with_button=OPEN)
    await about(actors, actors.bob, "You sent it")
    await about(actors, actors.alice, "Answered")


@scene("actions", DECLINE)
async def declined(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.bob.click(await ask(actors), DECLINE))
    await about(actors, actors.alice, "Declined")
    await about(actors, actors.bob, "You declined")


@scene("actions", WITHDRAW)
async def withdrawn(actors: Actors, _store: Store, once: Once) -> None:
    await ask(actors)
    await once(actors.alice.click(await about(actors, actors.alice, "Waiting", with_button=WITHDRAW), WITHDRAW))
    await about(actors, actors.bob, "It was withdrawn")


@scene("events", "function_executed")
async def step_ran(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.town.slack.run_step(ALICE, "ask_for_secret", {"person": BOB, "requester": ALICE, "what": "the key"}))
    await asked(actors)
    await actors.town.slack.until(lambda: all(run.state == "completed" for run in actors.town.slack.house.executions.values()))


# The original of a pushed message


async def pushed_message(actors: Actors) -> None:
    message = actors.alice.say(GENERAL, SECRET)
    await actors.alice.message_shortcut(MESSAGE_SHORTCUT, GENERAL, message.ts)
    await actors.alice.submit(await actors.town.slack.until(lambda: actors.alice.view))
    await actors.card("Waiting")


@scene("actions", DELETE)
async def deleted(actors: Actors, _store: Store, once: Once) -> None:
    await give_leave(actors.town)
    await pushed_message(actors)
    await once(actors.alice.click(actors.alice.view, DELETE))
    await actors.town.slack.until(lambda: 'is deleted."' in spoken(actors.alice.view))


@scene("actions", ALLOW)
async def allowed(actors: Actors, _store: Store, once: Once) -> None:
    await pushed_message(actors)
    await once(actors.alice.click(actors.alice.view, ALLOW))
    await actors.town.slack.until(lambda: "Agree in your browser" in spoken(actors.alice.view))


# Events


@scene("events", "link_shared")
async def link_shared(actors: Actors, _store: Store, once: Once) -> None:
    url = f"{actors.town.service_url}/p/AAAAAAAAAAAAAAAAAAAAAA"
    message = actors.town.slack.workspace.post(GENERAL, actors.town.slack.house.team.bot, url)
    links = [{"url": url, "domain": "localhost"}]
    event = {"type": "link_shared", "channel": GENERAL, "message_ts": message.ts, "user": ALICE, "links": links, "event_ts": message.ts}
    await once(actors.town.slack.events.happen(event))
    await actors.town.slack.until(lambda: actors.town.slack.workspace.find(GENERAL, message.ts).unfurls)


@scene("events", "app_uninstalled", "tokens_revoked")
async def uninstalled(actors: Actors, store: Store, once: Once) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await actors.card("Waiting")
    await once(actors.town.slack.uninstall())
    await gone(store, "workspace:*")
    await gone(store, "*:push")


@scene("events", "team_access_revoked")
async def team_left(actors: Actors, _store: Store, once: Once) -> None:
    event = {"type": "team_access_revoked", "team_ids": ["T0LEFT"], "event_ts": "1.2"}
    body = {"type": "event_callback", "event_id": "Ev0LEFT", "event_time": 1, "team_id": None, "enterprise_id": "E0ORG", "event": event}
    await once(actors.town.slack.sender.event(body))


async def gone(store: Store, pattern: str) -> None:
    """Returns once the store keeps nothing of that name."""
    async with asyncio.timeout(20):
        while await store.names(pattern):
            await asyncio.sleep(0.05)


def spoken(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


async def about(actors: Actors, who: Hands, saying: str, *, with_button: str = "") -> Message:
    """The newest message that somebody has from the app and that says so, once there is one."""

    def found() -> Message | None:
        said = ((message, json.dumps(message.blocks)) for message in reversed(who.dm_with_bot()))
        return next((message for message, blocks in said if saying in blocks and with_button in blocks), None)

    return await actors.town.slack.until(found)
