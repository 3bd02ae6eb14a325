"""Who and what is in the pretend tenant? People, conversations, messages; in memory, no I/O."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from playground.microsoft.refusals import Json, Refused

TENANT = "7d2c1f7e-5d0a-4c3b-9a57-0f6f0a3b9c10"
OTHER_TENANT = "f3f4a1d2-8a41-4f0e-8d0b-6b1c2a9d7e55"
JANE = "0a1b2c3d-1111-4aaa-8bbb-000000000001"
OMAR = "0a1b2c3d-2222-4aaa-8bbb-000000000002"
LENA = "0a1b2c3d-3333-4aaa-8bbb-000000000003"
GUS = "0a1b2c3d-4444-4aaa-8bbb-000000000004"
EVE = "0a1b2c3d-5555-4aaa-8bbb-000000000005"
PROJECT_CHAT = "19:5f3e1c0a9b8d4e7f@thread.v2"
JANE_AND_OMAR = f"19:{JANE}_{OMAR}@unq.gbl.spaces"
GENERAL = "19:7a9c2e4f6b8d4a1c@thread.tacv2"
TEAM = "19:1d3b5f7092a44c6e@thread.tacv2"
TEAM_GROUP = "2b8a6f14-9d3c-4e71-8f05-c4d1e7a9b360"
BOT_NAME = "pushpw"
TARGETED_SECONDS = 24 * 3600

Kind = Literal["personal", "groupChat", "channel"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an Entra id. `tenant` is their home; a guest has their account in the tenant they visit."""

    entra_id: str
    name: str
    email: str
    upn: str = ""
    tenant: str = TENANT
    locale: str = "en-US"
    is_guest: bool = False

    @property
    def id(self) -> str:
        """Their id towards this bot."""
        return "29:1" + base64.urlsafe_b64encode(hashlib.sha512(self.entra_id.encode()).digest()).decode().rstrip("=")

    def account(self) -> Json:
        """As `from` of an activity."""
        return {"id": self.id, "name": self.name, "aadObjectId": self.entra_id}

    def roster_entry(self) -> Json:
        """As the connector's members calls tell of them. A language is not among it."""
        first, _, last = self.name.partition(" ")
        named = {"id": self.id, "name": self.name, "givenName": first, "surname": last, "objectId": self.entra_id}
        role = "guest" if self.is_guest else "user"
        reach = {"email": self.email, "userPrincipalName": self.upn or self.email}
        return named | reach | {"aadObjectId": self.entra_id, "tenantId": self.tenant, "userRole": role}


@dataclass(slots=True)
class Conversation:
    """A chat with the bot, of two people, of a group, or a channel of a team. `members` are Entra ids.

    A chat of two people is `personal` too, as the one with the bot is; the bot cannot come there.
    """

    id: str
    kind: Kind
    tenant: str
    members: list[str]
    name: str = ""
    team: str = ""
    has_bot: bool = False
    refusal: Refused | None = None
    """What the connector answers to every write, for as long as it stands."""

    def as_json(self) -> Json:
        """As `conversation` of an activity."""
        named = {"name": self.name} if self.name and self.kind != "personal" else {}
        group = {} if self.kind == "personal" else {"isGroup": True}
        return {"conversationType": self.kind, "tenantId": self.tenant, "id": self.id} | named | group


@dataclass(slots=True)
class Message:
    """Something said. `sender` is an Entra id, or "" for the bot; `only_for` the one person who sees a targeted message."""

    id: str
    conversation: str
    sender: str = ""
    text: str = ""
    html: str = ""
    card: Json | None = None
    only_for: str = ""
    thread: str = ""
    edits: int = 0
    mentions: list[Json] = field(default_factory=list)
    answered: dict[str, Json] = field(default_factory=dict)
    """The card that one person got as the answer to a press, instead of the one that all see."""

    def card_for(self, entra_id: str) -> Json:
        """The card as this person sees it. Raises LookupError when the message has none."""
        card = self.answered.get(entra_id, self.card)
        if card is None:
            raise LookupError("this message has no card")
        return card


class World:
    """Everything that is there. `now` gives seconds since 1970."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: list[Message] = []
        self.blocked: dict[str, Refused] = {}
        """What every attempt to write to a person is answered, by Entra id."""

    def next_id(self) -> str:
        """A message's id: milliseconds since 1970, never twice."""
        self._last = max(self._last + 1, int(self._now() * 1000))
        return str(self._last)

    def add(self, *people: Person) -> None:
        self.people |= {person.entra_id: person for person in people}

    def person(self, key: str) -> Person:
        """By Entra id, by `29:` id, by e-mail or user principal name. Raises LookupError."""
        for person in self.people.values():
            if key and key in (person.entra_id, person.id, person.email, person.upn):
                return person
        raise LookupError("nobody of that id")

    def conversation(self, id: str) -> Conversation:
        """By its id, whatever thread is named behind it. Raises LookupError."""
        return self.conversations[id.split(";", 1)[0]]

    def settle(self, conversation: Conversation) -> Conversation:
        self.conversations[conversation.id] = conversation
        return conversation

    def personal(self, entra_id: str, tenant: str) -> Conversation:
        """The chat of one person with the bot: the same one each time."""
        for known in self.conversations.values():
            if known.kind == "personal" and known.members == [entra_id] and known.tenant == tenant:
                return known
        return self.settle(Conversation(f"a:1{secrets.token_urlsafe(48)}", "personal", tenant, [entra_id]))

    def post(self, message: Message) -> Message:
        self.messages.append(message)
        return message

    def find(self, conversation: str, id: str) -> Message:
        """Raises LookupError."""
        place = conversation.split(";", 1)[0]
        for message in self.messages:
            if (message.conversation, message.id) == (place, id):
                return message
        raise LookupError("no such message")

    def seen_by(self, entra_id: str, conversation: str) -> list[Message]:
        """What a person sees there, oldest first."""
        return [m for m in self.messages if m.conversation == conversation and m.only_for in ("", entra_id) and self.is_there(m)]

    def is_there(self, message: Message) -> bool:
        """Whether a message is still shown: one that is for one person goes after a day."""
        return not message.only_for or self._now() - int(message.id) / 1000 < TARGETED_SECONDS


def default_world(now: Callable[[], float]) -> World:
    """One tenant with Jane, Omar, Lena (German) and the guest Gus; Eve of another tenant; a chat of two, a group, a channel."""
    world = World(now)
    world.add(
        Person(JANE, "Jane Miller", "jane.miller@contoso.example"),
        Person(OMAR, "Omar Haddad", "omar.haddad@contoso.example"),
        Person(LENA, "Lena Krause", "lkrause", upn="lkrause", locale="de-DE"),
        Person(GUS, "Gus Olsen", "gus@partner.example", upn="gus_partner.example#EXT#@contoso.example", is_guest=True),
        Person(EVE, "Eve Novak", "eve@fabrikam.example", tenant=OTHER_TENANT),
    )
    inside = [JANE, OMAR, LENA, GUS]
    world.settle(Conversation(JANE_AND_OMAR, "personal", TENANT, [JANE, OMAR]))
    world.settle(Conversation(PROJECT_CHAT, "groupChat", TENANT, [*inside, EVE], name="Project"))
    world.settle(Conversation(GENERAL, "channel", TENANT, inside, name="General", team=TEAM))
    return world
