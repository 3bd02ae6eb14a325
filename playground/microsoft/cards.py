"""What may stand in an Adaptive Card of ours? A grammar: each kind with its fields, and what we ask beyond it.

adaptivecards.io/explorer (version 1.5) for kinds and fields; learn.microsoft.com/microsoftteams/platform for what
Teams does with them. We allow less: only what we use on purpose.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from playground.microsoft.refusals import Json

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
VERSION = "1.5"
PEOPLE = "graph.microsoft.com/users"
BUTTONS = 6
"""Teams shows no more in a row."""

_ANY = {"type", "id", "isVisible", "separator", "spacing", "height", "fallback", "requires"}
_INPUT = _ANY | {"label", "isRequired", "errorMessage", "value"}
_BOX = _ANY | {"style", "selectAction", "minHeight", "bleed"}
ELEMENTS: dict[str, set[str]] = {
    "TextBlock": _ANY | {"text", "wrap", "size", "weight", "color", "isSubtle", "maxLines", "style", "fontType", "horizontalAlignment"},
    "RichTextBlock": _ANY | {"inlines", "horizontalAlignment"},
    "FactSet": _ANY | {"facts"},
    "Image": _ANY | {"url", "altText", "size", "style", "width", "horizontalAlignment", "backgroundColor"},
    "Container": _BOX | {"items", "verticalContentAlignment"},
    "ColumnSet": _BOX | {"columns", "horizontalAlignment"},
    "Column": (_BOX - {"height"}) | {"items", "width", "verticalContentAlignment"},
    "ActionSet": _ANY | {"actions"},
    "Input.Text": _INPUT | {"placeholder", "maxLength", "isMultiline", "style", "regex"},
    "Input.ChoiceSet": _INPUT | {"placeholder", "choices", "choices.data", "isMultiSelect", "style", "wrap"},
    "Input.Toggle": _INPUT | {"title", "valueOn", "valueOff", "wrap"},
    "Input.Number": _INPUT | {"placeholder", "min", "max"},
    "Input.Date": _INPUT | {"placeholder", "min", "max"},
    "Input.Time": _INPUT | {"placeholder", "min", "max"},
}
_ACTION = {"type", "id", "title", "style", "tooltip", "mode", "isEnabled", "iconUrl", "fallback", "requires"}
ACTIONS: dict[str, set[str]] = {
    "Action.Execute": _ACTION | {"verb", "data", "associatedInputs"},
    "Action.Submit": _ACTION | {"data", "associatedInputs"},
    "Action.OpenUrl": _ACTION | {"url"},
    "Action.ShowCard": _ACTION | {"card"},
    "Action.ToggleVisibility": _ACTION | {"targetElements"},
}
_SIZES = "small default medium large extraLarge"
VALUES: dict[tuple[str, str], str] = {
    ("*", "spacing"): f"none {_SIZES} padding",
    ("*", "height"): "auto stretch",
    ("*", "horizontalAlignment"): "left center right",
    ("*", "verticalContentAlignment"): "top center bottom",
    ("*", "color"): "default dark light accent good warning attention",
    ("*", "weight"): "lighter default bolder",
    ("*", "fontType"): "default monospace",
    ("*", "associatedInputs"): "auto none",
    ("*", "mode"): "primary secondary",
    ("TextBlock", "size"): _SIZES,
    ("TextBlock", "style"): "default heading",
    ("Image", "size"): "auto stretch small medium large",
    ("Image", "style"): "default person",
    ("Container", "style"): "default emphasis good attention warning accent",
    ("ColumnSet", "style"): "default emphasis good attention warning accent",
    ("Column", "style"): "default emphasis good attention warning accent",
    ("Input.Text", "style"): "text tel url email password",
    ("Input.ChoiceSet", "style"): "compact expanded filtered",
    ("Action", "style"): "default positive destructive",
}
"""What a field of a kind may say, in whatever case; `*` is every kind."""
CARD = {"type", "version", "$schema", "body", "actions", "fallbackText", "speak", "lang", "rtl", "refresh", "msteams", "minHeight"}
KEY_BEARING = re.compile(r"https?://[^\s\"'<>()]*#[^\s\"'<>()]+")
"""A URL with a fragment: in a link of ours that is the key."""
MENTION = re.compile(r"<at>.*?</at>")
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What looking into JSON of the wrong kind comes to."""


