"""The cards and dialogs that people see in Teams: what each says, what each carries, and what none may carry."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.teams import refusals
from adapters.teams.form import Form
from adapters.teams.render import answers
from adapters.teams.render.blocks import Card, Plainly, Spelling, escaped, told, typed
from adapters.teams.render.card import receipt_card
from adapters.teams.render.created import created, created_link
from adapters.teams.render.form import GENERATE, LINES, Remarks, push_form
from adapters.teams.render.group_card import BURN_GROUP, group_card
from adapters.teams.render.help import help_card, introduction, nobody_named_here, typed_by_mistake, welcome
from adapters.teams.render.invitation import extended, invitation, invitation_ended, not_opened_card, reminder, view_in_browser
from adapters.teams.render.listing import LIST_PAGE, PAGE, listing
from adapters.teams.render.passing_on import offer, offer_ended, offered
from adapters.teams.render.request import answer_form, ask, ask_ended, ask_form, asked_note, request_card
from adapters.teams.render.share import share_card
from adapters.wording.catalog import Words, languages, words
from core.creation import RECIPIENTS_MOST
from core.identity import Member, Workspace
from core.policy import DAY, LABEL_MOST, Policy
from core.push import PushId
from core.receipt import Place, Receipt, State
from core.secret_request import WHAT_MOST, Asking, SecretRequest

TENANT = Workspace("teams", "t")
AT = 1_795_341_600_000
URL = "https://push.example.com/p/id#1okey"
VALUE = "sealed-value-of-a-button"
EN = words("en")
MESSAGE_MOST = 28 * 1024
"""Bytes of a message that Teams takes: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages."""


def member(number: int) -> Member:
    return Member(TENANT, f"00000000-0000-0000-0000-{number:012d}")


ALICE, BOB = member(1), member(2)
NAMES = {ALICE.id: "Alice", BOB.id: "Bob"}


def receipt(**more: Any) -> Receipt:
    facts: dict[str, Any] = {
        "reference": "abcd2345",
        "push_id": PushId(bytes(16)),
        "sender": ALICE,
        "recipient": BOB,
        "label": "",
        "views": 1,
        "views_left": 1,
        "has_passphrase": False,
        "created_at": AT,
        "expires_at": AT + 7 * DAY * 1000,
    }
    return Receipt(**{**facts, **more})


def asked(**more: Any) -> SecretRequest:
    return SecretRequest(
        **{"id": "r", "requester": ALICE, "asked": BOB, "what": "root of db", "created_at": AT, "expires_at": AT + DAY, **more}
    )


def many(count: int) -> list[Receipt]:
    return [receipt(reference=f"ref{n:05d}", recipient=member(n + 2), group=("a",), label="x" * LABEL_MOST) for n in range(count)]


def messages(voice: Words) -> dict[str, Card]:
    """Every card that stands in a conversation."""
    named = {member(n).id: "An ordinary long name (Department)" for n in range(50)} | NAMES
    states = {f"receipt {state}": receipt_card(voice, receipt(state=state, changed_at=AT), named, [DAY]) for state in State}
    ended = {f"ended {state}": invitation_ended(voice, receipt(state=state, changed_at=AT), named) for state in State}
    requests = {f"request {state}": request_card(voice, asked(state=state, changed_at=AT), named) for state in Asking}
    return states | ended | requests | {
        "held": receipt_card(voice, receipt(held_at=AT), named, [DAY]),
        "passed on": receipt_card(voice, receipt(passed_on_at=AT, label="x" * LABEL_MOST), named),
        "group": group_card(voice, many(RECIPIENTS_MOST), named),
        "held group": group_card(voice, [replace(each, held_at=AT, reminded_at=AT, refused=3, refused_at=AT) for each in many(RECIPIENTS_MOST)], named),
        "invitation": invitation(voice, receipt(has_passphrase=True), named, VALUE),
        "fading invitation": invitation(voice, receipt(has_passphrase=True), named, VALUE, fading=True),
        "reminder": reminder(voice, receipt(), named),
        "extended": extended(voice, receipt(), named),
        "not opened": not_opened_card(voice, "why", VALUE),
        "share": share_card(voice, many(RECIPIENTS_MOST), named, VALUE),
        "list": listing(voice, many(2 * PAGE), named, 1, receipt(state=State.BURNED)),
        "no list": listing(voice, [], named),
        "offer": offer(voice, receipt(undeliverable="x"), named, VALUE),
        "no offer": offer(voice, receipt(undeliverable="x"), named, ""),
        **{f"offer {why}": offer(voice, receipt(undeliverable=why), named, VALUE) for why in sorted(refusals.NOTHING_ELSE_HELPS)},
        "offered": offered(voice, receipt(undeliverable="x"), named),
        "offer ended": offer_ended(voice, receipt(undeliverable="x"), named),
        "ask": ask(voice, asked(what="w" * WHAT_MOST), named),
        "ask ended": ask_ended(voice, asked(state=Asking.ANSWERED, changed_at=AT), named),
        "welcome": welcome(voice),
        "introduction": introduction(voice),
        "help": help_card(voice),
        "help alone": help_card(voice, shared=False),
        "nobody named": nobody_named_here(voice),
        "mistake": typed_by_mistake(voice),
    }  # fmt: skip  # a line for each card


def dialogs(voice: Words) -> dict[str, Card]:
    """Every card in a dialog, and every answer to one press."""
    form = Form("id", conversation="19:x", recipients=(BOB.id,))
    strict = Policy(passphrase_required=True, binding_required=True)
    return {
        "form": push_form(voice, Policy(), form, VALUE, NAMES),
        "strict form": push_form(voice, strict, replace(form, notice="again"), VALUE, NAMES, Remarks("why", "expiry", ["about"])),
        "form across": push_form(
            voice, Policy(), replace(form, crosses_to="slack", across="a@corp.test"), VALUE, NAMES, Remarks("why", "email")
        ),
        "draft": push_form(voice, Policy(), replace(form, draft_length=9000, notice="changed"), VALUE, NAMES),
        "created": created(voice, many(3), NAMES, unreachable=[member(3).id, ALICE.id]),
        "created here": created(voice, many(3), NAMES, unreachable=[member(3).id, member(2).id], here=True),
        "created link": created_link(voice, receipt(recipient=None), URL),
        "ask form": ask_form(voice, form, VALUE, NAMES, Remarks("why", "what")),
        "asked": asked_note(voice, asked(), NAMES),
        "answer form": answer_form(voice, strict, asked(), form, VALUE, NAMES, Remarks("why", "passphrase")),
        "view": view_in_browser(voice, receipt(has_passphrase=True), NAMES, URL, "push.example.com", VALUE),
    }


def everything() -> Iterator[tuple[str, Card]]:
    for language in languages():
        for name, card in (messages(words(language)) | dialogs(words(language))).items():
            yield f"{language}: {name}", card


EVERY_CARD = dict(everything())


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Everything in a card that has a type."""
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def of_type(card: Card, kind: str) -> list[dict[str, Any]]:
    return [part for part in parts(card) if part["type"] == kind]


