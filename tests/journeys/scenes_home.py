"""Scenes of the Home tab, the list, and what members and admins set there. See scenes.py."""

from adapters.slack.render.home import CHANGE_POLICY, CHANGE_SETTINGS, NEW_PUSH, NEXT, PREVIOUS
from adapters.slack.render.listing import BURN_LISTED
from adapters.slack.render.policy import VIEW_POLICY
from adapters.slack.render.settings import VIEW_SETTINGS
from playground.views import View
from tests.journeys.actors import Actors
from tests.journeys.scenes import Once, scene, spoken
from tests.journeys.store import Store


async def home(actors: Actors, saying: str = "") -> View:
    """Alice's Home tab, once it says that."""

    def found() -> View | None:
        view = actors.alice.home
        return view if view and saying in spoken(view) else None

    return await actors.town.slack.until(found)


async def home_with(actors: Actors, pushes: int, saying: str = "") -> View:
    for _ in range(pushes):
        await actors.push()
    if pushes:
        await actors.card("Waiting")
        await actors.alice.close(actors.alice.view, all_of_them=True)
    await actors.town.service.house.later.drain()
    await actors.alice.open_home()
    return await home(actors, saying)


@scene("events", "app_home_opened")
async def opened(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.open_home())
    await home(actors)


@scene("actions", NEW_PUSH)
async def begun(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.click(await home_with(actors, 0), NEW_PUSH))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("actions", NEXT)
async def turned(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.click(await home_with(actors, 11, "1 to 10 of 11"), NEXT))
    await home(actors, "11 of 11")


@scene("actions", PREVIOUS)
async def turned_back(actors: Actors, _store: Store, once: Once) -> None:
    await actors.alice.click(await home_with(actors, 11, "1 to 10 of 11"), NEXT)
    await once(actors.alice.click(await home(actors, "11 of 11"), PREVIOUS))
    await home(actors, "1 to 10 of 11")


@scene("command", "list")
async def listed(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.command("/pushpw", "list"))
    await actors.town.slack.until(lambda: actors.alice.ephemerals())


@scene("actions", BURN_LISTED)
async def burned_in_list(actors: Actors, _store: Store, once: Once) -> None:
    await actors.push("@bob")
    await actors.invitation()
    await actors.card("Waiting")
    await actors.alice.command("/pushpw", "list")
    shown = await actors.town.slack.until(lambda: next((m for m in actors.alice.ephemerals() if BURN_LISTED in str(m.blocks)), None))
    await once(actors.alice.click(shown, BURN_LISTED))
    await actors.card("Burned by you")
    await actors.dm("taken back")


async def form_of(actors: Actors, button: str) -> View:
    await actors.alice.click(await home_with(actors, 0), button)
    return await actors.town.slack.until(lambda: actors.alice.view)


@scene("actions", CHANGE_SETTINGS)
async def settings_opened(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.click(await home_with(actors, 0), CHANGE_SETTINGS))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("views", VIEW_SETTINGS)
async def settings_saved(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.submit(await form_of(actors, CHANGE_SETTINGS)))


@scene("actions", CHANGE_POLICY)
async def policy_opened(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.click(await home_with(actors, 0, CHANGE_POLICY), CHANGE_POLICY))
    await actors.town.slack.until(lambda: actors.alice.view)


@scene("views", VIEW_POLICY)
async def policy_saved(actors: Actors, _store: Store, once: Once) -> None:
    await once(actors.alice.submit(await form_of(actors, CHANGE_POLICY)))
