"""How far has the visitor come on the main path?"""

from collections.abc import Iterable

STEPS = ("command", "pushed", "opened", "in_browser", "shown", "gone")
"""Alice typed /pushpw, pushed; Bob pressed Open, then Open in browser, then Show it; a second opening found nothing."""


class Steps:
    """What has been done; an unknown word changes nothing. Later steps may come from outside: `tick("shown")`."""

    def __init__(self) -> None:
        self.done: set[str] = set()

    def tick(self, step: str) -> None:
        if step in STEPS:
            self.done.add(step)

    def reset(self) -> None:
        self.done.clear()

    def note(self, gesture: str, *, form_open: bool) -> None:
        """A person's gesture: the words of Hands, turned into steps."""
        match gesture:
            case "command" | "shortcut" | "message_shortcut":
                self.tick("command")
            case "submitted":
                self.tick("pushed")
            case "click" if "pushed" in self.done and not form_open:
                self.tick("opened")
            case "opened_url" if "pushed" in self.done:
                self.tick("in_browser")

    def note_audit(self, name: str, reason: str) -> None:
        """What the service remembers of it: a claim, or a refusal because the push was gone."""
        if name == "push.claimed" and "in_browser" in self.done:
            self.tick("shown")
        elif name == "push.refused" and reason == "Gone" and "shown" in self.done:
            self.tick("gone")

    def in_order(self) -> Iterable[tuple[str, bool]]:
        return ((step, step in self.done) for step in STEPS)