def said_in(card: Card) -> str:
    """All that stands to be read, in order."""
    return "\n".join(str(part[name]) for part in parts(card) for name in ("text", "label", "title") if name in part)


def pressed(card: Card, verb: str) -> list[dict[str, Any]]:
    return [part for part in of_type(card, "Action.Execute") if part["verb"] == verb]


def those_that(broken: Callable[[Card], object]) -> list[str]:
    """The names of the cards with this fault."""
    return [name for name, card in EVERY_CARD.items() if broken(card)]


def fields_in(card: Card) -> list[dict[str, Any]]:
    return [part for part in parts(card) if part["type"].startswith("Input.")]


def test_no_key_stands_anywhere_but_behind_a_button_or_in_the_field_to_copy() -> None:
    places = {
        (part["type"], field)
        for card in EVERY_CARD.values()
        for part in parts(card)
        for field, value in part.items()
        if isinstance(value, str) and "#1" in value
    }
    assert places == {("Action.OpenUrl", "url"), ("Input.Text", "value")}


def test_no_card_in_a_conversation_has_a_link_or_a_field_to_copy() -> None:
    in_conversations = messages(EN)
    linked = those_that(lambda card: of_type(card, "Action.OpenUrl") or of_type(card, "Input.Text"))
    assert linked
    assert not [name for name in linked if name.partition(": ")[2] in in_conversations]


def test_every_card_fits_into_a_message() -> None:
    most = MESSAGE_MOST - 2048  # who it is from, and to whom, stands there too
    assert those_that(lambda card: len(json.dumps(answers.message(card))) > most) == []


def test_all_text_wraps() -> None:
    assert those_that(lambda card: not all(block["wrap"] for block in of_type(card, "TextBlock"))) == []


