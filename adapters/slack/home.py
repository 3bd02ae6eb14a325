"""Who sees their Home tab anew, and when?

Slack shows a Home tab as it was published last. So a tab that was ever opened is published again
after each change that concerns its member: one at a time, at most once a second each, and never in
the way of the change itself. Opening the tab publishes it anyway, so what gets lost is made good.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from adapters.slack.people import People
from adapters.slack.render.blocks import Block
from adapters.slack.render.home import Home
from adapters.slack.render.home import home as home_view
from adapters.slack.switchboard import Switchboard
from adapters.wording.catalog import Words
from core.errors import StoreUnavailable, Undeliverable
from core.identity import Member
from core.ports import Policies, ReceiptBook, SealedRecords
from core.preferences import MemberPreferences
from core.totals import Counting

log = structlog.get_logger(__name__)

HomeSection = Callable[[Member, Words], Awaitable[list[Block]]]
"""What else stands in a member's tab: up to 20 blocks. May raise StoreUnavailable."""

_OPENED = "slack_home"
_OPENED_SECONDS = 30 * 86_400.0


class HomeTabs:
    """Publishes Home tabs. `sections` may be added to."""

    def __init__(
        self,
        *,
        book: ReceiptBook,
        records: SealedRecords,
        policies: Policies,
        preferences: MemberPreferences,
        counting: Counting,
        people: People,
        switchboard: Switchboard,
        later: Callable[[Coroutine[Any, Any, None]], None],
        support_url: str,
        every_seconds: float,
    ) -> None:
        self._book = book
        self._records = records
        self._policies = policies
        self._preferences = preferences
        self._counting = counting
        self._people = people
        self._switchboard = switchboard
        self._later = later
        self._support_url = support_url
        self._every_seconds = every_seconds
        self._under_way: dict[str, bool] = {}
        self.sections: list[HomeSection] = []

    async def opened(self, member: Member, page: int = 0) -> None:
        """The member looks at their tab, at that page of it. Raises StoreUnavailable."""
        await self._records.keep(_OPENED, member.spelled(), str(page).encode(), _OPENED_SECONDS)
        self.refresh(member)

    def refresh(self, member: Member) -> None:
        """Something has changed for the member. Neither waits nor fails."""
        name = member.spelled()
        if name in self._under_way:
            self._under_way[name] = True  # whoever is at it looks once more
            return
        self._under_way[name] = True
        self._later(self._keep_up(member, name))

    async def _keep_up(self, member: Member, name: str) -> None:
        try:
            while self._under_way[name]:
                self._under_way[name] = False
                if await self._publish(member):
                    await asyncio.sleep(self._every_seconds)
        finally:
            del self._under_way[name]

    async def _publish(self, member: Member) -> bool:
        """Whether there was a tab to publish."""
        try:
            page = await self._records.read(_OPENED, member.spelled())
            if page is None:
                return False
            words = await self._people.words_of(member)
            view = home_view(words, await self._facts(member, words, int(page)))
            await (await self._switchboard.to(member.workspace)).publish_home(member.id, view)
        except (Undeliverable, StoreUnavailable) as problem:
            log.warning("home_not_published", code=getattr(problem, "reason", "store"))
        return True

    async def _facts(self, member: Member, words: Words, page: int) -> Home:
        person = await self._people.find(member.id, member.workspace)
        is_admin = person is not None and person.is_admin
        return Home(
            live=await self._book.live_of(member),
            page=page,
            preferences=await self._preferences.of(member),
            policy=await self._policies.of(member.workspace),
            totals=await self._counting.totals(member.workspace) if is_admin else None,
            sections=[await section(member, words) for section in self.sections],
            support_url=self._support_url,
        )
