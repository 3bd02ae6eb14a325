"""What does Slack need to know of the app? The manifest that a workspace admin pastes.

Scopes are the fewest that work: `commands` for /pushpw, `chat:write` and `im:write` for direct
messages, `users:read` for language. Nothing here can read a conversation.
"""

from typing import Any

import yaml

from adapters.slack.gestures import MESSAGE_SHORTCUT, SHORTCUT
from adapters.slack.http import PATH

BOT_SCOPES = ["commands", "chat:write", "im:write", "users:read"]


def manifest(base_url: str, name: str) -> dict[str, Any]:
    """The manifest for the installation at `base_url`."""
    url = base_url.rstrip("/") + PATH
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": name,
            "description": "Share passwords and other secrets by links that work once.",
            "long_description": (
                "Type /pushpw, put the secret in, and choose who may open it. The recipient gets a button instead of the secret; "
                "it opens a page that shows the secret once and then forgets it. The secret never stands in a conversation, "
                "link previews cannot use it up, and you see on a receipt when it was opened. "
                "This app cannot read messages, channels or files."
            ),
            "background_color": "#0b4f4a",
        },
        "features": {
            # Read-only, or people would type secrets to the bot.
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": True},
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": [
                {
                    "name": "Push a secret",
                    "type": "global",
                    "callback_id": SHORTCUT,
                    "description": "Make a link that works once.",
                },
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
                    "url": url,
                    "description": "Share a secret by a link that works once",
                    "usage_hint": "[@person] [1d] [3 views] | generate | list | burn | settings | help",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": BOT_SCOPES}},
        "settings": {
            "event_subscriptions": {"request_url": url, "bot_events": ["app_home_opened"]},
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def as_yaml(base_url: str, name: str) -> str:
    """The manifest as YAML, ready to paste."""
    return yaml.safe_dump(manifest(base_url, name), sort_keys=False, allow_unicode=True, width=120)