def test_all_fields_have_labels() -> None:
    assert those_that(lambda card: not all(field["label"] for field in fields_in(card))) == []


def test_no_two_things_in_a_card_have_one_id() -> None:
    ids = {name: [part["id"] for part in parts(card) if "id" in part] for name, card in EVERY_CARD.items()}
    assert [name for name, found in ids.items() if len(set(found)) < len(found)] == []


def test_at_most_one_button_of_a_card_is_the_primary_one() -> None:
    assert those_that(lambda card: sum(part.get("style") == "positive" for part in parts(card)) > 1) == []


def test_every_card_can_be_said_where_none_is_shown() -> None:
    marks = ("{{", "http", "**", "\\")
    assert those_that(lambda card: not card["fallbackText"] or any(mark in card["fallbackText"] for mark in marks)) == []


# Names and typed texts --------------------------------------------------------------------------


def test_a_name_is_no_link_and_no_mark() -> None:
    spelled = Spelling(EN, {BOB.id: "[Bank](http://evil.example) *b* _i_ `c` Doe (Contractor)"}).person(BOB)
    assert spelled == r"\[Bank\](http://evil.example) \*b\* \_i\_ \`c\` Doe (Contractor)"


def test_a_name_stays_in_its_line_and_has_a_stand_in() -> None:
    assert Spelling(EN, {BOB.id: "Bob\n\n# You won"}).person(BOB) == "Bob # You won"
    assert Spelling(EN, {}).person(BOB) == Plainly(EN, {}).person(BOB) == "(name unknown)"


def test_what_people_typed_is_no_function_of_the_host() -> None:
    assert "{{" not in escaped("{{DATE(2026-11-22T10:00:00Z,SHORT)}}")
    assert "{{" not in json.dumps(typed("{{{{DATE(2026-11-22T10:00:00Z,SHORT)}}"))


def test_a_label_and_what_for_are_shown_as_they_were_typed() -> None:
    runs = of_type(receipt_card(EN, receipt(label="*prod* [x](y)"), NAMES), "TextRun")
    assert [run["text"] for run in runs] == ["*prod* [x](y)"]
    assert typed("a" * 45)["inlines"][0]["text"].replace("\u200b", "") == "a" * 45
    assert [run["text"] for run in of_type(ask(EN, asked(what="**root**\n of db"), NAMES), "TextRun")] == ["**root**\n of db"]


def test_moments_are_left_to_the_reader_s_own_client() -> None:
    assert "{{DATE(2026-11-29T10:00:00Z,SHORT)}} {{TIME(2026-11-29T10:00:00Z)}}" in said_in(invitation(EN, receipt(), NAMES, VALUE))
    assert "UTC" in Plainly(EN, {}).when(EN, AT)


# The receipt card -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "Waiting"),
        ({"state": State.OPENED, "views_left": 0}, "Opened by Bob, "),
        ({"state": State.CONFIRMED, "views_left": 0}, "Opened by Bob, "),
        ({"state": State.EXPIRED}, "Expired unread"),
        ({"state": State.BURNED}, "Burned by you"),
        ({"state": State.BURNED_BY_RECIPIENT}, "forgotten at the recipient's wish"),
        ({"state": State.LOCKED}, "five wrong passphrases"),
        ({"state": State.LOST}, "No longer in the store"),
        ({"held_at": AT}, "On hold since"),
        ({"undeliverable": "x"}, "Not delivered: Teams did not let this app write to Bob"),
        ({"scanned_at": AT}, "A link scanner fetched the page"),
        ({"refused": 2, "refused_at": AT}, "2 attempts were turned away"),
        ({"passed_on_at": AT}, "Passed on by you as a link"),
        ({"reminded_at": AT}, "Reminded"),
        ({"nudge_failed": "x"}, "Not reminded: Teams did not let"),
        ({"extended_at": AT}, "Extended"),
    ],
)
def test_every_state_has_its_words(more: dict[str, Any], says: str) -> None:
    assert says in said_in(receipt_card(EN, receipt(**more), NAMES))


def test_a_live_push_can_be_burned_after_a_question() -> None:
    card = receipt_card(EN, receipt(), NAMES, [DAY])
    (burn,) = pressed(card, "burn")
    assert burn["data"] == {"reference": "abcd2345"}
    assert burn["style"] == "destructive"
    assert "This cannot be undone." in said_in(next(each for each in of_type(card, "Action.ShowCard") if burn in each["card"]["actions"]))


