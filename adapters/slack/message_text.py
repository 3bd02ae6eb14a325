"""What exactly stands in a message?

Slack's composer has already turned typed marks into elements, and what was typed is lost: the
marks are rebuilt, and `changed` says that Slack may have altered the text, so that a person
looks at it before it is pushed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_STYLE_MARKS = (("bold", "*"), ("italic", "_"), ("strike", "~"), ("code", "`"))


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message's text. `changed`: Slack rewrote something of it when it was sent."""

    text: str = field(repr=False)
    changed: bool


def decode_entities(text: str) -> str:
    """`&amp;`, `&lt;` and `&gt;` decoded exactly once; no other entity is Slack's."""
    return re.sub("&(?:amp|lt|gt);", lambda found: _ENTITIES[found[0]], text)


def exact_text(message: Mapping[str, Any]) -> MessageText:
    """The text of `message`, from its rich_text elements where it has any; entities decoded exactly once."""
    rich = [block for block in message.get("blocks") or [] if block.get("type") == "rich_text"]
    if not rich:
        plain = str(message.get("text") or "")
        return MessageText(decode_entities(plain), "<" in plain)
    parts = [_section(section) for block in rich for section in block.get("elements") or []]
    # A section before a list or a code block ends with its own line break.
    lines = "".join(part.text if part.text.endswith("\n") else part.text + "\n" for part in parts)
    found = MessageText(lines.removesuffix("\n"), any(part.changed for part in parts))
    # `text` is escaped exactly once for certain. Where it shows that the elements were not escaped at all, decoding
    # them has eaten an "&lt;" that somebody typed.
    told = decode_entities(str(message.get("text") or ""))
    return MessageText(told, changed=False) if not found.changed and decode_entities(told) == found.text else found


def _section(section: Mapping[str, Any]) -> MessageText:
    elements = section.get("elements") or []
    match section.get("type"):
        case "rich_text_preformatted":
            return MessageText(_joined(_inline(e) for e in elements).text, changed=True)
        case "rich_text_quote":
            quoted = _joined(_inline(e) for e in elements).text
            return MessageText("\n".join("> " + line for line in quoted.split("\n")), changed=True)
        case "rich_text_list":
            ordered, indent = section.get("style") == "ordered", "    " * int(section.get("indent") or 0)
            rows = [_joined(_inline(e) for e in item.get("elements") or []).text for item in elements]
            marks = [f"{n}. " if ordered else "- " for n in range(1, len(rows) + 1)]
            return MessageText("\n".join(indent + mark + row for mark, row in zip(marks, rows, strict=True)), changed=True)
        case _:
            return _joined(_inline(e) for e in elements)


def _joined(parts: Iterable[MessageText]) -> MessageText:
    all_parts = list(parts)
    return MessageText("".join(part.text for part in all_parts), any(part.changed for part in all_parts))


def _inline(element: Mapping[str, Any]) -> MessageText:
    match element.get("type"):
        case "text":
            return _styled(decode_entities(str(element.get("text") or "")), element.get("style") or {})
        case "link":
            return MessageText(str(element.get("text") or element.get("url") or ""), changed=True)
        case "emoji":
            return MessageText(f":{element.get('name')}:", changed=True)
        case "user":
            return MessageText(f"@{element.get('user_id')}", changed=True)
        case "usergroup":
            return MessageText(f"@{element.get('usergroup_id')}", changed=True)
        case "channel":
            return MessageText(f"#{element.get('channel_id')}", changed=True)
        case "broadcast":
            return MessageText(f"@{element.get('range')}", changed=True)
        case "color":
            return MessageText(str(element.get("value") or ""), changed=False)
        case "date":
            return MessageText(str(element.get("fallback") or ""), changed=True)
        case _:
            return MessageText(str(element.get("text") or ""), changed=True)


def _styled(text: str, style: Mapping[str, bool]) -> MessageText:
    marks = "".join(mark for name, mark in _STYLE_MARKS if style.get(name))
    return MessageText(marks + text + marks[::-1], changed=bool(marks))
