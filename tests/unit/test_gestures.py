"""No gesture has two handlers, in either chat."""

import pytest

from adapters.gestures import Payload
from adapters.slack import gestures as slack
from adapters.teams import gestures as teams


async def first(_payload: Payload) -> None:
    return None


async def second(_payload: Payload) -> None:
    return None


def test_tables_of_two_rooms_make_one() -> None:
    both = teams.Gestures(verbs={"open": first}) | teams.Gestures(verbs={"burn": second}, events={"removed": first})
    assert both == teams.Gestures(verbs={"open": first, "burn": second}, events={"removed": first})
    assert slack.Gestures(views={"push": first}) | slack.Gestures() == slack.Gestures(views={"push": first})


def test_what_two_rooms_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="open"):
        teams.Gestures(verbs={"open": first}) | teams.Gestures(verbs={"open": second})
    with pytest.raises(ValueError, match="push"):
        slack.Gestures(views={"push": first}) | slack.Gestures(views={"push": second})


def test_every_handler_is_changed_in_every_table() -> None:
    assert slack.Gestures(actions={"a": first}, options={"b": first}).each(lambda _: second) == slack.Gestures(
        actions={"a": second}, options={"b": second}
    )
