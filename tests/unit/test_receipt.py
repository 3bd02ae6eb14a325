"""core/receipt, core/identity, core/push: facts."""

from dataclasses import replace

import pytest

from core.identity import Member, Workspace
from core.push import Attempt, Granted, PushId, SealedPush, Terms, reference
from core.receipt import ENDED, Happening, Hold, Receipt, Seen, State
from tests.fakes import ALICE, BOB

ID = PushId(bytes(range(16)))
WAITING = Receipt(reference(ID), ID, ALICE, BOB, "", 2, 2, False, 1, 1000)


def news(what: State | Hold | Seen, views_left: int | None = None, at: int = 50) -> Happening:
    return Happening(WAITING.reference, what, at, views_left)


def test_an_opening_counts_down():
    assert WAITING.after(news(State.OPENED, 1)) == replace(WAITING, state=State.OPENED, changed_at=50, views_left=1)


def test_openings_that_come_late_or_twice_change_nothing():
    used = WAITING.after(news(State.OPENED, 0))
    assert used.after(news(State.OPENED, 1, at=60)) == used
    assert used.after(news(State.OPENED, 0, at=60)) == used


def test_a_confirmation_keeps_the_time_of_the_opening():
    confirmed = WAITING.after(news(State.OPENED, 1)).after(news(State.CONFIRMED, at=60))
    assert (confirmed.state, confirmed.changed_at, confirmed.views_left) == (State.CONFIRMED, 50, 1)
    assert confirmed.after(news(State.CONFIRMED, at=70)) == confirmed


def test_a_second_opening_after_a_confirmation_is_news():
    confirmed = WAITING.after(news(State.OPENED, 1)).after(news(State.CONFIRMED))
    again = confirmed.after(news(State.OPENED, 0, at=80))
    assert (again.state, again.views_left, again.changed_at) == (State.OPENED, 0, 80)


@pytest.mark.parametrize("end", sorted(ENDED))
def test_an_end_stands(end: State):
    ended = WAITING.after(news(end))
    assert ended.state is end
    assert not ended.live
    for what in set(State) - {State.OPENED}:
        assert ended.after(news(what, at=99)) == ended


@pytest.mark.parametrize("end", sorted(ENDED))
def test_an_end_never_hides_that_it_was_read(end: State):
    known_late = WAITING.after(news(end)).after(news(State.OPENED, 1, at=99))
    assert (known_late.state, known_late.was_opened) == (end, True)


@pytest.mark.parametrize("end", [State.BURNED, State.LOCKED])
def test_what_is_used_up_cannot_be_burned_or_locked_any_more(end: State):
    used = WAITING.after(news(State.OPENED, 0))
    assert used.after(news(end)) == used


def test_a_confirmation_that_overtook_its_opening_stands():
    confirmed = WAITING.after(news(State.CONFIRMED)).after(news(State.OPENED, 0, at=60))
    assert (confirmed.state, confirmed.views_left) == (State.CONFIRMED, 0)


def test_what_was_opened_does_not_expire_unread_but_is_not_live_any_more():
    opened = WAITING.after(news(State.OPENED, 1))
    assert opened.after(news(State.EXPIRED)) == replace(opened, views_left=0)


def test_a_used_up_push_is_not_live():
    assert WAITING.live
    assert WAITING.after(news(State.OPENED, 1)).live
    assert not WAITING.after(news(State.OPENED, 0)).live


def test_a_member_reads_back_with_and_without_enterprise():
    for member in (ALICE, Member(Workspace("teams", "tenant", "E1"), "a:b")):
        assert Member.from_json(member.to_json()) == member


@pytest.mark.parametrize("missing", ["platform", "workspace", "id"])
def test_half_a_member_is_none(missing: str):
    with pytest.raises(ValueError):
        Member.from_json(ALICE.to_json() | {missing: None})


def test_a_members_name_travels_along_and_decides_nothing():
    named = replace(ALICE, name="Alice Liddell")
    assert Member.from_json(named.to_json()).name == "Alice Liddell"
    assert "name" not in ALICE.to_json()
    assert (named, hash(named), named.spelled()) == (ALICE, hash(ALICE), ALICE.spelled())
    assert "Liddell" not in repr(named)


