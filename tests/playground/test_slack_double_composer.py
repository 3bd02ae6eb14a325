"""What the composer and commands make of typed text."""

import pytest

from playground.composer import for_command, message_text, rich_text
from playground.manifest import Command, Manifest, Shortcut
from playground.workspace import Workspace, default_town


@pytest.fixture
def workspace() -> Workspace:
    return default_town(lambda: 1_790_000_000.0)


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


def test_the_workspace_acts_by_what_the_manifest_says() -> None:
    read = Manifest.read(
        {
            "features": {
                "app_home": {"home_tab_enabled": True, "messages_tab_read_only_enabled": True},
                "slash_commands": [{"command": "/pushpw", "usage_hint": "@name", "should_escape": True}],
                "shortcuts": [{"name": "Push a secret", "type": "global", "callback_id": "push_secret", "description": "x"}],
            },
            "oauth_config": {"scopes": {"bot": ["commands"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
        }
    )
    assert read == Manifest(
        commands=(Command("/pushpw", "@name", escapes=True),),
        shortcuts=(Shortcut("global", "push_secret", "Push a secret"),),
        scopes=frozenset({"commands"}),
        events=frozenset({"app_home_opened"}),
        has_home=True,
        messages_read_only=True,
    )


def test_what_a_manifest_leaves_out_is_not_there() -> None:
    assert Manifest.read({}) == Manifest((), (), frozenset(), frozenset(), has_home=False, messages_read_only=False)
