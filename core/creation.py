"""How does an order become pushes: one for each person, all of them or none?

Each person gets a push of their own, with its own id, key and seal. Nobody's key opens what is
for another, and burning one leaves the others alone.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from core.audit import AuditEvent
from core.errors import BadInput, StoreUnavailable, TooMany
from core.identity import Member
from core.link import Link
from core.payload import Payload, frame, shows_exactly
from core.policy import LABEL_MOST, PASSPHRASE_MOST, Policy, Standing, Wish, settle
from core.ports import AuditLog, Clock, Limiter, Outbox, Policies, PushStore, RandomBytes, ReceiptBook
from core.promise import Announce
from core.push import ID_BYTES, KEY_BYTES, Millis, PushId, SealedPush, Terms, reference
from core.receipt import Happening, Receipt, State
from core.sealing import SALT_BYTES, input_key, link_proof, mode_of, pass_proof, seal

LIVE_MOST = 500
"""Live pushes that one member may have."""
RECIPIENTS_MOST = 40
"""People in one order: as many as a receipt card in chat has rows for."""
WITH_PASSPHRASE_MOST = 5
"""People in one order with a passphrase: it is stretched for each of them, a quarter of a second of a core, before a chat gives up waiting."""
_AT_ONCE = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody whom a push is for, and how they stand to the sender's workspace, as the platform says."""

    member: Member
    standing: Standing = Standing.MEMBER


@dataclass(frozen=True, slots=True)
class Order:
    """What a sender asks for. None for expiry (seconds) or views means the default."""

    payload: Payload
    sender: Member
    recipient: Member | None = None
    standing: Standing = Standing.MEMBER
    """How the recipient stands to the sender's workspace, as the platform says."""
    expires_in: int | None = None
    views: int | None = None
    passphrase: str = field(default="", repr=False)
    label: str = ""
    asked_in: str = ""
    by_sender: bool = False
    """The sender hands over the buttons themselves, so nobody else is invited."""


@dataclass(frozen=True, slots=True)
class Created:
    """A push that is now live: the link (the only place where its key is) and the sender's receipt."""

    link: Link
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class _Sealed:
    push: SealedPush
    link: Link


