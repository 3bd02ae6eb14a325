"""Which groups of people has a workspace, and who is in them?"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from adapters.choice import GROUP_TROUBLE
from adapters.slack.switchboard import Switchboard
from core.errors import BadInput, StoreUnavailable, Undeliverable
from core.identity import Workspace
from core.ports import Clock

_LIST_MILLIS, _REFUSED_MILLIS = 60 * 1000, 3600 * 1000
_REMEMBERED_MOST = 1000
_OFFERED_MOST = 100
_PATIENCE_SECONDS = 0.7
_NO_LEAVE = frozenset({"missing_scope", "not_allowed_token_type", "no_permission", "user_is_restricted"})
_UNKNOWN = frozenset({"no_such_subteam", "subteam_not_found", "invalid_arguments"})


@dataclass(frozen=True, slots=True)
class Group:
    """A group as members know it: people mention it as `@handle`."""

    id: str
    handle: str
    name: str


class Groups:
    """Asks where the token may (the optional scope usergroups:read), and remembers for an hour where it may not."""

    def __init__(self, switchboard: Switchboard, clock: Clock) -> None:
        self._switchboard = switchboard
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, list[Group] | None]] = OrderedDict()

    async def may_be_seen_in(self, workspace: Workspace) -> bool:
        """Whether a form can offer groups. False also when Slack does not say soon enough."""
        return await self._all(workspace) is not None

    async def offered(self, workspace: Workspace, typed: str) -> list[Group]:
        """Those whose handle or name contains what is typed; as many as a select shows."""
        wanted = typed.strip().removeprefix("@").casefold()
        fitting = [g for g in await self._all(workspace) or [] if wanted in g.handle.casefold() or wanted in g.name.casefold()]
        return sorted(fitting, key=lambda group: group.handle)[:_OFFERED_MOST]

    async def members(self, group_id: str, workspace: Workspace) -> list[str]:
        """Who is in it now, asked afresh: what is remembered could name somebody who has left. Raises BadInput."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                found = await (await self._switchboard.to(workspace)).members_of_group(group_id, workspace.id)
        except Undeliverable as problem:
            reason = "no_leave" if problem.reason in _NO_LEAVE else "unknown" if problem.reason in _UNKNOWN else "unanswered"
            raise BadInput(GROUP_TROUBLE, reason) from None
        except (StoreUnavailable, TimeoutError):
            raise BadInput(GROUP_TROUBLE, "unanswered") from None
        if not found:
            raise BadInput(GROUP_TROUBLE, "empty")
        return found

    async def _all(self, workspace: Workspace) -> list[Group] | None:
        now = self._clock()
        until, groups = self._known.get(workspace.id, (0, None))
        if until > now:
            return groups
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                told = await (await self._switchboard.to(workspace)).user_groups(workspace.id)
        except Undeliverable as problem:
            if problem.reason in _NO_LEAVE:
                self._remember(workspace, now + _REFUSED_MILLIS, None)
            return None
        except (StoreUnavailable, TimeoutError):
            return None
        groups = [Group(str(g["id"]), str(g.get("handle") or ""), str(g.get("name") or "")) for g in told]
        self._remember(workspace, now + _LIST_MILLIS, groups)
        return groups

    def _remember(self, workspace: Workspace, until: int, groups: list[Group] | None) -> None:
        self._known[workspace.id] = (until, groups)
        self._known.move_to_end(workspace.id)
        while len(self._known) > _REMEMBERED_MOST:
            self._known.popitem(last=False)
