"""How does each gesture come about? One scene for each, so that whatever is true of all gestures can be tested on all.

A new gesture needs a scene here: `@scene("actions", BURN)`. It sets the stage, makes the gesture within
`await once(...)`, and waits until all that comes of it has been seen. A command has a name of its own.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from adapters.slack.gestures import MESSAGE_SHORTCUT, SHORTCUT, Gestures
from adapters.slack.render.blocks import VIEW_DONE
from adapters.slack.render.card import BURN, RELEASE
from adapters.slack.render.form import GENERATE, MORE, VIEW_FORM
from adapters.slack.render.invitation import OPEN, OPENED_IN_BROWSER
from adapters.slack.render.originals import ALLOW, DELETE
from playground.workspace import ALICE, GENERAL
from tests.journeys.actors import SECRET, Actors
from tests.journeys.store import Store
from tests.journeys.test_originals import LEAVE_URL, Given, originals_of

Once = Callable[[Awaitable[Any]], Awaitable[None]]
"""Lets a gesture happen. Whoever plays the scene decides how often its request arrives."""
Scene = Callable[[Actors, Store, Once], Awaitable[None]]

KINDS = ("actions", "views", "shortcuts", "events", "options")
SCENES: dict[tuple[str, str], Scene] = {}


def scene(kind: str, *names: str) -> Callable[[Scene], Scene]:
    """The scene of these gestures."""

    def enter(played: Scene) -> Scene:
        for name in names:
            assert (kind, name) not in SCENES, f"two scenes for {kind} {name}"
            SCENES[kind, name] = played
        return played

    return enter


def gestures_in(gestures: Gestures) -> Iterator[tuple[str, str]]:
    """Every gesture that the door knows, by kind and name."""
    for kind in KINDS:
        for name in getattr(gestures, kind):
            yield kind, name


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


# The original of a pushed message


async def pushed_message(actors: Actors) -> None:
    message = actors.alice.say(GENERAL, SECRET)
    await actors.alice.message_shortcut(MESSAGE_SHORTCUT, GENERAL, message.ts)
    await actors.alice.submit(await actors.town.slack.until(lambda: actors.alice.view))
    await actors.card("Waiting")


@scene("actions", DELETE)
async def deleted(actors: Actors, _store: Store, once: Once) -> None:
    actors.town.slack.api.give_user_token(ALICE, "xoxp-alice-own-token")
    originals_of(actors.town).user_tokens = Given(**{ALICE: "xoxp-alice-own-token"})
    await pushed_message(actors)
    await once(actors.alice.click(actors.alice.view, DELETE))
    await actors.town.slack.until(lambda: 'is deleted."' in str(actors.alice.view.body).replace("'", '"'))


@scene("actions", ALLOW)
async def allowed(actors: Actors, _store: Store, once: Once) -> None:
    originals_of(actors.town).leave_url = LEAVE_URL
    await pushed_message(actors)
    await once(actors.alice.click(actors.alice.view, ALLOW))
    await actors.town.slack.until(lambda: "Agree in your browser" in str(actors.alice.view.body))


# Events


@scene("events", "link_shared")
async def link_shared(actors: Actors, _store: Store, once: Once) -> None:
    url = f"{actors.town.service_url}/p/AAAAAAAAAAAAAAAAAAAAAA"
    message = actors.alice.say(GENERAL, url)
    links = [{"url": url, "domain": "localhost"}]
    event = {"type": "link_shared", "channel": GENERAL, "message_ts": message.ts, "user": ALICE, "links": links, "event_ts": message.ts}
    await once(actors.town.slack.events.happen(event))
