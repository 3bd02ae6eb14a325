"""Is everything that the app shows well-formed, and can everybody read and use it?

slack_sdk's own models say whether it is well-formed. What they do not look at stands in the tables
here: Slack's limits (docs.slack.dev/reference/block-kit), and what the house wants besides.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from playground.double import PretendSlack
from playground.workspace import Message
from tests.journeys.actors import SECRET

Shown = list[dict[str, Any]]

VIEW_MOST = {"title": 24, "submit": 24, "close": 24}
OBJECT_MOST = {
    "button": {"text": 75, "accessibility_label": 75, "value": 2000, "url": 3000, "action_id": 255},
    "section": {"text": 3000, "fields": 10, "block_id": 255},
    "context": {"elements": 10, "block_id": 255},
    "actions": {"elements": 25, "block_id": 255},
    "header": {"text": 150},
    "input": {"label": 2000, "hint": 2000, "block_id": 255},
    "plain_text_input": {"placeholder": 150, "initial_value": 3000, "action_id": 255},
    "static_select": {"placeholder": 150, "options": 100, "action_id": 255},
    "multi_users_select": {"placeholder": 150},
    "multi_external_select": {"placeholder": 150},
    "image": {"alt_text": 2000},
}
CONFIRM_MOST = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
OPTION_MOST = {"text": 75, "value": 150, "description": 75}
BLOCKS_MOST = {"modal": 100, "home": 100, "message": 50}
METADATA_MOST, VIEW_BYTES_MOST, TEXT_MOST = 3000, 250_000, 4000
DESTRUCTIVE = ("burn", "delete")
"""What cannot be taken back begins so, by the words of its action_id, and is confirmed first."""


def watched(slack: PretendSlack) -> Shown:
    """Fills up with every view and message that the double receives from the app."""
    shown: Shown = []
    views = slack.house.views
    check = views._check

    def watch(body: dict[str, Any], kinds: tuple[str, ...] = ("modal",)) -> None:
        shown.append(body)
        check(body, kinds)

    views._check = watch

    def listen(what: str, message: Message) -> None:
        if message.bot_id and what != "deleted":
            shown.append({"type": "message", "text": message.text, "blocks": message.blocks})

    slack.workspace.listeners.append(listen)
    return shown


def faults_found_by_the_sdk(shown: Shown) -> list[str]:
    """What its models complain of, if anything, and what our own tables do."""
    found = []
    for body in shown:
        name = body.get("callback_id") or body["type"]
        try:
            _validate(body)
        except SlackObjectFormationError as fault:
            found.append(f"{name}: {fault}")
        found += [f"{name}: {fault}" for fault in faults_of(body)]
    return found


def _validate(body: dict[str, Any]) -> None:
    if body["type"] != "message":
        View(**body).validate_json()
    parsed = Block.parse_all(body["blocks"])
    assert len(parsed) == len(body["blocks"]), "a block of a kind that the SDK does not know"
    for block in parsed:
        block.validate_json()


def faults_of(body: dict[str, Any]) -> list[str]:
    """What a person, a screen reader or Slack could not make use of in one view or message."""
    found = [*_faults_of_the_whole(body)]
    for node in _objects_in(body):
        found += _faults_of_limits(node)
        found += _faults_of_words(node)
        found += _faults_of_buttons(node)
    return found


def _faults_of_the_whole(body: dict[str, Any]) -> Iterator[str]:
    blocks = body["blocks"]
    if len(blocks) > BLOCKS_MOST[body["type"]]:
        yield "too many blocks"
    if any(count > 1 for count in Counter(block["block_id"] for block in blocks if "block_id" in block).values()):
        yield "two blocks of one id"
    if body["type"] == "message":
        if not body["text"].strip():
            yield "a message without text says nothing to a screen reader"
        if len(body["text"]) > TEXT_MOST:
            yield "a text that is cut"
        return
    yield from _too_long(body, VIEW_MOST)
    if len(body.get("private_metadata", "")) > METADATA_MOST:
        yield "more metadata than a view holds"
    if len(json.dumps(body).encode()) > VIEW_BYTES_MOST:
        yield "a view that is too large"
    if any(block["type"] == "input" for block in blocks) and body["type"] == "modal" and "submit" not in body:
        yield "a field that cannot be sent"


def _faults_of_limits(node: dict[str, Any]) -> Iterator[str]:
    yield from _too_long(node, OBJECT_MOST.get(node.get("type", ""), {}))
    if {"title", "text", "confirm", "deny"} <= node.keys():
        yield from _too_long(node, CONFIRM_MOST)
    if node.keys() <= {"text", "value", "description"} and {"text", "value"} <= node.keys():
        yield from _too_long(node, OPTION_MOST)
    if node.get("type") == "plain_text_input" and len(node.get("initial_value", "")) > node.get("max_length", 3000):
        yield "a field that is fuller than it may be"


def _faults_of_words(node: dict[str, Any]) -> Iterator[str]:
    said = node.get("text")
    match node.get("type"):
        case "plain_text" if not any(letter.isalnum() for letter in said or ""):
            yield "a label without a word in it"
        case "plain_text" if node.get("emoji") is not False:
            yield "a text in which :x: could become a picture"
        case "mrkdwn" if node.get("verbatim") is not True:
            yield "a text in which a name or address could come alive"
        case "mrkdwn" if SECRET in (said or ""):
            yield "a payload as mrkdwn"
        case "image" if not str(node.get("alt_text") or "").strip():
            yield "a picture that says nothing to a screen reader"


def _faults_of_buttons(node: dict[str, Any]) -> Iterator[str]:
    if node.get("type") != "button":
        return
    is_destructive = node.get("style") == "danger" or node["action_id"].startswith(DESTRUCTIVE)
    if is_destructive and "confirm" not in node:
        yield f"{node['action_id']} is not confirmed"
    if "accessibility_label" in node and not node["accessibility_label"].strip():
        yield f"{node['action_id']} says nothing to a screen reader"


def _too_long(node: dict[str, Any], most: dict[str, int]) -> Iterator[str]:
    for name, limit in most.items():
        value = node.get(name) or ""
        spelled = value.get("text", "") if isinstance(value, dict) else value
        if len(spelled) > limit:
            yield f"{node.get('type', 'an object')}: {name} is longer than {limit}"


def _objects_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects_in(inner)