def test_a_reference_is_short_stable_and_not_the_id():
    assert reference(ID) == reference(PushId(bytes(range(16))))
    assert reference(ID) != reference(PushId(bytes(16)))
    assert len(reference(ID)) == 8
    assert reference(ID).isalnum()


def test_no_repr_tells_a_secret():
    secret = b"canary-canary-canary-canary-0123"
    told = [
        SealedPush(ID, secret, secret, secret, Terms(1, 1), None),
        Attempt(secret, secret, secret, secret),
        Granted(secret, 1, 1, redelivered=False, burnable=True, claimed_at=1),
    ]
    assert "canary" not in repr(told)


def test_a_hold_stands_beside_the_state_and_is_lifted_without_a_trace():
    opened = WAITING.after(news(State.OPENED, 1))
    held = opened.after(news(Hold.HELD, at=60)).after(news(Hold.HELD, at=70))
    assert (held.held, held.held_at, held.state) == (True, 60, State.OPENED)
    assert held.after(news(Hold.RELEASED, at=80)) == replace(opened, released_at=80)


def test_what_was_read_to_the_end_is_not_held():
    assert not WAITING.after(news(State.OPENED, 0)).after(news(Hold.HELD)).held
    assert not WAITING.after(news(Hold.HELD)).after(news(State.OPENED, 0)).held


@pytest.mark.parametrize("end", sorted(ENDED))
def test_an_end_ends_a_hold(end: State):
    assert not WAITING.after(news(Hold.HELD)).after(news(end, at=99)).held


def test_an_opening_after_the_hold_ends_it_and_one_from_before_does_not():
    held = WAITING.after(news(Hold.HELD, at=60))
    assert not held.after(news(State.OPENED, 1, at=61)).held
    assert held.after(news(State.OPENED, 1, at=59)).held


def test_news_of_holds_that_comes_late_changes_nothing():
    released = WAITING.after(news(Hold.HELD, at=60)).after(news(Hold.RELEASED, at=70))
    assert not released.after(news(Hold.HELD, at=60)).held
    again = released.after(news(Hold.HELD, at=90))
    assert again.after(news(Hold.RELEASED, at=70)).held


def test_the_first_sight_of_a_scanner_is_the_one_that_is_kept():
    scanned = WAITING.after(news(Seen.SCANNED, at=60))
    assert scanned == replace(WAITING, scanned_at=60)
    assert scanned.after(news(Seen.SCANNED, at=70)) == scanned


def test_who_is_turned_away_is_counted_and_the_same_news_counts_once():
    refused = WAITING.after(news(Seen.REFUSED, at=60))
    assert refused == replace(WAITING, refused=1, refused_at=60)
    assert refused.after(news(Seen.REFUSED, at=60)) == refused
    assert refused.after(news(Seen.REFUSED, at=59)) == refused
    assert refused.after(news(Seen.REFUSED, at=61)) == replace(WAITING, refused=2, refused_at=61)


@pytest.mark.parametrize("what", sorted(Seen))
@pytest.mark.parametrize("end", [*(news(state) for state in sorted(ENDED)), news(State.OPENED, 0)])
def test_what_is_over_is_not_looked_at_any_more(what: Seen, end: Happening):
    over = WAITING.after(end)
    assert over.after(news(what, at=99)) == over


@pytest.mark.parametrize("what", sorted(Seen))
def test_a_sight_changes_no_state_and_no_hold(what: Seen):
    held = WAITING.after(news(State.OPENED, 1)).after(news(Hold.HELD, at=60))
    seen = held.after(news(what, at=99))
    assert (seen.state, seen.changed_at, seen.views_left, seen.held_at) == (State.OPENED, 50, 1, 60)


@pytest.mark.parametrize("missing", [{"platform": "irc"}, {"workspace": None}])
def test_half_a_workspace_is_none(missing: dict[str, str | None]):
    spelled = Workspace("teams", "tenant", "E1").to_json()
    assert Workspace.from_json(spelled) == Workspace("teams", "tenant", "E1")
    with pytest.raises(ValueError):
        Workspace.from_json(spelled | missing)
