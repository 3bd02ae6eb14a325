"""adapters/slack/render: forty rows within Slack's limits, in every language and state."""

import json
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from adapters.choice import Choice, Chosen
from adapters.slack.form import Form
from adapters.slack.render.form import form
from adapters.slack.render.group_card import group_card
from adapters.slack.render.outcome import created_each
from adapters.slack.render.passing_on import offer
from adapters.slack.render.recipients import lines_about, refused_names
from adapters.wording.catalog import languages, words
from core.creation import RECIPIENTS_MOST
from core.identity import Member, Workspace
from core.policy import LABEL_MOST, Policy, Standing
from core.push import PushId, reference
from core.receipt import Receipt, State
from playground.block_kit import faults_of_blocks, faults_of_view
from tests.fakes import ALICE

NOW = 1_800_000_000_000
CROWD = [Member(Workspace("slack", "T0PARTNER0000"), f"W0CROWDED{number:02}XYZ") for number in range(RECIPIENTS_MOST)]
STATES: list[dict[str, Any]] = [
    {},
    {"undeliverable": "user_disabled"},
    {"undeliverable": "user_disabled", "passed_on_at": NOW},
    {"held_at": NOW},
    {"held_at": NOW, "passed_on_at": NOW},
    *({"state": state, "views_left": 0 if state in (State.OPENED, State.CONFIRMED) else 3, "changed_at": NOW} for state in State),
    {"state": State.BURNED, "views_left": 2, "changed_at": NOW},
]


def rows(**changes: Any) -> list[Receipt]:
    ids = [PushId(bytes([number]) * 16) for number in range(RECIPIENTS_MOST)]
    group = tuple(map(reference, ids))
    plain = [
        Receipt(own, push_id, ALICE, person, "<&>*_~`" * (LABEL_MOST // 7), 3, 3, True, NOW, NOW + 86_400_000, group=group)
        for own, push_id, person in zip(group, ids, CROWD, strict=True)
    ]
    return [replace(each, **changes) for each in plain]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("state", STATES)
def test_forty_rows_in_every_state_are_what_slack_takes(language: str, state: dict[str, Any]) -> None:
    card = group_card(words(language), rows(**state))
    assert faults_of_blocks(card.blocks) == []
    assert 0 < len(card.text) < 3000
    for block in Block.parse_all(card.blocks):
        block.validate_json()


@pytest.mark.parametrize("state", STATES)
def test_a_row_has_a_button_as_long_as_it_lives(state: dict[str, Any]) -> None:
    receipts = rows(**state)
    card = group_card(words("en"), receipts)
    assert json.dumps(card.blocks).count('"accessory"') == sum(receipt.live for receipt in receipts)


def test_the_card_counts_who_has_opened_it() -> None:
    receipts = rows()
    receipts[0] = replace(receipts[0], state=State.CONFIRMED, views_left=2, changed_at=NOW)
    receipts[1] = replace(receipts[1], state=State.BURNED, changed_at=NOW)
    assert "Opened by 1 of 40. Waiting for 38." in group_card(words("en"), receipts).text


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("why_not", ["", "guest", "outsider", "deactivated", "not_a_person", "not_known"])
def test_a_form_with_forty_people_is_what_slack_takes(language: str, standing: Standing, why_not: str) -> None:
    people = tuple(Chosen(person, "N" * 80, standing, why_not) for person in CROWD)
    left_out = tuple(
        (person.id, why) for person, why in zip(CROWD[:20], ["yourself", "guest", "deactivated", "not_known"] * 5, strict=True)
    )
    about = lines_about(words(language), Choice(people, left_out, with_groups=True))
    shown = Form("x" * 22, tuple(person.id for person in CROWD), 86_400, 3, left_out=left_out)
    view = form(words(language), Policy(passphrase_required=True, binding_required=True), shown, about, offers_groups=True)
    assert faults_of_view(view) == []
    if why_not:
        assert 0 < len(refused_names(words(language), list(people), Policy())) < 2000


@pytest.mark.parametrize("language", languages())
def test_of_forty_people_the_form_names_ten_and_counts_the_others(language: str) -> None:
    view = created_each(words(language), rows(), ["x" * 300])
    assert faults_of_view(view) == []
    assert [person.id for person in CROWD if person.id in json.dumps(view)] == [person.id for person in CROWD[:10]]
    assert "30" in view["blocks"][0]["text"]["text"]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("value", ["", "v" * 200])
def test_the_offer_to_pass_on_is_what_slack_takes(language: str, value: str) -> None:
    message = offer(words(language), rows()[0], value)
    assert faults_of_blocks(message.blocks) == []
    assert ("confirm" in json.dumps(message.blocks)) == bool(value)
