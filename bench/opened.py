"""When did the form of each command open, and which never did?"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from bench.children import Child
from bench.gestures import triggers_of
from bench.load import Load

_WITHIN_SECONDS = 10.0
_LOOK_EVERY = 0.1


@dataclass(slots=True)
class Opened:
    """Milliseconds from each command to its form, the seconds from the first command to the last form, and how many have none."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    lost: int = 0

    @property
    def per_second(self) -> float:
        """Forms, not answers: what one core does when commands never stop."""
        return len(self.times) / self.seconds if self.seconds else 0.0


async def opened(slack: Child, requests: Sequence[bytes], load: Load) -> Opened:
    """The forms of those commands that were sent. Waits for them, until for ten seconds no other has opened."""
    wanted = dict(zip(triggers_of(requests[: len(load.sent)]), load.sent, strict=True))
    found: dict[str, float] = {}
    deadline = time.monotonic() + _WITHIN_SECONDS
    async with aiohttp.ClientSession() as client:
        while len(found) < len(wanted) and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_EVERY)
            async with client.get(f"{slack.origin}/opened") as answer:
                new = {trigger: at for trigger, at in (await answer.json()).items() if trigger in wanted}
            if new:
                deadline = time.monotonic() + _WITHIN_SECONDS
            found |= new
    times = [(at - wanted[trigger]) * 1000 for trigger, at in found.items()]
    return Opened(times, max(found.values(), default=0.0) - min(wanted.values()), len(wanted) - len(found))
