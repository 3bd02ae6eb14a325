"""What does the engine need from outside?

Each port names the whole atomic act. There is no get and no delete, so a caller cannot write
the race. The contracts are in tests/contract; every adapter and every fake passes them.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from core.audit import AuditEvent
from core.identity import Member, Workspace
from core.link import Link
from core.policy import Policy
from core.promise import Promise
from core.push import Attempt, BurnOutcome, ClaimOutcome, Millis, PushId, SealedPush, Status
from core.receipt import Invitation, Place, Receipt
from core.secret_request import SecretRequest


class Clock(Protocol):
    """The time of this process. What a push is allowed is judged by the store's clock instead."""

    def __call__(self) -> Millis: ...


class RandomBytes(Protocol):
    """So many bytes from the system's cryptographic source."""

    def __call__(self, count: int, /) -> bytes: ...


class PushStore(Protocol):
    """Keeps sealed pushes and gives each view to at most one claimant.

    Every method raises StoreUnavailable when it cannot know what happened; each may then be
    called again with the same arguments, and nothing is spent or counted twice.
    """

    async def keep(self, push: SealedPush) -> Millis | None:
        """Keep a new push; its `expires_at` by the store's clock. None if the id is taken: nothing is overwritten.

        Raises StoreFull when there is too little room for anything new.
        """

    async def claim(self, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
        """Spend one view on this nonce, or give the same bytes again to a nonce whose grace still runs."""

    async def acknowledge(self, push_id: PushId, nonce: bytes) -> bool:
        """Close this nonce's grace: the page has opened the seal. True the first time, False ever after."""

    async def burn(self, push_id: PushId) -> bool:
        """Forget the push, at its sender's wish. True if there was something to forget."""

    async def burn_as_claimant(self, push_id: PushId, attempt: Attempt) -> BurnOutcome:
        """Forget the push for whoever holds a granted nonce, or all that a claim needs; where the terms allow it."""

    async def mint_ticket(self, push_id: PushId, ticket: bytes, holder: Member) -> bool:
        """Let `ticket` open this bound push for ten minutes. False if gone, or bound to somebody else. Raises OnHold."""

    async def release(self, push_id: PushId) -> bool:
        """Let it be claimed again though the store may have gone back, at its sender's wish. True if it is there."""

    async def extend(self, push_id: PushId, until: Millis) -> Millis | None:
        """Let it live until `until` at least, at its sender's wish; its `expires_at` now, by the store's record.

        None if it is gone (expired included) or used up. Never shortens; what is held stays held.
        """

    async def unbind(self, push_id: PushId) -> bool:
        """Whoever has the link may open it from now on, at its sender's wish. True if it is there, bound or not.

        Claims need no ticket any more and none is minted; views spent stay spent, and what is held stays held.
        """

    async def status(self, push_id: PushId) -> Status | None:
        """What is known of a push that the store still keeps."""


class ReceiptBook(Protocol):
    """Keeps what the sender may know of a push, sealed, until some days after it expired."""

    async def enter(self, receipt: Receipt, /) -> None:
        """Keep a new receipt, and list it among the live pushes of its sender and of the sender's workspace."""

    async def find(self, reference: str, /) -> Receipt | None:
        """The receipt of that reference."""

    async def amend(self, reference: str, change: Callable[[Receipt], Receipt], /) -> Receipt | None:
        """`change` the receipt atomically (it may be called more than once); the new one, or None if there is none.

        A new `expires_at` is when it is due from now on, and what its lifetime is counted from.
        """

    async def find_each(self, references: Sequence[str], /) -> list[Receipt]:
        """The receipts of these references, in this order; those that are not there are left out."""

    async def forget(self, reference: str, /) -> None:
        """The receipt goes now, from every list too. What its push became is nobody's knowledge any more."""

    async def live_of(self, sender: Member) -> list[Receipt]:
        """The sender's receipts whose pushes have not expired, soonest to expire first, ended ones left out."""

    async def count_live_of(self, sender: Member) -> int:
        """How many that are."""

    async def live_in(self, workspace: Workspace, most: int) -> list[Receipt]:
        """Up to `most` receipts of pushes from senders of that workspace, as for `live_of`; fewer only when there are no more."""

    async def take_due(self, most: int, /) -> list[str]:
        """References of up to `most` pushes that have expired.

        Each goes to one caller, and comes again after a minute unless `settle_due` was called for it.
        """

    async def settle_due(self, reference: str, /) -> None:
        """That push needs no more looking at."""


class SealedRecords(Protocol):
    """Small things that the app must remember, sealed, each with a lifetime in seconds."""

    async def keep(self, kind: str, name: str, plain: bytes, lifetime: float) -> None:
        """Remember `plain` under kind and name, in place of what was there."""

    async def read(self, kind: str, name: str) -> bytes | None:
        """What is remembered there."""

    async def take(self, kind: str, name: str) -> bytes | None:
        """What is remembered there, forgetting it: only one caller gets it."""

    async def drop(self, kind: str, name: str) -> None:
        """Forget it."""


class WorkspaceRecords(Protocol):
    """What is remembered of a workspace until it takes the app away, sealed."""

    async def keep(self, workspace: Workspace, name: str, plain: bytes) -> None:
        """Remember `plain` under that name, in place of what was there."""

    async def read(self, workspace: Workspace, name: str) -> bytes | None:
        """What is remembered there."""

    async def drop(self, workspace: Workspace, name: str) -> None:
        """Forget it."""

    async def count(self, workspace: Workspace, what: str, by: int = 1) -> None:
        """Count `by` more. For people to look at, not to decide by: where an answer gets lost it may count twice.

        `what` lies there as it is: the name of an event, never of a person.
        """

    async def counts(self, workspace: Workspace) -> dict[str, int]:
        """All that was ever counted."""

    async def erase(self, workspace: Workspace) -> None:
        """Forget all of it, at once."""


class Departures(Protocol):
    """Knows which workspaces have the app, and by whose leave."""

    async def leave(self, workspace: Workspace, at: Millis) -> list[Workspace]:
        """Forget the tokens of a workspace, or organisation, that took the app away at `at`; all that are without it now.

        None of them when it has the app anew since then. It may be asked again, and then says the same until
        what is remembered of `workspace` is erased. Raises StoreUnavailable, or Undeliverable when the platform has to be
        asked and does not say.
        """


class Locks(Protocol):
    """Keeps processes from doing the same work at the same time. For work that may be done twice, but had better not be."""

    def held(self, name: str, lifetime: float) -> AbstractAsyncContextManager[bool]:
        """True within it when this caller got the lock, False when another has it; entering may raise StoreUnavailable.

        It is given back at the end, and after `lifetime` seconds in any case, whether the work is done or not.
        """


class SeenBefore(Protocol):
    """Remembers signatures and event ids, so that a request replayed has no second effect."""

    async def first_time(self, kind: str, what: bytes, lifetime: float) -> bool:
        """True for the first caller within `lifetime` seconds, False for all others."""

    async def forget(self, kind: str, what: bytes) -> None:
        """Nothing came of it: the next caller is the first again."""


class Limiter(Protocol):
    """Budgets a minute. Refuses (StoreUnavailable) when it cannot count: it never fails open."""

    async def spend(self, budget: str, who: str) -> None:
        """Take one from `who`'s budget. Raises TooMany when it is spent."""

    async def check(self, budget: str, who: str) -> None:
        """Raise TooMany when `who`'s budget is spent; take nothing."""


class Policies(Protocol):
    """What each workspace allows, within what the installation allows."""

    @property
    def of_installation(self) -> Policy:
        """The operator's. What a workspace may choose against it: see `core.policy.narrowed`."""

    async def of(self, workspace: Workspace) -> Policy:
        """What applies to members of that workspace. Raises StoreUnavailable."""


class AuditLog(Protocol):
    """Remembers what happened."""

    def record(self, event: AuditEvent) -> None:
        """Note the event; never fails and never waits."""


class Outbox(Protocol):
    """Carries out, after the answer, what was promised before it."""

    async def promise(self, *what: Promise) -> None:
        """See to it that all of it is done, whatever becomes of this process. Raises StoreUnavailable; then all of it may be done, or nothing."""


class Delivery(Protocol):
    """Carries notices to one chat platform. Every method may raise Undeliverable."""

    async def invite(self, invitation: Invitation) -> Place:
        """Tell the recipient that a secret waits; where the message lies."""

    async def show_receipt(self, receipt: Receipt) -> Place:
        """Post the sender's receipt card, or edit the one at `receipt.card`; where it lies now."""

    async def show_group(self, receipts: Sequence[Receipt]) -> Place:
        """As `show_receipt`, one card for all that were made together; the first one's `card` is where it lies."""

    async def tell_refused(self, receipt: Receipt, link: Link | None) -> None:
        """Tell the sender that the recipient could not be reached. With `link` nobody tries again: offer a way to pass it on."""

    async def settle_invitation(self, receipt: Receipt) -> None:
        """Edit the recipient's message, so that no dead button stays."""

    async def nudge(self, receipt: Receipt) -> None:
        """Remind the recipient of the message that they have, at its sender's wish."""

    async def tell_extended(self, receipt: Receipt) -> None:
        """Tell the recipient, by the message that they have, until when it can be opened now."""


class RequestBook(Protocol):
    """Keeps who asked whom for a secret, sealed, until some days after the request expired."""

    async def enter(self, request: SecretRequest, /) -> None:
        """Keep a new request, and list it among the open ones of its requester and of the requester's workspace."""

    async def find(self, request_id: str, /) -> SecretRequest | None:
        """The request of that id."""

    async def amend(self, request_id: str, change: Callable[[SecretRequest], SecretRequest], /) -> SecretRequest | None:
        """`change` the request atomically (it may be called more than once); the new one, or None if there is none."""

    async def open_of(self, requester: Member) -> list[SecretRequest]:
        """The requester's requests that may still be answered, soonest to expire first."""

    async def count_open_of(self, requester: Member) -> int:
        """How many that are."""

    async def open_in(self, workspace: Workspace, most: int) -> list[SecretRequest]:
        """Up to `most` open requests of members of that workspace, as for `open_of`; fewer only when there are no more."""

    async def forget(self, request_id: str, /) -> None:
        """The request goes now, from every list too."""

    async def take_due(self, most: int, /) -> list[str]:
        """Ids of up to `most` requests that have expired. Each goes to one caller, and comes again after a minute unless settled."""

    async def settle_due(self, request_id: str, /) -> None:
        """That request needs no more looking at."""


class Directory(Protocol):
    """Who has which e-mail address on one chat platform, as far as the platform itself vouches for it.

    Both look-ups raise Undeliverable when the platform does not say, or StoreUnavailable. Guests, apps and those who left have no address.
    """

    def is_named(self, workspace: Workspace) -> bool:
        """Whether the operator has named that workspace: what one says that is only let in counts for nothing."""

    async def vouched(self, member: Member) -> Member | None:
        """The member with name and address, asked of the platform now; None where it vouches for no address of theirs."""

    async def find(self, address: str) -> Member | None:
        """Whoever has that address, with name and address, asked of the platform now; None for nobody, and for more than one."""


class AskDelivery(Protocol):
    """Carries secret requests to one chat platform. Every method may raise Undeliverable."""

    async def ask(self, request: SecretRequest) -> Place:
        """Ask the person; where the message lies."""

    async def show_request(self, request: SecretRequest) -> Place:
        """Post the requester's card, or edit the one at `request.card`; where it lies now."""

    async def settle_ask(self, request: SecretRequest) -> None:
        """Edit the asked person's message, so that no dead button stays."""

    async def finish_step(self, request: SecretRequest) -> None:
        """Tell a workflow that waits for it how asking went; nothing where none waits. Never raises Undeliverable."""
