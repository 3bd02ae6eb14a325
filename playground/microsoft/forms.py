"""How does a person fill in a card? Finds its inputs and buttons, and complains as the client does."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from playground.microsoft.cards import nodes
from playground.microsoft.refusals import Json

ENTRA_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Button:
    """A button, and the cards around it: an Action.ShowCard's button sends the inputs of both."""

    action: Json
    cards: tuple[Json, ...]

    @property
    def kind(self) -> str:
        return str(self.action["type"])

    @property
    def data(self) -> Json:
        given = self.action.get("data", {})
        return deepcopy(given) if isinstance(given, dict) else {"data": given}


def buttons(card: Json, around: tuple[Json, ...] = ()) -> Iterator[Button]:
    """Every button that can be seen, in order; those behind an Action.ShowCard too."""
    here = (*around, card)
    for element in _shown(card.get("body", [])):
        found = [*element.get("actions", []), *([element["selectAction"]] if "selectAction" in element else [])]
        yield from _each(found, here)
    yield from _each(card.get("actions", []), here)


def _each(actions: list[Json], here: tuple[Json, ...]) -> Iterator[Button]:
    for action in actions:
        yield Button(action, here)
        if action["type"] == "Action.ShowCard":
            yield from buttons(action["card"], here)


def find_button(card: Json, wanted: str) -> Button:
    """By the words on it, its id, its verb, or the dialog that it opens. Raises LookupError."""
    there = list(buttons(card))
    for name in ("title", "id", "verb"):
        for button in there:
            if button.action.get(name) == wanted:
                return button
    for button in there:
        if button.data.get("dialog") == wanted:
            return button
    raise LookupError(f"no button {wanted!r} among {[button.action.get('title') for button in there]}")


def inputs(card: Json) -> dict[str, Json]:
    """The fields of a card by id, hidden ones too; not those behind its Action.ShowCards."""
    return {node["id"]: node for _, node in nodes(card.get("body", [])) if str(node.get("type", "")).startswith("Input.")}


def visible(card: Json) -> set[str]:
    """The ids of the fields that a person can see."""
    return {node["id"] for node in _shown(card.get("body", [])) if str(node["type"]).startswith("Input.")}


def _shown(elements: list[Json]) -> Iterator[Json]:
    for element in elements:
        if element.get("isVisible", True):
            yield element
            yield from _shown([*element.get("items", []), *({"type": "Column", **column} for column in element.get("columns", []))])


def toggle(card: Json, action: Json) -> None:
    """Show and hide what an Action.ToggleVisibility names."""
    for target in action["targetElements"]:
        named, wanted = (target, None) if isinstance(target, str) else (target["elementId"], target.get("isVisible"))
        for _, node in nodes(card):
            if node.get("id") == named:
                node["isVisible"] = (not node.get("isVisible", True)) if wanted is None else wanted


def gather(button: Button, typed: Mapping[str, str], *, sends_empty: bool = False) -> tuple[Json, dict[str, str]]:
    """What a press sends besides its data, and the complaints that the client shows instead, both by field id.

    Raises LookupError for a field that is not there to be typed in, and for a choice that is not offered.
    """
    fields: dict[str, Json] = {}
    seen: set[str] = set()
    for card in button.cards:
        fields |= inputs(card)
        seen |= visible(card)
    if str(button.action.get("associatedInputs", "")).casefold() == "none":
        fields = {}
    if strange := typed.keys() - seen:
        raise LookupError(f"no field {sorted(strange)} to be seen among {sorted(seen)}")
    held = {name: _entered(field, typed.get(name)) for name, field in fields.items()}
    complaints = {name: said for name, value in held.items() if (said := _complaint(fields[name], value))}
    return {name: value for name, value in held.items() if value or sends_empty}, complaints


def _entered(field: Json, typed: str | None) -> str:
    """What stands in a field. Raises LookupError for a choice that is not offered."""
    value = str(field.get("value", "")) if typed is None else typed
    match field["type"]:
        case "Input.ChoiceSet":
            _choose(field, value)
        case "Input.Toggle":
            on, off = field.get("valueOn", "true"), field.get("valueOff", "false")
            if (value or off) not in (on, off):
                raise LookupError(f"{field['id']} is {on} or {off}")
            return str(value or off)
        case "Input.Text":
            return value if field.get("isMultiline") else value.replace("\r", "").replace("\n", "")
    return value


def _choose(field: Json, value: str) -> None:
    offered = {choice["value"] for choice in field.get("choices", [])}
    for one in value.split(",") if field.get("isMultiSelect") else [value]:
        if one and one not in offered and not ("choices.data" in field and ENTRA_ID.fullmatch(one)):
            raise LookupError(f"{field['id']} offers no such choice")


def _complaint(field: Json, value: str) -> str:
    said = str(field.get("errorMessage", "This is not right."))
    if field.get("isRequired") and (not value or (field["type"] == "Input.Toggle" and value != field.get("valueOn", "true"))):
        return said
    if value and "regex" in field and not re.search(field["regex"], value):
        return said
    return said if "maxLength" in field and len(value) > field["maxLength"] else ""


def words(card: Json) -> str:
    """All that a card says, a line for each text, field and button."""
    said: list[str] = []
    for _, node in nodes(card):
        said += [str(node[name]) for name in ("text", "label", "title", "placeholder", "url", "altText") if isinstance(node.get(name), str)]
        if "value" in node:
            said.append(str(node["value"]))
    return "\n".join(said)


def links(node: Any) -> list[str]:
    """Where the buttons of a card lead, and every address that stands in a field to copy."""
    found = [str(each["url"]) for _, each in nodes(node) if each.get("type") == "Action.OpenUrl"]
    return found + [str(each["value"]) for _, each in nodes(node) if str(each.get("value", "")).startswith(("http://", "https://"))]
