"""What does Teams need to know of the app? The manifest that lies in its package.

Schema 1.29. Its texts stand in a catalogue beside other people's apps: they name this app alone, no product of Microsoft's
and no other chat. What is asked for, and why, stands in docs/reference/teams.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from adapters.teams.gestures import PUSH, PUSH_MESSAGE, REQUEST
from adapters.teams.package.icons import ACCENT, COLOR, OUTLINE
from adapters.wording.catalog import SOURCE_LOCALE, Words, languages, words

_SCHEMAS = "https://developer.microsoft.com/json-schemas/teams/v1.29/MicrosoftTeams."
PLACEHOLDER_ID = "00000000-0000-0000-0000-000000000000"
"""In a package that was made before there was an app to make it for. Teams refuses it."""
SCOPES = ["personal", "team", "groupChat"]
PERMISSIONS = ["identity", "messageTeamMembers"]
_NAME_MOST, _DEVELOPER_MOST, _FULL_NAME_MOST = 30, 32, 100
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){2}")


@dataclass(frozen=True, slots=True)
class Installation:
    """Whose app it is. `app_id` is the bot's; addresses are whole, and whoever reads them needs no login."""

    base_url: str
    app_id: str
    version: str
    run_by: str
    support_url: str
    privacy_url: str
    terms_url: str
    name: str = "pushpw"

    def __post_init__(self) -> None:
        """Refuse with a ValueError what Teams would refuse, but later and with less to say."""
        if not 1 <= len(self.name) <= _NAME_MOST:
            raise ValueError(f"the app's name has 1 to {_NAME_MOST} characters")
        if not _VERSION.fullmatch(self.version):
            raise ValueError("the version is three numbers, such as 1.2.3")


def manifest(here: Installation, said: Words | None = None) -> dict[str, Any]:
    """The manifest for `here`, in English or in the words of `said`."""
    said = said or words(SOURCE_LOCALE)
    return {
        "$schema": _SCHEMAS + "schema.json",
        "manifestVersion": "1.29",
        "version": here.version,
        "id": here.app_id,
        "developer": {
            "name": here.run_by[:_DEVELOPER_MOST],
            "websiteUrl": here.support_url,
            "privacyUrl": here.privacy_url,
            "termsOfUseUrl": here.terms_url,
        },
        "name": {"short": here.name, "full": said.say("{name}: links that work once", name=here.name)[:_FULL_NAME_MOST]},
        "description": _description(here, said),
        "icons": {"color": COLOR, "outline": OUTLINE},
        "accentColor": "#" + bytes(ACCENT).hex(),
        "localizationInfo": _localization(),
        # Only to who has it in a chat of their own can the app write: that is what "Add" does first.
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
        "bots": [_bot(here, said)],
        "composeExtensions": [{"botId": here.app_id, "commands": _extension_commands(said)}],
        "permissions": PERMISSIONS,
        "validDomains": [urlsplit(here.base_url).netloc],
    }


def in_language(here: Installation, language: str) -> dict[str, str]:
    """The texts of the manifest in one of `languages()`, by their place in it. Commands stay as they are typed."""
    made = manifest(here, words(language))
    return {
        "$schema": _SCHEMAS + "Localization.schema.json",
        **{f"{part}.{length}": made[part][length] for part in ("name", "description") for length in ("short", "full")},
        **{
            f"bots[0].commandLists[{of}].commands[{at}].description": command["description"]
            for of, listed in enumerate(made["bots"][0]["commandLists"])
            for at, command in enumerate(listed["commands"])
        },
        **{
            f"composeExtensions[0].commands[{at}].{field}": command[field]
            for at, command in enumerate(made["composeExtensions"][0]["commands"])
            for field in ("title", "description")
        },
    }


def translations() -> Mapping[str, str]:
    """The languages besides English, each with the file that holds its texts."""
    return {words(language).tag: f"{language}.json" for language in languages() if language != SOURCE_LOCALE}


def _localization() -> dict[str, Any]:
    return {
        "defaultLanguageTag": words(SOURCE_LOCALE).tag,
        "additionalLanguages": [{"languageTag": tag, "file": file} for tag, file in translations().items()],
    }


def _description(here: Installation, said: Words) -> dict[str, str]:
    lines = (
        said.say(
            "Put the secret into the form and choose who may open it. That person gets a button instead of the secret. "
            "It leads to a page that shows the secret and then forgets it."
        ),
        said.say(
            "The secret never stands in a conversation, link previews cannot use it up, and you see on a receipt when it was opened. "
            "You can also ask others for a secret: only you can open what they send."
        ),
        said.say(
            "The app gets the messages that are written to it, and those that you choose from a message's menu. It cannot read others."
        ),
        said.say("Run by {name}.", name=here.run_by),
    )
    return {"short": said.say("Share passwords and other secrets by links that work once."), "full": "\n\n".join(lines)}


def _bot(here: Installation, said: Words) -> dict[str, Any]:
    commands = _commands(said)
    return {
        "botId": here.app_id,
        "scopes": SCOPES,
        "isNotificationOnly": False,
        "supportsFiles": False,  # what the bot is given that way would lie in the sender's cloud drive
        "supportsTargetedMessages": True,
        "commandLists": [
            {"scopes": ["personal"], "triggers": ["mention"], "commands": commands},
            # Only where others read along is there a way to write to the app alone.
            {"scopes": ["team", "groupChat"], "triggers": ["slash", "mention"], "commands": commands},
        ],
    }


def _commands(said: Words) -> list[dict[str, str]]:
    listed = {
        "push": said.say("Gives you the form. Name who may open the secret: push @name. Never type the secret itself."),
        "request": said.say("Asks a person for a secret: request @name, and what for."),
        "generate": said.say("Gives you the form with a strong secret in it."),
        "list": said.say("Your live secrets, each with Burn."),
        "burn": said.say("Takes a secret back, by the reference on its receipt. Takes all of yours back: burn all."),
        "help": said.say("Says what the app can do."),
    }
    return [{"title": title, "description": description} for title, description in listed.items()]


def _extension_commands(said: Words) -> list[dict[str, Any]]:
    in_compose = {"context": ["compose", "commandBox"], "triggers": ["slash"]}
    listed: list[tuple[str, str, str, dict[str, list[str]]]] = [
        (PUSH, said.say("Push a secret"), said.say("The form: a secret, who may open it, and for how long."), in_compose),
        (PUSH_MESSAGE, said.say("Push as one-time link"), said.say("Make a one-time link of this message."), {"context": ["message"]}),
        (REQUEST, said.say("Ask for a secret"), said.say("Ask a person for a secret. Only you can open what they send."), in_compose),
    ]
    return [
        {"id": name, "type": "action", "title": title, "description": description, "fetchTask": True, **where}
        for name, title, description, where in listed
    ]
