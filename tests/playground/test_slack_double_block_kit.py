"""Block Kit's limits: at the limit it is taken, one beyond it is refused, with Slack's words."""

from typing import Any

import pytest

from playground.block_kit import VIEW_BYTES, faults_of_blocks, faults_of_view, is_too_large

Json = dict[str, Any]


def plain(size: int) -> Json:
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * size}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(1), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def options(count: int, size: int = 1) -> list[Json]:
    return [{"text": plain(size), "value": str(n)} for n in range(count)]


def select(count: int = 1, **more: Any) -> Json:
    return {"type": "static_select", "options": options(count), **more}


def inputs(element: Json) -> Json:
    return {"type": "input", "label": plain(1), "element": element}


def text_input(**more: Any) -> Json:
    return inputs({"type": "plain_text_input", **more})


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(1), "submit": plain(1), "blocks": list(blocks), **more}


def confirm(**more: Any) -> Json:
    return button(confirm={"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more})


LIMITS = [
    ("section text", lambda n: {"type": "section", "text": mrkdwn(n)}, 3000),
    ("section field", lambda n: {"type": "section", "fields": [mrkdwn(n)]}, 2000),
    ("section fields", lambda n: {"type": "section", "fields": [plain(1)] * n}, 10),
    ("header", lambda n: {"type": "header", "text": plain(n)}, 150),
    ("context elements", lambda n: {"type": "context", "elements": [mrkdwn(1)] * n}, 10),
    ("actions elements", lambda n: actions(*[button() for _ in range(n)]), 25),
    ("block_id", lambda n: {"type": "divider", "block_id": "x" * n}, 255),
    ("action_id", lambda n: actions(button(action_id="x" * n)), 255),
    ("button text", lambda n: actions({"type": "button", "text": plain(n)}), 75),
    ("button value", lambda n: actions(button(value="x" * n)), 2000),
    ("button url", lambda n: actions(button(url="https://" + "x" * (n - 8))), 3000),
    ("accessibility_label", lambda n: actions(button(accessibility_label="x" * n)), 75),
    ("options", lambda n: actions(select(n)), 100),
    ("option text", lambda n: actions({"type": "static_select", "options": options(1, n)}), 75),
    ("overflow options", lambda n: actions({"type": "overflow", "options": options(n)}), 5),
    ("checkboxes", lambda n: actions({"type": "checkboxes", "options": options(n)}), 10),
    ("radio buttons", lambda n: actions({"type": "radio_buttons", "options": options(n)}), 10),
    ("placeholder", lambda n: actions(select(placeholder=plain(n))), 150),
    ("input label", lambda n: {"type": "input", "label": plain(n), "element": {"type": "plain_text_input"}}, 2000),
    ("input hint", lambda n: text_input() | {"hint": plain(n)}, 2000),
    ("initial_value", lambda n: text_input(initial_value="x" * n), 3000),
    ("max_length", lambda n: text_input(max_length=n), 3000),
    ("confirm title", lambda n: actions(confirm(title=plain(n))), 100),
    ("confirm text", lambda n: actions(confirm(text=plain(n))), 300),
    ("confirm button", lambda n: actions(confirm(confirm=plain(n))), 30),
    ("image alt_text", lambda n: {"type": "image", "image_url": "https://a.test/x", "alt_text": "x" * n}, 2000),
]


@pytest.mark.parametrize(("make", "most"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
def test_a_block_is_taken_at_its_limit_and_refused_beyond(make: Any, most: int) -> None:
    assert faults_of_blocks([make(most)]) == []
    assert faults_of_blocks([make(most + 1)]) != []


VIEW_LIMITS = [
    ("title", lambda n: modal(title=plain(n)), 24),
    ("submit", lambda n: modal(submit=plain(n)), 24),
    ("close", lambda n: modal(close=plain(n)), 24),
    ("private_metadata", lambda n: modal(private_metadata="x" * n), 3000),
    ("callback_id", lambda n: modal(callback_id="x" * n), 255),
    ("blocks", lambda n: modal(*[{"type": "divider"} for _ in range(n)]), 100),
]


@pytest.mark.parametrize(("make", "most"), [case[1:] for case in VIEW_LIMITS], ids=[case[0] for case in VIEW_LIMITS])
def test_a_view_is_taken_at_its_limit_and_refused_beyond(make: Any, most: int) -> None:
    assert faults_of_view(make(most)) == []
    assert faults_of_view(make(most + 1)) != []


REFUSED = [
    ("no type", [{"text": plain(1)}], "missing required field: type [json-pointer:/blocks/0]"),
    ("an unknown type", [{"type": "shout"}], "unsupported type: shout [json-pointer:/blocks/0/type]"),
    ("an unknown field", [{"type": "divider", "loud": True}], "invalid additional property: loud [json-pointer:/blocks/0]"),
    ("a section of nothing", [{"type": "section"}], "either text or fields must be provided [json-pointer:/blocks/0]"),
    ("an empty text", [{"type": "header", "text": plain(0)}], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("mrkdwn in a header", [{"type": "header", "text": mrkdwn(1)}], "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ("mrkdwn on a button", [actions(button(text=mrkdwn(1)))], "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"),
    (
        "a block id twice",
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
        '`block_id` "a" already exists [json-pointer:/blocks/1/block_id]',
    ),
    (
        "an action id twice",
        [actions(button(action_id="a"), button(action_id="a"))],
        '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ),
    (
        "no options",
        [actions({"type": "static_select"})],
        "must provide either options or option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    ("a style of its own", [actions(button(style="loud"))], "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    ("a javascript: address", [actions(button(url="javascript:x"))], "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"),
    (
        "an initial option not offered",
        [actions(select(initial_option={"text": plain(2), "value": "z"}))],
        "initial_option must exactly match one of the provided options [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "more text than max_length",
        [text_input(max_length=5, initial_value="123456")],
        "initial_value must not be longer than max_length [json-pointer:/blocks/0/element/initial_value]",
    ),
    ("no max at all", [text_input(max_length=0)], "must be between 1 and 3000 [json-pointer:/blocks/0/element/max_length]"),
    ("a number input without its kind", [inputs({"type": "number_input"})], "missing required field: is_decimal_allowed"),
    ("a text input among actions", [actions({"type": "plain_text_input"})], "unsupported type: plain_text_input"),
    (
        "response_url_enabled in a message",
        [actions({"type": "conversations_select", "response_url_enabled": True})],
        "can only be used in modals",
    ),
    ("51 blocks", [{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
]


@pytest.mark.parametrize(("blocks", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_slack_says_what_is_wrong_and_where(blocks: list[Json], said: str) -> None:
    assert any(said in fault for fault in faults_of_blocks(blocks)), faults_of_blocks(blocks)


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    view = modal(text_input())
    assert faults_of_view(view) == []
    del view["submit"]
    assert faults_of_view(view) == ["[ERROR] missing required field: submit [json-pointer:/view]"]


def test_only_one_field_can_have_the_focus() -> None:
    assert faults_of_view(modal(text_input(focus_on_load=True))) == []
    assert faults_of_view(modal(text_input(focus_on_load=True), text_input(focus_on_load=True))) != []


def test_an_action_id_may_come_again_in_another_block() -> None:
    assert faults_of_blocks([actions(button(action_id="a")), actions(button(action_id="a"))]) == []


def test_a_home_view_has_no_title() -> None:
    assert faults_of_view({"type": "home", "blocks": []}, ("home",)) == []
    assert faults_of_view({"type": "home", "blocks": [], "title": plain(1)}, ("home",)) != []


def test_a_view_of_more_than_250_kb_is_too_large() -> None:
    assert not is_too_large(modal())
    assert is_too_large(modal(*[{"type": "section", "text": mrkdwn(3000)}] * (VIEW_BYTES // 3000)))
