"""Where do we reach a tenant, and each of its members?

Teams tells it with every activity and nowhere else: the connector's address (serviceUrl), a member's own
id for this bot (29:...), their personal chat. All of it lies sealed with the tenant's other records, so
that it ends when the app is taken away. An activity costs the store nothing while what it tells is known.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from adapters.teams import parse
from adapters.teams.gestures import Payload
from adapters.teams.parse import Conversation, Kind
from core.identity import Member, Workspace
from core.ports import Clock, SealedRecords, WorkspaceRecords
from core.short_memory import ShortMemory

_SERVICE = "teams/service"
_NEAR_SECONDS = 60.0
"""So long another process may not know that a member took the app away."""
_NEAR_MOST = 10_000
_OPENED, _OPENED_SECONDS = "teams_opened", 26 * 3600.0
"""Longer than any invitation is tried for (a day): who cannot be reached hears of it where the form was opened."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What Teams told of a member. All may be empty; `chat` is their personal chat with the app."""

    id: str = ""
    name: str = field(default="", repr=False)
    locale: str = ""
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a form was opened, and the id (29:...) of who opened it."""

    conversation: Conversation
    by: str


class Conversations:
    """References by tenant and by member. Every method may raise StoreUnavailable."""

    def __init__(self, records: WorkspaceRecords, passing: SealedRecords, clock: Clock) -> None:
        """`passing`: for what is remembered for a day, such as where a form was opened."""
        self._records = records
        self._passing = passing
        self._near: ShortMemory[Reference | None] = ShortMemory(clock, seconds=_NEAR_SECONDS, most=_NEAR_MOST)
        self._near_urls: ShortMemory[str | None] = ShortMemory(clock, seconds=_NEAR_SECONDS, most=_NEAR_MOST)

    async def note(self, payload: Payload) -> None:
        """Remember what an activity tells that is not known yet. The door has checked its tenant and its serviceUrl."""
        if parse.took_away(payload):
            return
        workspace, url = parse.workspace(payload), parse.service_url(payload)
        if url and url != await self.service_url(workspace):
            with self._near_urls.changed(workspace.spelled(), url):
                await self._records.keep(workspace, _SERVICE, url.encode())
        member = parse.member(payload)
        if not parse.is_entra_id(member.id):
            return
        known = await self.of(member)
        told = Reference(parse.chat_id(payload), parse.name(payload), parse.locale(payload), _personal_chat(payload))
        # What is not told this time (a click tells no language) stays as it is.
        news = {each.name: said for each in fields(told) if (said := getattr(told, each.name))}
        if (now := replace(known, **news)) != known:
            await self._keep(member, now)

    async def service_url(self, workspace: Workspace) -> str:
        """Where the connector answers for that tenant; empty while the app was never heard of there."""

        async def read() -> str | None:
            kept = await self._records.read(workspace, _SERVICE)
            return kept.decode() if kept else None  # which is not remembered: another process may hear of it in this moment

        return await self._near_urls.recall(workspace.spelled(), read) or ""

    async def of(self, member: Member) -> Reference:
        """What is known of that member."""

        async def read() -> Reference | None:
            kept = await self._records.read(member.workspace, _name(member))
            return _reference_in(kept) if kept else None

        return await self._near.recall(member.spelled(), read) or Reference()

    async def found_chat(self, member: Member, chat: str) -> None:
        """That is the member's personal chat with the app."""
        await self._keep(member, replace(await self.of(member), chat=chat))

    async def forget(self, member: Member) -> None:
        """The member took the app away: nothing is known of them any more."""
        try:
            await self._records.drop(member.workspace, _name(member))
        finally:
            self._near.forget(member.spelled())

    async def opened(self, form_id: str, payload: Payload) -> None:
        """Remember for a day where a form was opened: whoever cannot be reached in a chat of their own may be reached there."""
        where = parse.conversation(payload)
        told = {"id": where.id, "kind": where.kind.value, "thread": where.thread, "by": parse.chat_id(payload)}
        await self._passing.keep(_OPENED, form_id, json.dumps(told).encode(), _OPENED_SECONDS)

    async def opened_in(self, form_id: str) -> Opened | None:
        """Where that was; None for a form of another chat, or of long ago."""
        kept = await self._passing.read(_OPENED, form_id) if form_id else None
        if kept is None:
            return None
        told = json.loads(kept)
        return Opened(Conversation(told["id"], Kind(told["kind"]), told["thread"]), told["by"])

    async def _keep(self, member: Member, now: Reference) -> None:
        with self._near.changed(member.spelled(), now):
            await self._records.keep(member.workspace, _name(member), json.dumps(asdict(now)).encode())


def _name(member: Member) -> str:
    """The records hash their names, so the store's files tell nothing of who uses the app."""
    return f"teams/reference/{member.spelled()}"


def _personal_chat(payload: Payload) -> str:
    where = parse.conversation(payload)
    return where.id if where.kind is Kind.PERSONAL and not parse.from_composer(payload) else ""


def _reference_in(kept: bytes) -> Reference:
    told: dict[str, Any] = json.loads(kept)
    return Reference(**{each.name: told[each.name] for each in fields(Reference) if isinstance(told.get(each.name), str)})
