"""How is one of Microsoft's services asked? In bounded time, for a bounded answer, and never by way of somewhere else."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import aiohttp
from yarl import URL

from core.errors import Unreachable

TIMEOUT_SECONDS = 5.0
_ANSWER_MOST = 1024 * 1024
_NO_CLOCK_OF_ITS_OWN = aiohttp.ClientTimeout(total=None)
"""For aiohttp: `ask` bounds the whole call, so that a second clock for each would only cost."""
_ADDRESSES_NEAR = 2048


@dataclass(frozen=True, slots=True)
class Said:
    """An answer. `body` is its JSON object, empty where it is none."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


async def ask(session: aiohttp.ClientSession, method: str, url: str, **how: Any) -> Said:
    """What it says, whatever the status; `how` as aiohttp has it. Raises Unreachable when it says nothing whole within TIMEOUT_SECONDS.

    No redirect is followed: what goes along may be a token, and the address was looked at before.
    """
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            session.request(method, _address(url), allow_redirects=False, timeout=_NO_CLOCK_OF_ITS_OWN, **how) as answer,
        ):
            return Said(answer.status, _object(await _text(answer.content)), answer.headers)
    except (aiohttp.ClientError, TimeoutError, OSError):
        # Not chained with its cause: the client's error text holds the address.
        raise Unreachable("no_answer") from None


@lru_cache(_ADDRESSES_NEAR)
def _address(url: str) -> URL:
    """Taken apart once for each conversation. Raises aiohttp.InvalidURL."""
    try:
        return URL(url)
    except ValueError:
        raise aiohttp.InvalidURL(url) from None


async def _text(content: aiohttp.StreamReader) -> bytes:
    text = bytearray()
    async for piece in content.iter_any():
        text += piece
        if len(text) > _ANSWER_MOST:
            raise Unreachable("no_answer")
    return bytes(text)


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
