"""How is somebody answered where they spoke?"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from adapters.teams import parse
from adapters.teams.gestures import Payload
from adapters.teams.render.answers import message
from adapters.teams.render.blocks import Card
from core.errors import Undeliverable

_PATIENCE_SECONDS = 1.0


class Line(Protocol):
    """Of the connector, what answers and looks around."""

    async def post(self, service_url: str, conversation_id: str, activity: Mapping[str, Any], targeted_to: str | None = None) -> str: ...

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> Mapping[str, Any] | None: ...


class Replies:
    """Answers in the conversation at hand, whose connector the door has checked."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def reply(self, payload: Payload, card: Card, *, to_all: bool = False) -> None:
        """To whoever spoke: where others read too, to them alone, unless it is meant `to_all`. Raises Undeliverable."""
        where = parse.conversation(payload)
        reader = parse.chat_id(payload) if where.shared and not to_all else None
        await self._line.post(parse.service_url(payload), where.spelled(), message(card), reader)

    async def is_in(self, payload: Payload) -> bool:
        """Whether the app is in the conversation at hand, as far as that can be known soon."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                found = await self._line.member(parse.service_url(payload), parse.conversation(payload).id, parse.chat_id(payload))
        except (Undeliverable, TimeoutError):
            return False
        return found is not None
