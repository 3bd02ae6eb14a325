"""What does the app's manifest say that a workspace acts on? Commands, shortcuts, scopes, tabs."""

from dataclasses import dataclass, field
from typing import Any, Self

SCOPES = frozenset({"commands", "chat:write", "im:write", "users:read"})


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry in a menu: `kind` is `global` or `message`."""

    kind: str
    callback_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command; with `escapes`, people and links arrive as entities."""

    name: str
    hint: str = ""
    escapes: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of an app manifest that the pretend workspace needs. An optional scope may be declined by who installs the app."""

    commands: tuple[Command, ...] = (Command("/pushpw", "@name 1d"),)
    shortcuts: tuple[Shortcut, ...] = (
        Shortcut("global", "push_secret", "Push a secret"),
        Shortcut("message", "push_message", "Push as one-time link"),
    )
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = frozenset({"app_home_opened", "app_uninstalled", "tokens_revoked"})
    has_home: bool = True
    messages_read_only: bool = True
    optional_scopes: frozenset[str] = frozenset()
    user_scopes: frozenset[str] = frozenset()
    redirect_urls: tuple[str, ...] = ()
    unfurl_domains: tuple[str, ...] = ()
    functions: dict[str, Any] = field(default_factory=dict)
    rotates: bool = False
    org_deploy: bool = False
    socket_mode: bool = False

    @classmethod
    def read(cls, manifest: dict[str, Any]) -> Self:
        """The facts in a parsed manifest.yml. Sections that it leaves out are empty, as at Slack's."""
        features = manifest.get("features", {})
        oauth, settings = manifest.get("oauth_config", {}), manifest.get("settings", {})
        scopes = oauth.get("scopes", {})
        home = features.get("app_home", {})
        return cls(
            commands=tuple(
                Command(c["command"], c.get("usage_hint", ""), c.get("should_escape", False)) for c in features.get("slash_commands", [])
            ),
            shortcuts=tuple(Shortcut(s["type"], s["callback_id"], s["name"]) for s in features.get("shortcuts", [])),
            scopes=frozenset(scopes.get("bot", [])) - frozenset(scopes.get("bot_optional", [])),
            optional_scopes=frozenset(scopes.get("bot_optional", [])),
            user_scopes=frozenset([*scopes.get("user", []), *scopes.get("user_optional", [])]),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            has_home=home.get("home_tab_enabled", False),
            messages_read_only=home.get("messages_tab_read_only_enabled", False),
            redirect_urls=tuple(oauth.get("redirect_urls", [])),
            unfurl_domains=tuple(features.get("unfurl_domains", [])),
            functions=dict(manifest.get("functions", {})),
            rotates=settings.get("token_rotation_enabled", False),
            org_deploy=settings.get("org_deploy_enabled", False),
            socket_mode=settings.get("socket_mode_enabled", False),
        )

    def command(self, name: str) -> Command | None:
        return next((c for c in self.commands if c.name == name), None)
