"""What does Slack refuse in blocks and views?

A grammar of checks: each is called with the node, its JSON pointer, and the Inspection that
collects faults. Limits are from docs.slack.dev/reference/block-kit; an unknown field is a
fault, as it is at Slack's.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.refusals import Json

VIEW_BYTES = 250_000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100


@dataclass(slots=True)
class Inspection:
    """The faults found so far, and what must be unique."""

    faults: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    focused: int = 0
    has_input: bool = False
    in_modal: bool = False

    def fault(self, what: str, at: str) -> None:
        self.faults.append(f"[ERROR] {what} [json-pointer:{at}]")


Check = Callable[[Inspection, Any, str], None]


def chars(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(seen: Inspection, node: Any, at: str) -> None:
        if not isinstance(node, str):
            seen.fault("must be a string", at)
        elif len(node) > most:
            seen.fault(f"must be less than {most + 1} characters", at)
        elif len(node) < least:
            seen.fault(f"must be more than {least - 1} characters", at)

    return check


def truth(seen: Inspection, node: Any, at: str) -> None:
    """A boolean."""
    if not isinstance(node, bool):
        seen.fault("must be a boolean", at)


def whole(least: int, most: int) -> Check:
    """A whole number within bounds."""

    def check(seen: Inspection, node: Any, at: str) -> None:
        if not isinstance(node, int) or isinstance(node, bool):
            seen.fault("must be an integer", at)
        elif not least <= node <= most:
            seen.fault(f"must be between {least} and {most}", at)

    return check


def number_text(seen: Inspection, node: Any, at: str) -> None:
    """A number, spelled as a string."""
    try:
        float(node if isinstance(node, str) else "-")
    except ValueError:
        seen.fault("must be a number given as a string", at)


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(seen: Inspection, node: Any, at: str) -> None:
        if node not in allowed:
            seen.fault(f"must be one of: {', '.join(allowed)}", at)

    return check


def many(of: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` things."""

    def check(seen: Inspection, node: Any, at: str) -> None:
        if not isinstance(node, list):
            seen.fault("must be an array", at)
            return
        if len(node) > most:
            seen.fault(f"no more than {most} items allowed", at)
        if len(node) < least:
            seen.fault(f"no fewer than {least} items allowed", at)
        for index, item in enumerate(node):
            of(seen, item, f"{at}/{index}")

    return check


def shape(required: dict[str, Check], optional: dict[str, Check] | None = None, also: Check | None = None) -> Check:
    """An object with these fields and no other; `also` looks at the whole."""
    known = required | (optional or {})

    def check(seen: Inspection, node: Any, at: str) -> None:
        if not isinstance(node, dict):
            seen.fault("must be an object", at)
            return
        for name in required:
            if name not in node:
                seen.fault(f"missing required field: {name}", at)
        for name, value in node.items():
            if name not in known:
                seen.fault(f"invalid additional property: {name}", at)
            else:
                known[name](seen, value, f"{at}/{name}")
        if also is not None:
            also(seen, node, at)

    return check


def kind(table: dict[str, Check]) -> Check:
    """An object whose `type` says which of `table` it must pass."""

    def check(seen: Inspection, node: Any, at: str) -> None:
        named = node.get("type") if isinstance(node, dict) else None
        if not isinstance(named, str):
            seen.fault("missing required field: type", at)
        elif named not in table:
            seen.fault(f"unsupported type: {named}", f"{at}/type")
        else:
            table[named](seen, node, at)

    return check


def anything(_seen: Inspection, _node: Any, _at: str) -> None:
    """Not looked at."""


def plain(most: int) -> Check:
    """A plain_text object."""
    return kind({"plain_text": shape({"type": anything, "text": chars(most)}, {"emoji": truth})})


def words(most: int) -> Check:
    """A plain_text or mrkdwn object."""
    return kind(
        {
            "plain_text": shape({"type": anything, "text": chars(most)}, {"emoji": truth}),
            "mrkdwn": shape({"type": anything, "text": chars(most)}, {"verbatim": truth}),
        }
    )


def web_address(seen: Inspection, node: Any, at: str) -> None:
    """An http or https address of at most 3,000 characters."""
    chars(3000)(seen, node, at)
    if isinstance(node, str) and not node.startswith(("http://", "https://")):
        seen.fault("must be a valid URL", at)


