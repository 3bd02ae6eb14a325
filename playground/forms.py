"""What has a person filled into a view?"""

import re
from collections.abc import Iterator
from typing import Any

from playground.refusals import Json

_KEPT_AS = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_REQUIRED = "Please complete this required field."
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block."""
    for block in blocks:
        for element in [block.get("element"), block.get("accessory"), *(block.get("elements", []) if block["type"] == "actions" else [])]:
            if element and "action_id" in element:
                yield block, element


def find(blocks: list[Json], wanted: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The block and element that `wanted` names: an action id, a block id, or the words on it; of one block only, if given."""
    for block, element in elements(blocks):
        if block_id not in (None, block["block_id"]):
            continue
        said = [element["action_id"], block["block_id"], block.get("label", {}).get("text"), element.get("text", {}).get("text")]
        if wanted in said:
            return block, element
    raise LookupError(f"nothing here is called {wanted!r}")


def kept_as(element: Json) -> str | None:
    """The name of an element's value in view.state; None for buttons and overflow menus, which keep none."""
    return _KEPT_AS.get(element["type"])


def options_of(element: Json) -> list[Json]:
    """All options of a static element, groups flattened."""
    groups = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *groups]


def entry(element: Json, value: Any, suggested: list[Json] | None = None) -> Json:
    """What view.state holds for an element with `value`: text, an option's value or label, an id, or a list of them."""
    name = kept_as(element)
    if name is None:
        raise LookupError(f"a {element['type']} holds no value")
    if name.startswith("selected_") and name.endswith("s") and isinstance(value, str):
        value = [value]
    if name == "selected_option":
        value = None if value is None else _option(element, value, suggested)
    elif name == "selected_options":
        value = [_option(element, each, suggested) for each in value or []]
    elif name == "value":
        value = value or None
    if isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        raise ValueError(f"no more than {element['max_selected_items']} can be chosen")
    return {"type": element["type"], name: value}


def _option(element: Json, wanted: str, suggested: list[Json] | None) -> Json:
    first: list[Json] = [o for o in (element.get("initial_option"), *element.get("initial_options", [])) if o]
    for option in [*options_of(element), *reversed(suggested or []), *first]:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    raise LookupError(f"no option {wanted!r}")


def initial(element: Json, current_conversation: str | None) -> Json:
    """What view.state holds before anybody touched the element."""
    name = kept_as(element) or ""
    first = {
        "selected_option": element.get("initial_option"),
        "selected_options": element.get("initial_options", []),
    }.get(name, element.get("initial_" + name.removeprefix("selected_"), [] if name.endswith("s") else None))
    if name == "rich_text_value":
        first = element.get("initial_value")
    if element.get("default_to_current_conversation") and first is None:
        first = current_conversation
    return {"type": element["type"], name: first or ([] if name.endswith("s") else None)}


def first_state(blocks: list[Json], current_conversation: str | None, before: dict[str, Json] | None = None) -> dict[str, Json]:
    """view.state.values: what was typed `before` survives where block id, action id and type are the same."""
    values: dict[str, Json] = {}
    for block, element in elements(blocks):
        if kept_as(element) is None:
            continue
        known = (before or {}).get(block["block_id"], {}).get(element["action_id"])
        same = known is not None and known["type"] == element["type"]
        values.setdefault(block["block_id"], {})[element["action_id"]] = known if same else initial(element, current_conversation)
    return values


def complaints(blocks: list[Json], values: dict[str, Json]) -> dict[str, str]:
    """What Slack's own client says, by block id, before anything is sent."""
    found = {}
    for block, element in elements(blocks):
        if block["type"] != "input":
            continue
        held = values[block["block_id"]][element["action_id"]].get(kept_as(element) or "")
        said = _REQUIRED if not held and not block.get("optional") else _complaint(element, held)
        if said:
            found[block["block_id"]] = said
    return found


def _complaint(element: Json, held: Any) -> str:
    if not held:
        return ""
    match element["type"]:
        case "plain_text_input" if len(held) < element.get("min_length", 0):
            return f"Please use at least {element['min_length']} characters."
        case "plain_text_input" if len(held) > element.get("max_length", 3000):
            return f"Please use at most {element.get('max_length', 3000)} characters."
        case "email_text_input" if not _MAIL.fullmatch(held):
            return "Please enter a valid email address."
        case "url_text_input" if not held.startswith(("http://", "https://")):
            return "Please enter a valid URL."
        case "number_input":
            return _number_complaint(element, held)
    return ""


def _number_complaint(element: Json, held: str) -> str:
    try:
        number = float(held) if element["is_decimal_allowed"] else int(held)
    except ValueError:
        return "Please enter a valid number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return ""
