"""Is this a payload that Slack could have sent?

The signature says who sent it, not that it is whole. What our handlers read before they answer is
looked at once, here, so that a malformed payload is told apart from a bug of ours.
"""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.slack.form import Form
from adapters.slack.render import GENERATE, MORE, OPENED_IN_BROWSER, VIEW_FORM

Check = Callable[[Any], bool]


def is_sound(payload: Mapping[str, Any]) -> bool:
    """Whether everything that its kind of payload needs is there, of the right type."""
    kind = payload.get("type")
    if kind is None:
        return _has(payload, command=_text, user_id=_text, team_id=_text, trigger_id=_text) and _may_have(
            payload, text=_any_text, response_url=_any_text, enterprise_id=_any_text
        )
    if not isinstance(kind, str):
        return False
    if kind == "event_callback":
        return _has(payload, event_id=_text, event=_object) and _has(payload["event"], type=_text)
    if kind not in _KINDS:
        return False  # of a kind that nothing of ours makes Slack send
    return _acted(payload) and _has(payload, **_KINDS[kind]) and (kind != "block_actions" or _clicked(payload))


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _any_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _has(said: Mapping[str, Any], **checks: Check) -> bool:
    return all(name in said and check(said[name]) for name, check in checks.items())


def _may_have(said: Mapping[str, Any], **checks: Check) -> bool:
    return all(check(said[name]) for name, check in checks.items() if name in said)


def _acted(payload: Mapping[str, Any]) -> bool:
    """Who acted where. In a payload of a whole organisation the team may be absent."""
    return _has(payload, user=_identified) and _may_have(
        payload,
        team=_no_or(_identified),
        enterprise=_no_or(_identified),
        channel=_no_or(_identified),
        response_url=_any_text,
        is_enterprise_install=lambda value: value is None or isinstance(value, bool | str),
    )


def _identified(value: Any) -> bool:
    return _object(value) and _has(value, id=_text) and _may_have(value, team_id=_any_text, enterprise_id=_any_text)


def _no_or(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _actions(value: Any) -> bool:
    first: Any = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and _has(first, action_id=_text, type=_text) and _may_have(first, value=_any_text, block_id=_any_text)


def _clicked(payload: Mapping[str, Any]) -> bool:
    """A click on a button that stands in a view brings the view along."""
    in_view = payload["actions"][0]["action_id"] in (GENERATE, MORE, OPENED_IN_BROWSER)
    return _has(payload, view=_view) if in_view else _may_have(payload, view=_object)


def _view(value: Any) -> bool:
    return (
        _object(value)
        and _has(value, id=_text, blocks=_blocks, state=_state)
        and _may_have(value, hash=_any_text, callback_id=_any_text)
        and (value.get("callback_id") != VIEW_FORM or _form(value))
    )


def _form(view: Mapping[str, Any]) -> bool:
    """Our form has an input, and remembers what we told it to; an older edition of the program may have told it something else."""
    try:
        Form.recalled(view["private_metadata"])
    except (KeyError, TypeError, ValueError):
        return False
    return any(block["type"] == "input" for block in view["blocks"])


def _blocks(value: Any) -> bool:
    return isinstance(value, list) and all(_object(block) and _has(block, type=_text, block_id=_text) for block in value)


def _state(value: Any) -> bool:
    if not (_object(value) and _has(value, values=_object)):
        return False
    blocks = value["values"].values()
    return all(_object(block) and all(_entry(entry) for entry in block.values()) for block in blocks)


def _entry(value: Any) -> bool:
    return (
        _object(value)
        and _has(value, type=_text)
        and _may_have(
            value,
            value=_any_text,
            selected_user=_any_text,
            selected_option=_no_or(lambda option: _object(option) and _has(option, value=_text)),
        )
    )


_KINDS: dict[str, dict[str, Check]] = {
    "shortcut": {"callback_id": _text, "trigger_id": _text},
    "message_action": {"callback_id": _text, "trigger_id": _text, "message": _object},
    "block_actions": {"actions": _actions, "trigger_id": _text},
    "view_submission": {"view": _view},
}
