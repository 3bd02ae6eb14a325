"""adapters/slack/home: one publishing at a time, at most one in so many seconds, and none is lost that was wanted."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from adapters.slack.home import HomeTabs
from adapters.slack.people import People
from adapters.slack.switchboard import Switchboard
from adapters.wording.catalog import Words, words
from core.errors import Undeliverable
from core.identity import Member, Workspace
from core.policies import WorkspacePolicies
from core.policy import Policy
from core.preferences import MemberPreferences
from core.totals import Counting
from tests.fakes import ALICE, FakeReceiptBook, FakeSealedRecords, FakeWorkspaceRecords, ManualClock, RecordingAudit

EVERY = 0.05


@dataclass
class Slack:
    """The pieces of Slack that a tab needs. Notes when a tab was published; each publishing takes a turn."""

    published: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    refuses: bool = False

    async def to(self, workspace: Workspace) -> "Slack":
        return self

    async def words_of(self, member: Member) -> Words:
        return words("en")

    async def find(self, user_id: str, workspace: Workspace) -> None:
        return None

    async def publish_home(self, user_id: str, view: dict[str, Any]) -> None:
        self.published.append(asyncio.get_running_loop().time())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.refuses:
            raise Undeliverable("not_enabled")


@dataclass
class Tabs:
    slack: Slack = field(default_factory=Slack)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = ManualClock()
        records, book, audit = FakeWorkspaceRecords(), FakeReceiptBook(clock), RecordingAudit()
        self.tabs = HomeTabs(
            book=book,
            records=FakeSealedRecords(clock),
            policies=WorkspacePolicies(Policy(), records, audit, clock),
            preferences=MemberPreferences(records, audit, clock),
            counting=Counting(records, book),
            people=cast(People, self.slack),
            switchboard=cast(Switchboard, self.slack),
            later=self.later,
            support_url="",
            every_seconds=EVERY,
        )

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    async def settled(self) -> int:
        """How often it was published, once nothing is under way."""
        while self.tasks:
            await self.tasks.pop()
        return len(self.slack.published)


@pytest.fixture
def tabs() -> Tabs:
    return Tabs()


async def test_a_tab_that_was_never_opened_is_not_published(tabs: Tabs) -> None:
    tabs.tabs.refresh(ALICE)
    assert await tabs.settled() == 0


async def test_a_hundred_changes_at_once_are_two_publishings(tabs: Tabs) -> None:
    await tabs.tabs.opened(ALICE)
    await asyncio.sleep(0)
    while not tabs.slack.published:
        await asyncio.sleep(0)
    for _ in range(100):
        tabs.tabs.refresh(ALICE)
    assert await tabs.settled() == 2
    first, second = tabs.slack.published
    assert second - first >= EVERY
    assert tabs.slack.most_at_once == 1


async def test_a_later_change_is_published_at_once(tabs: Tabs) -> None:
    await tabs.tabs.opened(ALICE)
    assert await tabs.settled() == 1
    tabs.tabs.refresh(ALICE)
    assert await tabs.settled() == 2


async def test_a_tab_that_slack_refuses_is_tried_again_at_the_next_change(tabs: Tabs) -> None:
    tabs.slack.refuses = True
    await tabs.tabs.opened(ALICE)
    assert await tabs.settled() == 1
    tabs.tabs.refresh(ALICE)
    assert await tabs.settled() == 2


async def test_what_others_add_stands_in_the_tab(tabs: Tabs) -> None:
    seen = []

    async def section(member: Member, voice: Words) -> list[dict[str, Any]]:
        seen.append((member, voice.locale))
        return [{"type": "divider"}] * 50

    tabs.tabs.sections.append(section)
    await tabs.tabs.opened(ALICE)
    await tabs.settled()
    assert seen == [(ALICE, "en")]
