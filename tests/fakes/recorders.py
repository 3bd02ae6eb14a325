"""Who was told what?"""

from dataclasses import dataclass, field

from core.audit import AuditEvent, AuditName
from core.errors import Undeliverable
from core.receipt import Happening, Invitation, Place, Receipt


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
    promised: list[Happening] = field(default_factory=list)

    def promise(self, happening: Happening) -> None:
        self.promised.append(happening)


@dataclass
class RecordingDelivery:
    """Remembers what it was asked to carry. Put a platform's code into `refuse_...` and it will not."""

    invited: list[Invitation] = field(default_factory=list)
    shown: list[Receipt] = field(default_factory=list)
    settled: list[Receipt] = field(default_factory=list)
    refuse_invitations: str = ""
    refuse_receipts: str = ""
    refuse_settling: str = ""

    async def invite(self, invitation: Invitation) -> Place:
        if self.refuse_invitations:
            raise Undeliverable(self.refuse_invitations)
        self.invited.append(invitation)
        return Place("D-recipient", f"invitation-{len(self.invited)}")

    async def show_receipt(self, receipt: Receipt) -> Place:
        if self.refuse_receipts:
            raise Undeliverable(self.refuse_receipts)
        self.shown.append(receipt)
        return receipt.card or Place("D-sender", f"card-{len(self.shown)}")

    async def settle_invitation(self, receipt: Receipt) -> None:
        if self.refuse_settling:
            raise Undeliverable(self.refuse_settling)
        self.settled.append(receipt)
