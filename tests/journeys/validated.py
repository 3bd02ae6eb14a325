"""Does slack_sdk itself take our views and messages for well-formed?"""

from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from playground.double import PretendSlack
from playground.workspace import Message

Shown = list[dict[str, Any]]


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
    """What its models complain of, if anything."""
    found = []
    for body in shown:
        try:
            _validate(body)
        except SlackObjectFormationError as fault:
            found.append(f"{body.get('callback_id') or body['type']}: {fault}")
    return found


def _validate(body: dict[str, Any]) -> None:
    if body["type"] == "message":
        if not body["text"]:
            raise SlackObjectFormationError("a message without text says nothing to a screen reader")
    else:
        View(**body).validate_json()
    parsed = Block.parse_all(body["blocks"])
    assert len(parsed) == len(body["blocks"]), "a block of a kind that the SDK does not know"
    for block in parsed:
        block.validate_json()