class Creation:
    """Makes pushes. What fails halfway leaves nothing behind that could be opened."""

    def __init__(
        self,
        *,
        store: PushStore,
        book: ReceiptBook,
        outbox: Outbox,
        audit: AuditLog,
        limiter: Limiter,
        clock: Clock,
        random: RandomBytes,
        policies: Policies,
    ) -> None:
        self._store = store
        self._book = book
        self._outbox = outbox
        self._audit = audit
        self._limiter = limiter
        self._clock = clock
        self._random = random
        self._policies = policies
        # Stretching a passphrase fills one core for a quarter of a second: at most one at a time per core.
        self._stretching = asyncio.Semaphore(os.cpu_count() or 1)

    async def create_each(self, order: Order, recipients: Sequence[Recipient]) -> list[Created]:
        """A push for each of `recipients` (without any: one for whoever has its link), in their order.

        Raises BadInput, TooMany, StoreFull or StoreUnavailable; then nothing was kept that anybody could open.
        """
        named = list({each.member.spelled(): each for each in recipients}.values())
        terms = await self.check(order, [each.standing for each in named])
        await self._keep_budgets(order.sender, max(1, len(named)))
        bound: list[Member | None] = [each.member for each in named] or [None]
        framed = frame(order.payload)
        sealed = await asyncio.gather(*(self._seal(framed, order.passphrase, terms, member) for member in bound))
        expiries = await self._keep_all([each.push for each in sealed])
        group = tuple(reference(each.push.id) for each in sealed) if len(sealed) > 1 else ()
        receipts = [self._receipt(order, each.push, at, group) for each, at in zip(sealed, expiries, strict=True)]
        created = [Created(each.link, receipt) for each, receipt in zip(sealed, receipts, strict=True)]
        await self._enter_all(created, invited=bool(named) and not order.by_sender)
        for receipt in receipts:
            self._audit.record(AuditEvent("push.created", receipt.reference))
        return created

    async def check(self, order: Order, standings: Sequence[Standing]) -> Terms:
        """The terms of an order for people who stand so to its sender. Raises BadInput or StoreUnavailable."""
        policy = await self._policies.of(order.sender.workspace)
        terms = settle(policy, Wish(order.expires_in, order.views, bool(order.passphrase), tuple(standings)))
        _check(order, policy, len(standings))
        return terms

    async def _keep_budgets(self, sender: Member, count: int) -> None:
        await self._limiter.spend("create", sender.spelled())
        if count > 1:
            await _each(self._limiter.spend("invite", sender.spelled()) for _ in range(count))
        if await self._book.count_live_of(sender) + count > LIVE_MOST:
            raise TooMany(retry_after=3600)

    async def _seal(self, framed: bytes, passphrase: str, terms: Terms, member: Member | None) -> _Sealed:
        push_id, key = PushId(self._random(ID_BYTES)), self._random(KEY_BYTES)
        mode = mode_of(passphrase)
        sealing_key = await self._input_key(key, passphrase)
        push = SealedPush(
            id=push_id,
            sealed=seal(framed, sealing_key, mode, push_id, self._random(SALT_BYTES)),
            link_proof=link_proof(key, push_id),
            pass_proof=pass_proof(sealing_key, push_id) if mode == "p" else None,
            terms=terms,
            bound_to=member,
        )
        return _Sealed(push, Link(push_id, key, mode))

    async def _input_key(self, key: bytes, passphrase: str) -> bytes:
        if not passphrase:
            return input_key(key)
        async with self._stretching:
            return await asyncio.to_thread(input_key, key, passphrase)

    async def _keep_all(self, pushes: list[SealedPush]) -> list[Millis]:
        """When each expires. Nobody has a link yet, so what is kept by an order that fails can only lie there: it is burned."""
        kept: list[PushId] = []

        async def keep(push: SealedPush) -> Millis:
            expires_at = await self._store.keep(push)
            if expires_at is None:  # 128 random bits met themselves: the random source is broken
                raise StoreUnavailable("the push id is taken")
            kept.append(push.id)
            return expires_at

        try:
            return await _each(keep(push) for push in pushes)
        except StoreUnavailable:
            with suppress(StoreUnavailable):
                await _each(self._store.burn(push_id) for push_id in kept)
            raise

    def _receipt(self, order: Order, push: SealedPush, expires_at: Millis, group: tuple[str, ...]) -> Receipt:
        return Receipt(
            reference=reference(push.id),
            push_id=push.id,
            sender=order.sender,
            recipient=push.bound_to,
            label=order.label.strip(),
            views=push.terms.views,
            views_left=push.terms.views,
            has_passphrase=push.pass_proof is not None,
            created_at=self._clock(),
            expires_at=expires_at,
            asked_in=order.asked_in,
            group=group,
            showable=push.pass_proof is None and shows_exactly(order.payload),
        )

    async def _enter_all(self, created: list[Created], *, invited: bool) -> None:
        try:
            await _each(self._book.enter(each.receipt) for each in created)
            # After all are entered, so that the first who is told of finds the others; and in one act, so that no process can die
            # with half of them told. The link goes along only where a button will hold it; whoever passes a link on has it already.
            await self._outbox.promise(*(Announce(each.receipt.reference, each.link if invited else None) for each in created))
        except StoreUnavailable:
            await _each(self._take_back(each.receipt) for each in created)
            raise

    async def _take_back(self, receipt: Receipt) -> None:
        """The sender hears that nothing was sent, so nothing may stay that could be opened or announced, as far as the store answers."""
        news = Happening(receipt.reference, State.BURNED, self._clock())
        with suppress(StoreUnavailable):
            await self._store.burn(receipt.push_id)
        with suppress(StoreUnavailable):
            await self._book.amend(receipt.reference, lambda known: known.after(news))
            await self._book.settle_due(receipt.reference)


async def _each(work: Iterable[Coroutine[None, None, T]]) -> list[T]:
    """All of it, a few at a time and in order, to the end even if one fails; raises the first failure after that."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(what: Coroutine[None, None, T]) -> T:
        async with room:
            return await what

    outcomes = await asyncio.gather(*map(one, work), return_exceptions=True)
    found: list[T] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        found.append(outcome)
    return found


def _check(order: Order, policy: Policy, people: int) -> None:
    if not order.payload.data:
        raise BadInput("secret", "empty")
    if len(order.payload.data) > policy.most_text_bytes:
        raise BadInput("secret", "too_long")
    if len(order.label) > LABEL_MOST:
        raise BadInput("label", "too_long")
    if len(order.passphrase) > PASSPHRASE_MOST:
        raise BadInput("passphrase", "too_long")
    if people > RECIPIENTS_MOST:
        raise BadInput("recipient", "too_many")
    if order.passphrase and people > WITH_PASSPHRASE_MOST:
        raise BadInput("passphrase", "too_many_people")