def faults_of_card(card: Any, *, stored: bool, dialog: bool = False) -> list[str]:
    """What is wrong with a card, with its place. `stored`: all of a conversation may see it, so it may hold no link."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return ["$: not an AdaptiveCard"]
    try:
        return [*_whole(card), *_card(card, "$", dialog), *_ids(card), *_mentions(card), *_links(card, stored)]
    except MISSHAPEN as wrong:
        return [f"$: a part is not of the kind it must be: {wrong}"]


def nodes(node: Any, at: str = "$") -> Iterator[tuple[str, Json]]:
    """Every object in a card with its place, outside of data that goes back as it is."""
    if isinstance(node, dict):
        yield at, node
        for name, value in node.items():
            if name not in ("data", "msteams"):
                yield from nodes(value, f"{at}.{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{at}[{index}]")


def _whole(card: Json) -> Iterator[str]:
    if card.get("version") != VERSION:
        yield f"$.version: must be {VERSION}"
    if not card.get("fallbackText"):
        yield "$.fallbackText: missing: what a client shows that cannot show the card"
    if not card.get("body"):
        yield "$.body: empty"
    watchers = card.get("refresh", {}).get("userIds", [])
    if len(watchers) > 60 or not all(watcher.startswith("29:") for watcher in watchers):
        yield "$.refresh.userIds: at most 60, each an id that begins with 29:"


def _card(card: Mapping[str, Any], at: str, dialog: bool) -> Iterator[str]:
    for name in card.keys() - CARD:
        yield f"{at}.{name}: unknown field"
    for index, element in enumerate(card.get("body", [])):
        yield from _element(element, f"{at}.body[{index}]", dialog)
    yield from _actions(card.get("actions", []), f"{at}.actions", dialog)
    leading = [place for place, node in nodes(card) if node.get("style") == "positive" and ".card" not in place]
    if len(leading) > 1:
        yield f"{at}: one button leads, not {leading}"
    if "refresh" in card and card["refresh"].get("action", {}).get("type") != "Action.Execute":
        yield f"{at}.refresh.action: must be an Action.Execute"


def _element(node: Any, at: str, dialog: bool) -> Iterator[str]:
    kind = node.get("type") if isinstance(node, dict) else None
    if kind not in ELEMENTS:
        yield f"{at}: {kind} is not among what we show"
        return
    for name in node.keys() - ELEMENTS[kind]:
        yield f"{at}.{name}: unknown field of {kind}"
    yield from _values(kind, node, at)
    if kind.startswith("Input."):
        yield from _input(node, at)
    if kind == "TextBlock" and not (isinstance(node.get("text"), str) and node["text"] and node.get("wrap") is True):
        yield f"{at}: a TextBlock needs text, and wrap true"
    if kind == "Image" and not node.get("altText") and node.get("altText") != "":
        yield f"{at}: an Image needs an altText"
    if kind == "FactSet" and not all(fact.keys() == {"title", "value"} for fact in node.get("facts", [{}])):
        yield f"{at}.facts: each has a title and a value"
    for name in ("items", "columns"):
        for index, inner in enumerate(node.get(name, [])):
            yield from _element({"type": "Column", **inner} if name == "columns" else inner, f"{at}.{name}[{index}]", dialog)
    yield from _actions(node.get("actions", []), f"{at}.actions", dialog)
    if "selectAction" in node:
        yield from _action(node["selectAction"], f"{at}.selectAction", dialog, needs_title=False)


def _values(kind: str, node: Json, at: str) -> Iterator[str]:
    family = kind.partition(".")[0]
    for name, value in node.items():
        allowed = VALUES.get((kind, name)) or VALUES.get((family, name)) or VALUES.get(("*", name))
        if allowed and str(value).casefold() not in allowed.casefold().split():
            yield f"{at}.{name}: {value} is not one of: {allowed}"


def _input(node: Json, at: str) -> Iterator[str]:
    if not node.get("id"):
        yield f"{at}.id: missing: what is typed has no name"
    if not node.get("label"):
        yield f"{at}.label: missing: screen readers have nothing to say"
    if node.get("isRequired") and not node.get("errorMessage"):
        yield f"{at}.errorMessage: missing beside isRequired"
    if node["type"] == "Input.Toggle" and not node.get("title"):
        yield f"{at}.title: missing"
    if node["type"] == "Input.Text" and str(node.get("style")).casefold() == "password" and node.get("isMultiline"):
        yield f"{at}: a masked field has one line"
    if node["type"] == "Input.ChoiceSet":
        yield from _choices(node, at)


def _choices(node: Json, at: str) -> Iterator[str]:
    choices = node.get("choices")
    if not isinstance(choices, list) or (not choices and "choices.data" not in node):
        yield f"{at}.choices: missing"
        return
    offered = [choice.get("value") for choice in choices]
    if len(set(offered)) != len(offered) or not all(choice.get("title") and choice.get("value") for choice in choices):
        yield f"{at}.choices: each has a title, and a value of its own"
    chosen = str(node.get("value", ""))
    if chosen and "choices.data" not in node and not set(chosen.split(",")) <= set(offered):
        yield f"{at}.value: is not offered"
    query = node.get("choices.data")
    if query is not None and (query.get("type") != "Data.Query" or not query.get("dataset", "").startswith(PEOPLE)):
        yield f"{at}.choices.data: must be a Data.Query of {PEOPLE}"
    if node.get("isMultiSelect") and any("," in value for value in offered):
        yield f"{at}.choices: a comma parts the chosen values, so none may hold one"


def _actions(actions: Any, at: str, dialog: bool) -> Iterator[str]:
    if not isinstance(actions, list):
        yield f"{at}: must be a list"
        return
    if len(actions) > BUTTONS:
        yield f"{at}: more than {BUTTONS} buttons"
    for index, action in enumerate(actions):
        yield from _action(action, f"{at}[{index}]", dialog)


def _action(action: Any, at: str, dialog: bool, *, needs_title: bool = True) -> Iterator[str]:
    kind = action.get("type") if isinstance(action, dict) else None
    if kind not in ACTIONS:
        yield f"{at}: {kind} is not among what we use"
        return
    for name in action.keys() - ACTIONS[kind]:
        yield f"{at}.{name}: unknown field of {kind}"
    if needs_title and not action.get("title"):
        yield f"{at}.title: missing"
    yield from _values(kind, action, at)
    if kind == "Action.Execute" and (dialog or not action.get("verb")):
        yield f"{at}: Action.Execute needs a verb" if not dialog else f"{at}: a dialog knows no Action.Execute"
    if dialog and isinstance(action.get("data"), dict) and "msteams" in action["data"]:
        yield f"{at}.data.msteams: a dialog opens no dialog"
    if kind == "Action.OpenUrl" and not str(action.get("url", "")).startswith(("https://", "http://127.0.0.1", "http://localhost")):
        yield f"{at}.url: must be https"
    if kind == "Action.ShowCard":
        yield from _card(action.get("card", {}), f"{at}.card", dialog)


def _ids(card: Json) -> Iterator[str]:
    seen: set[str] = set()
    for at, node in nodes(card):
        name = node.get("id")
        if name is not None and name in seen:
            yield f"{at}.id: {name} is there twice"
        seen |= {name} if name is not None else set()
    for at, node in nodes(card):
        for target in node.get("targetElements", []):
            if (target if isinstance(target, str) else target.get("elementId")) not in seen:
                yield f"{at}.targetElements: shows nothing that is there"


def _mentions(card: Json) -> Iterator[str]:
    """Teams shows a mention as its bare mark when no entity stands for it, and refuses an entity without a mark."""
    marks = {mark for at, text in every_text(card.get("body", [])) for mark in MENTION.findall(text)}
    entities = card.get("msteams", {}).get("entities", [])
    named = {entity.get("text") for entity in entities if entity.get("type") == "mention"}
    if marks != named:
        yield f"$.msteams.entities: mentions {sorted(marks ^ named, key=str)} stand on one side only"
    if not all(entity.get("mentioned", {}).get("id") and entity["mentioned"].get("name") for entity in entities):
        yield "$.msteams.entities: each names an id and a name"


def _links(card: Json, stored: bool) -> Iterator[str]:
    """A link with a key stands in an Action.OpenUrl or in a field to copy, and never where it is kept for all."""
    for at, node in every_text(card):
        if not KEY_BEARING.search(node):
            continue
        if stored or not at.endswith((".url", ".value")) or ".data" in at or ".facts" in at:
            yield f"{at}: holds a link with its key"


def every_text(node: Any, at: str = "$") -> Iterator[tuple[str, str]]:
    """Every string with its place."""
    if isinstance(node, str):
        yield at, node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from every_text(value, f"{at}.{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from every_text(value, f"{at}[{index}]")
