"""What does an activity of Teams ask for? Payload in, our own words out; nothing is decided here.

The payload is the raw activity as it came: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
and, for what Teams adds, https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from adapters import commands
from adapters.commands import Ask as Ask
from adapters.commands import Burn as Burn
from adapters.commands import ChangeSettings as ChangeSettings
from adapters.commands import Command as Command
from adapters.commands import Help as Help
from adapters.commands import ListMine as ListMine
from adapters.commands import Mistake as Mistake
from adapters.commands import Named, Spelling
from adapters.commands import Push as Push
from adapters.teams.gestures import Payload
from core.creation import Order
from core.errors import BadInput
from core.identity import Member, Workspace
from core.payload import Payload as Secret

_ENTRA_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_THREAD = ";messageid="
_PLACEHOLDER = re.compile("\ue000([0-9]{1,3})\ue001")
_SLASH = re.compile(r"^/(?:pushpw(?:\s+|$)|(?=(?:push|request|list|burn|generate|settings|help|hi|hello)(?:\s|$)))", re.IGNORECASE)
_NAME_MOST, _LOCALE_MOST = 256, 35
"""Of both, what Entra and the world's languages have room for: they are kept."""
_GREETINGS = frozenset({"hi", "hello", "hey", "hallo", "hilfe"})
_NAMES_SOMEBODY = re.compile(r"(?:push|generate|request)\s+@\w", re.IGNORECASE)


class Kind(StrEnum):
    """What sort of conversation it is, as Teams spells it."""

    PERSONAL = "personal"
    """One person and the app, nobody else."""
    GROUP = "groupChat"
    CHANNEL = "channel"


_KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where something happened. `thread`: the message that a channel's thread began with; empty elsewhere."""

    id: str
    kind: Kind
    thread: str = ""

    @property
    def shared(self) -> bool:
        """Whether others may read there too."""
        return self.kind is not Kind.PERSONAL

    def spelled(self) -> str:
        """The conversation's id as the connector wants it: in a thread, with the thread."""
        return f"{self.id}{_THREAD}{self.thread}" if self.thread else self.id


@dataclass(frozen=True, slots=True)
class Somebody:
    """Somebody whom an activity names, by the ids that it gives. `entra` is empty where Teams gives only its own id (29:...)."""

    id: str
    name: str = field(repr=False)
    entra: str = ""


def is_entra_id(said: object) -> bool:
    """Whether that is how Entra spells a person, in lower case."""
    return isinstance(said, str) and _ENTRA_ID.fullmatch(said) is not None


def tenant(payload: Payload) -> str:
    """The tenant that this happened in; empty when the activity names none. The door checks it against those that are served."""
    said = _at(payload, "channelData", "tenant", "id") or _at(payload, "conversation", "tenantId")
    return said.lower() if isinstance(said, str) else ""


def workspace(payload: Payload) -> Workspace:
    """The tenant as a workspace."""
    return Workspace("teams", tenant(payload))


def member(payload: Payload) -> Member:
    """Who acts, as the signed activity names them: by Entra id."""
    return Member(workspace(payload), _text(payload, "from", "aadObjectId").lower(), name(payload))


def chat_id(payload: Payload) -> str:
    """Whoever acts, by the id that Teams gave them for this bot (29:...)."""
    return _text(payload, "from", "id")


def name(payload: Payload) -> str:
    """Whoever acts, by the name that others see."""
    return _text(payload, "from", "name")[:_NAME_MOST]


def locale(payload: Payload) -> str:
    """The language of whoever acts, such as "de-DE"; empty when Teams does not say."""
    told = (each.get("locale") for each in _entities(payload, "clientInfo"))
    return next((said for said in (payload.get("locale"), *told) if isinstance(said, str) and said), "")[:_LOCALE_MOST]


def service_url(payload: Payload) -> str:
    """Where the connector answers for this tenant. Only the door knows whether it may be trusted."""
    return _text(payload, "serviceUrl")