def test_extending_offers_only_what_the_policy_allows() -> None:
    (choice,) = of_type(receipt_card(EN, receipt(), NAMES, [DAY, 3 * DAY]), "Input.ChoiceSet")
    assert [each["value"] for each in choice["choices"]] == [str(DAY), str(3 * DAY)]
    assert not pressed(receipt_card(EN, receipt(), NAMES, []), "extend")


def test_only_who_was_reached_can_be_reminded() -> None:
    assert pressed(receipt_card(EN, receipt(invitation=Place("a", "b")), NAMES), "nudge")
    assert not pressed(receipt_card(EN, receipt(), NAMES), "nudge")


def test_an_ended_push_can_be_pushed_again_and_nothing_else() -> None:
    card = receipt_card(EN, receipt(state=State.EXPIRED), NAMES, [DAY])
    (again,) = of_type(card, "Action.Submit")
    assert again["data"] == {"msteams": {"type": "task/fetch"}, "dialog": "again", "reference": "abcd2345"}
    assert not of_type(card, "Action.Execute")
    assert not of_type(receipt_card(EN, receipt(state=State.CONFIRMED, views_left=0), NAMES), "Action.Submit")


def test_a_held_push_can_be_released_or_burned() -> None:
    card = receipt_card(EN, receipt(held_at=AT), NAMES, [DAY])
    assert {each["verb"] for each in of_type(card, "Action.Execute")} == {"release", "burn"}


def test_one_of_a_group_that_is_on_hold_is_released_by_its_name() -> None:
    card = group_card(EN, [receipt(reference="one"), receipt(reference="two", recipient=ALICE, held_at=AT)], NAMES)
    (choice,) = of_type(card, "Input.ChoiceSet")
    assert choice["choices"][0] == {"title": "Alice (two, On hold)", "value": "two"}
    assert pressed(card, "release")[0]["data"] == {}
    assert said_in(card).count("On hold since") == 1


def test_a_card_for_many_people_leaves_out_what_is_less_important_before_it_grows_too_long() -> None:
    few = said_in(group_card(EN, [replace(each, reminded_at=AT) for each in many(3)], NAMES))
    lot = said_in(
        group_card(EN, [replace(each, reminded_at=AT, refused=3, refused_at=AT, extended_at=AT) for each in many(RECIPIENTS_MOST)], NAMES)
    )
    assert few.count("Reminded") == 3
    assert lot.count("Reminded") == 0
    assert lot.count("ref000") == RECIPIENTS_MOST


def test_one_of_a_group_is_burned_by_its_name_and_all_at_once() -> None:
    card = group_card(EN, [receipt(reference="one"), receipt(reference="two", recipient=ALICE), receipt(state=State.BURNED)], NAMES)
    (choice,) = of_type(card, "Input.ChoiceSet")
    assert choice["id"] == "reference"
    assert choice["choices"] == [{"title": "Bob (one)", "value": "one"}, {"title": "Alice (two)", "value": "two"}]
    assert pressed(card, BURN_GROUP)[0]["data"] == {"reference": "one"}


# The recipient's side ----------------------------------------------------------------------------


def test_the_invitation_opens_by_a_sealed_value() -> None:
    card = invitation(EN, receipt(has_passphrase=True), NAMES, VALUE)
    (go,) = pressed(card, "open")
    assert go["data"] == {"value": VALUE}
    assert "Alice sent you a secret." in said_in(card)
    assert "It needs a passphrase that Alice tells you another way." in said_in(card)


@pytest.mark.parametrize("state", [State.EXPIRED, State.BURNED, State.LOST, State.LOCKED, State.CONFIRMED, State.BURNED_BY_RECIPIENT])
def test_an_ended_invitation_has_nothing_to_press(state: State) -> None:
    assert not [part for part in parts(invitation_ended(EN, receipt(state=state), NAMES)) if part["type"].startswith("Action.")]


def test_who_was_checked_is_told_where_the_button_leads() -> None:
    card = view_in_browser(EN, receipt(has_passphrase=True), NAMES, URL, "push.example.com", VALUE)
    (go,) = of_type(card, "Action.OpenUrl")
    assert (go["title"], go["url"]) == ("View in push.example.com", URL)
    assert "ten minutes" in said_in(card)