def _unique_action(seen: Inspection, node: Any, at: str) -> None:
    chars(255)(seen, node, at)
    if node in seen.action_ids:
        seen.fault(f'`action_id` "{node}" already exists', at)
    seen.action_ids.add(node)


def _focus(seen: Inspection, node: Any, at: str) -> None:
    truth(seen, node, at)
    seen.focused += node is True
    if seen.focused > 1:
        seen.fault("only one element can be focused on load", at)


CONFIRM = shape(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = shape({"text": plain(75), "value": chars(150)}, {"description": plain(75)})
MARKED_OPTION = shape({"text": words(75), "value": chars(150)}, {"description": words(75)})
OVERFLOW_OPTION = shape({"text": plain(75), "value": chars(150)}, {"description": plain(75), "url": web_address})
OPTION_GROUP = shape({"label": plain(75), "options": many(OPTION, 100)})
DISPATCH = shape({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)})
CONVERSATION_FILTER = shape(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": truth,
        "exclude_bot_users": truth,
    },
)


def _initial_is_an_option(seen: Inspection, node: Json, at: str) -> None:
    offered = list(node.get("options", []))
    for group in node.get("option_groups", []):
        offered += group.get("options", []) if isinstance(group, dict) else []
    chosen = [node["initial_option"]] if "initial_option" in node else node.get("initial_options", [])
    if not all(option in offered for option in chosen):
        seen.fault("initial_option must exactly match one of the provided options", at)
    values = [option.get("value") for option in offered if isinstance(option, dict)]
    if len(set(values)) != len(values):
        seen.fault("option values must be unique", at)


def _options_or_groups(seen: Inspection, node: Json, at: str) -> None:
    if ("options" in node) == ("option_groups" in node):
        seen.fault("must provide either options or option_groups", at)
    _initial_is_an_option(seen, node, at)


def _text_lengths(seen: Inspection, node: Json, at: str) -> None:
    initial, most = node.get("initial_value"), node.get("max_length", 3000)
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        seen.fault("initial_value must not be longer than max_length", f"{at}/initial_value")
    if isinstance(most, int) and isinstance(node.get("min_length", 0), int) and node.get("min_length", 0) > most:
        seen.fault("min_length must be less than or equal to max_length", f"{at}/min_length")


def _response_url_needs_a_modal(seen: Inspection, node: Json, at: str) -> None:
    if node.get("response_url_enabled") and not seen.in_modal:
        seen.fault("response_url_enabled can only be used in modals", at)


_CONFIRMED: dict[str, Check] = {"confirm": CONFIRM}
_FOCUSED: dict[str, Check] = {"focus_on_load": _focus}
_PLACED: dict[str, Check] = {"placeholder": plain(150)}


def element(required: dict[str, Check] | None = None, optional: dict[str, Check] | None = None, also: Check | None = None) -> Check:
    """An interactive element: what all have, and what this one has of its own."""
    return shape({"type": anything, **(required or {})}, {"action_id": _unique_action, **(optional or {})}, also)


def _select(optional: dict[str, Check], also: Check | None = None) -> Check:
    return element({}, {**_CONFIRMED, **_FOCUSED, **_PLACED, **optional}, also)


def _typed(required: dict[str, Check] | None = None, also: Check | None = None, **more: Check) -> Check:
    return element(required, {**_FOCUSED, **_PLACED, "dispatch_action_config": DISPATCH, **more}, also)


_SELECTED = {"max_selected_items": whole(1, 10_000)}
_OFFERED: dict[str, Check] = {"options": many(OPTION, 100), "option_groups": many(OPTION_GROUP, 100)}
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": truth, "filter": CONVERSATION_FILTER}
_PAGED: dict[str, Check] = {"min_query_length": whole(0, 255)}

