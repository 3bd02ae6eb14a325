from typing import Any

import pytest

from adapters.slack.message_text import exact_text


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"text": "fallback", "blocks": [{"type": "rich_text", "elements": list(elements)}]}


def typed(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(inline)}


def text(said: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": said, **({"style": style} if style else {})}


@pytest.mark.parametrize(
    ("message", "exact", "changed"),
    [
        (rich(typed(text("hunter2"))), "hunter2", False),
        (rich(typed(text("  two blanks  \n and a tab\t"))), "  two blanks  \n and a tab\t", False),
        (rich(typed(text("a &amp;lt; b &lt; c"))), "a &lt; b < c", False),
        (rich(typed(text("&copy; stays"))), "&copy; stays", False),
        (rich(typed(text("x"), text("bold", bold=True), text("y"))), "x*bold*y", True),
        (rich(typed(text("both", bold=True, italic=True))), "*_both_*", True),
        (rich(typed(text("p"), {"type": "emoji", "name": "x"}, text("q"))), "p:x:q", True),
        (rich(typed({"type": "link", "url": "https://a.example/?a=1"})), "https://a.example/?a=1", True),
        (rich(typed({"type": "user", "user_id": "U1"})), "@U1", True),
        (rich({"type": "rich_text_preformatted", "elements": [text("line 1\nline 2")]}), "line 1\nline 2", True),
        (rich({"type": "rich_text_quote", "elements": [text("a\nb")]}), "> a\n> b", True),
        (
            rich({"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [typed(text("a")), typed(text("b"))]}),
            "    1. a\n    2. b",
            True,
        ),
        (rich(typed(text("before\n")), {"type": "rich_text_preformatted", "elements": [text("code")]}), "before\ncode", True),
        (rich(typed(text("&lt; b"))) | {"text": "&amp;lt; b"}, "&lt; b", False),
        (rich(typed(text("&amp;lt; b"))) | {"text": "&amp;lt; b"}, "&lt; b", False),
        ({"text": "a &amp; b"}, "a & b", False),
        ({"text": "<@U1> said"}, "<@U1> said", True),
        ({}, "", False),
    ],
)
def test_the_text_is_as_exact_as_can_be_and_says_when_it_may_not_be(message: dict[str, Any], exact: str, changed: bool) -> None:
    found = exact_text(message)
    assert (found.text, found.changed) == (exact, changed)
