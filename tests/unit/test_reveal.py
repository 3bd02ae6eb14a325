"""core/reveal: offered where the policy says so, claimed once, and lost by nobody."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.creation import Created, Order
from core.engine import PushEngine
from core.errors import StoreUnavailable
from core.link import Link
from core.payload import SHOWN_MOST, Payload, shows_exactly
from core.policy import Policy
from core.receipt import Seen, State
from core.reveal import NotShown, Pass, Revealed, Reveals
from tests.fakes import (
    ALICE,
    BOB,
    EVE,
    FakeLimiter,
    FakePushStore,
    FakeReceiptBook,
    FakeSealedRecords,
    ManualClock,
    RecordingAudit,
    RecordingOutbox,
    SeededRandom,
)
from tests.fakes.policies import InstallationPolicies
from tests.fakes.teams import JANE

SECRET = "correct horse battery staple"
ON, OFF = InstallationPolicies(Policy(reveal_in_chat=True)), InstallationPolicies(Policy())


@dataclass
class Desk:
    clock: ManualClock = field(default_factory=ManualClock)
    audit: RecordingAudit = field(default_factory=RecordingAudit)
    outbox: RecordingOutbox = field(default_factory=RecordingOutbox)
    policies: InstallationPolicies = ON

    def __post_init__(self) -> None:
        random = SeededRandom()
        self.store, self.book, self.records = FakePushStore(self.clock), FakeReceiptBook(self.clock), FakeSealedRecords(self.clock)
        self.engine = PushEngine(
            store=self.store,
            book=self.book,
            outbox=self.outbox,
            audit=self.audit,
            limiter=FakeLimiter(self.clock, {"create": 30, "failed_claim": 30, "told_refused": 10}),
            clock=self.clock,
            random=random,
            policies=self.policies,
        )
        self.reveals = Reveals(
            engine=self.engine, book=self.book, policies=self.policies, records=self.records, audit=self.audit, random=random
        )

    async def push(self, text: str = SECRET, **changes: Any) -> Created:
        return await self.engine.create(replace(Order(Payload.of_text(text), ALICE, BOB), **changes))

    async def offered(self, link: Link) -> Pass | NotShown:
        return await self.reveals.offer(link, await self.engine.hand_out_ticket(link, BOB), BOB, BOB.workspace)

    async def reveal(self, shown: Pass | NotShown) -> Revealed | NotShown:
        assert isinstance(shown, Pass)
        return await self.reveals.reveal(shown, BOB, BOB.workspace)

    def told(self) -> list[object]:
        return [happening.what for happening in self.outbox.told]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_an_offer_spends_nothing_and_a_revealing_one_view(desk: Desk):
    link = (await desk.push(views=2)).link
    shown = await desk.offered(link)
    assert desk.told() == []
    assert await desk.reveal(shown) == Revealed(SECRET, 1)
    assert await desk.reveal(shown) == Revealed(SECRET, 1)
    assert desk.told()[0] is State.OPENED


async def test_without_the_policy_nothing_is_offered_and_nothing_shown():
    off = Desk(policies=OFF)
    link = (await off.push()).link
    assert await off.offered(link) is NotShown.OFF
    assert await off.reveal(Pass(link.with_ticket(bytes(16)), bytes(16))) is NotShown.OFF
    assert off.told() == []


async def test_a_passphrase_keeps_it_to_the_page(desk: Desk):
    link = (await desk.push(passphrase="blue moon")).link
    assert await desk.offered(link) is NotShown.PASSPHRASE
    assert await desk.reveal(Pass(link.with_ticket(bytes(16)), bytes(16))) is NotShown.PASSPHRASE


async def test_what_comes_from_another_chat_is_not_shown_in_this_one(desk: Desk):
    """Only the recipient's workspace has agreed that its chat sees secrets."""
    link = (await desk.push(sender=JANE)).link
    assert await desk.offered(link) is NotShown.OFF
    assert isinstance(await desk.offered((await desk.push()).link), Pass)


async def test_what_is_too_long_is_known_before_a_view_is_spent(desk: Desk):
    assert await desk.offered((await desk.push("x" * (SHOWN_MOST + 1))).link) is NotShown.ELSEWHERE
    assert desk.told() == []


