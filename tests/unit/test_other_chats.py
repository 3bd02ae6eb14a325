"""What is said of somebody who is in another chat than the reader: by name, and with the right chat's name."""

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack.render.card import receipt_card as in_slack
from adapters.slack.render.group_card import group_card
from adapters.slack.render.invitation import invitation as invitation_in_slack
from adapters.slack.render.request import request_card
from adapters.teams.render.card import receipt_card as in_teams
from adapters.wording.catalog import words
from core.identity import Member
from core.push import PushId
from core.receipt import Receipt
from core.secret_request import SecretRequest
from tests.fakes import ALICE, BOB
from tests.fakes.teams import JANE, JOHN

EN = words("en")


def receipt(sender: Member, recipient: Member, **facts: Any) -> Receipt:
    return Receipt("abcd2345", PushId(bytes(16)), sender, recipient, "", 1, 1, False, 0, 60_000, **facts)


def test_a_recipient_in_teams_is_named_on_a_card_in_slack() -> None:
    shown = in_slack(EN, receipt(ALICE, JANE, undeliverable="not_installed"))
    assert "Teams did not let this app write to Jane Doe" in shown.text
    assert JANE.id not in json.dumps(shown.blocks)
    rows = group_card(EN, [receipt(ALICE, JANE, group=("a", "b")), receipt(ALICE, BOB, group=("a", "b"))])
    assert "Jane Doe" in json.dumps(rows.blocks)
    assert f"<@{BOB.id}>" in json.dumps(rows.blocks)


def test_a_sender_in_teams_is_named_to_whom_they_send_in_slack() -> None:
    assert "Jane Doe sent you a secret." in invitation_in_slack(EN, receipt(JANE, BOB), "sealed").text


def test_a_recipient_in_slack_is_named_on_a_card_in_teams() -> None:
    bob = replace(BOB, name="Bob Brown")
    shown = json.dumps(in_teams(EN, receipt(JANE, bob, undeliverable="gone"), {bob.id: bob.name}))
    assert "Slack did not let this app write to Bob Brown" in shown


def test_the_asked_persons_chat_is_the_one_that_did_not_carry_a_request() -> None:
    shown = request_card(EN, SecretRequest("r", ALICE, JOHN, "the key", 0, 60_000, undeliverable="blocked"))
    assert "Teams did not let this app write to them" in shown.text


@pytest.mark.parametrize(
    ("name", "written"),
    [("*Jane* _D_ ~x~ `y`", "Jane D x y"), ("<!channel> & <@U0BOB>", "&lt;!channel&gt; &amp; &lt;@U0BOB&gt;"), ("Jane\nDoe", "Jane Doe")],
)
def test_nothing_in_a_name_is_read_as_a_mark_or_a_mention(name: str, written: str) -> None:
    assert f"Secret for {written}" in in_slack(EN, receipt(ALICE, replace(JANE, name=name))).text


def test_across_chats_the_address_stands_behind_the_name() -> None:
    jane, bob = replace(JANE, address="jane_doe@acme.example"), replace(BOB, name="Bob Brown", address="bob@acme.example")
    assert "Jane Doe (jane_doe@acme.example) sent you a secret." in invitation_in_slack(EN, receipt(jane, bob), "sealed").text
    assert "Secret for Jane Doe (jane_doe@acme.example)" in in_slack(EN, receipt(bob, jane)).text
    assert f"<@{BOB.id}>" in in_slack(EN, receipt(jane, bob)).text


def test_name_and_address_survive_the_store() -> None:
    jane = replace(JANE, address="jane@acme.example")
    known = Member.from_json(jane.to_json())
    assert (known, known.name, known.address) == (jane, "Jane Doe", "jane@acme.example")
    assert jane == JANE
    assert "jane@acme.example" not in repr(jane)