def test_the_card_in_place_of_the_invitation_still_says_who_sent_it() -> None:
    card = view_in_browser(EN, receipt(has_passphrase=True), NAMES, URL, "push.example.com", VALUE)
    assert said_in(card).startswith("Alice sent you a secret.")
    assert "a passphrase that Alice tells you another way" in said_in(card)


def test_a_shared_card_says_for_whom_it_opens() -> None:
    assert "Only Bob can open it." in said_in(share_card(EN, [receipt()], NAMES, VALUE))
    assert "Alice shares a secret with Bob and Alice." in said_in(share_card(EN, [receipt(), receipt(recipient=ALICE)], NAMES, VALUE))


# The form ---------------------------------------------------------------------------------------


def fields_of(card: Card) -> dict[str, dict[str, Any]]:
    return {part["id"]: part for part in parts(card) if part["type"].startswith("Input.")}


def test_the_secret_is_masked_until_it_wants_several_lines() -> None:
    masked = fields_of(push_form(EN, Policy(), Form("id", secret="typed"), VALUE, NAMES))["secret"]
    shown = fields_of(push_form(EN, Policy(), Form("id", secret="typed", several_lines=True), VALUE, NAMES))["secret"]
    assert (masked["style"], masked["value"], "isMultiline" in masked) == ("Password", "typed", False)
    assert (shown["isMultiline"], shown["value"], "style" in shown) == (True, "typed", False)


def test_the_form_s_other_buttons_send_the_form_too() -> None:
    card = push_form(EN, Policy(), Form("id"), VALUE, NAMES)
    sent = {each["data"].get("act"): each["data"] for each in of_type(card, "Action.Submit")}
    assert set(sent) == {None, GENERATE, LINES}
    assert all(data["dialog"] == "push" and data["form"] == VALUE for data in sent.values())


def test_the_form_offers_only_what_the_policy_allows() -> None:
    strict = Policy(longest_expiry=DAY, default_expiry=DAY, most_views=2)
    fields = fields_of(push_form(EN, strict, Form("id"), VALUE, NAMES))
    assert max(int(each["value"]) for each in fields["expiry"]["choices"]) == DAY
    assert [each["value"] for each in fields["views"]["choices"]] == ["1", "2"]
    assert fields["expiry"]["value"] == str(DAY)


