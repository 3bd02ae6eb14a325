"""Is what the Teams benchmark sends what Teams sends, and does it judge the goal rightly?"""

import json

import jwt
import pytest

from adapters.teams.shape import is_sound
from bench.activities import GESTURES, Sender
from bench.figures import Records
from bench.teams import goals
from playground.microsoft.identity import new_key

SENDER = Sender("an-app", "http://127.0.0.1:9/teams/", new_key("msteams"))


def taken_apart(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:]), body


@pytest.mark.parametrize("gesture", GESTURES)
def test_every_activity_is_vouched_for_and_sound(gesture: str) -> None:
    for request in SENDER.requests(gesture, 3):
        headers, body = taken_apart(request)
        said = json.loads(body)
        assert is_sound(said)
        assert int(headers["Content-Length"]) == len(body)
        token, key = headers["Authorization"].removeprefix("Bearer "), SENDER.key.private.public_key()
        claims = jwt.decode(token, key, algorithms=["RS256"], audience="an-app", issuer="https://api.botframework.com")
        assert claims["serviceurl"] == said["serviceUrl"]


@pytest.mark.parametrize("gesture", GESTURES)
def test_no_activity_is_like_another(gesture: str) -> None:
    made = SENDER.requests(gesture, 300) + SENDER.requests(gesture, 300)
    assert len({json.loads(taken_apart(request)[1])["id"] for request in made}) == 600


@pytest.mark.parametrize(("ours", "theirs", "held"), [(500.0, 100.0, True), (499.0, 100.0, False)])
def test_five_times_is_five_times(ours: float, theirs: float, held: bool) -> None:
    (goal,) = goals(Records([{"pushpw": {"message.replies": [ours]}, "cloud": {"message.replies": [theirs]}}]))
    assert goal.held is held


def test_where_nothing_was_measured_no_goal_is_judged() -> None:
    assert goals(Records()) == []
