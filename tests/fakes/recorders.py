"""Who was told what?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.audit import AuditEvent, AuditName
from core.errors import StoreUnavailable, Undeliverable, Unreachable
from core.link import Link
from core.promise import Promise, Tell
from core.receipt import Happening, Invitation, Place, Receipt
from core.secret_request import SecretRequest


@dataclass
class RecordingAudit:
    events: list[AuditEvent] = field(default_factory=list)

    def record(self, event: AuditEvent) -> None:
        self.events.append(event)

    @property
    def names(self) -> list[AuditName]:
        return [event.name for event in self.events]


@dataclass
class RecordingOutbox:
    """Remembers what was promised. Set `down` and it refuses, as the real one does without a store."""

    promised: list[Promise] = field(default_factory=list)
    down: bool = False
    acts: int = 0

    async def promise(self, *what: Promise) -> None:
        if self.down:
            raise StoreUnavailable("the fake outbox is down")
        self.promised += what
        self.acts += 1

    @property
    def told(self) -> list[Happening]:
        return [promise.happening for promise in self.promised if isinstance(promise, Tell)]


@dataclass
class RecordingDelivery:
    """Remembers what it was asked to carry. Put a platform's code into `refuse_...` and it will not."""

    invited: list[Invitation] = field(default_factory=list)
    shown: list[Receipt] = field(default_factory=list)
    settled: list[Receipt] = field(default_factory=list)
    told_refused: list[Receipt] = field(default_factory=list)
    nudged: list[Receipt] = field(default_factory=list)
    told_extended: list[Receipt] = field(default_factory=list)
    groups_shown: list[list[Receipt]] = field(default_factory=list)
    links_offered: list[Link | None] = field(default_factory=list)
    refuse_invitations: str = ""
    refuse_receipts: str = ""
    refuse_settling: str = ""
    refuse_nudges: str = ""
    unreachable: bool = False

    async def invite(self, invitation: Invitation) -> Place:
        self._must_answer()
        if self.refuse_invitations:
            raise Undeliverable(self.refuse_invitations)
        self.invited.append(invitation)
        return Place("D-recipient", f"invitation-{len(self.invited)}")

    async def show_receipt(self, receipt: Receipt) -> Place:
        self._must_answer()
        if self.refuse_receipts:
            raise Undeliverable(self.refuse_receipts)
        self.shown.append(receipt)
        return receipt.card or Place("D-sender", f"card-{len(self.shown)}")

    async def show_group(self, receipts: Sequence[Receipt]) -> Place:
        self._must_answer()
        if self.refuse_receipts:
            raise Undeliverable(self.refuse_receipts)
        self.groups_shown.append(list(receipts))
        return receipts[0].card or Place("D-sender", f"group-{len(self.groups_shown)}")

    async def tell_refused(self, receipt: Receipt, link: Link | None) -> None:
        self.told_refused.append(receipt)
        self.links_offered.append(link)

    async def settle_invitation(self, receipt: Receipt) -> None:
        self._must_answer()
        if self.refuse_settling:
            raise Undeliverable(self.refuse_settling)
        self.settled.append(receipt)

    async def nudge(self, receipt: Receipt) -> None:
        self._must_answer()
        if self.refuse_nudges:
            raise Undeliverable(self.refuse_nudges)
        self.nudged.append(receipt)

    async def tell_extended(self, receipt: Receipt) -> None:
        self._must_answer()
        self.told_extended.append(receipt)

    def _must_answer(self) -> None:
        if self.unreachable:
            raise Unreachable("no_answer")


@dataclass
class RecordingAskDelivery:
    """Remembers who was asked what. Put a platform's code into `refuse` and it asks nobody."""

    asked: list[SecretRequest] = field(default_factory=list)
    shown: list[SecretRequest] = field(default_factory=list)
    settled: list[SecretRequest] = field(default_factory=list)
    finished: list[SecretRequest] = field(default_factory=list)
    refuse: str = ""
    unreachable: bool = False

    async def ask(self, request: SecretRequest) -> Place:
        if self.unreachable:
            raise Unreachable("no_answer")
        if self.refuse:
            raise Undeliverable(self.refuse)
        self.asked.append(request)
        return Place("D-asked", f"ask-{len(self.asked)}")

    async def show_request(self, request: SecretRequest) -> Place:
        if self.unreachable:
            raise Unreachable("no_answer")
        self.shown.append(request)
        return request.card or Place("D-requester", f"card-{len(self.shown)}")

    async def settle_ask(self, request: SecretRequest) -> None:
        self.settled.append(request)

    async def finish_step(self, request: SecretRequest) -> None:
        self.finished.append(request)
