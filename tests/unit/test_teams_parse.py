"""adapters/teams/parse: an activity in, our own words out."""

from typing import Any

import pytest

from adapters.teams import parse
from adapters.teams.parse import Ask, Burn, ChangeSettings, Command, Conversation, Help, Kind, ListMine, Mistake, Push, Somebody
from core.errors import BadInput
from core.identity import Member, Workspace

TENANT = "8a2b7c1d-0000-4000-8000-00000000ac3e"
JANE = "11111111-2222-4333-8444-555555555555"
BOB = "99999999-2222-4333-8444-555555555555"
ACME = Member(Workspace("teams", TENANT), JANE)
BOT = "28:0b5c0d5e-0000-4000-8000-000000000b07"


def mention(who: str, name: str, entra: str | None = None) -> dict[str, Any]:
    mentioned = {"id": who, "name": name} | ({"aadObjectId": entra} if entra else {})
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": mentioned}


def activity(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "from": {"id": "29:jane", "name": "Jane Doe", "aadObjectId": JANE.upper()},
        "recipient": {"id": BOT, "name": "pushpw"},
        "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT.upper()}},
        "serviceUrl": "https://smba.trafficmanager.net/emea/",
        "entities": [{"type": "clientInfo", "locale": "de-AT"}],
        **more,
    }


def said(text: str, *mentioned: dict[str, Any]) -> dict[str, Any]:
    return activity(text=text, entities=[mention(BOT, "pushpw"), *mentioned])


def test_who_acts_is_named_by_tenant_and_entra_id() -> None:
    payload = activity()
    assert parse.member(payload) == ACME
    assert (parse.chat_id(payload), parse.name(payload)) == ("29:jane", "Jane Doe")


def test_no_name_and_no_language_is_longer_than_there_are() -> None:
    payload = activity(**{"from": {"name": "x" * 1000}, "locale": "y" * 1000})
    assert (len(parse.name(payload)), len(parse.locale(payload))) == (256, 35)


def test_an_activity_without_channel_data_is_of_its_conversations_tenant() -> None:
    assert parse.workspace(activity(channelData=None)).id == TENANT
    assert parse.workspace({}).id == ""


@pytest.mark.parametrize(
    ("more", "locale"), [({}, "de-AT"), ({"locale": "fr-FR"}, "fr-FR"), ({"entities": None}, ""), ({"entities": [1, {}]}, "")]
)
def test_the_language_is_the_activitys_or_else_the_clients(more: dict[str, Any], locale: str) -> None:
    assert parse.locale(activity(**more)) == locale


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"id": "a:1", "conversationType": "personal"}, Conversation("a:1", Kind.PERSONAL)),
        ({"id": "19:x@thread.v2", "conversationType": "groupChat"}, Conversation("19:x@thread.v2", Kind.GROUP)),
        ({"id": "19:x@thread.tacv2;messageid=17", "conversationType": "channel"}, Conversation("19:x@thread.tacv2", Kind.CHANNEL, "17")),
        ({"id": "19:x@thread.tacv2", "conversationType": "channel"}, Conversation("19:x@thread.tacv2", Kind.CHANNEL)),
        ({"id": "19:x@thread.tacv2;messageid=17"}, Conversation("19:x@thread.tacv2", Kind.CHANNEL, "17")),
        ({"id": "19:x@thread.v2"}, Conversation("19:x@thread.v2", Kind.GROUP)),
        ({"id": "19:a_b@unq.gbl.spaces", "conversationType": "personal"}, Conversation("19:a_b@unq.gbl.spaces", Kind.GROUP)),
        ({"id": "a:1", "conversationType": ["odd"]}, Conversation("a:1", Kind.PERSONAL)),
    ],
)
def test_where_it_happened(told: dict[str, Any], where: Conversation) -> None:
    found = parse.conversation(activity(conversation=told))
    assert found == where
    assert found.spelled() == told["id"]
    assert found.shared == (where.kind is not Kind.PERSONAL)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Help()),
        ("help", Help()),
        ("Hi", Help()),
        ("Hello ", Help()),
        ("<at>pushpw</at>", Help()),
        ("<at>pushpw</at>&nbsp;help\n", Help()),
        ("push", Push()),
        ("Push <at>Bob B.</at> 1d 3 views", Push((BOB,), 86400, 3)),
        ("<at>pushpw</at> push <at>Bob B.</at> ", Push((BOB,))),
        ("<at>pushpw</at> <at>Bob B.</at> 30m", Push((BOB,), 1800)),
        ("push <at>Carol</at>", Push(("29:carol",))),
        ("/push 1d", Push(expires_in=86400)),
        ("/pushpw list", ListMine()),
        ("/pushpw", Help()),
        ("generate 2w", Push(generate=True, expires_in=14 * 86400)),
        ("burn abcd2345", Burn("abcd2345")),
        ("burn all", Burn("all")),
        ("list", ListMine()),
        ("settings", ChangeSettings()),
        ("request", Ask()),
        ("request <at>Bob B.</at> the key & <more>", Ask(BOB, "the key & <more>")),
        ("request <at>Bob B.</at> what <at>Carol</at> has", Ask(BOB, "what @Carol has")),
        ("hunter2", Mistake("hunter2")),
        ("/hunter2", Mistake("/hunter2")),
        ("hi there", Mistake("hi there")),
        ("push hunter2", Mistake("push hunter2")),
        ("push \ue0000\ue001", Mistake("push 0")),
        ("&lt;secret&gt; a&nbsp;b", Mistake("&lt;secret&gt; a b")),
    ],
)
def test_a_message_means_what_its_words_say(text: str, meant: Command) -> None:
    assert parse.command(said(text, mention("29:bob", "Bob B.", BOB.upper()), mention("29:carol", "Carol"))) == meant


