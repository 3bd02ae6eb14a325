"""Is what the ack benchmark sends what Slack sends, and does it judge the goals rightly?"""

import json
from urllib.parse import parse_qs

import pytest

from adapters.slack.shape import is_sound
from adapters.slack.signature import is_signed
from bench.answers import goals
from bench.figures import Records
from bench.gestures import GESTURES, requests
from bench.load import length_of
from bot.wiring import system_clock


def taken_apart(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:]), body


@pytest.mark.parametrize("gesture", GESTURES)
def test_every_request_is_rightly_signed_and_sound(gesture: str) -> None:
    for request in requests(gesture, "secret", 3):
        headers, body = taken_apart(request)
        timestamp, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
        assert is_signed("secret", timestamp, signature, body, system_clock() / 1000)
        assert int(headers["Content-Length"]) == len(body)
        fields = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        assert is_sound(json.loads(fields["payload"]) if "payload" in fields else fields)


@pytest.mark.parametrize("gesture", GESTURES)
def test_no_request_is_like_another(gesture: str) -> None:
    made = requests(gesture, "secret", 600) + requests(gesture, "secret", 600)
    assert len({taken_apart(request)[0]["X-Slack-Signature"] for request in made}) == 1200


@pytest.mark.parametrize(
    ("begun", "length"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 43),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nDate: x\r\n\r\nhel", 47),
    ],
)
def test_an_answer_is_as_long_as_its_headers_say(begun: bytes, length: int | None) -> None:
    assert length_of(begun) == length


def test_an_answer_that_says_no_length_is_refused() -> None:
    with pytest.raises(ValueError):
        length_of(b"HTTP/1.1 200 OK\r\n\r\n")


def records(rate: float, limit: float, slowest: float) -> Records:
    ours = {"command.rate": [rate], "command.many": [20.0] * 98 + [slowest] * 2}
    return Records([{"pushpw": ours, "limit": {"command.rate": [limit]}}])


@pytest.mark.parametrize(
    ("rate", "limit", "held"),
    [(2000.0, 9000.0, True), (1999.0, 9000.0, False), (810.0, 1000.0, True), (799.0, 1000.0, False)],
)
def test_the_rate_is_held_by_itself_or_by_its_share_of_the_limit(rate: float, limit: float, held: bool) -> None:
    assert goals(records(rate, limit, 1.0))[0].held is held


@pytest.mark.parametrize(("slowest", "held"), [(49.9, True), (50.0, False)])
def test_the_slowest_hundredth_decides_on_the_time(slowest: float, held: bool) -> None:
    assert goals(records(1.0, 1.0, slowest))[1].held is held


def test_where_nothing_was_measured_no_goal_is_judged() -> None:
    assert goals(Records()) == []
