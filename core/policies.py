"""Which policy applies to whom?"""

import json
from dataclasses import asdict, fields
from typing import Any

from core.audit import AuditEvent
from core.identity import Member, Workspace
from core.policy import SHORTEST_EXPIRY, Policy, PolicyChoice, check_choice, narrowed
from core.ports import AuditLog, Clock, WorkspaceRecords
from core.short_memory import ShortMemory

_RECORD = "policy"
_NOBODY_CHOOSES = {"teams": PolicyChoice(bridge_allowed=True)}
"""By platform: what holds where no admin has a page to choose on, and the operator has named each place instead."""
_NEAR_SECONDS = 5.0
_NEAR_MOST = 1000


class WorkspacePolicies:
    """What each workspace's admins chose, within what the operator allows.

    Remembered for five seconds, since every push asks for it. The process that changes a policy
    knows the new one at once, others within that time.
    """

    def __init__(self, installation: Policy, records: WorkspaceRecords, audit: AuditLog, clock: Clock) -> None:
        self._installation = installation
        self._records = records
        self._audit = audit
        self._near: ShortMemory[Policy] = ShortMemory(clock, seconds=_NEAR_SECONDS, most=_NEAR_MOST)

    @property
    def of_installation(self) -> Policy:
        """The operator's."""
        return self._installation

    async def of(self, workspace: Workspace) -> Policy:
        """As the port says."""

        async def read() -> Policy:
            kept = await self._records.read(workspace, _RECORD)
            chosen = _choice_in(kept) if kept else _NOBODY_CHOOSES.get(workspace.platform, PolicyChoice())
            return narrowed(self._installation, chosen)

        return await self._near.recall(workspace.spelled(), read)

    async def choose(self, choice: PolicyChoice, admin: Member) -> Policy:
        """Let `choice` apply in that admin's workspace from now on; what applies then. The caller has checked that they are one.

        Raises BadInput with the field of `PolicyChoice`, and then nothing has changed; or StoreUnavailable, and then nobody knows whether it has.
        """
        check_choice(self._installation, choice)
        try:
            await self._records.keep(admin.workspace, _RECORD, json.dumps(asdict(choice)).encode())
        finally:
            self._near.forget(admin.workspace.spelled())
        self._audit.record(AuditEvent("policy.changed", "", by=admin.spelled()))
        return narrowed(self._installation, choice)


def _choice_in(kept: bytes) -> PolicyChoice:
    """What was kept, perhaps by an older or a newer edition of this program: what it does not know is left out."""
    told = json.loads(kept)
    return PolicyChoice(**{field.name: _sane(field.name, told.get(field.name)) for field in fields(PolicyChoice)})


def _sane(name: str, value: Any) -> Any:
    if name.endswith("_expiry"):
        return value if type(value) is int and value >= SHORTEST_EXPIRY else None
    if name.endswith("_views"):
        return value if type(value) is int and value >= 1 else None
    return value if isinstance(value, bool) else None
