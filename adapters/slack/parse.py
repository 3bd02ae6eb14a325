"""What does Slack's payload ask for? Payload in, our own words out; nothing is decided here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

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
from adapters.slack.form import Form
from adapters.slack.message_text import decode_entities
from core.creation import Order
from core.errors import BadInput
from core.identity import Member, Workspace
from core.payload import Payload

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")
_TS = re.compile(r"[0-9]{1,11}\.[0-9]{1,6}")
_ENTITY = re.compile(r"<([^<>]+)>")


def command(text: str) -> Command:
    """What stands after `/pushpw`, as Slack escaped it."""
    return commands.command(text, Spelling(_named, unescape))


def _named(word: str) -> Named | None:
    if group := _GROUP.fullmatch(word):
        return Named(group[1], is_group=True)
    mention = _MENTION.fullmatch(word)
    return Named(mention[1]) if mention else None


def unescape(text: str) -> str:
    """The text as it was typed, as well as can be: entities and Slack's links taken back exactly once."""
    return decode_entities(_ENTITY.sub(_as_typed, text))


def _as_typed(found: re.Match[str]) -> str:
    target, bar, label = found[1].partition("|")
    if target.startswith(("@", "#")):
        return target[0] + label if bar else target
    if target.startswith("!"):
        return label if bar else "@" + target[1:]
    # Slack links `example.com` to http://example.com and keeps what was typed as the label.
    return label if bar else target.removeprefix("mailto:")


@dataclass(frozen=True, slots=True)
class ChosenMessage:
    """A message that somebody used a shortcut on. `author` is empty when Slack names no person."""

    conversation: str
    ts: str
    author: str

    @property
    def written_at(self) -> int:
        """When, in milliseconds: Slack names a message by the second it was written in."""
        return int(self.ts.partition(".")[0]) * 1000


def chosen_message(payload: Mapping[str, Any]) -> ChosenMessage | None:
    """The message that a message shortcut was used on; None for other payloads, and where it has no place of its own."""
    message, channel = payload.get("message"), payload.get("channel")
    if payload.get("type") != "message_action" or not isinstance(message, Mapping) or not isinstance(channel, Mapping):
        return None
    ts, author = payload.get("message_ts") or message.get("ts"), message.get("user")
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        return None
    return ChosenMessage(channel["id"], ts, author if isinstance(author, str) else "")


def shared_links(payload: Mapping[str, Any], base_url: str) -> list[str]:
    """Of the links that a message shares, those to a push at `base_url`, as they were written. They hold keys."""
    said = payload["event"].get("links") or []
    return [link["url"] for link in said if _leads_to_a_push(link["url"], base_url)]


def _leads_to_a_push(url: str, base_url: str) -> bool:
    try:
        found, ours = urlsplit(url), urlsplit(base_url)
        return (found.scheme.lower(), _host(found)) == (ours.scheme, _host(ours)) and found.path.startswith("/p/")
    except ValueError:  # a port that is none
        return False


def _host(url: SplitResult) -> tuple[str | None, int | None]:
    return url.hostname, url.port or {"https": 443, "http": 80}.get(url.scheme.lower())


def shared_where(payload: Mapping[str, Any]) -> dict[str, str]:
    """Where links were shared, as chat.unfurl wants it: a message, or a draft in the composer. Empty when Slack does not say."""
    event = payload["event"]
    if event.get("unfurl_id") and event.get("source"):
        return {"unfurl_id": event["unfurl_id"], "source": event["source"]}
    if event.get("channel") and event.get("message_ts"):
        return {"channel": event["channel"], "ts": event["message_ts"]}
    return {}


def member(payload: Mapping[str, Any]) -> Member:
    """Who acts, as the signed payload names them."""
    if "user_id" in payload:  # a slash command
        return Member(Workspace("slack", payload["team_id"], payload.get("enterprise_id")), payload["user_id"])
    if "event" in payload:
        return Member(installed_in(payload), payload["event"]["user"])
    user, team, organisation = payload["user"], payload.get("team") or {}, (payload.get("enterprise") or {}).get("id")
    # The acting person's own team: on a shared channel it is not the team where the button stands.
    home = user.get("team_id") or team.get("id") or organisation or ""
    # In a view of an app that a whole organisation has, Slack names no team, but the organisation.
    return Member(Workspace("slack", home, team.get("enterprise_id") or organisation), user["id"])


