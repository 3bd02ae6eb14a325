"""What does Slack send when a member does something? Signed requests, each one unlike any before."""

import itertools
import json
import re
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from adapters.slack.form import Form
from adapters.slack.http import PATH
from adapters.slack.render.blocks import told
from adapters.slack.render.form import MORE
from adapters.slack.render.form import form as empty_form
from adapters.wording.catalog import words_for
from bot.wiring import system_clock
from core.policy import Policy
from playground import payloads
from playground.block_kit import name_blocks
from playground.refusals import Json
from playground.sender import sign
from playground.views import View
from playground.workspace import GENERAL, Conversation, Person

_PEOPLE = [Person(f"U{number:08}", f"member{number}", f"Member {number}") for number in range(500)]
_CHANNEL = Conversation(GENERAL, "general", [])
_WORDS = words_for(["en-US"])
_ANSWER_HERE = "https://hooks.slack.com/commands/T0PRETEND/"
_numbers = itertools.count(1)
_TRIGGER = re.compile(rb"trigger_id=([^&]+)")


def form_view() -> Json:
    """The form as `/pushpw` opens it."""
    return empty_form(_WORDS, Policy(), Form("0123456789012345678901"))


def _command(person: Person, number: int) -> dict[str, str]:
    return payloads.command(
        "/pushpw", "", person, _CHANNEL, trigger_id=f"{number}.1.bench", response_url=f"{_ANSWER_HERE}{number}/{number:024}"
    )


def _click(person: Person, number: int) -> dict[str, str]:
    """More options, in the form."""
    view = _open(person, number, _FORM)
    block = next(block for block in view.blocks if any(e.get("action_id") == MORE for e in block.get("elements", ())))
    element = next(element for element in block["elements"] if element["action_id"] == MORE)
    clicked = payloads.action(block, element, {}, f"{number}.000100")
    return _said(payloads.block_actions(person, [clicked], trigger_id=f"{number}.2.bench", where=payloads.in_view(view)))


def _submission(person: Person, number: int) -> dict[str, str]:
    """Done, under the link."""
    view = _open(person, number, told(_WORDS, "Done."))
    return _said(payloads.view_submission(person, view, [], f"{number}.3.bench"))


def _open(person: Person, number: int, body: Json) -> View:
    name = f"V{number:010}"
    return View(name, person.id, body | {"blocks": name_blocks(body["blocks"])}, name, payloads.HOME_TEAM, hash=f"{number}.abcdefgh")


def _said(payload: Json) -> dict[str, str]:
    return {"payload": json.dumps(payload, separators=(",", ":"))}


_FORM = form_view()

GESTURES: dict[str, Callable[[Person, int], dict[str, str]]] = {"command": _command, "click": _click, "submission": _submission}


def requests(gesture: str, secret: str, count: int) -> list[bytes]:
    """So many of that gesture, signed now, as bytes for the line; members take turns."""
    make = GESTURES[gesture]
    return [
        _signed(urlencode(make(_PEOPLE[number % len(_PEOPLE)], number)).encode(), secret) for number in itertools.islice(_numbers, count)
    ]


def triggers_of(sent: Sequence[bytes]) -> list[str]:
    """By what Slack knows each of these commands when its form is opened."""
    return [found[1].decode() for request in sent if (found := _TRIGGER.search(request))]


def _signed(body: bytes, secret: str) -> bytes:
    timestamp = str(system_clock() // 1000)
    head = (
        f"POST {PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept: application/json,*/*",
        "Content-Type: application/x-www-form-urlencoded",
        f"X-Slack-Request-Timestamp: {timestamp}",
        f"X-Slack-Signature: {sign(secret, timestamp, body)}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body
