"""Who and what is in the pretend workspace? People, conversations, messages; in memory, no I/O."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from playground.block_kit import name_blocks
from playground.refusals import Json, Refused
from playground.teams import BOT as BOT
from playground.teams import TEAM_ID, Group, Team

APP_ID = "A0PUSHPW"
ALICE = "U0ALICE"
BOB = "U0BOB"
CAROL = "U0CAROL"
DAVE = "U0DAVE"
GINA = "U0GINA"
GENERAL = "C0GENERAL"
RANDOM = "C0RANDOM"
ONCALL = "S0ONCALL"
REVIEW = "S0REVIEW"


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
    is_owner: bool = False
    email: str = ""
    is_email_confirmed: bool = True
    is_invited_user: bool = False


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
    """One message as it stands. `only_for` names the one person who sees an ephemeral message."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    only_for: str = ""
    thread_ts: str = ""
    edited_ts: str = ""
    unfurl_links: bool = True
    unfurl_media: bool = True
    metadata: Json | None = None
    team: str = TEAM_ID
    is_broadcast: bool = False
    parent_user: str = ""
    unfurls: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread under another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def as_json(self) -> Json:
        """The message as Slack's payloads carry it."""
        body: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": self.team}
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "app_id": APP_ID}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.is_reply:
            body["parent_user_id"] = self.parent_user
        if self.is_broadcast:
            body["subtype"] = "thread_broadcast"
        if self.edited_ts:
            body["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.metadata:
            body["metadata"] = self.metadata
        return body


Listener = Callable[[str, Message], None]


class Workspace:
    """The workspace's state. Whoever wants to know of changes listens: `listener(what, message)`, what is posted, edited or deleted."""

    def __init__(self, now: Callable[[], float], team: Team | None = None) -> None:
        self._now = now
        self.team = team or Team()
        self._last_ts = 0
        self._next_dm = 0
        self.listeners: list[Listener] = []
        self.person_listeners: list[Callable[[Person], None]] = []
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: list[Message] = []
        self.read_up_to: dict[tuple[str, str], str] = {}
        self.add_person(Person(self.team.bot, "pushpw", "pushpw", team_id=self.team.id, is_bot=True))

    def settle(self, people: Iterable[Person], general: str, random: str) -> None:
        """Move `people` in: everybody is in both channels, the app in `random` alone, and each can write to the app."""
        newcomers = [self.add_person(replace(person, team_id=self.team.id)) for person in people]
        everybody = [person.id for person in newcomers]
        self.add_conversation(Conversation(general, "general", list(everybody)))
        self.add_conversation(Conversation(random, "random", [*everybody, self.team.bot]))
        for user in everybody:
            self.dm(user, self.team.bot)

    def add_person(self, person: Person) -> Person:
        """Put `person` in, or in place of the one with that id."""
        self.people[person.id] = person
        return person

    def change_person(self, user: str, **facts: str | bool) -> Person:
        """Make `user` a guest, deactivated, speaking another language, and so on."""
        changed = self.add_person(replace(self.person(user), **facts))  # type: ignore[arg-type]  # replace() of named fields
        for listener in self.person_listeners:
            listener(changed)
        return changed

    def is_stranger(self, person: Person) -> bool:
        """Whether they belong to another workspace (Slack Connect)."""
        return person.team_id != self.team.id

    def add_group(self, group: Group) -> Group:
        """Put `group` in, or in place of the one with that id."""
        self.groups[group.id] = group
        return group

    def group_named(self, handle: str) -> Group | None:
        return next((g for g in self.groups.values() if g.handle == handle.removeprefix("@") and not g.is_deleted), None)

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

    def channel_named(self, name: str) -> Conversation:
        """Raises Refused channel_not_found."""
        for known in self.conversations.values():
            if known.name == name and not known.is_im:
                return known
        raise Refused("channel_not_found")

    def of_member(self, user: str) -> list[Conversation]:
        """The conversations that `user` sees in their sidebar."""
        return [c for c in self.conversations.values() if user in c.members]

    def dm(self, one: str, other: str) -> Conversation:
        """The direct message between the two, opened if need be."""
        for known in self.conversations.values():
            if known.is_im and set(known.members) == {one, other}:
                return known
        self._next_dm += 1
        number = self.team.id.removeprefix("T0PRETEND").removeprefix("T")
        return self.add_conversation(Conversation(f"D{number}0{self._next_dm:08d}", "", [one, other]))

    def next_ts(self) -> str:
        """A message id: seconds with six digits, strictly rising, however fast or still the clock."""
        self._last_ts = max(self._last_ts + 1, int(self._now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def age(self, message: Message) -> float:
        """How many seconds ago it was posted, to the millisecond."""
        return round(self._now() - float(message.ts), 3)

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
        is_broadcast: bool = False,
        metadata: Json | None = None,
    ) -> Message:
        """Lay a message into a conversation; blocks and elements without an id get one, as at Slack's.

        With `thread_ts` it is a reply to that message, or to the one which that message replies to.
        """
        parent = self._root(channel, thread_ts) if thread_ts else None
        message = Message(
            channel=channel,
            ts=self.next_ts(),
            user=user,
            text=text,
            blocks=name_blocks(blocks or []),
            bot_id=self.team.bot_id if user == self.team.bot else "",
            only_for=only_for,
            unfurl_links=unfurl_links,
            unfurl_media=unfurl_media,
            thread_ts=parent.ts if parent else thread_ts,
            metadata=metadata,
            team=self.team.id,
            is_broadcast=is_broadcast and parent is not None,
            parent_user=parent.user if parent else "",
        )
        self.messages.append(message)
        if parent and not parent.thread_ts and not only_for:
            self.messages[self.messages.index(parent)] = replace(parent, thread_ts=parent.ts)
        self.read_up_to[channel, user] = message.ts
        self._tell("posted", message)
        return message

    def find(self, channel: str, ts: str, *, ephemeral: bool = False) -> Message:
        """Raises Refused message_not_found; ephemeral messages are found only when asked for."""
        for message in self.messages:
            if (message.channel, message.ts, bool(message.only_for)) == (channel, ts, ephemeral):
                return message
        raise Refused("message_not_found")

    def _root(self, channel: str, ts: str) -> Message | None:
        """The message that a thread hangs on; None when it is gone or never was."""
        for message in self.messages:
            if (message.channel, message.ts) == (channel, ts) and not message.only_for:
                return self._root(channel, message.thread_ts) if message.is_reply else message
        return None

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The message `ts` and every reply that everybody sees, oldest first."""
        return [m for m in self.messages if m.channel == channel and not m.only_for and ts in (m.ts, m.thread_ts)]

    def unfurl(self, message: Message, unfurls: Json) -> Message:
        """Put cards under a message; those of the same address are replaced."""
        changed = replace(message, unfurls={**message.unfurls, **unfurls})
        self.messages[self.messages.index(message)] = changed
        self._tell("unfurled", changed)
        return changed

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


def default_town(now: Callable[[], float]) -> Workspace:
    """Where Alice, who is an administrator, works with Bob, Carol, Dave and their guest Gina."""
    workspace = Workspace(now)
    workspace.settle(
        (
            Person(ALICE, "alice", "Alice Adams", is_admin=True),
            Person(BOB, "bob", "Bob Brown"),
            Person(CAROL, "carol", "Carol Clark"),
            Person(DAVE, "dave", "Dave Diaz"),
            Person(GINA, "gina", "Gina Grant", is_restricted=True),
        ),
        GENERAL,
        RANDOM,
    )
    workspace.dm(ALICE, BOB)
    workspace.add_group(Group(ONCALL, "oncall", "On call", (BOB, CAROL)))
    workspace.add_group(Group(REVIEW, "review", "Reviewers", (ALICE, CAROL, DAVE, GINA)))
    return workspace