@pytest.mark.parametrize(
    ("text", "head"),
    [("<at>pushpw</at> Push it", "push"), ("/pushpw list", "list"), ("/Burn all", "burn"), ("hunter2", "hunter2"), ("", "")],
)
def test_the_first_word_decides_who_looks_at_it(text: str, head: str) -> None:
    assert parse.head(said(text)) == head


def test_the_bot_is_not_among_those_whom_a_message_mentions() -> None:
    payload = said("<at>pushpw</at> <at>Bob</at>", mention("29:bob", "Bob", BOB), {"type": "mention", "text": "x", "mentioned": None})
    assert parse.mentions(payload) == (Somebody("29:bob", "Bob", BOB),)


def test_two_people_of_one_name_are_told_apart_by_their_order() -> None:
    payload = said("push <at>Bob</at> <at>Bob</at>", mention("29:bob", "Bob", BOB), mention("29:other", "Bob"))
    assert parse.command(payload) == Push((BOB, "29:other"))


def test_a_secret_typed_by_mistake_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(parse.command(said("hunter2")))


def test_the_bot_itself_may_come_and_go() -> None:
    payload = activity(membersAdded=[{"id": BOT}, {"id": "29:bob", "aadObjectId": BOB}], membersRemoved=[{"id": "29:carol"}, "odd"])
    assert [parse.concerns_bot(payload, which) for which in ("membersAdded", "membersRemoved", "other")] == [True, False, False]


def test_a_chosen_message_tells_its_author_and_keeps_its_content() -> None:
    content = {"id": "17", "from": {"user": {"id": BOB}}, "linkToMessage": "https://x.example", "body": {"content": "<p>hunter2</p>"}}
    found = parse.chosen_message(activity(type="invoke", value={"messagePayload": content}))
    assert found is not None
    assert (found.id, found.author, found.content) == ("17", BOB, content)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("author", [None, {"application": {"id": BOT}}, {"user": {"id": "odd"}}, {"user": None}])
def test_a_message_that_no_person_wrote_has_no_author(author: Any) -> None:
    found = parse.chosen_message(activity(value={"messagePayload": {"id": "17", "from": author}}))
    assert found is not None
    assert found.author == ""


