"""Which gesture leads where? Tables, so that the door needs one listener for each kind of payload."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.gestures import Payload as Payload
from adapters.gestures import Tables

SHORTCUT, MESSAGE_SHORTCUT = "push_secret", "push_message"
STEP = "ask_for_secret"
"""The workflow step, as the manifest names it."""

Answer = dict[str, Any] | None
"""The body of the answer that Slack is waiting for; None is an empty 200."""
Handler = Callable[[Payload], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Gestures(Tables):
    """Handlers by what Slack calls a gesture: action_id, callback_id, the event's type."""

    actions: Mapping[str, Handler] = field(default_factory=dict)
    views: Mapping[str, Handler] = field(default_factory=dict)
    shortcuts: Mapping[str, Handler] = field(default_factory=dict)
    events: Mapping[str, Handler] = field(default_factory=dict)
    options: Mapping[str, Handler] = field(default_factory=dict)
    """By action_id: what an external select offers for what is typed."""
