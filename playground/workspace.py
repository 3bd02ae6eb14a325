"""Who and what is in the pretend workspace? People, conversations, messages; in memory, no I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from playground.block_kit import name_blocks
from playground.refusals import Json, Refused

TEAM_ID = "T0PRETEND"
TEAM_DOMAIN = "pretend"
APP_ID = "A0PUSHPW"
BOT = "U0PUSHPW"
BOT_ID = "B0PUSHPW"
ALICE = "U0ALICE"
BOB = "U0BOB"
GENERAL = "C0GENERAL"
RANDOM = "C0RANDOM"


@dataclass(frozen=True, slots=True)
class Person:
    """A member, guest, outsider or bot, as users.info tells of them."""

    id: str
    name: str
    real_name: str
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    team_id: str = TEAM_ID
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False

    @property
    def is_stranger(self) -> bool:
        """Whether they belong to another workspace (Slack Connect)."""
        return self.team_id != TEAM_ID


@dataclass(slots=True)
class Conversation:
    """A channel (`C...`), a direct message (`D...`) or a group of people (`G...`)."""

    id: str
    name: str
    members: list[str]
    is_private: bool = False
    is_archived: bool = False

    @property
    def is_im(self) -> bool:
        return self.id.startswith("D")

    @property
    def name_in_payload(self) -> str:
        """Slash commands and actions call every direct message `directmessage`."""
        return "directmessage" if self.is_im else self.name


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands. `only_for` names the one person who sees an ephemeral message; a `broadcast` reply stands in the channel too."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    only_for: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    edited_ts: str = ""
    unfurl_links: bool = True
    unfurl_media: bool = True
    metadata: Json | None = None

    def as_json(self) -> Json:
        """The message as Slack's payloads carry it."""
        body: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM_ID}
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "app_id": APP_ID}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.broadcast:
            body["subtype"] = "thread_broadcast"
        if self.edited_ts:
            body["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.metadata:
            body["metadata"] = self.metadata
        return body


Listener = Callable[[str, Message], None]


class Workspace:
    """The workspace's state. Whoever wants to know of changes listens: `listener(what, message)`, what is posted, edited or deleted."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last_ts = 0
        self._next_dm = 0
        self.listeners: list[Listener] = []
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: list[Message] = []
        self.read_up_to: dict[tuple[str, str], str] = {}
        for person in (
            Person(ALICE, "alice", "Alice Adams", is_admin=True),
            Person(BOB, "bob", "Bob Brown"),
            Person(BOT, "pushpw", "pushpw", is_bot=True),
        ):
            self.add_person(person)
        self.add_conversation(Conversation(GENERAL, "general", [ALICE, BOB]))
        self.add_conversation(Conversation(RANDOM, "random", [ALICE, BOB, BOT]))
        self.dm(ALICE, BOB)
        self.dm(ALICE, BOT)
        self.dm(BOB, BOT)

    def add_person(self, person: Person) -> Person:
        """Put `person` in, or in place of the one with that id."""
        self.people[person.id] = person
        return person

    def change_person(self, user: str, **facts: str | bool) -> Person:
        """Make `user` a guest, deactivated, speaking another language, and so on."""
        return self.add_person(replace(self.person(user), **facts))  # type: ignore[arg-type]  # replace() of named fields

    def add_conversation(self, conversation: Conversation) -> Conversation:
        self.conversations[conversation.id] = conversation
        return conversation

    def person(self, user: str) -> Person:
        """Raises Refused user_not_found."""
        try:
            return self.people[user]
        except KeyError:
            raise Refused("user_not_found") from None

    def person_named(self, name: str) -> Person | None:
        return next((p for p in self.people.values() if p.name == name.removeprefix("@") and not p.deleted), None)

    def conversation(self, channel: str) -> Conversation:
        """Raises Refused channel_not_found."""
        try:
            return self.conversations[channel]
        except KeyError:
            raise Refused("channel_not_found") from None

    def of_member(self, user: str) -> list[Conversation]:
        """The conversations that `user` sees in their sidebar."""
        return [c for c in self.conversations.values() if user in c.members]

    def dm(self, one: str, other: str) -> Conversation:
        """The direct message between the two, opened if need be."""
        for known in self.conversations.values():
            if known.is_im and set(known.members) == {one, other}:
                return known
        self._next_dm += 1
        return self.add_conversation(Conversation(f"D0{self._next_dm:08d}", "", [one, other]))

    def next_ts(self) -> str:
        """A message id: seconds with six digits, strictly rising, however fast or still the clock."""
        self._last_ts = max(self._last_ts + 1, int(self._now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(
        self,
        channel: str,
        user: str,
        text: str,
        blocks: list[Json] | None = None,
        *,
        only_for: str = "",
        unfurl_links: bool = True,
        unfurl_media: bool = True,
        thread_ts: str = "",
        broadcast: bool = False,
        metadata: Json | None = None,
    ) -> Message:
        """Lay a message into a conversation; blocks and elements without an id get one, as at Slack's."""
        message = Message(
            channel=channel,
            ts=self.next_ts(),
            user=user,
            text=text,
            blocks=name_blocks(blocks or []),
            bot_id=BOT_ID if user == BOT else "",
            only_for=only_for,
            unfurl_links=unfurl_links,
            unfurl_media=unfurl_media,
            thread_ts=thread_ts,
            broadcast=broadcast,
            metadata=metadata,
        )
        self.messages.append(message)
        self.read_up_to[channel, user] = message.ts
        self._tell("posted", message)
        return message

    def find(self, channel: str, ts: str, *, ephemeral: bool = False) -> Message:
        """Raises Refused message_not_found; ephemeral messages are found only when asked for."""
        for message in self.messages:
            if (message.channel, message.ts, bool(message.only_for)) == (channel, ts, ephemeral):
                return message
        raise Refused("message_not_found")

    def edit(self, message: Message, text: str, blocks: list[Json] | None, *, marked: bool = True) -> Message:
        """Put new words in place. `blocks` None keeps those that are there."""
        changed = replace(
            message,
            text=text,
            blocks=message.blocks if blocks is None else name_blocks(blocks),
            edited_ts=self.next_ts() if marked else message.edited_ts,
        )
        self.messages[self.messages.index(message)] = changed
        self._tell("edited", changed)
        return changed

    def delete(self, message: Message) -> None:
        self.messages.remove(message)
        self._tell("deleted", message)

    def seen_by(self, user: str, channel: str) -> list[Message]:
        """What `user` sees in `channel`, oldest first."""
        return [m for m in self.messages if m.channel == channel and m.only_for in ("", user)]

    def mark_read(self, user: str, channel: str) -> None:
        seen = self.seen_by(user, channel)
        if seen:
            self.read_up_to[channel, user] = seen[-1].ts

    def unread(self, user: str, channel: str) -> int:
        """How many messages of others `user` has not looked at."""
        since = self.read_up_to.get((channel, user), "")
        return sum(1 for m in self.seen_by(user, channel) if m.ts > since and m.user != user)

    def _tell(self, what: str, message: Message) -> None:
        for listener in self.listeners:
            listener(what, message)