def test_everything_else_chooses_no_message() -> None:
    assert parse.chosen_message(activity(value={"messagePayload": "odd"})) is None
    assert parse.chosen_message(activity()) is None


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"type": "invoke", "name": "composeExtension/submitAction", "value": {"data": {"dialog": "push"}}}, {"dialog": "push"}),
        ({"type": "invoke", "name": "task/submit", "value": {"data": {"dialog": "push"}}}, {"dialog": "push"}),
        (
            {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"verb": "burn", "data": {"reference": "a"}}}},
            {"reference": "a"},
        ),
        ({"type": "message", "value": {"dialog": "push"}}, {"dialog": "push"}),
        ({"type": "invoke", "value": {"data": "odd"}}, {}),
        ({"type": "invoke", "value": None}, {}),
    ],
)
def test_what_a_card_says_lies_elsewhere_for_each_gesture(payload: dict[str, Any], found: dict[str, str]) -> None:
    assert parse.values(payload) == found


def test_a_dialog_is_named_by_the_command_or_by_the_card() -> None:
    assert parse.dialog({"type": "invoke", "value": {"commandId": "push_message"}}) == "push_message"
    assert parse.dialog({"type": "invoke", "value": {"data": {"dialog": "answer"}}}) == "answer"
    assert parse.dialog({"type": "invoke", "value": {"data": {"dialog": 7}}}) == ""
    assert parse.verb({"value": {"action": {"verb": "burn"}}}) == "burn"


def test_a_filled_in_dialog_is_an_order() -> None:
    values = {
        "secret": "hunter2",
        "expiry": "86400",
        "views": "3",
        "passphrase": "p",
        "label": "l",
        "recipients": f"{BOB},{JANE.upper()},{BOB}",
    }
    order = parse.order(values, ACME, "form")
    assert (order.payload.data, order.expires_in, order.views, order.passphrase, order.label) == (b"hunter2", 86400, 3, "p", "l")
    assert (order.sender, order.asked_in) == (ACME, "form")
    assert parse.chosen_in(values) == [BOB, JANE]


def test_what_a_dialog_does_not_ask_is_as_the_form_has_it() -> None:
    order = parse.order({"secret": "typed"}, ACME, "form", expires_in=300, views=2, draft="drafted")
    assert (order.payload.data, order.expires_in, order.views) == (b"drafted", 300, 2)


@pytest.mark.parametrize("spelled", ["-1", "1.5", "1e9", " 7", "٣", "9" * 12, "NaN"])
@pytest.mark.parametrize("field", ["expiry", "views"])
def test_a_number_that_no_option_of_ours_spells_is_refused(field: str, spelled: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse.order({"secret": "s", field: spelled}, ACME, "form")
    assert refused.value.field == field


@pytest.mark.parametrize("odd", [86400, None, ["a"], {"a": 1}, True])
def test_what_is_no_text_counts_as_not_given(odd: Any) -> None:
    order = parse.order({"secret": odd, "expiry": odd, "label": odd, "recipients": odd}, ACME, "form")
    assert (order.payload.data, order.expires_in, order.label) == (b"", None, "")
    assert parse.chosen_in({"recipients": odd}) == []


@pytest.mark.parametrize("odd", ["bob", f"{BOB},bob", "29:bob", f"{BOB}x"])
def test_a_person_whom_no_picker_names_is_refused(odd: str) -> None:
    with pytest.raises(BadInput, match=r"^recipient: "):
        parse.chosen_in({"recipients": odd})
    with pytest.raises(BadInput, match=r"^asked: "):
        parse.chosen_in({"asked": odd}, "asked", "asked")


@pytest.mark.parametrize(("kind", "told"), [("conversationUpdate", True), ("invoke", False), ("message", False)])
def test_only_an_event_tells_that_the_app_was_taken_away(kind: str, told: bool) -> None:
    bot = {"id": "28:bot"}
    assert parse.took_away({"type": kind, "recipient": bot, "membersRemoved": [bot]}) is told