SELECTS: dict[str, Check] = {
    "static_select": _select({**_OFFERED, "initial_option": OPTION}, _options_or_groups),
    "external_select": _select({**_PAGED, "initial_option": OPTION}),
    "users_select": _select({"initial_user": chars(255)}),
    "conversations_select": _select(
        {**_CONVERSATIONS, "initial_conversation": chars(255), "response_url_enabled": truth}, _response_url_needs_a_modal
    ),
    "channels_select": _select({"initial_channel": chars(255), "response_url_enabled": truth}, _response_url_needs_a_modal),
    "multi_static_select": _select({**_OFFERED, **_SELECTED, "initial_options": many(OPTION, 100)}, _options_or_groups),
    "multi_external_select": _select({**_PAGED, **_SELECTED, "initial_options": many(OPTION, 100)}),
    "multi_users_select": _select({**_SELECTED, "initial_users": many(chars(255), 100)}),
    "multi_conversations_select": _select({**_CONVERSATIONS, **_SELECTED, "initial_conversations": many(chars(255), 100)}),
    "multi_channels_select": _select({**_SELECTED, "initial_channels": many(chars(255), 100)}),
}
PICKERS: dict[str, Check] = {
    "checkboxes": element(
        {"options": many(MARKED_OPTION, 10)},
        {**_CONFIRMED, **_FOCUSED, "initial_options": many(MARKED_OPTION, 10)},
        _initial_is_an_option,
    ),
    "radio_buttons": element(
        {"options": many(MARKED_OPTION, 10)}, {**_CONFIRMED, **_FOCUSED, "initial_option": MARKED_OPTION}, _initial_is_an_option
    ),
    "datepicker": _select({"initial_date": chars(10, 10)}),
    "timepicker": _select({"initial_time": chars(5, 5), "timezone": chars(255)}),
    "datetimepicker": element({}, {**_CONFIRMED, **_FOCUSED, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
}
TYPED: dict[str, Check] = {
    "plain_text_input": _typed(
        {}, _text_lengths, initial_value=chars(3000, 0), multiline=truth, min_length=whole(0, 3000), max_length=whole(1, 3000)
    ),
    "email_text_input": _typed(initial_value=chars(3000, 0)),
    "url_text_input": _typed(initial_value=chars(3000, 0)),
    "number_input": _typed({"is_decimal_allowed": truth}, initial_value=number_text, min_value=number_text, max_value=number_text),
    "rich_text_input": _typed(initial_value=anything, min_lines=whole(1, 100), max_lines=whole(1, 100)),
    "file_input": element({}, {"filetypes": many(chars(20), 100), "max_files": whole(1, 10)}),
}
BUTTONS: dict[str, Check] = {
    "button": element(
        {"text": plain(75)},
        {
            "url": web_address,
            "value": chars(2000),
            "style": one_of("primary", "danger"),
            "accessibility_label": chars(75),
            **_CONFIRMED,
        },
    ),
    "overflow": element({"options": many(OVERFLOW_OPTION, 5)}, _CONFIRMED),
}
IMAGE_ELEMENT = shape({"type": anything, "alt_text": chars(2000)}, {"image_url": web_address, "slack_file": anything})


def _section_says_something(seen: Inspection, node: Json, at: str) -> None:
    if "text" not in node and "fields" not in node:
        seen.fault("either text or fields must be provided", at)


def _image_is_somewhere(seen: Inspection, node: Json, at: str) -> None:
    if ("image_url" in node) == ("slack_file" in node):
        seen.fault("must provide either image_url or slack_file", at)


def _note_input(seen: Inspection, _node: Json, _at: str) -> None:
    seen.has_input = True


_RICH_PART = kind(dict.fromkeys(("text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "color", "date", "team"), anything))
_RICH = many(
    kind(
        {
            "rich_text_section": shape({"type": anything, "elements": many(_RICH_PART, 1000, 0)}),
            "rich_text_preformatted": shape(
                {"type": anything, "elements": many(_RICH_PART, 1000, 0)}, {"border": anything, "language": anything}
            ),
            "rich_text_quote": shape({"type": anything, "elements": many(_RICH_PART, 1000, 0)}, {"border": anything}),
            "rich_text_list": shape(
                {"type": anything, "elements": many(anything, 1000, 0), "style": one_of("bullet", "ordered")},
                {"indent": anything, "offset": anything, "border": anything},
            ),
        }
    ),
    1000,
    0,
)


def block(required: dict[str, Check], optional: dict[str, Check] | None = None, also: Check | None = None) -> Check:
    """A block: what all have, and what this one has of its own."""
    return shape({"type": anything, **required}, {"block_id": chars(255), **(optional or {})}, also)


BLOCKS: dict[str, Check] = {
    "header": block({"text": plain(150)}),
    "divider": block({}),
    "section": block(
        {},
        {
            "text": words(3000),
            "fields": many(words(2000), 10),
            "accessory": kind({**SELECTS, **PICKERS, **BUTTONS, "image": IMAGE_ELEMENT}),
            "expand": truth,
        },
        _section_says_something,
    ),
    "context": block({"elements": many(kind({"image": IMAGE_ELEMENT, "plain_text": words(3000), "mrkdwn": words(3000)}), 10)}),
    "actions": block({"elements": many(kind({**SELECTS, **PICKERS, **BUTTONS}), 25)}),
    "input": block(
        {"label": plain(2000), "element": kind({**SELECTS, **PICKERS, **TYPED})},
        {"hint": plain(2000), "optional": truth, "dispatch_action": truth},
        _note_input,
    ),
    "image": block(
        {"alt_text": chars(2000)}, {"image_url": web_address, "slack_file": anything, "title": plain(2000)}, _image_is_somewhere
    ),
    "rich_text": block({"elements": _RICH}),
    "markdown": block({"text": chars(12_000)}),
}


def _one_block(seen: Inspection, node: Any, at: str) -> None:
    seen.action_ids = set()  # action ids must be unique within their block only
    kind(BLOCKS)(seen, node, at)
    named = node.get("block_id") if isinstance(node, dict) else None
    if named is not None and named in seen.block_ids:
        seen.fault(f'`block_id` "{named}" already exists', f"{at}/block_id")
    seen.block_ids.add(named or "")


def _submit_where_something_is_typed(seen: Inspection, node: Json, at: str) -> None:
    if seen.has_input and "submit" not in node:
        seen.fault("missing required field: submit", at)


_ANY_VIEW: dict[str, Check] = {"private_metadata": chars(3000, 0), "callback_id": chars(255, 0), "external_id": chars(255, 0)}
MODAL = shape(
    {"type": anything, "title": plain(24), "blocks": many(_one_block, VIEW_BLOCKS, 0)},
    {
        **_ANY_VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": truth,
        "notify_on_close": truth,
    },
    _submit_where_something_is_typed,
)
HOME = shape({"type": anything, "blocks": many(_one_block, VIEW_BLOCKS, 0)}, _ANY_VIEW)


def faults_of_blocks(blocks: Any, at: str = "/blocks", most: int = MESSAGE_BLOCKS) -> list[str]:
    """What Slack would refuse in a message's blocks; empty when nothing."""
    seen = Inspection()
    many(_one_block, most, 0)(seen, blocks, at)
    return seen.faults


def faults_of_view(view: Any, kinds: tuple[str, ...] = ("modal",)) -> list[str]:
    """What Slack would refuse in a view of one of `kinds`; empty when nothing."""
    seen = Inspection(in_modal=True)
    kind({name: {"modal": MODAL, "home": HOME}[name] for name in kinds})(seen, view, "/view")
    return seen.faults


def faults_of_options(answer: Any) -> list[str]:
    """What Slack would refuse in the answer to a block_suggestion: options or option_groups, at most 100 of each."""
    seen = Inspection()
    shape({}, {"options": many(OPTION, 100, 0), "option_groups": many(OPTION_GROUP, 100, 0)}, _options_or_groups)(seen, answer, "")
    return seen.faults


def is_too_large(view: Json) -> bool:
    """Whether a view passes Slack's 250 kB."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def name_blocks(blocks: list[Json]) -> list[Json]:
    """The blocks with an id for each block and element that has none, as Slack gives them."""
    named = []
    for each in blocks:
        copy = {"block_id": _some_id(), **each}
        for place in ("element", "accessory"):
            if isinstance(copy.get(place), dict) and copy[place].get("type") != "image":
                copy[place] = {"action_id": _some_id(), **copy[place]}
        if copy["type"] == "actions":
            copy["elements"] = [{"action_id": _some_id(), **e} for e in copy["elements"]]
        named.append(copy)
    return named


def _some_id() -> str:
    return secrets.token_urlsafe(4)
