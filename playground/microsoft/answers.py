"""May an invoke be answered so? What Teams makes of the answers to dialogs and presses."""

import json
from dataclasses import dataclass, field
from typing import Any

from playground.microsoft.cards import MISSHAPEN, faults_of_card
from playground.microsoft.messages import MESSAGE_BYTES, faults_of_attachment, faults_of_message
from playground.microsoft.refusals import Broken, Json

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer asks the client to do; at most one of these is there."""

    dialog: Json | None = field(default=None, repr=False)
    """`title` and `card` of a dialog to show."""
    notice: str = ""
    """A sentence to show and close."""
    inserted: Json | None = field(default=None, repr=False)
    """A card to put into what the person is writing."""
    preview: Json | None = field(default=None, repr=False)
    """A message that the bot would post, to look at first."""
    card: Json | None = field(default=None, repr=False)
    """A card instead of the pressed one, for this person."""
    error: str = ""


def understand(invoke: str, body: Any) -> Understood:
    """What the answer to an invoke of that name says. Raises Broken when Teams would show an error instead."""
    try:
        return _understood(invoke, body)
    except MISSHAPEN as wrong:
        raise Broken(f"{invoke}: a part of the answer is not of the kind it must be") from wrong


def _understood(invoke: str, body: Any) -> Understood:
    if invoke == "adaptiveCard/action":
        return _of_press(body)
    if body in (None, {}):
        if invoke.endswith(("fetchTask", "task/fetch")):
            raise Broken(f"{invoke}: nothing to show")
        return Understood()
    if not isinstance(body, dict) or len(body.keys() & {"task", "composeExtension"}) != 1:
        raise Broken(f"{invoke}: the answer has neither task nor composeExtension")
    if "task" in body:
        return _of_task(invoke, body["task"])
    if invoke != "composeExtension/submitAction":
        raise Broken(f"{invoke}: only composeExtension/submitAction may insert a card")
    return _of_insertion(body["composeExtension"])


def _of_task(invoke: str, task: Any) -> Understood:
    kind, value = task.get("type"), task.get("value")
    if kind == "message" and isinstance(value, str) and value:
        return Understood(notice=value)
    if kind != "continue" or not isinstance(value, dict):
        raise Broken(f"{invoke}: a task is continue with a dialog, or message with a sentence")
    if not value.get("title"):
        raise Broken(f"{invoke}: the dialog has no title")
    for side in ("height", "width"):
        if not (value.get(side) in ("small", "medium", "large", None) or isinstance(value[side], int)):
            raise Broken(f"{invoke}: {side} is a number of pixels, or small, medium, large")
    if "card" not in value and str(value.get("url", "")).startswith("https://"):
        return Understood(dialog=value)
    _raise(invoke, faults_of_attachment(value.get("card"), stored=False, dialog=True))
    return Understood(dialog={"title": value["title"], "card": value["card"]["content"]})


def _of_insertion(result: Any) -> Understood:
    where = "composeExtension/submitAction"
    if result.get("type") == "botMessagePreview":
        _raise(where, faults_of_message(result.get("activityPreview")))
        return Understood(preview=result["activityPreview"])
    if result.get("type") != "result" or result.get("attachmentLayout") not in ("list", "grid"):
        raise Broken(f"{where}: a composeExtension is a result with an attachmentLayout")
    attachments = result.get("attachments") or []
    if len(attachments) != 1:
        raise Broken(f"{where}: one card is inserted")
    _size(where, attachments[0])
    attachment = {key: value for key, value in attachments[0].items() if key != "preview"}
    _raise(where, faults_of_attachment(attachment, stored=True))
    return Understood(inserted=attachment["content"])


def _of_press(body: Any) -> Understood:
    where = "adaptiveCard/action"
    if not isinstance(body, dict) or body.keys() != {"statusCode", "type", "value"}:
        raise Broken(f"{where}: the answer has statusCode, type and value")
    status, kind, value = body["statusCode"], body["type"], body["value"]
    if kind == ERROR and status >= 400:
        return Understood(error=f"{value['code']}: {value['message']}")
    if status != 200:
        raise Broken(f"{where}: statusCode {status} with {kind}")
    if kind == MESSAGE and isinstance(value, str) and value:
        return Understood(notice=value)
    if kind != CARD:
        raise Broken(f"{where}: {kind} is not an answer")
    _size(where, value)
    _raise(where, faults_of_card(value, stored=False))
    return Understood(card=value)


def _size(where: str, shown: Json) -> None:
    if len(json.dumps(shown).encode()) > MESSAGE_BYTES:
        raise Broken(f"{where}: a card over 28 KB")


def _raise(where: str, faults: list[str]) -> None:
    if faults:
        raise Broken(f"{where}: " + "; ".join(faults))
