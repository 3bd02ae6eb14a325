"""What does Slack send for each gesture? The payloads of docs.slack.dev/reference/interaction-payloads."""

from typing import Any

from playground.passes import app_facts
from playground.refusals import Json
from playground.views import View
from playground.workspace import APP_ID, TEAM_DOMAIN, TEAM_ID, Conversation, Message, Person

_TEAM = {"id": TEAM_ID, "domain": TEAM_DOMAIN}


def _user(person: Person) -> Json:
    return {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id}


def _common(kind: str, person: Person, trigger_id: str) -> Json:
    return {"type": kind, "team": _TEAM, "user": _user(person), "trigger_id": trigger_id, **app_facts()}


def command(name: str, text: str, person: Person, channel: Conversation, *, trigger_id: str, response_url: str) -> dict[str, str]:
    """The form fields of a slash command."""
    return {
        "token": app_facts()["token"],
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payload,
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def shortcut(callback_id: str, person: Person, *, trigger_id: str, action_ts: str) -> Json:
    """A global shortcut: it carries no channel and no response_url."""
    return _common("shortcut", person, trigger_id) | {"callback_id": callback_id, "action_ts": action_ts}


def message_action(
    callback_id: str, person: Person, channel: Conversation, message: Message, *, trigger_id: str, response_url: str, action_ts: str
) -> Json:
    """A shortcut on a message."""
    return _common("message_action", person, trigger_id) | {
        "callback_id": callback_id,
        "action_ts": action_ts,
        "channel": {"id": channel.id, "name": channel.name_in_payload},
        "message_ts": message.ts,
        "message": message.as_json(),
        "response_url": response_url,
    }


def action(block: Json, element: Json, held: Json, action_ts: str) -> Json:
    """The entry of `actions` for one element; `held` is its state."""
    made: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"], "action_ts": action_ts}
    kept = ("text", "value", "style", "url", "placeholder", "confirm") if element["type"] == "button" else ("placeholder",)
    return made | {name: element[name] for name in kept if name in element} | held


def block_actions(person: Person, actions: list[Json], *, trigger_id: str, where: Json) -> Json:
    """A click or choice; `where` is `in_message` or `in_view`."""
    return _common("block_actions", person, trigger_id) | where | {"actions": actions}


def in_message(message: Message, channel: Conversation, response_url: str, values: Json) -> Json:
    """Where a click in a message took place. Slack does not send back an ephemeral message."""
    return {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.only_for),
        },
        "channel": {"id": channel.id, "name": channel.name_in_payload},
        "response_url": response_url,
        "state": {"values": values},
        **({} if message.only_for else {"message": message.as_json()}),
    }


def in_view(view: View) -> Json:
    """Where a click in a modal or Home tab took place: no channel, no response_url."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.as_json()}


def view_submission(person: Person, view: View, response_urls: list[Json], trigger_id: str) -> Json:
    """A form's main button."""
    return _common("view_submission", person, trigger_id) | {"view": view.as_json(), "response_urls": response_urls}


def view_closed(person: Person, view: View, *, is_cleared: bool) -> Json:
    """Sent only for views that ask for it (notify_on_close)."""
    body = _common("view_closed", person, "") | {"view": view.as_json(), "is_cleared": is_cleared}
    del body["trigger_id"]
    return body


def block_suggestion(person: Person, view: View, block: Json, element: Json, typed: str) -> Json:
    """What a person typed into an external select."""
    body = _common("block_suggestion", person, "") | in_view(view)
    del body["trigger_id"]
    return body | {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}


def event_callback(event: Json, event_id: str, event_time: int) -> Json:
    """The envelope of an event."""
    return {
        "type": "event_callback",
        "token": app_facts()["token"],
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM_ID, "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
    }


def selected(element: Json, option: Any) -> Json:
    """What an overflow menu's action carries."""
    return {"selected_option": option} if element["type"] == "overflow" else {}
