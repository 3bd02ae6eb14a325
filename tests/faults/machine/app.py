"""Which app does the machine drive? The real store under the real engine; its other ports are fakes, and its clock is wrong at will."""

from collections.abc import Callable

from adapters.redis_store.connect import Client
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.scripts import Script
from core.creation import Order
from core.engine import PushEngine
from core.errors import OnHold
from core.link import Link
from core.payload import Payload
from core.policy import Policy
from core.push import (
    Burned,
    BurnOutcome,
    ClaimOutcome,
    Gone,
    Granted,
    Held,
    Millis,
    PushId,
    SealedPush,
    Terms,
    TicketNeeded,
    WrongPassphrase,
)
from tests.fakes import ALICE, BOB, EVE, FakeLimiter, FakeReceiptBook, ManualClock, RecordingAudit, RecordingOutbox, SeededRandom
from tests.fakes.policies import InstallationPolicies
from tests.faults.machine.model import GRACE, TICKET, Answer, Push

TICK_MS = 200_000
GRACE_MS, TICKET_MS = int(GRACE * TICK_MS), int(TICKET * TICK_MS)
A_DAY_MS = 86_400_000


class Store(RedisPushStore):
    """The real one; it remembers what it was last given to keep."""

    last: SealedPush | None = None

    async def keep(self, push: SealedPush) -> Millis | None:
        self.last = push
        return await super().keep(push)

    def break_script(self, client: Client, name: str, line: str, instead: str) -> None:
        """For the proof that the machine sees it: run a script with one line changed."""
        script = self._acts._scripts[name]
        text = script.source
        assert text.count(line) == 1, f"{name}.lua has changed"
        self._acts._scripts[name] = Script(client, text.replace(line, instead))


class App:
    """One process of the service, as far as pushes are concerned."""

    def __init__(self, store: Store, before: "App | None" = None) -> None:
        """`before`: the process that this one follows, whose people still have their links."""
        self.store = store
        self.clock = before.clock if before else ManualClock()
        self._random = before._random if before else SeededRandom("machine")
        self._kept: dict[int, SealedPush] = before._kept if before else {}
        self._links: dict[int, Link] = before._links if before else {}
        self.tickets: dict[int, bytes] = before.tickets if before else {}
        self._audit = RecordingAudit()
        self.engine = PushEngine(
            store=store,
            book=FakeReceiptBook(self.clock),
            outbox=RecordingOutbox(),
            audit=self._audit,
            limiter=FakeLimiter(self.clock, {"create": 10_000, "failed_claim": 10_000, "told_refused": 10_000}),
            clock=self.clock,
            random=self._random,
            policies=InstallationPolicies(Policy()),
        )

    async def keep(self, push: Push) -> Millis | None:
        """Made by the engine where that is quick, else given to the store as the engine would; a second time as it was made."""
        known = self._kept.get(push.number)
        if known is None and not push.passphrase and push.burnable:
            return await self._create(push)
        if known is None:
            known = self._kept[push.number] = self._sealed(push)
        return await self.store.keep(known)

    async def acknowledge(self, push: Push, nonce: bytes) -> bool:
        before = self._audit.names.count("push.acknowledged")
        await self.engine.acknowledge(self.id_of(push), nonce)
        return self._audit.names.count("push.acknowledged") > before

    async def mint_ticket(self, push: Push, ticket: int, *, right_person: bool) -> Answer:
        try:
            link = await self.engine.hand_out_ticket(self._links[push.number], BOB if right_person else EVE)
        except OnHold:
            return ("held",)
        if link is None:
            return ("gone",)
        assert link.ticket is not None
        self.tickets[ticket] = link.ticket
        return ("minted",)

    def id_of(self, push: Push) -> PushId:
        return self._kept[push.number].id

    def proofs_of(self, push: Push) -> tuple[bytes, bytes | None]:
        """Of the link, and of the passphrase if it has one."""
        made = self._kept[push.number]
        return made.link_proof, made.pass_proof

    def heard(self, push: Push, outcome: ClaimOutcome | BurnOutcome, tick: Callable[[Millis], int]) -> Answer:
        """The real answer in the model's words. What is shown must be what was kept."""
        match outcome:
            case Granted():
                made = self._kept[push.number]
                assert outcome.sealed == made.sealed, "other bytes than those that were kept"
                assert outcome.bound_to in (made.bound_to, None), "bound to somebody else"
                at = tick(outcome.claimed_at)
                left, bound = outcome.views_left, outcome.bound_to is not None
                return ("granted", left, tick(outcome.expires_at), outcome.redelivered, outcome.burnable, at, bound)
            case WrongPassphrase():
                return ("wrong", outcome.attempts_left, outcome.counted)
            case TicketNeeded():
                return ("ticket",)
            case Held():
                return ("held",)
            case Burned():
                return ("burned",)
            case Gone():
                return ("gone",)

    async def _create(self, push: Push) -> Millis:
        created = await self.engine.create(
            Order(
                Payload.of_text(f"secret {push.number}"),
                ALICE,
                recipient=BOB if push.bound else None,
                expires_in=int(push.lasts * TICK_MS / 1000),
                views=push.views,
            )
        )
        assert self.store.last is not None
        self._kept[push.number], self._links[push.number] = self.store.last, created.link
        return created.receipt.expires_at

    def _sealed(self, push: Push) -> SealedPush:
        draw = self._random
        self._links[push.number] = link = Link(PushId(draw(16)), draw(32), "p" if push.passphrase else "o")
        terms = Terms(int(push.lasts * TICK_MS / 1000), push.views, recipient_may_burn=push.burnable)
        proof = draw(32) if push.passphrase else None
        return SealedPush(link.push_id, draw(300), draw(32), proof, terms, BOB if push.bound else None)
