"""Is what the bot posts a message that Teams takes and that we may keep there?"""

import json
from typing import Any

from playground.microsoft.cards import CARD_TYPE, KEY_BEARING, MISSHAPEN, every_text, faults_of_card
from playground.microsoft.refusals import Json

MESSAGE_BYTES = 28 * 1024
"""learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages"""


def card_of(activity: Json) -> Json | None:
    """The card of a message, or None."""
    for attachment in activity.get("attachments") or []:
        if attachment.get("contentType") == CARD_TYPE:
            card: Json = attachment["content"]
            return card
    return None


def faults_of_message(activity: Any) -> list[str]:
    """What is wrong with an activity that is posted or put."""
    try:
        return _faults(activity)
    except MISSHAPEN as wrong:
        return [f"$: a part is not of the kind it must be: {wrong}"]


def _faults(activity: Json) -> list[str]:
    if activity.get("type") != "message":
        return [f"$.type: {activity.get('type')} is not a message"]
    found = [f"{at}: holds a link with its key" for at, text in every_text(activity) if KEY_BEARING.search(text)]
    if len(json.dumps(activity).encode()) > MESSAGE_BYTES:
        found.append("$: over 28 KB")
    attachments = activity.get("attachments") or []
    if not attachments and not activity.get("text"):
        found.append("$: neither text nor card")
    for attachment in attachments:
        found += faults_of_attachment(attachment, stored=True)
    return found


def faults_of_attachment(attachment: Any, *, stored: bool, dialog: bool = False) -> list[str]:
    """What is wrong with a card in its envelope."""
    if not isinstance(attachment, dict) or attachment.get("contentType") != CARD_TYPE:
        return ["$.contentType: not an adaptive card"]
    return faults_of_card(attachment.get("content"), stored=stored, dialog=dialog)