async def test_once_it_was_shown_it_is_acknowledged_and_not_shown_again(desk: Desk):
    created = await desk.push()
    shown = await desk.offered(created.link)
    await desk.reveal(shown)
    assert isinstance(shown, Pass)
    await desk.reveals.done(shown, BOB)
    assert desk.told() == [State.OPENED, State.CONFIRMED]
    assert "push.revealed" in desk.audit.names
    assert await desk.reveal(shown) is NotShown.GONE
    assert await desk.offered(created.link) is NotShown.GONE


async def test_who_lost_the_answer_is_offered_the_same_claim_for_a_minute_and_nobody_else_is(desk: Desk):
    link = (await desk.push()).link
    shown = await desk.offered(link)
    await desk.reveal(shown)
    assert await desk.reveals.offer(link, None, EVE, EVE.workspace) is NotShown.GONE
    assert await desk.offered(link) == shown
    assert await desk.reveal(await desk.offered(link)) == Revealed(SECRET, 0)
    desk.clock.advance(60_000)
    assert await desk.offered(link) is NotShown.GONE


async def test_an_older_pass_shows_what_a_newer_one_has_claimed_and_loses_nothing(desk: Desk):
    link = (await desk.push()).link
    old = await desk.offered(link)
    new = await desk.offered(link)
    await desk.reveal(new)  # and the answer is lost
    shown = await desk.reveal(old)
    assert shown == Revealed(SECRET, 0)
    assert isinstance(shown, Revealed)
    assert shown.by == new
    assert await desk.offered(link) == new
    assert Seen.REFUSED not in desk.told()
    assert shown.by
    await desk.reveals.done(shown.by, BOB)
    assert desk.told()[-1] is State.CONFIRMED
    assert await desk.reveal(old) is NotShown.TICKET


async def test_a_refused_pass_leaves_no_record_that_would_be_offered_again(desk: Desk):
    link = (await desk.push()).link
    old = await desk.offered(link)
    fresh = await desk.offered(link)
    assert await desk.reveal(old) is NotShown.TICKET
    assert await desk.offered(link) != old
    assert fresh != old
    assert await desk.reveal(await desk.offered(link)) == Revealed(SECRET, 0)


async def test_a_held_push_is_not_shown(desk: Desk):
    link = (await desk.push()).link
    shown = await desk.offered(link)
    desk.store.come_back()
    assert await desk.reveal(shown) is NotShown.HELD


async def test_what_is_damaged_is_not_shown(desk: Desk):
    link = (await desk.push()).link
    shown = await desk.offered(link)
    assert isinstance(shown, Pass)
    record = desk.store._records[link.push_id]
    sealed = record.push.sealed
    record.push = replace(record.push, sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert await desk.reveal(shown) is NotShown.ELSEWHERE


async def test_a_store_that_is_away_is_trouble_and_the_same_pass_works_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    shown = await desk.offered((await desk.push()).link)

    async def away(*_: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(desk.records, "keep", away)
        with pytest.raises(StoreUnavailable):
            await desk.reveal(shown)
    assert await desk.reveal(shown) == Revealed(SECRET, 0)


async def test_neither_a_pass_nor_what_was_revealed_shows_itself(desk: Desk):
    shown = await desk.offered((await desk.push()).link)
    revealed = await desk.reveal(shown)
    assert isinstance(shown, Pass)
    assert SECRET not in repr(revealed)
    for hidden in (shown.nonce, shown.link.key, shown.link.ticket):
        assert repr(hidden) not in repr(shown)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        (SECRET, True),
        ("a\nb\tc  ", True),
        ("x" * SHOWN_MOST, True),
        ("x" * (SHOWN_MOST + 1), False),
        ("", False),
        ("  \n", False),
        ("a\r\nb", False),
        ("zero\u200bwidth", False),
        ("\u202eturned", False),
        ("nul\0", False),
    ],
)
def test_a_window_shows_only_what_it_can_show_exactly(text: str, exact: bool):
    assert shows_exactly(Payload.of_text(text)) is exact


def test_files_and_fields_are_not_for_a_window():
    assert not shows_exactly(Payload("files", b"x", {"files": []}))
