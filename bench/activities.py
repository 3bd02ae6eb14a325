"""What does Teams send when a member does something? Activities with a token, each one unlike any before."""

import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.wiring import system_clock
from playground.microsoft.activities import Activities, compose_value
from playground.microsoft.identity import Identity, Key
from playground.microsoft.refusals import Json
from playground.microsoft.world import TENANT, Conversation, Person

PATH = "/api/messages"
_PEOPLE = [Person(str(UUID(int=(7 << 120) + number)), f"Member {number}", f"member{number}@corp.test") for number in range(300)]
"""So many that nobody's chat gets more messages in a second than Teams would take."""
_CHATS = [
    Conversation(f"a:1bench{number:060}", "personal", TENANT, [person.entra_id], has_bot=True) for number, person in enumerate(_PEOPLE)
]
_numbers = itertools.count(1)


def _now() -> float:
    return system_clock() / 1000


@dataclass(frozen=True, slots=True)
class Sender:
    """Microsoft, as one app knows it: a key, and the one address of its connector."""

    app_id: str
    service_url: str
    key: Key

    def token(self, **instead: Any) -> str:
        """Good for an hour, for all activities: Microsoft's own is kept as well."""
        identity = Identity(self.app_id, _now)
        return identity.token(identity.claims(self.service_url) | instead, key=self.key)

    def requests(self, gesture: str, count: int, token: str = "") -> list[bytes]:
        """So many of that gesture, as bytes for the line; members take turns."""
        make, activities, good = GESTURES[gesture], Activities(self.app_id, lambda: self.service_url, _now), token or self.token()
        return [_request(make(activities, number), good) for number in itertools.islice(_numbers, count)]


def _message(activities: Activities, number: int) -> Json:
    """help, in a personal chat."""
    person, chat = _of(number)
    return activities.message(person, chat, str(1_700_000_000_000 + number), "help", mentions_bot=False, is_targeted=False)


def _opening(activities: Activities, number: int) -> Json:
    """The form, from the message extension."""
    person, chat = _of(number)
    name = "composeExtension/fetchTask"
    return activities.invoke(name, person, chat, compose_value("push", "compose"), source="compose")


def _of(number: int) -> tuple[Person, Conversation]:
    return _PEOPLE[number % len(_PEOPLE)], _CHATS[number % len(_CHATS)]


GESTURES: dict[str, Callable[[Activities, int], Json]] = {"message": _message, "opening": _opening}


def _request(activity: Json, token: str) -> bytes:
    body = json.dumps(activity, separators=(",", ":")).encode()
    head = (
        f"POST {PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
        "Content-Type: application/json; charset=utf-8",
        f"Authorization: Bearer {token}",
        f"MS-CV: {secrets.token_hex(8)}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body
