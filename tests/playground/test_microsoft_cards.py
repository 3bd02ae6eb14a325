"""Which cards break the rules."""

from typing import Any

import pytest

from playground.microsoft.cards import faults_of_card
from playground.microsoft.messages import faults_of_message
from tests.playground.example_teams_bot import LINK, attached, card, form, invitation, text

FIELD = {"type": "Input.Text", "id": "a", "label": "A"}
CHOICE = {"title": "One", "value": "1"}


def button(kind: str = "Submit", **more: Any) -> dict[str, Any]:
    return {"type": f"Action.{kind}", "title": "Go", **more}


def test_sound_cards_have_no_faults() -> None:
    assert faults_of_card(form(), stored=True, dialog=True) == []
    assert faults_of_card(invitation(), stored=True) == []
    assert faults_of_message({"type": "message", "attachments": [attached(invitation())]}) == []


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (card(text("x")) | {"version": "1.4"}, "$.version"),
        (card(text("x")) | {"fallbackText": ""}, "$.fallbackText"),
        (card(), "$.body"),
        (card(text("x"), made="up"), "$.made"),
        (card({"type": "Media"}), "$.body[0]"),
        (card({"type": "TextBlock", "text": "x"}), "wrap"),
        (card(text("x", colour="red")), "colour"),
        (card(text("x", color="red")), "color"),
        (card(text("x", size="huge")), "size"),
        (card(FIELD | {"label": ""}), "label"),
        (card({"type": "Input.Text", "label": "A"}), ".id"),
        (card(FIELD, FIELD), "twice"),
        (card(FIELD | {"isRequired": True}), "errorMessage"),
        (card(FIELD | {"style": "Password", "isMultiline": True}), "one line"),
        (card(FIELD | {"type": "Input.Toggle"}), "title"),
        (card(FIELD | {"type": "Input.ChoiceSet", "choices": []}), "choices"),
        (card(FIELD | {"type": "Input.ChoiceSet", "choices": [CHOICE, CHOICE]}), "of its own"),
        (card(FIELD | {"type": "Input.ChoiceSet", "choices": [CHOICE], "value": "2"}), "not offered"),
        (card(FIELD | {"type": "Input.ChoiceSet", "choices": [], "choices.data": {"type": "Data.Query", "dataset": "x"}}), "Data.Query"),
        (card(FIELD | {"type": "Input.ChoiceSet", "isMultiSelect": True, "choices": [{"title": "a", "value": "1,2"}]}), "comma"),
        (card({"type": "Image", "url": "https://a.example/b.png"}), "altText"),
        (card({"type": "FactSet", "facts": [{"title": "a"}]}), "facts"),
        (card({"type": "Container", "items": [{"type": "Container", "items": [{"type": "Nothing"}]}]}), "items[0].items[0]"),
        (card({"type": "ColumnSet", "columns": [{"items": [{"type": "Nothing"}]}]}), "columns[0].items[0]"),
        (card(text("x"), actions=[button("Http")]), "actions[0]"),
        (card(text("x"), actions=[button(title="")]), "title"),
        (card(text("x"), actions=[button(style="primary")]), "style"),
        (card(text("x"), actions=[button(style="positive"), button(style="positive")]), "leads"),
        (card(text("x"), actions=[button()] * 7), "more than 6"),
        (card(text("x"), actions=[button("Execute")]), "verb"),
        (card(text("x"), actions=[button("OpenUrl", url="http://push.example.com")]), "https"),
        (card(text("x"), actions=[button("ToggleVisibility", targetElements=["nowhere"])]), "targetElements"),
        (card(text("x"), actions=[button("ShowCard", card=card({"type": "Nothing"}))]), ".card.body[0]"),
        (card(text("x"), refresh={"action": {"type": "Action.Submit"}}), "refresh.action"),
        (card(text("x"), refresh={"action": {"type": "Action.Execute"}, "userIds": ["29:1"] * 61}), "userIds"),
        (card(text("x"), refresh={"action": {"type": "Action.Execute"}, "userIds": ["28:1"]}), "userIds"),
        (card(text(f"See {LINK}")), "link with its key"),
        (card(text("x"), actions=[button(data={"url": LINK})]), "link with its key"),
        (card(text("x"), speak=LINK), "link with its key"),
        (card(text("<at>Jane</at> sent it")), "mentions"),
        (card(text("x"), msteams={"entities": [{"type": "mention", "text": "<at>Jane</at>"}]}), "mentions"),
        (card({"type": "ColumnSet", "columns": "none"}), "not of the kind"),
    ],
)
def test_a_broken_card_is_told_by_its_place(broken: dict[str, Any], named: str) -> None:
    assert any(named in fault for fault in faults_of_card(broken, stored=False)), faults_of_card(broken, stored=False)


def test_a_mention_stands_in_the_text_and_among_the_entities() -> None:
    jane = {"type": "mention", "text": "<at>Jane</at>", "mentioned": {"id": "29:1", "name": "Jane"}}
    assert faults_of_card(card(text("<at>Jane</at> sent it"), msteams={"entities": [jane]}), stored=True) == []
    nobody = jane | {"mentioned": {"name": "Jane"}}
    assert faults_of_card(card(text("<at>Jane</at> sent it"), msteams={"entities": [nobody]}), stored=True) != []


def test_a_link_may_stand_in_a_button_or_in_a_field_that_one_person_sees() -> None:
    for shown in (card(text("x"), actions=[button("OpenUrl", url=LINK)]), card(FIELD | {"value": LINK})):
        assert faults_of_card(shown, stored=False) == []
        assert faults_of_card(shown, stored=True) != []


def test_a_dialog_knows_no_execute() -> None:
    shown = card(text("x"), actions=[button("Execute", verb="go")])
    assert faults_of_card(shown, stored=False) == []
    assert faults_of_card(shown, stored=False, dialog=True) != []
    opens = card(text("x"), actions=[button(data={"dialog": "again", "msteams": {"type": "task/fetch"}})])
    assert faults_of_card(opens, stored=False) == []
    assert faults_of_card(opens, stored=False, dialog=True) != []


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "event"},
        {"type": "message"},
        {"type": "message", "text": LINK},
        {"type": "message", "text": "x", "attachments": [{"contentType": "application/vnd.microsoft.card.hero", "content": {}}]},
    ],
)
def test_a_broken_message_is_told(activity: dict[str, Any]) -> None:
    assert faults_of_message(activity) != []
