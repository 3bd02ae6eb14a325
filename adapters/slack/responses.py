"""How do we answer where a member is? By the address that came with their gesture: five times, for half an hour."""

from urllib.parse import urlsplit

import aiohttp

from adapters.slack.calls import NO_PREVIEW, SERVER_ERROR, TIMEOUT_SECONDS, Message
from core.errors import Undeliverable, Unreachable

RESPONSE_HOST = "hooks.slack.com"


class Responses:
    """Speaks to response_urls. They carry their own right to be answered, so no token goes there."""

    def __init__(self, *, api_url: str, session: aiohttp.ClientSession) -> None:
        self._session = session
        api = urlsplit(api_url)
        # Only Slack's own host gets an answer; a double's host is trusted as far as the operator set it.
        self._hosts = {("https", RESPONSE_HOST)}
        if api.hostname and not api.hostname.endswith("slack.com"):
            self._hosts.add((api.scheme, api.netloc))

    async def respond(self, response_url: str, message: Message, *, in_place: bool = False) -> None:
        """Say something that only this member sees; `in_place` of the message that was clicked in. Raises Undeliverable, or Unreachable when another try may do."""
        url = urlsplit(response_url)
        if (url.scheme, url.netloc) not in self._hosts:
            raise Undeliverable("foreign_response_url")
        body = {"response_type": "ephemeral", "replace_original": in_place, **message.body(), **NO_PREVIEW}
        try:
            async with self._session.post(
                response_url, json=body, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            raise Unreachable("no_answer") from None  # the cause would carry the URL, which is a capability
        if status >= SERVER_ERROR:
            raise Unreachable(f"http_{status}")
        if status != 200:
            raise Undeliverable(f"http_{status}")
