"""What a workspace has us remember, and who does what alone: in memory."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.identity import Workspace
from core.push import Millis
from tests.fakes.small import ManualClock


class FakeWorkspaceRecords:
    def __init__(self) -> None:
        self._kept: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self._counted: defaultdict[str, Counter[str]] = defaultdict(Counter)

    async def keep(self, workspace: Workspace, name: str, plain: bytes) -> None:
        self._kept[workspace.spelled()][name] = plain

    async def read(self, workspace: Workspace, name: str) -> bytes | None:
        return self._kept[workspace.spelled()].get(name)

    async def drop(self, workspace: Workspace, name: str) -> None:
        self._kept[workspace.spelled()].pop(name, None)

    async def count(self, workspace: Workspace, what: str, by: int = 1) -> None:
        self._counted[workspace.spelled()][what] += by

    async def counts(self, workspace: Workspace) -> dict[str, int]:
        return dict(self._counted[workspace.spelled()])

    async def erase(self, workspace: Workspace) -> None:
        self._kept.pop(workspace.spelled(), None)
        self._counted.pop(workspace.spelled(), None)


class FakeLocks:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._until: dict[str, Millis] = {}

    @asynccontextmanager
    async def held(self, name: str, lifetime: float) -> AsyncIterator[bool]:
        if not lifetime >= 0.001:
            raise ValueError("a lock needs a lifetime")
        if self._clock() < self._until.get(name, 0):
            yield False
            return
        mine = self._until[name] = self._clock() + int(lifetime * 1000)
        try:
            yield True
        finally:
            if self._until.get(name) == mine:
                del self._until[name]
