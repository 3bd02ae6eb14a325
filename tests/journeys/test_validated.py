"""Would the journeys notice something that nobody could read or use?"""

from typing import Any

import pytest

from tests.journeys.actors import SECRET
from tests.journeys.validated import faults_found_by_the_sdk, faults_of


def plain(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False, **more}


def mrkdwn(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True, **more}


def button(text: str = "Open", action_id: str = "open_push", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def message(*blocks: dict[str, Any], text: str = "A message") -> dict[str, Any]:
    return {"type": "message", "text": text, "blocks": list(blocks)}


def pressed(**more: Any) -> dict[str, Any]:
    return message({"type": "actions", "block_id": "a", "elements": [button(**more)]})


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "callback_id": "c", "title": plain("Secret"), "close": plain("Close"), "blocks": list(blocks), **more}


SAID = {"type": "section", "text": mrkdwn("*Done.*")}
CONFIRM = {"title": plain("Sure?"), "text": plain("It is gone then."), "confirm": plain("Burn it"), "deny": plain("Keep it")}
FIELD = {"type": "input", "block_id": "f", "label": plain("Link"), "element": {"type": "plain_text_input", "action_id": "f"}}


@pytest.mark.parametrize("body", [message(SAID), modal(SAID), pressed(), pressed(style="danger", confirm=CONFIRM)])
def test_what_is_well_made_has_no_fault(body: dict[str, Any]) -> None:
    assert faults_found_by_the_sdk([body]) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (message(SAID, text=" "), "without text"),
        (message(SAID, text="x" * 4001), "cut"),
        (message(*[SAID] * 51), "too many blocks"),
        (message({**SAID, "block_id": "a"}, {**SAID, "block_id": "a"}), "two blocks"),
        (message({"type": "section", "text": mrkdwn("hello @here", verbatim=False)}), "come alive"),
        (message({"type": "section", "text": mrkdwn(f"it is {SECRET}")}), "payload as mrkdwn"),
        (message({"type": "section", "text": plain("x", emoji=True)}), "picture"),
        (message({"type": "image", "image_url": "https://a.example/x.png", "alt_text": ""}), "screen reader"),
        (pressed(text="\N{FIRE}"), "without a word"),
        (pressed(text="x" * 76), "text is longer than 75"),
        (pressed(accessibility_label="x" * 76), "accessibility_label is longer than 75"),
        (pressed(accessibility_label=" "), "screen reader"),
        (pressed(value="x" * 2001), "value is longer"),
        (pressed(style="danger"), "not confirmed"),
        (pressed(action_id="burn_all"), "not confirmed"),
        (pressed(action_id="delete_original"), "not confirmed"),
        (pressed(confirm={**CONFIRM, "text": plain("x" * 301)}), "text is longer than 300"),
        (pressed(confirm={**CONFIRM, "deny": plain("x" * 31)}), "deny is longer than 30"),
        (modal(SAID, title=plain("x" * 25)), "title is longer than 24"),
        (modal(FIELD), "cannot be sent"),
        (modal(SAID, private_metadata="x" * 3001), "metadata"),
        (modal(*[{"type": "section", "text": mrkdwn("x" * 3000)}] * 90), "too large"),
        (
            modal({**FIELD, "element": {"type": "plain_text_input", "action_id": "f", "max_length": 3, "initial_value": "four"}}),
            "fuller than it may be",
        ),
    ],
)
def test_what_is_not_is_found(body: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in faults_of(body)), faults_of(body)
