"""What do people send in a day? One activity of each kind, recorded from gestures that the service took."""

from contextlib import suppress
from copy import deepcopy
from typing import Any
from uuid import uuid4

from playground.microsoft.refusals import Json
from tests.journeys.store import Store
from tests.journeys.teams import scenes
from tests.journeys.teams.actors import Actors

DAY = (
    scenes.typed_help,
    scenes.typed_list,
    scenes.typed_request,
    scenes.opened,
    scenes.opened_from_message,
    scenes.generated,
    scenes.submitted,
    scenes.submitted_here,
    scenes.submitted_from_message,
    scenes.opening,
    scenes.nudged,
    scenes.extended,
    scenes.burned_in_list,
    scenes.opened_again,
    scenes.answered,
    scenes.declined,
    scenes.withdrawn,
    scenes.passed_on,
    scenes.installed,
    scenes.removed,
)
"""What can be played one after the other in one office."""


async def recorded_day(actors: Actors, store: Store) -> list[Json]:
    """All activities of the day."""

    async def once(gesture: Any) -> Any:
        return await gesture

    for played in DAY:
        await played(actors, store, once)
        await actors.jane.installs()
        await actors.jane.says("burn all")
        with suppress(TimeoutError):  # what nobody can be told stays as it is
            await actors.office.microsoft.until(lambda: not waits_for_something(actors), within=0.5)
        await actors.office.service.house.later.drain()
        actors.office.microsoft.world.messages.clear()  # each scene begins in an empty chat
    return [deepcopy(activity) for activity in actors.office.microsoft.wire.activities]


def waits_for_something(actors: Actors) -> bool:
    """Whether a card of hers, not one that lists them, does not show yet that all is burned."""
    said = [actors.jane.reads(each) for each in actors.jane.messages()]
    return any("Waiting" in each and "live secret" not in each for each in said)


def anew(activity: Json) -> Json:
    """The same, as a new activity."""
    return deepcopy(activity) | {"id": f"f:{uuid4()}"}
