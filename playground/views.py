"""Which modals and Home tabs are open, in front of whom?"""

import itertools
import secrets
from dataclasses import dataclass, field

from playground import forms
from playground.block_kit import faults_of_view, is_too_large, name_blocks
from playground.passes import Trigger
from playground.refusals import Json, Refused
from playground.teams import Team
from playground.workspace import APP_ID, Workspace

STACK_MOST = 3
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class View:
    """A modal or Home tab as it stands: the app's `body`, and what the person typed (`values`)."""

    id: str
    user: str
    body: Json
    root_id: str
    team: Team
    previous_id: str | None = None
    current_conversation: str | None = None
    hash: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    def as_json(self) -> Json:
        """The view as Slack's payloads and answers carry it."""
        modal = {"title", "submit", "close"} if self.body["type"] == "modal" else set()
        defaults: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": False, "notify_on_close": False}
        return {
            "id": self.id,
            "team_id": self.team.id,
            "app_id": APP_ID,
            "app_installed_team_id": self.team.enterprise_id if self.team.org_wide else self.team.id,
            "bot_id": self.team.bot_id,
            "hash": self.hash,
            "root_view_id": self.root_id,
            "previous_view_id": self.previous_id,
            "state": {"values": self.values},
            **dict.fromkeys(modal),
            **defaults,
            **self.body,
        }


class Views:
    """Each person's stack of modals, the top one last, and each person's Home tab."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def of(self, user: str) -> list[View]:
        return self.stacks.setdefault(user, [])

    def open(self, trigger: Trigger, body: Json) -> View:
        """A new modal in front of whoever pulled the trigger; an older stack of theirs is thrown away."""
        self._check(body)
        view = self._make(trigger.user, body, trigger.channel)
        self.stacks[trigger.user] = [view]
        return view

    def push(self, trigger: Trigger, body: Json) -> View:
        """A modal on top of the one that the trigger was pulled in."""
        if not any(view.id == trigger.view_id for view in self.of(trigger.user)):
            raise Refused("not_found")
        return self.push_for(trigger.user, body)

    def push_for(self, user: str, body: Json) -> View:
        """As an answer to a submission, which needs no trigger. Raises Refused push_limit_reached."""
        self._check(body)
        stack = self.of(user)
        if len(stack) >= STACK_MOST:
            raise Refused("push_limit_reached")
        view = self._make(user, body, stack[-1].current_conversation if stack else None)
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def update(self, body: Json, *, view_id: str = "", external_id: str = "", known_hash: str = "") -> View:
        """Other blocks in the same modal; what was typed survives where the ids are the same."""
        self._check(body, ("modal", "home"))
        view = self.find(view_id, external_id)
        if known_hash and known_hash != view.hash:
            raise Refused("hash_conflict")
        self._fill(view, body)
        return view

    def renew(self, view: View, body: Json) -> None:
        """As an answer to a submission of that very view."""
        self._check(body)
        self._fill(view, body)

    def publish(self, user: str, body: Json, known_hash: str = "") -> View:
        """Someone's Home tab."""
        self._check(body, ("home",))
        view = self.homes.get(user)
        if view is None:
            view = self.homes[user] = self._make(user, body, None)
        elif known_hash and known_hash != view.hash:
            raise Refused("hash_conflict")
        else:
            self._fill(view, body)
        return view

    def find(self, view_id: str, external_id: str = "") -> View:
        """Raises Refused not_found: closed, or never was."""
        for view in [*itertools.chain(*self.stacks.values()), *self.homes.values()]:
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        raise Refused("not_found")

    def has(self, view_id: str, external_id: str) -> bool:
        try:
            return bool(self.find(view_id, external_id))
        except Refused:
            return False

    def close(self, view: View) -> None:
        """Take the view off its stack, with whatever lies on top of it."""
        stack = self.of(view.user)
        if view in stack:
            del stack[stack.index(view) :]

    def clear(self, user: str) -> None:
        self.of(user).clear()

    def _make(self, user: str, body: Json, conversation: str | None) -> View:
        number = f"V0{next(_NUMBERS):09d}"
        view = View(id=number, user=user, body=body, root_id=number, team=self._workspace.team, current_conversation=conversation)
        self._fill(view, body)
        return view

    def _fill(self, view: View, body: Json) -> None:
        view.body = {**body, "blocks": name_blocks(body["blocks"])}
        view.values = forms.first_state(view.blocks, view.current_conversation, view.values)
        view.hash = f"{next(_NUMBERS)}.{secrets.token_hex(4)}"
        view.errors, view.problem = {}, ""

    def _check(self, body: Json, kinds: tuple[str, ...] = ("modal",)) -> None:
        if is_too_large(body):
            raise Refused("view_too_large")
        faults = faults_of_view(body, kinds)
        if faults:
            raise Refused("invalid_arguments", faults)
