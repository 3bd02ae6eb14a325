"""bot/logs: what never gets out."""

import io
import json
import logging

import pytest
import structlog

from bot import logs
from core.link import encode

FRAGMENT = "1o" + "A" * 47
TICKETED = FRAGMENT + "." + "B" * 22
ID = encode(bytes(range(16)))
TOKEN = "xoxb-" + "1234-5678-AbCdEf"
JWT = ".".join(encode(part) for part in (b'{"alg":"RS256"}', b'{"appid":"a canary"}', b"signed by Microsoft"))
HOOK = "https://hooks.slack.com/commands/T0CANARY/1234/abcd"
CANARIES = ("A" * 47, "B" * 22, ID, "5678-AbCdEf", "T0CANARY", "abcd", *JWT.split("."))

SECRETS = [
    FRAGMENT,
    f"https://push.corp.test/p/{ID}#{TICKETED}",
    f"/p/{ID}%23{TICKETED}",
    f"Authorization: Bearer {TOKEN}",
    TOKEN.replace("xoxb", "xoxe.xoxp"),
    TOKEN.replace("xoxb", "xapp"),
    JWT,
    f"{{'access_token': '{JWT}'}}",
    HOOK,
    HOOK.replace("commands", "actions"),
    HOOK.replace("commands", "app"),
    HOOK.replace("commands", "services").replace("/", "\\/"),
]


@pytest.mark.parametrize("said", SECRETS)
@pytest.mark.parametrize(
    "shape",
    [
        lambda said: said,
        lambda said: {"inner": {"deep": said}},
        lambda said: {said: "as a name"},
        lambda said: [said, (said,)],
        lambda said: {said},
        lambda said: said.encode(),
        lambda said: ValueError(said),
        lambda said: {f"a line\n{said}"},
        lambda said: f"token_{said}",
    ],
    ids=["text", "dict", "name", "list", "set", "bytes", "exception", "escaped", "joined"],
)
def test_no_link_token_or_hook_gets_out_in_whatever_it_is_wrapped(said: str, shape: object) -> None:
    told = logs.redact(None, "info", {"event": "x", "fact": shape(said)})
    assert [canary for canary in CANARIES if canary in repr(told)] == []
    assert told["event"] == "x"


@pytest.mark.parametrize("said", SECRETS)
def test_a_line_of_json_is_cut_wherever_the_secret_stands_in_it(said: str) -> None:
    for fact in (said, {"inner": [said]}, {said: 1}, {(1, said): 2}, said.encode(), ValueError(said)):
        line = logs.json_line(None, "info", {"event": "x", "fact": fact, '"quoted\n': "\u00e9\ud800"})
        assert [canary for canary in CANARIES if canary in line] == []
        assert json.loads(line)["event"] == "x"


def test_a_line_that_needs_no_cut_says_what_the_event_says() -> None:
    facts = {"event": "answered", "status": 200, "ok": True, "none": None, "many": [1, "two"], "ms": 1.5, "who": '\u00fc "/s/" \\'}
    assert json.loads(logs.json_line(None, "info", facts)) == facts


def test_what_is_no_secret_stays_as_it_is() -> None:
    facts = {"event": "answered", "route": "/p/{tail}", "status": 200, "ok": True, "none": None, "many": [1, "two"], "ms": 1.5}
    assert logs.redact(None, "info", facts) == facts
    assert logs.redact(None, "info", {"event": "hooks.slack.com and xoxb"}) == {"event": "hooks.slack.com and xoxb"}


def test_what_holds_itself_does_not_hang_the_log() -> None:
    knot: list[object] = [FRAGMENT]
    knot.append(knot)
    assert FRAGMENT not in repr(logs.redact(None, "info", {"event": "x", "fact": knot}))
    assert FRAGMENT not in logs.json_line(None, "info", {"event": "x", "fact": knot})


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_line_of_a_library_and_a_traceback_are_cut_as_well(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    logs.set_up(form, "debug")
    logging.getLogger("some.library").warning("posting to %s with %s", HOOK, TOKEN)
    logging.getLogger("slack_sdk").info("a body")
    try:
        raise RuntimeError(f"no such push: {FRAGMENT}")
    except RuntimeError:
        structlog.get_logger("ours").exception("request_broke", payload={"link": FRAGMENT})
    lines = said.getvalue()
    assert "request_broke" in lines
    assert "some.library" in lines or "posting to" in lines
    assert "a body" not in lines
    assert [canary for canary in CANARIES if canary in lines] == []
    assert form != "json" or all(json.loads(line) for line in lines.splitlines())