def test_people_are_found_by_the_directory_and_stand_there_by_name() -> None:
    field = fields_of(push_form(EN, Policy(), Form("id", recipients=(BOB.id, ALICE.id)), VALUE, NAMES))["recipients"]
    assert field["choices.data"] == {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    assert field["value"] == f"{BOB.id},{ALICE.id}"
    assert {"title": "Bob", "value": BOB.id} in field["choices"]


def test_a_card_can_be_shared_only_where_the_app_is() -> None:
    assert "where" not in fields_of(push_form(EN, Policy(), Form("id"), VALUE, NAMES))
    assert fields_of(push_form(EN, Policy(), Form("id", conversation="19:x", where="here"), VALUE, NAMES))["where"]["value"] == "here"


def test_a_workspace_that_wants_names_says_so() -> None:
    assert "named people" in said_in(push_form(EN, Policy(binding_required=True), Form("id"), VALUE, NAMES))


def folded(card: Card) -> list[str]:
    (more,) = [part for part in parts(card) if part.get("id") == "more"]
    return [] if more["isVisible"] else list(fields_of(more))


def test_what_must_be_filled_in_is_not_folded_away() -> None:
    assert folded(push_form(EN, Policy(), Form("id"), VALUE, NAMES)) == ["expiry", "views", "passphrase", "label"]
    assert "passphrase" not in folded(push_form(EN, Policy(passphrase_required=True), Form("id"), VALUE, NAMES))


def test_what_was_typed_is_not_folded_away() -> None:
    assert folded(push_form(EN, Policy(), Form("id", passphrase="typed"), VALUE, NAMES)) == []
    assert folded(push_form(EN, Policy(), Form("id", label="typed"), VALUE, NAMES)) == []


@pytest.mark.parametrize("at", ["secret", "recipient", "where", "expiry", "views", "passphrase", "label"])
def test_what_is_wrong_is_said_beside_its_field_and_not_folded_away(at: str) -> None:
    form = Form("id", conversation="19:x")
    card = push_form(EN, Policy(), form, VALUE, NAMES, Remarks("This is why.", at))
    assert said_in(card).count("This is why.") == 1
    assert not (folded(card) and at in ("expiry", "views", "passphrase", "label"))


def test_a_long_message_is_named_by_its_length_alone() -> None:
    card = push_form(EN, Policy(), Form("id", draft_length=9000, notice="changed"), VALUE, NAMES)
    assert "secret" not in fields_of(card)
    assert "Only its text is pushed." in said_in(card)
    assert "9000 characters" in said_in(card)


# After it -----------------------------------------------------------------------------------------


def test_the_link_can_be_copied_alone_and_with_words_around_it() -> None:
    fields = fields_of(created_link(EN, receipt(recipient=None, has_passphrase=True), URL))
    assert fields["link"]["value"] == URL
    assert URL in fields["paste"]["value"]
    assert "You need the passphrase too." in fields["paste"]["value"]


def test_who_does_not_have_the_app_is_named_with_what_helps() -> None:
    card = created(EN, [receipt(), receipt(recipient=ALICE)], NAMES, unreachable=[BOB.id])
    assert "Bob does not have this app" in said_in(card)
    assert "Alice gets a message" in said_in(card)
    assert "Ask them to add this app" in said_in(card)


def test_a_long_list_is_turned_page_by_page() -> None:
    first = listing(EN, many(PAGE + 1), NAMES)
    last = listing(EN, many(PAGE + 1), NAMES, 99)
    assert [each["data"] for each in pressed(first, LIST_PAGE)] == [{"page": 1}]
    assert [each["data"] for each in pressed(last, LIST_PAGE)] == [{"page": 0}]
    assert len(pressed(first, "list_burn")) == PAGE
    assert len(pressed(last, "list_burn")) == 1


def test_a_text_that_may_have_been_a_secret_leads_to_the_form() -> None:
    card = typed_by_mistake(EN)
    assert "delete your message" in said_in(card)
    assert of_type(card, "Action.Submit")[0]["data"]["dialog"] == "push"


# Asking ------------------------------------------------------------------------------------------


def test_the_asked_person_can_send_it_or_decline_after_a_question() -> None:
    card = ask(EN, asked(), NAMES)
    (send,) = of_type(card, "Action.Submit")
    assert send["data"] == {"msteams": {"type": "task/fetch"}, "dialog": "answer", "request": "r"}
    assert pressed(card, "decline")[0]["data"] == {"request": "r"}
    assert "Only Alice will be able to open it." in said_in(card)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "Waiting, until"),
        ({"undeliverable": "x"}, "Not delivered: Teams did not let this app write to them."),
        ({"state": Asking.ANSWERED}, "Answered"),
        ({"state": Asking.DECLINED}, "Declined"),
        ({"state": Asking.WITHDRAWN}, "Withdrawn by you"),
        ({"state": Asking.EXPIRED}, "Ended without an answer"),
    ],
)
def test_the_requester_sees_what_has_become_of_it_and_can_withdraw_it_while_it_is_open(more: dict[str, Any], says: str) -> None:
    card = request_card(EN, asked(**more), NAMES)
    assert says in said_in(card)
    assert bool(pressed(card, "take_back")) is ("state" not in more)


@pytest.mark.parametrize("state", [Asking.ANSWERED, Asking.DECLINED, Asking.WITHDRAWN, Asking.EXPIRED])
def test_an_ended_request_has_nothing_to_press(state: Asking) -> None:
    assert not [part for part in parts(ask_ended(EN, asked(state=state), NAMES)) if part["type"].startswith("Action.")]


def test_whom_an_answer_is_for_is_not_to_be_chosen() -> None:
    card = answer_form(EN, Policy(), asked(), Form("id", dialog="answer"), VALUE, NAMES)
    assert set(fields_of(card)) == {"secret", "passphrase"}
    assert "For Alice, who asked for:" in said_in(card)


# Envelopes ----------------------------------------------------------------------------------------


def test_each_invoke_gets_its_own_envelope() -> None:
    card = told(EN, "said")
    task = answers.dialog("Title", card)["task"]
    assert (task["type"], task["value"]["title"], task["value"]["card"]["content"]) == ("continue", "Title", card)
    assert answers.for_this_user(card) == {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}
    assert answers.toast("said") == {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "said"}
    shared = answers.in_compose(card)["composeExtension"]
    assert (shared["type"], shared["attachments"][0]["content"]) == ("result", card)
    assert answers.dialog_says(EN, "said")["task"]["value"]["card"]["content"]["fallbackText"] == "said"
    assert answers.message(card)["summary"] == "said"
