"""Which gesture leads where? Tables, by what Teams calls a gesture."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.gestures import Payload as Payload
from adapters.gestures import Tables

PUSH, PUSH_MESSAGE, REQUEST, ANSWER, AGAIN = "push", "push_message", "request", "answer", "again"
"""The dialogs. The first three are commands of the message extension too, as the app's manifest names them."""
ANYTHING_ELSE = ""
"""The command for a text that begins with none of the others."""

Answer = Mapping[str, Any] | None
"""The body of the answer that an invoke is waiting for; None is an empty 200."""
Handler = Callable[[Payload], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Gestures(Tables):
    """Handlers by what they answer to."""

    commands: Mapping[str, Handler] = field(default_factory=dict)
    """By the first word of a message."""
    openings: Mapping[str, Handler] = field(default_factory=dict)
    """By the dialog's name: somebody wants to see it, from the message extension or from a card."""
    submits: Mapping[str, Handler] = field(default_factory=dict)
    """By the dialog's name: somebody has filled it in."""
    verbs: Mapping[str, Handler] = field(default_factory=dict)
    """By the verb of an Action.Execute."""
    events: Mapping[str, Handler] = field(default_factory=dict)
    """By what happened: `installed`, `removed`, ..."""
