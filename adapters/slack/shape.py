"""Is this a payload that Slack could have sent?

The signature says who sent it, not that it is whole. What our handlers read is looked at once,
here, so that a malformed payload is told apart from a bug of ours. Shapes are Slack's, from
docs.slack.dev ("Interaction payloads", "Slash commands"); what we do not read is not looked at.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from adapters.slack.form import Form
from adapters.slack.gestures import STEP
from adapters.slack.render.card import AGAIN, BURN, EXTEND, NUDGE, RELEASE
from adapters.slack.render.extension import VIEW_EXTEND
from adapters.slack.render.form import GENERATE, GROUPS, MORE, RECIPIENT, VIEW_FORM
from adapters.slack.render.group_card import BURN_GROUP
from adapters.slack.render.home import NEXT, PREVIOUS
from adapters.slack.render.invitation import OPEN, OPENED_IN_BROWSER, REVEAL
from adapters.slack.render.listing import BURN_LISTED
from adapters.slack.render.originals import ALLOW, DELETE
from adapters.slack.render.passing_on import GET_LINK
from adapters.slack.render.policy import VIEW_POLICY
from adapters.slack.render.request import ANSWER, DECLINE, VIEW_ANSWER, VIEW_ASK, WITHDRAW
from adapters.slack.render.settings import VIEW_SETTINGS

_IN_A_VIEW = frozenset({GENERATE, GROUPS, MORE, OPENED_IN_BROWSER, RECIPIENT, REVEAL, DELETE, ALLOW})
_ON_A_CARD = frozenset({BURN, BURN_GROUP, RELEASE, EXTEND, NUDGE, AGAIN})
_IN_A_LIST = frozenset({BURN_LISTED, PREVIOUS, NEXT})
_WITH_A_VALUE = _ON_A_CARD | _IN_A_LIST | {OPEN, REVEAL, GET_LINK, ANSWER, DECLINE, WITHDRAW, DELETE, ALLOW}

_FORMS = frozenset({VIEW_FORM, VIEW_ASK, VIEW_ANSWER, VIEW_EXTEND, VIEW_SETTINGS, VIEW_POLICY})
_ABOUT_SOMETHING = frozenset({VIEW_ANSWER, VIEW_EXTEND})

Text = Annotated[str, StringConstraints(min_length=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Command(_Shape):
    command: Text
    user_id: Text
    team_id: Text
    trigger_id: Text
    text: str | None = None
    response_url: str | None = None
    enterprise_id: str | None = None


class _Named(_Shape):
    id: Text
    team_id: str | None = None
    enterprise_id: str | None = None


class _Standing(_Shape):
    """Where a view stands, as far as every click in one is looked at."""

    app_installed_team_id: str | None = None


class _Interaction(_Shape):
    """Who acted where. In a payload of a whole organisation the team may be absent."""

    user: _Named
    team: _Named | None = None
    enterprise: _Named | None = None
    channel: _Named | None = None
    response_url: str | None = None
    is_enterprise_install: bool | str | None = None

    @model_validator(mode="after")
    def _somebody_somewhere(self) -> Self:
        """People of nowhere would all be of one workspace, and share what is kept of it."""
        if not (self.user.team_id or (self.team and self.team.id) or (self.enterprise and self.enterprise.id)):
            raise ValueError("a person without a workspace")
        return self


class _Shortcut(_Interaction):
    callback_id: Text
    trigger_id: Text


class _MessageShortcut(_Shortcut):
    message: dict[str, Any]


class _Option(_Shape):
    value: Text


class _Entry(_Shape):
    type: Text
    value: str | None = None
    selected_user: str | None = None
    selected_users: list[Text] | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None


class _State(_Shape):
    values: dict[str, dict[str, _Entry]]


class _Block(_Shape):
    type: Text
    block_id: Text


class _View(_Shape):
    id: Text
    type: Text
    blocks: list[_Block]
    state: _State
    hash: str | None = None
    app_installed_team_id: str | None = None
    callback_id: str | None = None
    private_metadata: str | None = None

    @model_validator(mode="after")
    def _form_is_ours(self) -> "_View":
        """Our form has an input and remembers what we told it to; an older edition of the program may have told it otherwise."""
        if self.callback_id == VIEW_FORM:
            Form.recalled(self.private_metadata or "")
        if self.callback_id in _FORMS and not any(block.type == "input" for block in self.blocks):
            raise ValueError("a form without a field")
        if self.callback_id in _ABOUT_SOMETHING and not self.private_metadata:
            raise ValueError("an answer to nothing")
        return self


class _Submission(_Interaction):
    view: _View


class _Action(_Shape):
    action_id: Text
    type: Text
    value: str | None = None
    block_id: str | None = None


class _Clicks(_Interaction):
    actions: list[_Action]
    trigger_id: Text
    view: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_what_it_acts_on(self) -> "_Clicks":
        """A click on a button that stands in a view brings the view along; one that means a push, its value."""
        if not self.actions:
            raise ValueError("no action")
        _Standing.model_validate(self.view or {})
        clicked = self.actions[0]
        if clicked.action_id in _IN_A_VIEW:
            _View.model_validate(self.view)
        if clicked.action_id in _WITH_A_VALUE and not clicked.value:
            raise ValueError("a button without its value")
        return self


class _Suggestion(_Interaction):
    """What is typed into a select that asks us for its options."""

    action_id: Text
    block_id: Text
    value: str


class _Revoked(_Shape):
    oauth: list[str] | None = None
    bot: list[str] | None = None


class _Function(_Shape):
    callback_id: Text


class _Inputs(_Shape):
    person: Text
    requester: Text
    what: str


class _Happened(_Shape):
    type: Text
    tokens: _Revoked | None = None
    team_ids: list[Text] | None = None


class _TabOpened(_Happened):
    user: Text
    channel: str | None = None
    tab: str | None = None


class _StepRun(_Happened):
    function: _Function
    function_execution_id: Text
    inputs: dict[str, Any]

    @model_validator(mode="after")
    def _ours_has_its_inputs(self) -> "_StepRun":
        if self.function.callback_id == STEP:
            _Inputs.model_validate(self.inputs)
        return self


class _Link(_Shape):
    url: Text


class _LinksShared(_Happened):
    links: list[_Link] | None = None
    channel: str | None = None
    message_ts: str | None = None
    unfurl_id: str | None = None
    source: str | None = None


_HAPPENINGS: dict[str, type[_Happened]] = {"function_executed": _StepRun, "link_shared": _LinksShared, "app_home_opened": _TabOpened}


class _Event(_Shape):
    event_id: Text
    event_time: int | None = None
    team_id: str | None = None
    enterprise_id: str | None = None
    event: dict[str, Any]

    @model_validator(mode="after")
    def _happened(self) -> "_Event":
        """What we listen to has what we read of it."""
        kind = _Happened.model_validate(self.event).type
        _HAPPENINGS.get(kind, _Happened).model_validate(self.event)
        return self


_SHAPES: dict[str, type[_Shape]] = {
    "event_callback": _Event,
    "shortcut": _Shortcut,
    "message_action": _MessageShortcut,
    "block_actions": _Clicks,
    "view_submission": _Submission,
    "block_suggestion": _Suggestion,
}


def is_sound(payload: Mapping[str, Any]) -> bool:
    """Whether everything that its kind of payload needs is there, of the right type. Nothing of ours makes Slack send other kinds."""
    kind = payload.get("type")
    shape = _Command if kind is None else _SHAPES.get(kind) if isinstance(kind, str) else None
    try:
        return shape is not None and bool(shape.model_validate(payload))
    except ValidationError:
        return False