def conversation(payload: Payload) -> Conversation:
    """Where it happened. An activity that names no sort of conversation comes from a personal chat, as Teams' own SDK takes it."""
    said, _, thread = _text(payload, "conversation", "id").partition(_THREAD)
    told, among_people = _at(payload, "conversation", "conversationType"), said.startswith("19:")
    # From the composer of a chat between two people it says "personal" too, but that is no chat with us.
    if isinstance(told, str) and told in _KINDS and not (told == Kind.PERSONAL and among_people):
        return Conversation(said, Kind(told), thread)
    return Conversation(said, Kind.CHANNEL if thread else Kind.GROUP if among_people else Kind.PERSONAL, thread)


def from_composer(payload: Payload) -> bool:
    """Whether it comes from the message extension, which works in conversations that do not have the app."""
    return _text(payload, "name").startswith("composeExtension/")


def took_away(payload: Payload) -> bool:
    """Whether the app was taken away from this conversation, which Teams tells in two ways. An upgrade is none: it brings it back."""
    uninstalled = payload.get("type") == "installationUpdate" and payload.get("action") == "remove"
    # By its type as well: the reception lets a removal in more than once, and no other activity may pass for one by a field more.
    return uninstalled or (payload.get("type") == "conversationUpdate" and concerns_bot(payload, "membersRemoved"))


def mentions(payload: Payload) -> tuple[Somebody, ...]:
    """Whom a message mentions, the bot itself left out."""
    return tuple(person for _, person in _mentioned(payload) if not _is_bot(payload, person))


def head(payload: Payload) -> str:
    """The first word of a message after the bot's own mention, in lower case: what the table of commands goes by."""
    words = _marked(payload).split()
    return words[0].lower() if words else ""


def command(payload: Payload) -> Command:
    """What a message asks for. In place of a person's id stands that of `Somebody`: Entra's where the message has it."""
    found = _mentioned(payload)

    def named(word: str) -> Named | None:
        mark = _PLACEHOLDER.fullmatch(word)
        person = found[int(mark[1])][1] if mark and int(mark[1]) < len(found) else None
        return Named(person.entra or person.id) if person else None

    def as_typed(text: str) -> str:
        return _PLACEHOLDER.sub(lambda mark: "@" + found[int(mark[1])][1].name if int(mark[1]) < len(found) else mark[0], text)

    text = _marked(payload)
    said, _, rest = text.partition(" ")
    if not text or text.rstrip("!., ").lower() in _GREETINGS:
        return Help()  # nothing before it has said "push", as Slack's command has
    meant = commands.command(rest if said.lower() == "push" else text, Spelling(named, as_typed))
    return Mistake(as_typed(text)) if isinstance(meant, Mistake) else meant


def names_somebody_plainly(payload: Payload) -> bool:
    """Whether a message looks as if it named somebody after a command of ours, though it mentions nobody."""
    return _NAMES_SOMEBODY.match(_marked(payload)) is not None


def _marked(payload: Payload) -> str:
    """The text with a mark in place of each mention, and nothing in place of the bot's. Teams writes mentions into it as <at>Name</at>."""
    text = _text(payload, "text").replace("\ue000", "").replace("\ue001", "")
    for number, (spelled, person) in enumerate(_mentioned(payload)):
        mark = " " if _is_bot(payload, person) else f" \ue000{number}\ue001 "
        text = text.replace(spelled, mark, 1)
    return _SLASH.sub("", text.replace("&nbsp;", " ").replace("\u00a0", " ").strip())


def _mentioned(payload: Payload) -> list[tuple[str, Somebody]]:
    """How each mention is spelled in the text, and whom it means."""
    found = [(_text(entity, "text"), _somebody(entity.get("mentioned"))) for entity in _entities(payload, "mention")]
    return [(spelled, person) for spelled, person in found if spelled and person]


def _is_bot(payload: Payload, person: Somebody) -> bool:
    return person.id == _text(payload, "recipient", "id") or person.id.startswith("28:")


def concerns_bot(payload: Payload, which: str) -> bool:
    """Whether it was the bot itself that came or went."""
    return any(_is_bot(payload, each) for each in _listed(payload, which))


