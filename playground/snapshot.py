"""What does the page show? The whole workspace as one JSON object, as its people see it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playground import forms
from playground.refusals import Json
from playground.robot import Visit
from playground.teams import BOT
from playground.views import View
from playground.workspace import Conversation, Message, Person, Workspace

if TYPE_CHECKING:
    from playground.double import PretendSlack


def snapshot(slack: "PretendSlack") -> Json:
    """Everything that the clients of all people and the panels need."""
    people = slack.workspace.people.values()
    return {
        "service": slack.service_url,
        "app": BOT,
        "people": {p.id: _person(slack.workspace, p) for p in people},
        "groups": {g.id: g.handle for g in slack.workspace.groups.values() if not g.is_deleted},
        "channels": {c.id: c.name for c in slack.workspace.conversations.values() if not c.is_im},
        "commands": [{"name": c.name, "hint": c.hint} for c in slack.manifest.commands],
        "shortcuts": [{"kind": s.kind, "callback_id": s.callback_id, "name": s.name} for s in slack.manifest.shortcuts],
        "has_home": slack.manifest.has_home,
        "messages_read_only": slack.manifest.messages_read_only,
        "clients": {p.id: _client(slack, p.id) for p in people if not p.is_bot and not p.deleted},
        "robot": {
            "eager": slack.robot.eager,
            "spent": slack.robot.spent if slack.robot.count_spent else None,
            "visits": [_visit(v) for v in slack.robot.visits],
        },
        "steps": dict(slack.steps.in_order()),
    }


def _person(workspace: Workspace, person: Person) -> Json:
    kinds = {
        "app": person.is_bot,
        "deactivated": person.deleted,
        "outsider": workspace.is_stranger(person),
        "guest": person.is_restricted or person.is_ultra_restricted,
        "admin": person.is_admin,
    }
    return {"name": person.name, "real_name": person.real_name, "kind": next((name for name, so in kinds.items() if so), "member")}


def _client(slack: "PretendSlack", user: str) -> Json:
    hands = slack.as_user(user)
    if not slack.workspace.is_stranger(hands.person):
        slack.workspace.dm(user, BOT)  # members find the app in their sidebar, whether it wrote to them or not
    conversations = list(slack.workspace.of_member(user))
    return {
        "conversations": [_conversation(slack, user, c) for c in conversations],
        "messages": {c.id: [_message(m) for m in slack.workspace.seen_by(user, c.id)] for c in conversations},
        "views": [_view(v) for v in hands.views],
        "home": _view(hands.home) if hands.home else None,
    }


def _conversation(slack: "PretendSlack", user: str, conversation: Conversation) -> Json:
    facts: Json = {
        "id": conversation.id,
        "name": conversation.name,
        "kind": "channel",
        "unread": slack.workspace.unread(user, conversation.id),
    }
    if conversation.is_im:
        other: Person = slack.workspace.person(next(m for m in conversation.members if m != user))
        facts |= {"kind": "app" if other.is_bot else "person", "with": other.id, "name": other.name if other.is_bot else other.real_name}
    return facts


def _message(message: Message) -> Json:
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "only_you": bool(message.only_for),
        "edited": message.edited_ts,
        "thread": message.thread_ts if message.is_reply else "",
        "broadcast": message.is_broadcast,
        "cards": list(message.unfurls.values()),
    }


def _view(view: View) -> Json:
    shown = ("type", "title", "submit", "close", "blocks")
    return {
        "id": view.id,
        "hash": view.hash,
        "errors": view.errors,
        "problem": view.problem,
        "values": {block: dict(_held(entries)) for block, entries in view.values.items()},
        "labels": {option["value"]: option["text"]["text"] for option in _chosen(view)},
        **{name: view.body[name] for name in shown if name in view.body},
    }


def _chosen(view: View) -> Iterator[Json]:
    """The options that are chosen in the view: an external select knows their labels from nowhere else."""
    for entries in view.values.values():
        for entry in entries.values():
            held = [entry.get("selected_option"), *(entry.get("selected_options") or [])]
            yield from (option for option in held if option)


def _held(entries: Json) -> Iterator[tuple[str, Any]]:
    """Each element's value in the plain form that `Hands.fill` takes."""
    for action_id, entry in entries.items():
        held = entry.get(forms.kept_as(entry) or "")
        if isinstance(held, dict):
            held = held.get("value")
        elif isinstance(held, list):
            held = [option["value"] if isinstance(option, dict) else option for option in held]
        yield action_id, held


def _visit(visit: Visit) -> Json:
    return {
        "at": visit.at,
        "url": visit.url,
        "method": visit.method,
        "agent": visit.agent,
        "status": visit.status,
        "where": visit.where,
        "note": visit.note,
    }
