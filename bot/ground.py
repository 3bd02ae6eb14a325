"""On what does every part of the program stand? Settings, connections, times."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import web

from adapters.redis_store.connect import Client
from adapters.redis_store.fence import Fence
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.outbox import RedisOutbox
from adapters.web.render import Brand
from bot.background import Background
from bot.metrics import Metrics
from bot.settings import Settings
from core.keyring import KeyRing
from core.policies import WorkspacePolicies
from core.ports import WorkspaceRecords

BUDGETS = {
    "create": 30,
    "invite": 120,
    "ask": 10,
    "ask_step": 60,
    "failed_claim": 30,
    "told_refused": 10,
    "install": 30,
    "bridge": 20,
    "typed": 20,
}
"""What a member may create and ask for, what all workflows of a workspace may ask for, how many people in all they may name where there are several, what an address may fail and begin to install, of how many attempts at one push its sender is told, after how many addresses in the other chat a member may ask, and how many of their messages in Teams are answered; a minute."""


class Door(Protocol):
    """What a foreign system comes in by."""

    def mount(self, app: web.Application) -> None:
        """Put the door's routes into the house."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Times that tests shorten. Milliseconds, but for the sweep."""

    grace_ms: int = 60_000
    ticket_ms: int = 600_000
    sweep_seconds: float = 5.0
    lease_ms: int = 30_000
    """For how long a promise is lent: as long as what a dead process left undone must wait."""
    home_seconds: float = 1.0
    """Between two publishings of one Home tab."""
    drain_seconds: float = 10.0
    """For how long what was promised is still done when the process ends; another process does the rest."""


IN_LIFE = Timing()


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything else stands on."""

    settings: Settings
    timing: Timing
    prefix: str
    clock: Callable[[], int]
    random: Callable[[int], bytes]
    redis: Client
    fence: Fence
    ring: KeyRing
    outbox: RedisOutbox
    session: aiohttp.ClientSession
    later: Background
    metrics: Metrics
    workspaces: WorkspaceRecords
    policies: WorkspacePolicies

    @property
    def limiter(self) -> RedisLimiter:
        """Budgets a minute."""
        return RedisLimiter(self.redis, self.ring, BUDGETS, prefix=self.prefix)


def brand_of(settings: Settings) -> Brand:
    """How this installation calls itself on its pages."""
    return Brand(name=settings.brand_name, support_url=settings.support_url or "")