def _listed(payload: Payload, which: str) -> list[Somebody]:
    said = payload.get(which)
    return [found for each in said if (found := _somebody(each))] if isinstance(said, list) else []


def _somebody(said: object) -> Somebody | None:
    entra = _text(said, "aadObjectId").lower()
    return Somebody(_text(said, "id"), _text(said, "name"), entra if is_entra_id(entra) else "") if _text(said, "id") else None


@dataclass(frozen=True, slots=True)
class ChosenMessage:
    """A message that somebody chose from its menu. `author`: an Entra id, empty when no person wrote it."""

    id: str
    author: str
    link: str = field(repr=False)
    content: Payload = field(repr=False)
    """As it came, for `message_text.exact_text`."""


def chosen_message(payload: Payload) -> ChosenMessage | None:
    """The message that a message action was used on; None for everything else."""
    said = _at(payload, "value", "messagePayload")
    if not isinstance(said, Mapping):
        return None
    author = _text(said, "from", "user", "id").lower()
    return ChosenMessage(_text(said, "id"), author if is_entra_id(author) else "", _text(said, "linkToMessage"), said)


def values(payload: Payload) -> Payload:
    """What a card or a dialog says: our own data and what the person gave, which Teams mixes. All of it may have been made up."""
    value = payload.get("value")
    if payload.get("name") == "adaptiveCard/action":
        found = _at(payload, "value", "action", "data")
    else:
        found = _at(payload, "value", "data") if payload.get("type") == "invoke" else value
    return found if isinstance(found, Mapping) else {}


def verb(payload: Payload) -> str:
    """The verb of an Action.Execute; empty elsewhere."""
    return _text(payload, "value", "action", "verb")


def dialog(payload: Payload) -> str:
    """The name of the dialog that is asked for, or was filled in; empty when nothing says it."""
    return _text(payload, "value", "commandId") or given(values(payload), "dialog")


def given(values: Payload, name: str) -> str:
    """What was given in a field; empty when nothing was, or no text."""
    said = values.get(name)
    return said if isinstance(said, str) else ""


def whole(field: str, spelled: str) -> int:
    """The number that an option of ours spells. Raises BadInput."""
    if not (spelled.isascii() and spelled.isdecimal() and len(spelled) < 12):  # no option of ours
        raise BadInput(field, "not_a_whole_number")
    return int(spelled)


def chosen_in(values: Payload, name: str = "recipients", field: str = "recipient") -> list[str]:
    """The Entra ids that were chosen in the people picker `name`, each once. Raises BadInput of `field` for what is none."""
    ids = [each.strip().lower() for each in given(values, name).split(",") if each.strip()]
    if not all(is_entra_id(each) for each in ids):
        raise BadInput(field, "not_known")
    return list(dict.fromkeys(ids))


def order(
    values: Payload, sender: Member, form_id: str, *, expires_in: int | None = None, views: int | None = None, draft: str | None = None
) -> Order:
    """The push that a dialog asks for, whoever it is for. Raises BadInput.

    `expires_in`, `views`: what the form had without asking. `draft`: the secret, where it is not in the dialog.
    """
    expiry, many = given(values, "expiry"), given(values, "views")
    return Order(
        payload=Secret.of_text(draft if draft is not None else given(values, "secret")),
        sender=sender,
        expires_in=whole("expiry", expiry) if expiry else expires_in,
        views=whole("views", many) if many else views,
        passphrase=given(values, "passphrase"),
        label=given(values, "label"),
        asked_in=form_id,
    )


def _at(said: object, *path: str) -> object:
    for step in path:
        said = said.get(step) if isinstance(said, dict) else None  # JSON has no other mapping, and to ask for Mapping is dear
    return said


def _text(said: object, *path: str) -> str:
    found = _at(said, *path)
    return found if isinstance(found, str) else ""


def _entities(payload: Payload, kind: str) -> list[Mapping[str, Any]]:
    said = payload.get("entities")
    return [each for each in said if isinstance(each, dict) and each.get("type") == kind] if isinstance(said, list) else []
