"""Of what is everything made that we show in Slack? The small pieces (Block Kit), with their texts."""

import re
from dataclasses import replace
from typing import Any

from adapters.wording import receipt_lines
from adapters.wording.catalog import Words
from adapters.wording.confirmations import Confirmation
from adapters.wording.marks import across
from adapters.wording.terms import moment
from core.identity import Member
from core.push import Millis
from core.receipt import Receipt

_MARKS = re.compile("[*_~`]")

Block = dict[str, Any]
View = dict[str, Any]

VIEW_DONE = "push_done"


def plain(text: str) -> dict[str, Any]:
    """A plain_text object; nothing in it is ever read as mrkdwn or emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    """A mrkdwn object, for our own sentences alone: what people typed goes into `quote` or `aside`, where no mark, link or mention lives."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def person(user_id: str) -> str:
    """A mention, which Slack shows as the reader knows the person."""
    return f"<@{user_id}>"


def letters(name: str) -> str:
    """A name of another chat's, for a sentence: nothing in it is a mark, a link or a mention."""
    return " ".join(_MARKS.sub("", name).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def when(words: Words, millis: int) -> str:
    """A moment, in the reader's own zone by Slack's own formatting."""
    seconds = millis // 1000
    return f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{moment(words, millis)}>"


class SlackMarks:
    """How Slack writes what our sentences name."""

    platform = "Slack"

    def person(self, member: Member) -> str:
        """A mention; whoever is in another chat by name."""
        if member.workspace.platform == "slack":
            return person(member.id)
        # Of an address no letter may be left out: it would be somebody else's. Nothing in one is a mark (core/address.py).
        return across(replace(member, name=letters(member.name))) or letters(member.id)

    def when(self, words: Words, at: Millis) -> str:
        """By Slack's own formatting."""
        return when(words, at)

    def code(self, text: str) -> str:
        """Set off as code."""
        return f"`{text}`"


SLACK = SlackMarks()


def confirm(asked: Confirmation, *, danger: bool = False) -> Block:
    """What a button asks before it does anything."""
    parts = {name: plain(getattr(asked, name)) for name in ("title", "text", "confirm", "deny")}
    return {**parts, **({"style": "danger"} if danger else {})}


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(text)}


def context(text: str) -> Block:
    """A quiet line."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def aside(text: str, *more: str) -> Block:
    """A quiet line that begins with somebody's words, exactly as they are; `more`: sentences of ours after them."""
    return {"type": "context", "elements": [plain(text), *map(mrkdwn, more)]}


def quote(text: str) -> Block:
    """Somebody's words, set off and exactly as they are."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}]}


def button(text: str, action_id: str, **more: Any) -> Block:
    """A button. `more`: value, url, style, confirm, accessibility_label."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def header(text: str) -> Block:
    """A heading. At most 150 characters."""
    return {"type": "header", "text": plain(text)}


def divider() -> Block:
    """A line between two things."""
    return {"type": "divider"}


def actions(name: str, *buttons: Block) -> Block:
    """Buttons in a row."""
    return {"type": "actions", "block_id": name, "elements": list(buttons)}


def text_field(name: str, label: str, hint: str, most: int, *, optional: bool = True, first: str = "") -> Block:
    """One line to type in, which may stay empty if it is `optional`. `most` characters; `first` stands there already."""
    element = {"type": "plain_text_input", "action_id": name, "max_length": most, **({"initial_value": first} if first else {})}
    return {"type": "input", "block_id": name, "optional": optional, "label": plain(label), "hint": plain(hint), "element": element}


def choice(name: str, label: str, options: list[tuple[str, str]], chosen: str, hint: str = "") -> Block:
    """One of several (text, value) pairs; `chosen` is the value that stands there first."""
    shown = [{"text": plain(text), "value": value} for text, value in options]
    initial = next(option for option in shown if option["value"] == chosen)
    element = {"type": "static_select", "action_id": name, "options": shown, "initial_option": initial}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, **_hinted(hint)}


def checks(name: str, label: str, options: list[tuple[str, str, str]], chosen: set[str], hint: str = "") -> Block:
    """Any of several (text, why, value), texts of at most 75 characters; `chosen` are the values that are ticked first."""
    shown = [{"text": plain(text), "description": plain(why), "value": value} for text, why, value in options]
    ticked = [option for option in shown if option["value"] in chosen]
    element = {"type": "checkboxes", "action_id": name, "options": shown, **({"initial_options": ticked} if ticked else {})}
    return {"type": "input", "block_id": name, "optional": True, "label": plain(label), "element": element, **_hinted(hint)}


def _hinted(hint: str) -> Block:
    return {"hint": plain(hint)} if hint else {}


def copy_field(name: str, label: str, value: str, *, multiline: bool) -> Block:
    """Something to copy: Slack has no other element that keeps a text exactly as it is."""
    element = {"type": "plain_text_input", "action_id": name, "initial_value": value, "multiline": multiline}
    return {"type": "input", "block_id": name, "optional": True, "label": plain(label), "element": element}


def terms_line(words: Words, receipt: Receipt) -> str:
    """Expiry, views and reference of a push, in one line."""
    return receipt_lines.terms_line(words, SLACK, receipt)


def told(words: Words, text: str, title: str = "") -> View:
    """A modal that says one thing. `title`: what it is about, where that is no secret."""
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(title or words.say("Secret")),
        "close": plain(words.say("Close")),
        "blocks": [section(text)],
    }


def ended_modal(words: Words, blocks: list[Block]) -> View:
    """A form after its submission: what happened, and nothing more to send."""
    has_field = any(block["type"] == "input" for block in blocks)
    submit = {"submit": plain(words.say("Done"))} if has_field else {}  # Slack wants a submit where a field stands
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(words.say("Push a secret")),
        "close": plain(words.say("Close")),
        "blocks": blocks,
        **submit,
    }
