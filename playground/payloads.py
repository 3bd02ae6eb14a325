"""What does Slack send for each gesture? The payloads of docs.slack.dev/reference/interaction-payloads."""

from typing import Any

from playground.refusals import Json
from playground.teams import Team
from playground.views import View
from playground.workspace import APP_ID, Conversation, Message, Person

VERIFICATION = "legacy-verification-token"
HOME_TEAM = Team()


def team_facts(team: Team) -> Json:
    """A workspace as interactions carry it."""
    body = {"id": team.id, "domain": team.domain}
    return body | ({"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name} if team.enterprise_id else {})


def _user(person: Person) -> Json:
    return {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id}


def _common(kind: str, person: Person, trigger_id: str, team: Team, *, in_channel: bool) -> Json:
    """What all interactions carry.

    Where no channel tells the workspace, an org-wide install is told no team (`"team": null`), and what a stranger does in
    a view names their own workspace; `view.app_installed_team_id` then says whose app it is.
    """
    if person.team_id != team.id and not in_channel:
        team = Team(person.team_id, domain="elsewhere")
    return {
        "type": kind,
        "team": None if team.org_wide and not in_channel else team_facts(team),
        "enterprise": team.enterprise,
        "is_enterprise_install": team.org_wide,
        "user": _user(person),
        "api_app_id": APP_ID,
        "token": VERIFICATION,
        **({"trigger_id": trigger_id} if trigger_id else {}),
    }


def command(
    name: str, text: str, person: Person, channel: Conversation, *, trigger_id: str, response_url: str, team: Team = HOME_TEAM
) -> dict[str, str]:
    """The form fields of a slash command."""
    organisation = {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name}
    return {
        "token": VERIFICATION,
        "team_id": team.id,
        "team_domain": team.domain,
        **(organisation if team.enterprise_id else {}),
        "channel_id": channel.id,
        "channel_name": channel.name_in_payload,
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "true" if team.org_wide else "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def shortcut(callback_id: str, person: Person, *, trigger_id: str, action_ts: str, team: Team = HOME_TEAM) -> Json:
    """A global shortcut: it carries no channel and no response_url."""
    body = _common("shortcut", person, trigger_id, team, in_channel=False)
    return body | {"callback_id": callback_id, "action_ts": action_ts}


def message_action(
    callback_id: str,
    person: Person,
    channel: Conversation,
    message: Message,
    *,
    trigger_id: str,
    response_url: str,
    action_ts: str,
    team: Team = HOME_TEAM,
) -> Json:
    """A shortcut on a message."""
    return _common("message_action", person, trigger_id, team, in_channel=True) | {
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


def block_actions(person: Person, actions: list[Json], *, trigger_id: str, where: Json, team: Team = HOME_TEAM) -> Json:
    """A click or choice; `where` is `in_message` or `in_view`."""
    return _common("block_actions", person, trigger_id, team, in_channel="channel" in where) | where | {"actions": actions}


def in_message(message: Message, channel: Conversation, response_url: str, values: Json) -> Json:
    """Where a click in a message took place. Slack does not send back an ephemeral message."""
    return {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.only_for),
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
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
    body = _common("view_submission", person, trigger_id, view.team, in_channel=False)
    return body | {"view": view.as_json(), "response_urls": response_urls}


def view_closed(person: Person, view: View, *, is_cleared: bool) -> Json:
    """Sent only for views that ask for it (notify_on_close)."""
    return _common("view_closed", person, "", view.team, in_channel=False) | {"view": view.as_json(), "is_cleared": is_cleared}


def block_suggestion(person: Person, where: Json, block: Json, element: Json, typed: str, team: Team = HOME_TEAM) -> Json:
    """What a person typed into an external select; `where` is `in_message` or `in_view`."""
    told = {name: where[name] for name in ("container", "view", "channel", "message") if name in where}
    body = _common("block_suggestion", person, "", team, in_channel="channel" in where) | told
    return body | {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}


def event_callback(event: Json, event_id: str, event_time: int, team: Team = HOME_TEAM, *, is_over: bool = False) -> Json:
    """The envelope of an event. That of an org-wide install names the organisation, and its authorization no team.

    An event about the end of an installation carries no authorization; about that of an organisation's, no team either.
    """
    authorization = {
        "enterprise_id": team.enterprise_id or None,
        "team_id": None if team.org_wide else team.id,
        "user_id": team.bot,
        "is_bot": True,
        "is_enterprise_install": team.org_wide,
    }
    return {
        "type": "event_callback",
        "token": VERIFICATION,
        "team_id": team.id or None,
        **({"enterprise_id": team.enterprise_id} if team.enterprise_id else {}),
        "context_team_id": team.id or None,
        "context_enterprise_id": team.enterprise_id or None,
        "api_app_id": APP_ID,
        "event": event,
        "event_id": event_id,
        "event_time": event_time,
        **({} if is_over else {"authorizations": [authorization]}),
        "is_ext_shared_channel": False,
    }


def selected(element: Json, option: Any) -> Json:
    """What an overflow menu's action carries."""
    return {"selected_option": option} if element["type"] == "overflow" else {}