def installed_in(payload: Mapping[str, Any]) -> Workspace:
    """The workspace whose installation of the app this concerns: with its token we answer.

    It is not always the acting person's own: outsiders of a shared channel act from theirs.
    """
    if "user" not in payload:  # a slash command, an event
        return Workspace("slack", payload.get("team_id") or payload.get("enterprise_id") or "", payload.get("enterprise_id"))
    team, enterprise = payload.get("team") or {}, (payload.get("enterprise") or {}).get("id")
    home = (payload.get("view") or {}).get("app_installed_team_id") or team.get("id") or enterprise or payload["user"].get("team_id") or ""
    return Workspace("slack", home, team.get("enterprise_id") or enterprise)


def branch(payload: Mapping[str, Any]) -> Workspace | None:
    """The acting person's workspace with its organisation, where the payload itself says that the one is part of the other.

    A click in a shared channel tells of two workspaces: the organisation there is the app's, the person may be a stranger.
    """
    if "event" in payload:
        return None
    if "user_id" in payload:  # a slash command: there are none for strangers
        own, organisation = payload["team_id"], payload.get("enterprise_id")
    else:
        team, organisation = payload.get("team") or {}, (payload.get("enterprise") or {}).get("id")
        own, organisation = payload["user"].get("team_id") or team.get("id"), team.get("enterprise_id") or organisation
        # Strangers have neither the app's shortcuts nor its Home tab.
        members_only = payload.get("type") == "shortcut" or (payload.get("view") or {}).get("type") == "home"
        if own != team.get("id") and (team or not members_only):
            return None
    return Workspace("slack", own, organisation) if own and organisation and own != organisation else None


def happened_in(payload: Mapping[str, Any]) -> Workspace:
    """Whose installation an event is about: the workspace's or, when the app is there for all of it, the organisation's."""
    team, enterprise = payload.get("team_id") or "", payload.get("enterprise_id")
    granted = next(iter(payload.get("authorizations") or ()), None) or {}
    if enterprise and (granted.get("is_enterprise_install") or not team):
        team = enterprise
    return Workspace("slack", team, enterprise)


def happened_at(payload: Mapping[str, Any]) -> int | None:
    """When an event happened, in milliseconds: Slack tells whole seconds, so the end of that second. None when it does not say."""
    second = payload.get("event_time")
    return None if second is None else second * 1000 + 999


def field_values(view: Mapping[str, Any]) -> dict[str, Any]:
    """action_id -> what the person gave, for every input of the view."""
    found: dict[str, Any] = {}
    for block in view["state"]["values"].values():
        for action_id, given in block.items():
            match given["type"]:
                case "static_select":
                    found[action_id] = (given.get("selected_option") or {}).get("value")
                case "users_select":
                    found[action_id] = given.get("selected_user")
                case "checkboxes":
                    found[action_id] = {option["value"] for option in given.get("selected_options") or []}
                case "multi_users_select":
                    found[action_id] = given.get("selected_users") or []
                case "multi_external_select":
                    found[action_id] = [option["value"] for option in given.get("selected_options") or []]
                case _:
                    found[action_id] = given.get("value")
    return found


def chosen_in(view: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The ids of the people and of the groups that were chosen in a form."""
    given = field_values(view)
    return given.get("recipient") or [], given.get("groups") or []


def typed_addresses(view: Mapping[str, Any]) -> str:
    """What stands in the field for addresses of people in another chat; empty where there is no such field."""
    return field_values(view).get("email") or ""


def whole(field: str, spelled: str) -> int:
    """The number that an option of ours spells. Raises BadInput."""
    if not (spelled.isascii() and spelled.isdecimal() and len(spelled) < 12):  # no option of ours
        raise BadInput(field, "not_a_whole_number")
    return int(spelled)


def answered(view: Mapping[str, Any]) -> tuple[str, str]:
    """Which secret request a form answers, and the lock that lies in the form alone; empty in a form of an older edition."""
    request_id, _, lock = view["private_metadata"].partition(" ")
    return request_id, lock


def extension(view: Mapping[str, Any]) -> tuple[str, int]:
    """Which push shall live for how many seconds from now on. Raises BadInput."""
    return view["private_metadata"], whole("expiry", field_values(view).get("expiry") or "")


def order(view: Mapping[str, Any], form: Form, sender: Member, draft: str | None) -> Order:
    """The push that a submitted form asks for, whoever it is for. Raises BadInput."""
    given = field_values(view)
    expires_in = whole("expiry", given["expiry"]) if given.get("expiry") else form.expires_in
    views = whole("views", given["views"]) if given.get("views") else form.views
    return Order(
        payload=Payload.of_text(draft if draft is not None else given.get("secret") or ""),
        sender=sender,
        expires_in=expires_in,
        views=views,
        passphrase=given.get("passphrase") or "",
        label=given.get("label") or "",
        asked_in=form.id,
    )
