"""Is this an activity that Teams could have sent?

The token says who sent it, not that it is whole. What our handlers read is looked at once, here, so that
a malformed activity is told apart from a bug of ours. Shapes are Microsoft's, from
https://github.com/microsoft/Agents/blob/main/specs/activity/protocol-activity.md and the pages on each invoke;
what we do not read is not looked at.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from adapters.teams.invokes import CARD_ACTION, EXTENSION_FETCH, EXTENSION_SUBMIT, TASK_FETCH, TASK_SUBMIT

Text = Annotated[str, StringConstraints(min_length=1)]
EntraId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F-]{32,40}$")]
"""A GUID, and somewhat longer: the Agents Playground's own are."""
Field_ = str | int | float | bool | None
"""What a card's input gives back."""


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Account(_Shape):
    id: Text
    aad_object_id: EntraId | None = Field(None, alias="aadObjectId")
    name: str | None = None


class _Person(_Account):
    """Somebody whom Entra knows: our members are known by that id. An app is nobody's member, whatever ids it has."""

    aad_object_id: EntraId = Field(alias="aadObjectId")

    @field_validator("id")
    @classmethod
    def _is_no_app(cls, id: str) -> str:
        if id.startswith("28:"):
            raise ValueError("an app")
        return id


class _Bot(_Account):
    is_targeted: bool | None = Field(None, alias="isTargeted")


class _Tenant(_Shape):
    id: EntraId


class _Channel(_Shape):
    id: Text


class _Conversation(_Shape):
    id: Text
    conversation_type: str | None = Field(None, alias="conversationType")
    tenant_id: EntraId | None = Field(None, alias="tenantId")


class _ChannelData(_Shape):
    tenant: _Tenant | None = None
    team: _Shape | None = None
    channel: _Channel | None = None
    event_type: str | None = Field(None, alias="eventType")


class _Activity(_Shape):
    """What every activity has. It is of one tenant: what is kept of a workspace is kept by it."""

    type: Text
    id: Text | None = None
    channel_id: Literal["msteams"] = Field(alias="channelId")
    service_url: Text = Field(alias="serviceUrl")
    sender: _Account = Field(alias="from")
    recipient: _Bot
    conversation: _Conversation
    channel_data: _ChannelData | None = Field(None, alias="channelData")
    locale: str | None = None
    reply_to_id: str | None = Field(None, alias="replyToId")

    @model_validator(mode="after")
    def _of_one_tenant(self) -> Self:
        told = {
            found.lower()
            for found in (self.conversation.tenant_id, self.channel_data and self.channel_data.tenant and self.channel_data.tenant.id)
            if found
        }
        if len(told) != 1:
            raise ValueError("of no tenant, or of two")
        return self


class _Mentioned(_Shape):
    id: str | None = None


class _Entity(_Shape):
    type: str | None = None
    text: str | None = None
    mentioned: _Mentioned | None = None


class _Attachment(_Shape):
    content_type: str | None = Field(None, alias="contentType")


class _Message(_Activity):
    sender: _Person = Field(alias="from")
    text: str | None = None
    entities: list[_Entity] | None = None
    attachments: list[_Attachment] | None = None
    value: dict[str, Any] | None = None


class _ConversationUpdate(_Activity):
    members_added: list[_Account] | None = Field(None, alias="membersAdded")
    members_removed: list[_Account] | None = Field(None, alias="membersRemoved")


class _InstallationUpdate(_Activity):
    action: Text


class _Invoke(_Activity):
    sender: _Person = Field(alias="from")
    name: Text | None = None


class _Content(_Shape):
    content: str | None = None
    content_type: str | None = Field(None, alias="contentType")


class _MessagePayload(_Shape):
    """The message that an action was called on."""

    id: str | None = None
    body: _Content | None = None


class _Fetch(_Shape):
    command_id: Text = Field(alias="commandId")
    message_payload: _MessagePayload | None = Field(None, alias="messagePayload")


class _ExtensionFetch(_Invoke):
    value: _Fetch


class _Dialog(_Shape):
    """What a card's button brought: our own data and what was typed, all flat, and what the client adds for itself."""

    data: dict[str, Any]

    @model_validator(mode="after")
    def _names_a_dialog(self) -> Self:
        if not isinstance(self.data.get("dialog"), str):
            raise ValueError("an answer to no dialog")
        _flat(self.data)
        return self


class _TaskInvoke(_Invoke):
    value: _Dialog


class _Submitted(_Dialog):
    command_id: str | None = Field(None, alias="commandId")


class _ExtensionSubmit(_Invoke):
    value: _Submitted


class _Execute(_Shape):
    type: Literal["Action.Execute"]
    verb: Text
    data: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_flat(self) -> Self:
        _flat(self.data or {})
        return self


class _Action(_Shape):
    action: _Execute
    trigger: str | None = None


class _CardAction(_Invoke):
    value: _Action


def _flat(data: Mapping[str, Any]) -> None:
    if not all(isinstance(value, Field_) for name, value in data.items() if name != "msteams"):
        raise ValueError("a field that is none")


_SHAPES: dict[str, type[_Activity]] = {
    "message": _Message,
    "conversationUpdate": _ConversationUpdate,
    "installationUpdate": _InstallationUpdate,
}
_INVOKES: dict[str, type[_Invoke]] = {
    EXTENSION_FETCH: _ExtensionFetch,
    EXTENSION_SUBMIT: _ExtensionSubmit,
    TASK_FETCH: _TaskInvoke,
    TASK_SUBMIT: _TaskInvoke,
    CARD_ACTION: _CardAction,
}


def is_sound(payload: Mapping[str, Any]) -> bool:
    """Whether everything that its kind of activity needs is there, of the right type. Kinds that no handler reads need an outside alone."""
    kind, name = payload.get("type"), payload.get("name")
    if not isinstance(kind, str) or not isinstance(name, str | None):
        return False
    shape = _INVOKES.get(name or "", _Invoke) if kind == "invoke" else _SHAPES.get(kind, _Activity)
    try:
        return bool(shape.model_validate(payload))
    except ValidationError:
        return False
