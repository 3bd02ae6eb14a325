"""core/receipts: cards follow what happens, and a card that cannot be shown undoes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.sweeper import sweep
from core.errors import Unreachable
from core.link import Link
from core.promise import Announce, Nudge, Tell
from core.push import PushId, reference
from core.receipt import Happening, Hold, Place, Receipt, Seen, State
from core.receipts import Receipts
from tests.fakes import ALICE, BOB, FakeReceiptBook, ManualClock, RecordingAudit, RecordingDelivery, SeededRandom, member


@dataclass
class Office:
    clock: ManualClock = field(default_factory=ManualClock)
    random: SeededRandom = field(default_factory=SeededRandom)
    audit: RecordingAudit = field(default_factory=RecordingAudit)
    slack: RecordingDelivery = field(default_factory=RecordingDelivery)

    def __post_init__(self) -> None:
        self.book = FakeReceiptBook(self.clock)
        self.receipts = Receipts(self.book, {"slack": self.slack}, self.audit, self.clock)

    async def pushed(self, *, bound: bool = True, lasts_ms: int = 60_000) -> tuple[Link, Receipt]:
        link, now = Link(PushId(self.random(16)), self.random(32)), self.clock()
        to = BOB if bound else None
        receipt = Receipt(reference(link.push_id), link.push_id, ALICE, to, "", 1, 1, False, now, now + lasts_ms)
        await self.book.enter(receipt)
        return link, receipt

    async def announced(self, *, bound: bool = True) -> Receipt:
        return await self.announce(*await self.pushed(bound=bound))

    async def announce(self, link: Link, receipt: Receipt, *, again: bool = False) -> Receipt:
        await self.receipts.keep(Announce(receipt.reference, link if receipt.recipient else None), again)
        found = await self.book.find(receipt.reference)
        assert found is not None
        return found

    async def happens(self, receipt: Receipt, what: State | Hold | Seen, views_left: int | None = None) -> Receipt:
        await self.receipts.follow(Happening(receipt.reference, what, self.clock(), views_left))
        found = await self.book.find(receipt.reference)
        assert found is not None
        return found


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_bound_push_invites_its_recipient_and_gives_its_sender_a_card(office: Office):
    link, receipt = await office.pushed()
    announced = await office.announce(link, receipt)
    assert [invitation.link for invitation in office.slack.invited] == [link]
    assert announced.invitation == Place("D-recipient", "invitation-1")
    assert announced.card == Place("D-sender", "card-1")
    assert office.slack.told_refused == []


async def test_an_announcement_kept_twice_invites_once_and_shows_one_card(office: Office):
    link, receipt = await office.pushed()
    first = await office.announce(link, receipt)
    assert await office.announce(link, receipt, again=True) == first
    assert len(office.slack.invited) == 1
    assert {shown.card for shown in office.slack.shown} <= {None, first.card}


async def test_an_opening_whose_card_was_perhaps_not_edited_is_shown_again(office: Office):
    receipt = await office.announced()
    opening = Happening(receipt.reference, State.OPENED, office.clock(), 0)
    await office.book.amend(receipt.reference, lambda known: known.after(opening))  # and there the process died
    await office.receipts.keep(Tell(opening), again=True)
    assert office.slack.shown[-1].state is State.OPENED


async def test_an_open_push_invites_nobody(office: Office):
    announced = await office.announced(bound=False)
    assert office.slack.invited == []
    assert announced.card is not None


async def test_an_undeliverable_invitation_is_told_and_noted(office: Office):
    office.slack.refuse_invitations = "user_not_found"
    link, receipt = await office.pushed()
    announced = await office.announce(link, receipt)
    assert [told.reference for told in office.slack.told_refused] == [announced.reference]
    assert office.slack.shown[0].undeliverable == "user_not_found"
    found = await office.book.find(receipt.reference)
    assert found is not None
    assert found.undeliverable == "user_not_found"


async def test_a_card_that_cannot_be_shown_undoes_nothing(office: Office):
    office.slack.refuse_receipts = "channel_not_found"
    announced = await office.announced()
    assert office.slack.told_refused == []
    assert announced.card is None
    assert announced.live


async def test_an_opening_edits_the_card_where_it_lies_and_the_invitation(office: Office):
    receipt = await office.announced()
    opened = await office.happens(receipt, State.OPENED, 0)
    assert opened.state is State.OPENED
    assert office.slack.shown[-1] == opened
    assert opened.card == receipt.card
    assert office.slack.settled == [opened]


async def test_an_invitation_stays_as_long_as_its_button_works(office: Office):
    link, receipt = await office.pushed()
    await office.book.amend(receipt.reference, lambda known: Receipt(**{f: getattr(known, f) for f in known.__slots__} | {"views_left": 3}))
    announced = await office.announce(link, receipt)
    await office.happens(announced, State.OPENED, 2)
    assert office.slack.settled == []


async def test_an_opening_told_twice_edits_no_card_twice(office: Office):
    receipt = await office.announced()
    await office.happens(receipt, State.OPENED, 0)
    shown = len(office.slack.shown)
    await office.happens(receipt, State.OPENED, 0)
    assert len(office.slack.shown) == shown


async def test_what_the_engine_noted_itself_is_still_shown(office: Office):
    receipt = await office.announced()
    burned = Happening(receipt.reference, State.BURNED, office.clock())
    await office.book.amend(receipt.reference, lambda known: known.after(burned))
    await office.receipts.follow(burned)
    assert office.slack.shown[-1].state is State.BURNED
    assert office.slack.settled[-1].state is State.BURNED


async def test_late_news_changes_nothing(office: Office):
    receipt = await office.announced()
    burned = await office.happens(receipt, State.BURNED)
    assert await office.happens(receipt, State.CONFIRMED) == burned
    assert office.slack.shown[-1].state is State.BURNED


async def test_the_card_of_a_burned_push_says_so_when_it_was_read_before(office: Office):
    receipt = await office.announced()
    await office.happens(receipt, State.BURNED)
    await office.happens(receipt, State.OPENED, 0)
    assert (office.slack.shown[-1].state, office.slack.shown[-1].was_opened) == (State.BURNED, True)


async def test_nobody_is_invited_to_what_has_ended_already(office: Office):
    link, receipt = await office.pushed()
    await office.happens(receipt, State.BURNED)
    await office.announce(link, receipt)
    assert office.slack.invited == []


async def test_news_of_a_push_without_receipt_is_dropped(office: Office):
    await office.receipts.follow(Happening("abcdefgh", State.OPENED, 1, 0))
    assert office.slack.shown == []


async def test_an_invitation_that_cannot_be_edited_stops_nothing(office: Office):
    office.slack.refuse_settling = "message_not_found"
    first, second = await office.announced(), await office.announced()
    office.clock.advance(60_000)
    assert await sweep(office.receipts) == 2
    for receipt in (first, second):
        found = await office.book.find(receipt.reference)
        assert found is not None
        assert found.state is State.EXPIRED


async def test_what_expired_unread_is_told_once(office: Office):
    receipt = await office.announced()
    assert await sweep(office.receipts) == 0
    office.clock.advance(60_000)
    assert [await sweep(office.receipts) for _ in range(2)] == [1, 0]
    assert office.slack.shown[-1].state is State.EXPIRED
    assert office.slack.settled[-1].reference == receipt.reference
    assert office.audit.names == ["push.expired_unread"]
    office.clock.advance(3600_000)
    assert await sweep(office.receipts) == 0


async def test_what_was_opened_has_not_expired_unread(office: Office):
    receipt = await office.announced()
    await office.happens(receipt, State.OPENED, 0)
    office.clock.advance(60_000)
    assert await sweep(office.receipts) == 1
    assert office.slack.shown[-1].state is State.OPENED
    assert office.audit.names == []


async def test_one_receipt_that_cannot_be_told_keeps_no_other_waiting(office: Office):
    for _ in range(3):
        await office.announced()
    office.clock.advance(60_000)
    show, failed = office.slack.show_receipt, []

    async def fail_once(receipt: Receipt) -> Place:
        if not failed:
            failed.append(receipt)
            raise TypeError("a bug in drawing this card")
        return await show(receipt)

    office.slack.show_receipt = fail_once
    assert await sweep(office.receipts) == 3
    assert [receipt.state for receipt in office.slack.shown[-2:]] == [State.EXPIRED, State.EXPIRED]


async def test_an_edit_that_another_process_overtakes_is_made_good(office: Office):
    elsewhere = Receipts(office.book, {"slack": office.slack}, office.audit, office.clock)
    receipt = await office.announced(bound=False)
    slow, shown = asyncio.Event(), []

    async def show_slowly(asked: Receipt) -> Place:
        if asked.state is State.OPENED and not slow.is_set():
            await slow.wait()  # this edit reaches the platform after the next one
        shown.append(asked.state)
        return Place("D-sender", "card-1")

    office.slack.show_receipt = show_slowly
    opening = asyncio.create_task(office.happens(receipt, State.OPENED, 0))
    await asyncio.sleep(0)
    await elsewhere.follow(Happening(receipt.reference, State.CONFIRMED, office.clock()))
    slow.set()
    await opening
    assert shown == [State.CONFIRMED, State.OPENED, State.CONFIRMED]


async def test_news_that_come_together_post_one_new_card_where_the_old_one_cannot_be_edited(office: Office):
    receipt, posted = await office.announced(bound=False), []

    async def post_anew(asked: Receipt) -> Place:
        await asyncio.sleep(0)
        if asked.card == receipt.card:
            posted.append(asked.state)
            return Place("D-sender", "card-2")
        return asked.card or Place("D-sender", "nowhere")

    office.slack.show_receipt = post_anew
    await asyncio.gather(office.happens(receipt, State.OPENED, 0), office.happens(receipt, State.CONFIRMED))
    assert len(posted) == 1


async def test_a_push_of_a_platform_without_delivery_harms_nobody(office: Office):
    receipts = Receipts(office.book, {}, office.audit, office.clock)
    link, receipt = await office.pushed()
    await receipts.keep(Announce(receipt.reference, link))
    found = await office.book.find(receipt.reference)
    assert found is not None
    assert found.undeliverable == "no_such_platform"


async def test_a_hold_is_shown_once_however_often_it_is_told(office: Office):
    receipt = await office.announced()
    for _ in range(3):
        receipt = await office.happens(receipt, Hold.HELD)
    assert [card.held for card in office.slack.shown] == [False, True]
    await office.happens(receipt, Hold.RELEASED)
    assert [card.held for card in office.slack.shown] == [False, True, False]
    assert office.slack.settled == []


async def test_a_platform_that_did_not_answer_is_asked_again_and_nothing_counts_as_told(office: Office):
    receipt = await office.announced()
    held = Tell(Happening(receipt.reference, Hold.HELD, office.clock()))
    office.slack.unreachable = True
    with pytest.raises(Unreachable):
        await office.receipts.keep(held)
    office.slack.unreachable = False
    await office.receipts.keep(held, again=True)
    assert office.slack.shown[-1].held


async def test_an_invitation_that_got_no_answer_is_not_undeliverable(office: Office):
    link, receipt = await office.pushed()
    office.slack.unreachable = True
    with pytest.raises(Unreachable):
        await office.announce(link, receipt)
    office.slack.unreachable = False
    announced = await office.announce(link, receipt, again=True)
    assert (announced.undeliverable, len(office.slack.invited)) == ("", 1)


async def test_a_push_taken_back_before_anybody_heard_of_it_gets_no_card(office: Office):
    link, receipt = await office.pushed()
    burned = Happening(receipt.reference, State.BURNED, office.clock())
    await office.book.amend(receipt.reference, lambda known: known.after(burned))
    await office.announce(link, receipt)
    assert (office.slack.invited, office.slack.shown) == ([], [])


# Seen, extended, reminded


async def test_a_flood_of_attempts_is_counted_whole_and_edits_few_cards(office: Office):
    receipt = await office.announced()
    before = len(office.slack.shown)
    for _ in range(120):
        office.clock.advance(10)
        receipt = await office.happens(receipt, Seen.REFUSED)
    assert receipt.refused == 120
    assert [shown.refused for shown in office.slack.shown[before:]] == [1, 2, 3, 5, 10, 20, 50, 100]


async def test_a_scanner_is_shown_once_and_spends_nothing(office: Office):
    receipt = await office.announced()
    before = len(office.slack.shown)
    for _ in range(3):
        office.clock.advance(10)
        receipt = await office.happens(receipt, Seen.SCANNED)
    assert len(office.slack.shown) == before + 1
    assert (receipt.state, receipt.views_left) == (State.WAITING, 1)


async def test_more_time_is_shown_and_told_to_whoever_has_not_opened_it(office: Office):
    receipt = await office.announced()
    await office.book.amend(receipt.reference, lambda known: known.extended(known.expires_at + 5000, office.clock()))
    extended = await office.happens(receipt, Seen.EXTENDED)
    assert office.slack.shown[-1] == extended
    assert [told.expires_at for told in office.slack.told_extended] == [receipt.expires_at + 5000]


async def test_more_time_is_not_told_to_whoever_has_opened_it(office: Office):
    receipt = await office.announced()
    await office.book.amend(receipt.reference, lambda known: replace(known, views=2, views_left=2))
    await office.happens(receipt, State.OPENED, 1)
    await office.happens(receipt, Seen.EXTENDED)
    assert office.slack.told_extended == []


async def nudged(office: Office) -> Receipt:
    receipt = await office.announced()
    return await office.book.amend(receipt.reference, lambda known: replace(known, nudged_at=office.clock())) or receipt


async def test_a_nudge_kept_twice_reminds_once(office: Office):
    receipt = await nudged(office)
    for again in (False, True):
        await office.receipts.keep(Nudge(receipt.reference), again)
    assert len(office.slack.nudged) == 1
    assert office.slack.shown[-1].reminded_at == receipt.nudged_at


async def test_the_next_nudge_reminds_again(office: Office):
    receipt = await nudged(office)
    await office.receipts.keep(Nudge(receipt.reference))
    office.clock.advance(3600_000)
    await office.book.amend(receipt.reference, lambda known: replace(known, nudged_at=office.clock()))
    await office.receipts.keep(Nudge(receipt.reference))
    assert len(office.slack.nudged) == 2


async def test_a_nudge_that_the_platform_refuses_is_on_the_card(office: Office):
    office.slack.refuse_nudges = "account_inactive"
    receipt = await nudged(office)
    await office.receipts.keep(Nudge(receipt.reference))
    assert office.slack.shown[-1].nudge_failed == "account_inactive"


async def test_a_nudge_that_the_platform_did_not_answer_is_tried_again(office: Office):
    receipt = await nudged(office)
    office.slack.unreachable = True
    with pytest.raises(Unreachable):
        await office.receipts.keep(Nudge(receipt.reference))
    office.slack.unreachable = False
    await office.receipts.keep(Nudge(receipt.reference), again=True)
    assert len(office.slack.nudged) == 1


async def test_nobody_is_reminded_of_what_was_opened_meanwhile(office: Office):
    receipt = await nudged(office)
    await office.happens(receipt, State.OPENED, 0)
    await office.receipts.keep(Nudge(receipt.reference))
    assert office.slack.nudged == []


async def test_what_was_extended_while_it_was_noted_as_expired_is_due_again(office: Office):
    receipt = await office.announced()
    office.clock.advance(60_000)
    assert await office.receipts.take_due(10) == [receipt.reference]
    show = office.slack.show_receipt

    async def extend_meanwhile(asked: Receipt) -> Place:
        await office.book.amend(receipt.reference, lambda known: known.extended(office.clock() + 9000, office.clock()))
        return await show(asked)

    office.slack.show_receipt = extend_meanwhile
    await office.receipts.tell_expired(receipt.reference)
    assert office.slack.shown[-1].state is State.WAITING
    office.clock.advance(9000)
    assert await office.receipts.take_due(10) == [receipt.reference]


# Made together


async def made_together(office: Office, people: int = 3) -> list[tuple[Link, Receipt]]:
    """Entered, not yet announced."""
    links = [Link(PushId(office.random(16)), office.random(32)) for _ in range(people)]
    group, now = tuple(reference(link.push_id) for link in links), office.clock()
    made = []
    for number, link in enumerate(links):
        own = Receipt(group[number], link.push_id, ALICE, member(f"U0CROWD{number}"), "", 1, 1, False, now, now + 60_000, group=group)
        await office.book.enter(own)
        made.append((link, own))
    return made


async def test_those_made_together_have_one_card_and_an_invitation_each(office: Office):
    made = await made_together(office)
    for link, receipt in made:
        await office.announce(link, receipt)
    assert len(office.slack.invited) == 3
    assert len(office.slack.groups_shown) == 1
    assert office.slack.shown == []
    first = await office.book.find(made[0][1].reference)
    assert first is not None
    assert first.card == Place("D-sender", "group-1")


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 0, 2)])
async def test_announced_in_any_order_and_all_at_once_there_is_one_card(office: Office, order: tuple[int, ...]):
    made = await made_together(office)
    await asyncio.gather(*(office.announce(*made[number]) for number in order))
    assert len(office.slack.groups_shown) == 1


async def test_news_of_a_row_edit_the_groups_card_where_it_lies(office: Office):
    made = await made_together(office)
    for link, receipt in made:
        await office.announce(link, receipt)
    await office.happens(made[2][1], State.OPENED, 0)
    assert [row.state for row in office.slack.groups_shown[-1]] == [State.WAITING, State.WAITING, State.OPENED]
    assert office.slack.groups_shown[-1][0].card == Place("D-sender", "group-1")
    assert [settled.reference for settled in office.slack.settled] == [made[2][1].reference]


async def test_news_before_there_is_a_card_are_on_it_when_it_comes(office: Office):
    made = await made_together(office)
    await office.happens(made[1][1], State.OPENED, 0)
    assert office.slack.groups_shown == []
    await office.announce(*made[0])
    assert [row.state for row in office.slack.groups_shown[-1]] == [State.WAITING, State.OPENED, State.WAITING]


class TakesItsTime(RecordingDelivery):
    """As the network does: others come to act meanwhile."""

    async def show_group(self, receipts: Sequence[Receipt]) -> Place:
        shown = list(receipts)
        await asyncio.sleep(0)
        return await super().show_group(shown)


async def test_forty_openings_at_once_share_edits():
    office = Office(slack=TakesItsTime())
    made = await made_together(office, 40)
    await office.announce(*made[0])
    before = len(office.slack.groups_shown)
    await asyncio.gather(*(office.happens(receipt, State.OPENED, 0) for _, receipt in made))
    assert len(office.slack.groups_shown) - before < 10
    assert {row.state for row in office.slack.groups_shown[-1]} == {State.OPENED}


async def test_a_row_that_cannot_be_delivered_is_on_the_card_and_its_link_is_offered(office: Office):
    made = await made_together(office)
    await office.announce(*made[0])
    office.slack.refuse_invitations = "user_disabled"
    await office.announce(*made[1])
    assert [row.undeliverable for row in office.slack.groups_shown[-1]] == ["", "user_disabled", ""]
    assert office.slack.links_offered == [made[1][0]]


async def test_the_first_one_burned_before_it_was_announced_does_not_keep_the_card_from_the_others(office: Office):
    made = await made_together(office)
    await office.happens(made[0][1], State.BURNED)
    office.slack.groups_shown.clear()
    await office.announce(*made[0])
    assert [row.state for row in office.slack.groups_shown[-1]] == [State.BURNED, State.WAITING, State.WAITING]


async def test_a_group_that_was_taken_back_is_never_announced(office: Office):
    made = await made_together(office)
    for _, receipt in made:
        await office.book.amend(receipt.reference, lambda known: known.after(Happening(known.reference, State.BURNED, office.clock())))
    for link, receipt in made:
        await office.announce(link, receipt)
    assert office.slack.groups_shown == []
    assert office.slack.invited == []


# Refused for good, or only for now


async def test_a_refusal_for_good_offers_the_link_and_once(office: Office):
    office.slack.refuse_invitations = "user_disabled"
    link, receipt = await office.pushed()
    await office.announce(link, receipt)
    await office.announce(link, receipt, again=True)
    assert office.slack.links_offered == [link]


async def test_trouble_offers_no_link_until_it_turns_out_to_be_for_good(office: Office):
    link, receipt = await office.pushed()
    office.slack.unreachable = True
    with pytest.raises(Unreachable):
        await office.announce(link, receipt)
    assert office.slack.links_offered == [None]
    office.slack.unreachable, office.slack.refuse_invitations = False, "user_disabled"
    await office.announce(link, receipt, again=True)
    assert office.slack.links_offered == [None, link]
