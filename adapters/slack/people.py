"""In which language does this member read?"""

import asyncio
from collections import OrderedDict

from adapters.slack.calls import SlackCalls
from adapters.wording.catalog import Words, words_for
from core.errors import Undeliverable
from core.ports import Clock

_REMEMBERED_MILLIS = 3600 * 1000
_REMEMBERED_MOST = 10_000
_PATIENCE_SECONDS = 0.7


class People:
    """Remembers languages for an hour, so that a form opens well within Slack's three seconds."""

    def __init__(self, calls: SlackCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, str]] = OrderedDict()

    async def words_of(self, user_id: str) -> Words:
        """The member's own voice; English when Slack does not say, or not soon enough."""
        now = self._clock()
        until, locale = self._known.get(user_id, (0, ""))
        if until <= now:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    locale = str((await self._calls.user(user_id)).get("locale") or "")
            except (Undeliverable, TimeoutError):
                return words_for([])
            self._known[user_id] = (now + _REMEMBERED_MILLIS, locale)
            self._known.move_to_end(user_id)
            while len(self._known) > _REMEMBERED_MOST:
                self._known.popitem(last=False)
        return words_for([locale] if locale else [])
