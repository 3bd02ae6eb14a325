"""What stands on the outside of an activity? What the door and the reception need to know, before any handler reads it.

Everything here is read from the JSON as it came; only what `shape` has found sound may be asked for more than its tenant.
"""

from collections.abc import Mapping
from typing import Any

from adapters.teams.gestures import Payload

CARD_ACTION = "adaptiveCard/action"
EXTENSION_FETCH, EXTENSION_SUBMIT = "composeExtension/fetchTask", "composeExtension/submitAction"
TASK_FETCH, TASK_SUBMIT = "task/fetch", "task/submit"
DIALOGS = frozenset({EXTENSION_FETCH, EXTENSION_SUBMIT, TASK_FETCH, TASK_SUBMIT})


def tenant_of(payload: Payload) -> str:
    """The tenant it belongs to, in lower case; empty when it names none. botbuilder's own `conversation.tenant_id` misses it."""
    said = _inside(_inside(payload, "channelData"), "tenant").get("id") or _inside(payload, "conversation").get("tenantId")
    return said.lower() if isinstance(said, str) else ""


def is_invoke(payload: Payload) -> bool:
    """Whether somebody waits for a body in the answer; everything else is told, not asked."""
    return payload.get("type") == "invoke"


def word_of(payload: Payload) -> str:
    """The first word of a message, in lower case, after the mention of us and without the slash of a command."""
    text = str(payload.get("text") or "")
    us = _inside(payload, "recipient").get("id")
    for entity in payload.get("entities") or ():
        if entity.get("type") == "mention" and _inside(entity, "mentioned").get("id") == us and entity.get("text"):
            text = text.replace(str(entity["text"]), " ")
    words = text.replace("&nbsp;", " ").split(maxsplit=1)
    return words[0].lstrip("/").lower() if words else ""


def _inside(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}
