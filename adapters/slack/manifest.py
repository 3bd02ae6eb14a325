"""What does Slack need to know of the app? The manifest that a workspace admin pastes.

Scopes are the fewest that work, and each stands in docs/reference/slack-scopes.md with its reason.
Nothing here can read a conversation. What not everybody wants is an extra.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml

from adapters.slack.gestures import MESSAGE_SHORTCUT, SHORTCUT, STEP
from adapters.slack.http import PATH

REDIRECT_PATH = "/slack/oauth_redirect"
BOT_SCOPES = ["commands", "chat:write", "im:write", "users:read"]
OPTIONAL_BOT_SCOPES = ["usergroups:read"]
LINKS_SCOPE = "links:read"
PREVIEW_SCOPES = [LINKS_SCOPE, "links:write"]
BRIDGE_SCOPES = ["users:read.email"]
OPTIONAL_USER_SCOPES = ["chat:write"]
EVENTS = ["app_home_opened", "app_uninstalled", "tokens_revoked"]


@dataclass(frozen=True, slots=True)
class Extras:
    """What not every installation wants."""

    socket: bool = False
    """Socket Mode: Slack is asked for what happens, and needs no address of ours."""
    many: bool = False
    """Many workspaces by OAuth, rotating tokens, and members' own leave to delete a message of theirs."""
    workflow: bool = False
    """A step "Ask for a secret" for Slack's workflow builder."""
    previews: bool = False
    """A neutral card under our own links, instead of none."""
    bridge: bool = False
    """People of Teams may be named by e-mail address, and may name people here so."""


def manifest(base_url: str, name: str, extras: Extras = Extras()) -> dict[str, Any]:
    """The manifest for the installation at `base_url`."""
    made = {
        "_metadata": {"major_version": 1},
        "display_information": _display(name),
        "features": _features(base_url, name, extras),
        "oauth_config": _oauth(base_url, extras),
        "settings": _settings(base_url, extras),
    }
    return {**made, "functions": _STEP_FUNCTIONS} if extras.workflow else made


def as_yaml(base_url: str, name: str, extras: Extras = Extras()) -> str:
    """The manifest as YAML, ready to paste."""
    return yaml.safe_dump(manifest(base_url, name, extras), sort_keys=False, allow_unicode=True, width=120)


def _url(base_url: str, extras: Extras, field: str) -> dict[str, str]:
    return {} if extras.socket else {field: base_url.rstrip("/") + PATH}


def _display(name: str) -> dict[str, str]:
    return {
        "name": name,
        "description": "Share passwords and other secrets by links that work once.",
        "long_description": (
            "Type /pushpw, put the secret in, and choose who may open it. The recipient gets a button instead of the secret; "
            "it opens a page that shows the secret once and then forgets it. The secret never stands in a conversation, "
            "link previews cannot use it up, and you see on a receipt when it was opened. "
            "This app cannot read messages, channels or files."
        ),
        "background_color": "#0b4f4a",
    }


def _features(base_url: str, name: str, extras: Extras) -> dict[str, Any]:
    made: dict[str, Any] = {
        # Read-only, or people would type secrets to the bot.
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": True},
        "bot_user": {"display_name": name, "always_online": True},
        "shortcuts": [
            {"name": "Push a secret", "type": "global", "callback_id": SHORTCUT, "description": "Make a link that works once."},
            {
                "name": "Push as one-time link",
                "type": "message",
                "callback_id": MESSAGE_SHORTCUT,
                "description": "Make a one-time link of this message.",
            },
        ],
        "slash_commands": [
            {
                "command": "/pushpw",
                **_url(base_url, extras, "url"),
                "description": "Share a secret by a link that works once",
                "usage_hint": "[@person] [1d] [3 views] | request @person | generate | list | burn | settings | help",
                "should_escape": True,
            }
        ],
    }
    if extras.previews:
        made["unfurl_domains"] = [urlsplit(base_url).hostname or ""]
    return made


def _oauth(base_url: str, extras: Extras) -> dict[str, Any]:
    optional = [*OPTIONAL_BOT_SCOPES, *(PREVIEW_SCOPES if extras.previews else []), *(BRIDGE_SCOPES if extras.bridge else [])]
    scopes: dict[str, list[str]] = {"bot": [*BOT_SCOPES, *optional], "bot_optional": optional}
    if not extras.many:
        return {"scopes": scopes}
    scopes |= {"user": OPTIONAL_USER_SCOPES, "user_optional": OPTIONAL_USER_SCOPES}
    return {"redirect_urls": [base_url.rstrip("/") + REDIRECT_PATH], "scopes": scopes}


def _settings(base_url: str, extras: Extras) -> dict[str, Any]:
    events = [
        *EVENTS,
        *(["team_access_revoked"] if extras.many else []),
        *(["link_shared"] if extras.previews else []),
        *(["function_executed"] if extras.workflow else []),
    ]
    made: dict[str, Any] = {
        "event_subscriptions": {**_url(base_url, extras, "request_url"), "bot_events": events},
        "interactivity": {
            "is_enabled": True,
            **_url(base_url, extras, "request_url"),
            **_url(base_url, extras, "message_menu_options_url"),
        },
        "org_deploy_enabled": extras.many or extras.workflow,  # Slack wants it for a step of one's own
        "socket_mode_enabled": extras.socket,
        "token_rotation_enabled": extras.many,
    }
    return {**made, "function_runtime": "remote"} if extras.workflow else made


_STEP_FUNCTIONS = {
    STEP: {
        "title": "Ask for a secret",
        "description": "Asks a person for a secret. They send it by a link that works once; the workflow never sees it.",
        "input_parameters": {
            "person": {
                "type": "slack#/types/user_id",
                "title": "Whom to ask",
                "description": "Gets a message with a button.",
                "is_required": True,
                "name": "person",
            },
            "requester": {
                "type": "slack#/types/user_id",
                "title": "For whom",
                "description": "Only this person can open what is sent.",
                "is_required": True,
                "name": "requester",
            },
            "what": {
                "type": "string",
                "title": "What for",
                "description": "A few words, such as: the password of the staging database.",
                "is_required": True,
                "name": "what",
            },
        },
        "output_parameters": {
            "link": {
                "type": "string",
                "title": "Link to the form",
                "description": "Leads the asked person to the form. It is never the secret.",
                "is_required": True,
                "name": "link",
            }
        },
    }
}
