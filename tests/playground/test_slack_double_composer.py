"""What the composer and commands make of typed text."""

import pytest

from playground.composer import for_command, message_text, rich_text
from playground.workspace import Workspace


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(lambda: 1_790_000_000.0)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@bob 1d", "<@U0BOB|bob> 1d"),
        ("@nobody 1d", "@nobody 1d"),
        ("#general", "<#C0GENERAL|general>"),
        ("@here", "<!here>"),
        ("a<b & c>d", "a&lt;b &amp; c&gt;d"),
        ("https://a.test/?x=1&y=2", "<https://a.test/?x=1&amp;y=2>"),
        ("*stars* stay", "*stars* stay"),
    ],
)
def test_a_command_arrives_escaped(workspace: Workspace, typed: str, sent: str) -> None:
    assert for_command(workspace, typed) == sent


def test_a_message_mentions_by_id_alone(workspace: Workspace) -> None:
    assert message_text(workspace, "@bob look") == "<@U0BOB> look"


def test_marks_become_styles_and_the_typed_characters_are_lost(workspace: Workspace) -> None:
    [block] = rich_text(workspace, "a *b* :smile: `c`")
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "a "},
        {"type": "text", "text": "b", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "smile"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "c", "style": {"code": True}},
    ]


def test_lists_quotes_and_fences_are_elements_of_their_own(workspace: Workspace) -> None:
    [block] = rich_text(workspace, "first\n- one\n- two\n> said\n```\nx = *y*\n```")
    assert [e["type"] for e in block["elements"]] == ["rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"]
    assert block["elements"][3]["elements"] == [{"type": "text", "text": "x = *y*"}]


def test_a_plain_password_of_odd_characters_stays_as_it_is(workspace: Workspace) -> None:
    [block] = rich_text(workspace, "p4ss_w0rd*x&<y>")
    assert block["elements"] == [{"type": "rich_text_section", "elements": [{"type": "text", "text": "p4ss_w0rd*x&<y>"}]}]
