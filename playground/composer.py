"""What does Slack's composer make of typed text? Rich text elements, and the marked-up `text`.

It turns marks into styles, so the typed characters are lost: what an app gets to read back is
not what was typed. Commands get their own treatment (`for_command`).
"""

import re
from collections.abc import Callable
from typing import Any

from playground.refusals import Json
from playground.workspace import Workspace

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_BULLET = re.compile(r"^(?:[-*\u2022]) (.*)$")
_NUMBERED = re.compile(r"^\d+\. (.*)$")
_STYLES = {"*": "bold", "_": "italic", "~": "strike", "`": "code"}
_INLINE = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|@(?P<person>[a-z0-9][a-z0-9._-]*)"
    r"|#(?P<channel>[a-z0-9][a-z0-9_-]*)"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
    r"|(?<!\w)(?P<mark>[*_~`])(?P<styled>[^\s](?:.*?[^\s])?)(?P=mark)(?!\w)"
)


def escaped(text: str) -> str:
    """Slack's three entities: & < >."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def for_command(workspace: Workspace, text: str) -> str:
    """The text of a slash command with should_escape: people, channels and links become entities."""
    return _outside(text, lambda found: _entity(workspace, found))


def _outside(text: str, swap: Callable[["re.Match[str]"], str | None]) -> str:
    parts, at = [], 0
    for found in _INLINE.finditer(text):
        made = swap(found)
        if made is not None:
            parts += [escaped(text[at : found.start()]), made]
            at = found.end()
    return "".join([*parts, escaped(text[at:])])


def _entity(workspace: Workspace, found: "re.Match[str]") -> str | None:
    if found["url"]:
        return f"<{escaped(found['url'])}>"
    if found["person"]:
        if found["person"] in ("here", "channel", "everyone"):
            return f"<!{found['person']}>"
        person, group = workspace.person_named(found["person"]), workspace.group_named(found["person"])
        if group and not person:
            return f"<!subteam^{group.id}|@{group.handle}>"
        return f"<@{person.id}|{person.name}>" if person else None
    if found["channel"]:
        channel = next((c for c in workspace.conversations.values() if c.name == found["channel"]), None)
        return f"<#{channel.id}|{channel.name}>" if channel else None
    return None


def message_text(workspace: Workspace, typed: str) -> str:
    """A message's `text`: marks stay, people become <@id>, links <url>."""
    return re.sub(r"<(@|#|!subteam\^)(\w+)\|[^>]*>", r"<\1\2>", for_command(workspace, typed))


def rich_text(workspace: Workspace, typed: str) -> list[Json]:
    """The one rich_text block that Slack's composer makes of `typed`."""
    elements: list[Json] = []
    at = 0
    for fence in _FENCE.finditer(typed):
        elements += _paragraphs(workspace, typed[at : fence.start()].removesuffix("\n"))
        elements.append({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": fence[1]}]})
        at = fence.end()
    elements += _paragraphs(workspace, typed[at:].removeprefix("\n") if at else typed)
    return [{"type": "rich_text", "elements": elements}]


def _paragraphs(workspace: Workspace, typed: str) -> list[Json]:
    made: list[Json] = []
    for line in typed.split("\n") if typed else []:
        kind, style, inner = _line(line)
        parts = _inline(workspace, inner)
        last = made[-1] if made else None
        if kind == "rich_text_list":
            item = {"type": "rich_text_section", "elements": parts}
            if last and last["type"] == kind and last["style"] == style:
                last["elements"].append(item)
            else:
                made.append({"type": kind, "style": style, "indent": 0, "border": 0, "elements": [item]})
        elif last and last["type"] == kind:
            last["elements"] += [{"type": "text", "text": "\n"}, *parts]
            last["elements"] = _joined(last["elements"])
        else:
            made.append({"type": kind, "elements": parts})
    return made


def _line(line: str) -> tuple[str, str, str]:
    for pattern, style in ((_BULLET, "bullet"), (_NUMBERED, "ordered")):
        found = pattern.match(line)
        if found:
            return "rich_text_list", style, found[1]
    if line.startswith("> "):
        return "rich_text_quote", "", line[2:]
    return "rich_text_section", "", line


def _inline(workspace: Workspace, line: str) -> list[Json]:
    parts: list[Json] = []
    at = 0
    for found in _INLINE.finditer(line):
        made = _element(workspace, found)
        if made is not None:
            parts += [{"type": "text", "text": line[at : found.start()]}, *made]
            at = found.end()
    return _joined([*parts, {"type": "text", "text": line[at:]}])


def _element(workspace: Workspace, found: "re.Match[str]") -> list[Json] | None:
    if found["url"]:
        return [{"type": "link", "url": found["url"]}]
    if found["emoji"]:
        return [{"type": "emoji", "name": found["emoji"]}]
    if found["mark"] == "`":
        return [{"type": "text", "text": found["styled"], "style": {"code": True}}]
    if found["mark"]:
        style = {_STYLES[found["mark"]]: True}
        return [{**part, "style": part.get("style", {}) | style} for part in _inline(workspace, found["styled"])]
    if found["person"]:
        if found["person"] in ("here", "channel", "everyone"):
            return [{"type": "broadcast", "range": found["person"]}]
        person, group = workspace.person_named(found["person"]), workspace.group_named(found["person"])
        if group and not person:
            return [{"type": "usergroup", "usergroup_id": group.id}]
        return [{"type": "user", "user_id": person.id}] if person else None
    channel = next((c for c in workspace.conversations.values() if c.name == found["channel"]), None)
    return [{"type": "channel", "channel_id": channel.id}] if channel else None


def _joined(parts: list[Json]) -> list[Json]:
    """Neighbouring plain texts as one, empty ones dropped."""
    made: list[dict[str, Any]] = []
    for part in parts:
        if part.get("text") == "":
            continue
        if made and set(part) == set(made[-1]) == {"type", "text"}:
            made[-1] = {"type": "text", "text": made[-1]["text"] + part["text"]}
        else:
            made.append(part)
    return made
