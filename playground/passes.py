"""What may be used only for a while? trigger_id: 3 s, once. response_url: 30 min, five times."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.refusals import Refused
from playground.teams import TEAM_ID

TRIGGER_SECONDS = 3
RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class Trigger:
    """A person's gesture that lets the app open one view for them."""

    user: str
    channel: str | None
    until: float
    view_id: str = ""
    spent: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A way to answer into `channel`, for `user`, about the message `ts` or the typed `command` if there was one."""

    user: str
    channel: str
    until: float
    ts: str = ""
    ephemeral: bool = False
    command: str = field(default="", repr=False)
    uses_left: int = RESPONSE_URL_USES


class Passes:
    """Hands out triggers and response_urls, and takes them back."""

    def __init__(self, now: Callable[[], float], team_id: str = TEAM_ID) -> None:
        self._now = now
        self._team_id = team_id
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self.base_url = ""

    def trigger(self, user: str, channel: str | None = None, view_id: str = "") -> str:
        """A fresh trigger_id. `view_id` is the view it was pressed in, for views.push."""
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, channel, self._now() + TRIGGER_SECONDS, view_id)
        return name

    def spend_trigger(self, name: str) -> Trigger:
        """Raises Refused: invalid_trigger_id, exchanged_trigger_id or expired_trigger_id."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.spent:
            raise Refused("exchanged_trigger_id")
        if self._now() > trigger.until:
            raise Refused("expired_trigger_id")
        trigger.spent = True
        return trigger

    def response_url(self, kind: str, user: str, channel: str, ts: str = "", *, ephemeral: bool = False, command: str = "") -> str:
        """A fresh address; `kind` is commands, actions or app, as at Slack's hooks."""
        path = f"/{kind}/{self._team_id}/{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._urls[path] = ResponseUrl(user, channel, self._now() + RESPONSE_URL_SECONDS, ts, ephemeral, command)
        return self.base_url + path

    def peek_response_url(self, address: str) -> ResponseUrl:
        """The one behind a full address, without using it: the answer to the request itself is free."""
        return self._urls[address.removeprefix(self.base_url)]

    def use_response_url(self, path: str) -> ResponseUrl:
        """Raises Refused: no_such_hook, expired_url or used_url."""
        url = self._urls.get(path)
        if url is None:
            raise Refused("no_such_hook")
        if self._now() > url.until:
            raise Refused("expired_url")
        if url.uses_left == 0:
            raise Refused("used_url")
        url.uses_left -= 1
        return url

    def knows_trigger(self, name: str) -> bool:
        return name in self._triggers
