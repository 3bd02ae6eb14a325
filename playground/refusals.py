"""How does Slack say no?"""

from typing import Any

Json = dict[str, Any]
"""A JSON object, in the shape that Slack's documentation gives it."""


class Refused(Exception):
    """Slack's answer `{"ok": false, "error": code}`; `messages` are its `response_metadata.messages`."""

    def __init__(self, code: str, messages: list[str] | None = None, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.facts = facts

    def answer(self) -> Json:
        """The body of the answer. The Web API refuses with HTTP 200."""
        body: Json = {"ok": False, "error": self.code, **self.facts}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
            body["errors"] = self.messages
        return body


class RateLimited(Exception):
    """Slack's HTTP 429; `retry_after` in seconds goes into the header of that name."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after
