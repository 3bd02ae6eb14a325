"""What does a member prefer?"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from core.audit import AuditEvent
from core.errors import BadInput
from core.identity import Member
from core.policy import Policy, settle_terms
from core.ports import AuditLog, Clock, WorkspaceRecords
from core.short_memory import ShortMemory

_NEAR_SECONDS = 5.0
_NEAR_MOST = 10_000
_LANGUAGE_MOST = 35


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a member chose for themselves. None and empty: as the workspace, or the chat platform, has it."""

    expires_in: int | None = None
    views: int | None = None
    language: str = ""
    tell_opened: bool = False
    """A message of its own when a push is opened; the receipt card shows it anyway, quietly."""
    tell_unread: bool = False
    """A message of its own when a push expires unread."""

    def expiry_within(self, policy: Policy) -> int | None:
        """The preferred expiry in seconds, while the policy allows it."""
        return self.expires_in if self.expires_in is not None and self.expires_in <= policy.longest_expiry else None

    def views_within(self, policy: Policy) -> int | None:
        """The preferred number of views, while the policy allows it."""
        return self.views if self.views is not None and self.views <= policy.most_views else None


class MemberPreferences:
    """Kept with the member's own workspace, so that they end when it takes the app away. Remembered for five seconds."""

    def __init__(self, records: WorkspaceRecords, audit: AuditLog, clock: Clock) -> None:
        self._records = records
        self._audit = audit
        self._near: ShortMemory[Preferences] = ShortMemory(clock, seconds=_NEAR_SECONDS, most=_NEAR_MOST)

    async def of(self, member: Member) -> Preferences:
        """What `member` chose. Raises StoreUnavailable."""

        async def read() -> Preferences:
            kept = await self._records.read(member.workspace, _name(member))
            return _preferences_in(kept) if kept else Preferences()

        return await self._near.recall(member.spelled(), read)

    async def choose(self, member: Member, wished: Preferences, policy: Policy) -> None:
        """Let them apply from now on. Raises BadInput naming the field ("expiry", "views", "language"), or StoreUnavailable."""
        settle_terms(policy, wished.expires_in, wished.views)
        if len(wished.language) > _LANGUAGE_MOST:
            raise BadInput("language", "too_long")
        try:
            await self._records.keep(member.workspace, _name(member), json.dumps(asdict(wished)).encode())
        finally:
            self._near.forget(member.spelled())
        self._audit.record(AuditEvent("preferences.changed", ""))

    async def forget(self, member: Member) -> None:
        """As if they had never chosen anything. Raises StoreUnavailable."""
        try:
            await self._records.drop(member.workspace, _name(member))
        finally:
            self._near.forget(member.spelled())


def _name(member: Member) -> str:
    """The records hash their names, so the store's files tell nothing of who has preferences."""
    return f"preferences/{member.spelled()}"


def _preferences_in(kept: bytes) -> Preferences:
    """What was kept, perhaps by another edition of this program: what it does not know, or cannot use, is left out."""
    told = json.loads(kept)
    return Preferences(
        expires_in=_positive(told.get("expires_in")),
        views=_positive(told.get("views")),
        language=told["language"] if isinstance(told.get("language"), str) else "",
        tell_opened=told.get("tell_opened") is True,
        tell_unread=told.get("tell_unread") is True,
    )


def _positive(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None
