"""Which gesture leads where? Tables, so that the door needs one listener for each kind of payload."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SHORTCUT, MESSAGE_SHORTCUT = "push_secret", "push_message"
STEP = "ask_for_secret"
"""The workflow step, as the manifest names it."""

Payload = Mapping[str, Any]
Answer = dict[str, Any] | None
"""The body of the answer that Slack is waiting for; None is an empty 200."""
Handler = Callable[[Payload], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Gestures:
    """Handlers by what Slack calls a gesture: action_id, callback_id, the event's type."""

    actions: Mapping[str, Handler] = field(default_factory=dict)
    views: Mapping[str, Handler] = field(default_factory=dict)
    shortcuts: Mapping[str, Handler] = field(default_factory=dict)
    events: Mapping[str, Handler] = field(default_factory=dict)
    options: Mapping[str, Handler] = field(default_factory=dict)
    """By action_id: what an external select offers for what is typed."""

    def each(self, wrap: Callable[[Handler], Handler]) -> "Gestures":
        """The same with every handler wrapped."""
        tables = (self.actions, self.views, self.shortcuts, self.events, self.options)
        return Gestures(*({name: wrap(handler) for name, handler in table.items()} for table in tables))

    def __or__(self, more: "Gestures") -> "Gestures":
        """Both. Raises ValueError when both claim the same gesture."""
        return Gestures(
            _joined(self.actions, more.actions),
            _joined(self.views, more.views),
            _joined(self.shortcuts, more.shortcuts),
            _joined(self.events, more.events),
            _joined(self.options, more.options),
        )


def _joined(some: Mapping[str, Handler], more: Mapping[str, Handler]) -> Mapping[str, Handler]:
    if twice := some.keys() & more.keys():
        raise ValueError(f"two handlers for {sorted(twice)}")
    return {**some, **more}
