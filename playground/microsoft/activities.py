"""What does a Teams client send? Activities in the shapes that Microsoft's documentation records."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from playground.microsoft.refusals import Json
from playground.microsoft.world import BOT_NAME, TEAM_GROUP, Conversation, Message, Person


@dataclass(frozen=True, slots=True)
class Activities:
    """Makes activities for one bot. `service_url` is where it is to answer; `now` gives seconds since 1970."""

    app_id: str
    service_url: Callable[[], str]
    now: Callable[[], float]

    @property
    def bot(self) -> Json:
        return {"id": f"28:{self.app_id}", "name": BOT_NAME}

    def invoke(
        self, name: str, person: Person, place: Conversation, value: Json, *, source: str = "", message: Message | None = None
    ) -> Json:
        """An invoke, which waits for its answer. `message` is the one whose card was pressed."""
        made = self._made("invoke", person, place, f"f:{uuid4()}") | {"name": name, "value": value}
        if source:
            made["channelData"]["source"] = {"name": source}
        if message is not None:
            made["replyToId"] = message.id
            made["channelData"]["legacy"] = {"replyToId": f"1:{message.id}"}
            if message.thread:
                made["conversation"]["id"] = f"{place.id};messageid={message.thread}"
        return made

    def message(
        self,
        person: Person,
        place: Conversation,
        id: str,
        text: str,
        *,
        mentions_bot: bool,
        is_targeted: bool,
        naming: Sequence[Person] = (),
    ) -> Json:
        """A message as typed; in a group the bot hears it when it is mentioned, or when it is for the bot alone. `naming`: whom it mentions as @Name."""
        made = self._made("message", person, place, id)
        said, marked = text, f"<p>{html.escape(text)}</p>"
        if mentions_bot:
            said, marked = (
                f"<at>{BOT_NAME}</at> {text}",
                f'<p><span itemtype="http://schema.skype.com/Mention" itemid="0">{BOT_NAME}</span>&nbsp;{html.escape(text)}</p>',
            )
            made["entities"].insert(0, {"type": "mention", "text": f"<at>{BOT_NAME}</at>", "mentioned": self.bot})
        for each in naming:
            said = said.replace(f"@{each.name}", f"<at>{each.name}</at>", 1)
            made["entities"].append({"type": "mention", "text": f"<at>{each.name}</at>", "mentioned": {"id": each.id, "name": each.name}})
        if is_targeted:
            made["recipient"] = {**self.bot, "isTargeted": True}
        if place.kind == "channel":
            made["conversation"]["id"] = f"{place.id};messageid={id}"
        return made | {"text": said, "textFormat": "plain", "attachments": [{"contentType": "text/html", "content": marked}]}

    def value_message(self, person: Person, place: Conversation, id: str, value: Json, pressed: Message) -> Json:
        """What an Action.Submit on a message's card sends: a message without text."""
        made = self._made("message", person, place, id)
        return made | {"value": value, "replyToId": pressed.id}

    def installed(self, person: Person, place: Conversation, *, is_there: bool) -> list[Json]:
        """That the app came or went: installationUpdate, and on coming conversationUpdate too, in either order."""
        update = self.installation(person, place, "add" if is_there else "remove")
        return [self.members(person, place, [self.bot], came=True), update] if is_there else [update]

    def installation(self, person: Person, place: Conversation, action: str) -> Json:
        """An installationUpdate; `action` is add, remove, add-upgrade or remove-upgrade."""
        made = self._happened("installationUpdate", person, place) | {"action": action}
        if place.kind == "channel":
            made["channelData"]["settings"] = {"selectedChannel": {"id": place.id}}
        return made

    def members(self, person: Person, place: Conversation, who: list[Json], *, came: bool) -> Json:
        """That somebody joined or left."""
        accounts = [{key: each[key] for key in ("id", "aadObjectId") if key in each} for each in who]
        made = self._happened("conversationUpdate", person, place) | {"membersAdded" if came else "membersRemoved": accounts}
        if place.kind == "channel":
            made["channelData"]["eventType"] = "teamMemberAdded" if came else "teamMemberRemoved"
        return made

    def renamed(self, person: Person, place: Conversation, topic: str) -> Json:
        made = self._happened("conversationUpdate", person, place)
        if place.kind == "channel":
            made["channelData"] |= {"eventType": "channelRenamed", "channel": {"id": place.id, "name": topic}}
            return made
        return made | {"topicName": topic}

    def _happened(self, kind: str, person: Person, place: Conversation) -> Json:
        """What nobody said: it names the person by ids only, and the team by its group too."""
        made = self._made(kind, person, place, f"f:{uuid4()}")
        del made["from"]["name"]
        if place.kind == "channel":
            made["channelData"]["team"] |= {"aadGroupId": TEAM_GROUP, "name": "Project"}
        return made

    def _made(self, kind: str, person: Person, place: Conversation, id: str) -> Json:
        at = datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        country = person.locale.partition("-")[2] or "US"
        about = {"type": "clientInfo", "locale": person.locale, "country": country, "platform": "Web", "timezone": "Europe/Berlin"}
        return {
            "type": kind,
            "id": id,
            "timestamp": at,
            "localTimestamp": at,
            "localTimezone": "Europe/Berlin",
            "channelId": "msteams",
            "serviceUrl": self.service_url(),
            "from": person.account(),
            "conversation": place.as_json(),
            "recipient": dict(self.bot),
            "entities": [about],
            "channelData": _channel_data(place),
            "locale": person.locale,
        }


def _channel_data(place: Conversation) -> Json:
    made: Json = {"tenant": {"id": place.tenant}}
    if place.kind == "channel":
        made |= {"channel": {"id": place.id}, "team": {"id": place.team}, "teamsChannelId": place.id, "teamsTeamId": place.team}
    return made


def message_payload(message: Message, author: Person | None, at: str) -> Json:
    """The message that a command was chosen on. What was typed comes as HTML."""
    nobody: Json = {"device": None, "conversation": None, "user": None, "application": None}
    wrote = nobody | {"user": {"userIdentityType": "aadUser", "id": author.entra_id, "displayName": author.name}} if author else nobody
    more: Json = {"mentions": message.mentions} if message.mentions else {}
    return {
        "linkToMessage": f"https://teams.microsoft.com/l/message/{message.conversation}/{message.id}",
        "id": message.id,
        "replyToId": message.thread or None,
        "createdDateTime": at,
        "lastModifiedDateTime": None,
        "deleted": False,
        "subject": None,
        "summary": None,
        "importance": "normal",
        "locale": "en-us",
        "body": {"contentType": "html", "content": message.html or f"<p>{html.escape(message.text)}</p>"},
        "from": wrote,
        "reactions": [],
    } | more


def compose_value(command: str, context: str, **more: Any) -> Json:
    """The value of a message extension's invoke; `context` is compose, message or commandbox."""
    return {"commandId": command, "commandContext": context, "requestId": uuid4().hex, "context": {"theme": "default"}} | more
