"""What does a Web API method act on, and how is it called?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from playground.passes import Passes
from playground.refusals import Json, Refused
from playground.teams import Team
from playground.views import Views
from playground.workspace import Workspace


@dataclass(slots=True)
class Execution:
    """A workflow step that the app is asked to do: `running`, then `completed` with `outputs` or `failed` with `error`."""

    id: str
    callback_id: str
    user: str
    inputs: Json
    required: frozenset[str]
    declared: frozenset[str]
    state: str = "running"
    outputs: Json = field(default_factory=dict)
    error: str = ""


@dataclass(slots=True)
class House:
    """All that the methods act on.

    `edit_window_closed` makes every chat.update fail so, `edit_window_seconds` those of older messages.
    """

    workspace: Workspace
    views: Views
    passes: Passes
    edit_window_closed: bool = False
    edit_window_seconds: float | None = None
    url: str = ""
    disabled_dms: set[str] = field(default_factory=set)
    unfurl_domains: tuple[str, ...] = ()
    unfurl_ids: dict[str, tuple[str, str]] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)

    @property
    def team(self) -> Team:
        return self.workspace.team


class Call(NamedTuple):
    """Who calls (the bot or, with a user token, a person), with what. With `org_wide` the token is good in a whole organisation."""

    actor: str
    arguments: Json
    org_wide: bool = False
    scopes: frozenset[str] = frozenset()

    def need(self, name: str, error: str = "invalid_arguments") -> Any:
        value = self.arguments.get(name)
        if value in (None, ""):
            raise Refused(error, [f"[ERROR] missing required field: {name}"] if error == "invalid_arguments" else None)
        return value

    def text(self, name: str) -> str:
        return str(self.arguments.get(name) or "")

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.arguments.get(name)
        return default if value is None else value in (True, "true", "True", "1", 1)


Act = Callable[[House, Call], Json]


class Method(NamedTuple):
    """A method and the scopes of which it needs one."""

    act: Act
    scopes: tuple[str, ...] = ()
