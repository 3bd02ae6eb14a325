"""How is the body of a stranger's request read? Bounded in bytes and in time, whatever its headers say."""

import asyncio
import json
import re
from typing import Any

from aiohttp import web

_MAYBE_HALF = re.compile(r"\\u[dD][89a-fA-F]")
SECONDS = 10.0
"""How long a body may take to arrive: nobody holds a connection open by sending a byte now and then."""


class BadBody(Exception):
    """The body is not read to its end; `status` is the answer's, `reason` a code. Nothing of it is repeated."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(request: web.Request, most: int) -> bytes:
    """The body, at most `most` bytes of it within SECONDS. Raises BadBody.

    Counted as it arrives: a chunked body says no length, and a compressed one grows after its length was told.
    """
    if (request.content_length or 0) > most:
        raise BadBody(413, "too_long")
    body = bytearray()
    try:
        if request.content.is_eof() and request.content.total_bytes == request.content_length:
            return request.content.read_nowait()  # a small body comes along with its headers: there is nothing to wait for
        async with asyncio.timeout(SECONDS):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > most:
                    raise BadBody(413, "too_long")
    except TimeoutError:
        raise BadBody(408, "too_slow") from None
    except (web.RequestPayloadError, ConnectionError):  # chunks or compression that are none; or the sender hung up
        raise BadBody(400, "malformed") from None
    return bytes(body)


def json_object(body: bytes | str) -> dict[str, Any] | None:
    """The JSON object that it spells, in UTF-8; None when it spells none, or text that cannot be text."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")  # json would guess other encodings
        said = json.loads(text)
        # Half a surrogate pair is no text, and could not be sealed. What was UTF-8 holds none but by an escape of JSON's own.
        if _MAYBE_HALF.search(text):
            json.dumps(said, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
