"""An engine with everything around it in hand, for the tests of what it does."""

from dataclasses import dataclass, field, replace
from typing import Any

from core.creation import Created, Order
from core.engine import PushEngine
from core.link import Link
from core.payload import Payload
from core.policy import Policy
from core.push import Attempt
from core.receipt import Hold, Seen, State
from core.sealing import input_key, link_proof, pass_proof
from tests.fakes import (
    ALICE,
    FakeLimiter,
    FakePushStore,
    FakeReceiptBook,
    ManualClock,
    RecordingAudit,
    RecordingOutbox,
    SeededRandom,
)
from tests.fakes.policies import InstallationPolicies

SECRET = "correct horse battery staple"
ADDRESS = "192.0.2.7"


@dataclass
class Desk:
    """An engine with everything around it in hand."""

    clock: ManualClock = field(default_factory=ManualClock)
    random: SeededRandom = field(default_factory=SeededRandom)
    audit: RecordingAudit = field(default_factory=RecordingAudit)
    outbox: RecordingOutbox = field(default_factory=RecordingOutbox)

    def __post_init__(self) -> None:
        self.store = FakePushStore(self.clock)
        self.book = FakeReceiptBook(self.clock)
        self.limiter = FakeLimiter(self.clock, {"create": 30, "invite": 120, "failed_claim": 30, "told_refused": 10})
        self.engine = PushEngine(
            store=self.store,
            book=self.book,
            outbox=self.outbox,
            audit=self.audit,
            limiter=self.limiter,
            clock=self.clock,
            random=self.random,
            policies=InstallationPolicies(Policy()),
        )

    async def create(self, **changes: Any) -> Created:
        return await self.engine.create(replace(Order(Payload.of_text(SECRET), ALICE), **changes))

    def attempt(self, link: Link, passphrase: str = "", **changes: Any) -> Attempt:
        proof = pass_proof(input_key(link.key, passphrase), link.push_id) if passphrase else None
        return replace(Attempt(self.random(16), link_proof(link.key, link.push_id), proof, link.ticket), **changes)

    async def claim(self, attempt: Attempt, link: Link) -> Any:
        return await self.engine.claim(link.push_id, attempt, ADDRESS)

    def told(self) -> list[tuple[State | Hold | Seen, int | None]]:
        return [(happening.what, happening.views_left) for happening in self.outbox.told]
