"""How are events delivered? At once, and again at once, after one minute and after five when the service does not answer."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from playground import payloads
from playground.manifest import Manifest
from playground.refusals import Json
from playground.sender import Answer, Sender
from playground.teams import Team

RETRIES_AFTER_SECONDS = (0, 60, 300)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that failed `tried` times and is due again at `due`."""

    body: Json
    tried: int
    due: float
    reason: str


class Events:
    """Slack's Events API. Time does not pass by itself: `retry_due` sends again what is due."""

    def __init__(self, sender: Sender, manifest: Manifest, now: Callable[[], float]) -> None:
        self._sender = sender
        self._manifest = manifest
        self._now = now
        self._numbers = itertools.count(1)
        self.waiting: list[Waiting] = []

    async def happen(self, event: Json, team: Team = payloads.HOME_TEAM, *, is_over: bool = False) -> Answer | None:
        """Tell the app what happened in `team`, if it subscribed to events of this type; None when it did not.

        With `is_over` the installation has ended: the envelope carries no authorization any more.
        """
        if event["type"] not in self._manifest.events:
            return None
        body = payloads.event_callback(event, f"Ev0{next(self._numbers):08d}", int(self._now()), team, is_over=is_over)
        answer = await self._deliver(body, 0, "")
        await self.retry_due()
        return answer

    async def challenge(self, word: str) -> Answer:
        """The signed url_verification that Slack sends when an app's address is entered."""
        return await self._sender.event({"type": "url_verification", "token": payloads.VERIFICATION, "challenge": word})

    async def retry_due(self) -> int:
        """Send again everything that is due by now; how much that was."""
        due = [w for w in self.waiting if w.due <= self._now()]
        for waiting in due:
            self.waiting.remove(waiting)
            await self._deliver(waiting.body, waiting.tried, waiting.reason)
        return len(due)

    async def _deliver(self, body: Json, tried: int, reason: str) -> Answer:
        answer = await self._sender.event(body, tried, reason)
        if not answer.ok and tried < len(RETRIES_AFTER_SECONDS):
            why = "http_timeout" if answer.problem == "operation_timeout" else "http_error"
            self.waiting.append(Waiting(body, tried + 1, self._now() + RETRIES_AFTER_SECONDS[tried], why))
        return answer
