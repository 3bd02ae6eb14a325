"""What can be done with a secret request? ask, answer, decline, withdraw.

The answer is made as any push is; a request only knows its reference. Everybody concerned is told
after the answer that caused it, by promises that outlive this process.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from core.audit import AuditEvent, AuditName
from core.errors import BadInput, NotYours, StoreUnavailable, TooMany, Undeliverable, Unreachable
from core.identity import Member, Platform
from core.link import encode
from core.policy import Standing, refusal_of
from core.ports import AskDelivery, AuditLog, Clock, Limiter, Outbox, Policies, RandomBytes, RequestBook
from core.promise import Ask, Settle
from core.secret_request import OPEN_FOR_SECONDS, WHAT_MOST, Asking, SecretRequest

_ID_BYTES = 16
OPEN_MOST = 100
"""Open requests that one member may have; as many again that workflows have asked for on their behalf."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks whom, for what. `standing`: how the asked person stands to the requester's workspace."""

    requester: Member
    asked: Member
    what: str
    standing: Standing = Standing.MEMBER
    step: str = ""


class SecretRequests:
    """The one way in for every door."""

    def __init__(
        self,
        *,
        book: RequestBook,
        outbox: Outbox,
        deliveries: Mapping[Platform, AskDelivery],
        policies: Policies,
        audit: AuditLog,
        limiter: Limiter,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._book = book
        self._outbox = outbox
        self._deliveries = deliveries
        self._policies = policies
        self._audit = audit
        self._limiter = limiter
        self._clock = clock
        self._random = random
        self.on_change: list[Callable[[SecretRequest], None]] = []
        """Who else looks at what becomes of a request. They neither fail nor wait."""

    async def ask(self, question: Question) -> SecretRequest:
        """Remember the request, and see to it that the person is asked. Raises BadInput, TooMany or StoreUnavailable."""
        what = " ".join(question.what.split())
        if not what:
            raise BadInput("what", "empty")
        if len(what) > WHAT_MOST:
            raise BadInput("what", "too_long")
        if question.asked.spelled() == question.requester.spelled():
            raise BadInput("asked", "oneself")
        if refused := refusal_of(await self._policies.of(question.requester.workspace), question.standing):
            raise BadInput("asked", refused)
        await self._keep_budgets(question)
        now = self._clock()
        request = SecretRequest(
            id=encode(self._random(_ID_BYTES)),
            requester=question.requester,
            asked=question.asked,
            what=what,
            created_at=now,
            expires_at=now + OPEN_FOR_SECONDS * 1000,
            step=question.step,
        )
        await self._book.enter(request)
        try:
            await self._outbox.promise(Ask(request.id))
        except StoreUnavailable:
            with suppress(StoreUnavailable):  # the requester hears that nobody was asked: so nothing may stay open
                await self._book.amend(request.id, lambda known: known.after(Asking.WITHDRAWN, now))
            raise
        self._remember("request.made")
        return request

    async def _keep_budgets(self, question: Question) -> None:
        """Whoever makes a workflow names whom it asks for, and no platform says who that author is: its workspace answers for it."""
        who = question.requester
        await (self._limiter.spend("ask_step", who.workspace.spelled()) if question.step else self._limiter.spend("ask", who.spelled()))
        if await self._book.count_open_of(who) < OPEN_MOST:
            return
        alike = [request for request in await self._book.open_of(who) if bool(request.step) == bool(question.step)]
        if len(alike) >= OPEN_MOST:
            raise TooMany(retry_after=3600)

    async def answerable_by(self, request_id: str, member: Member) -> SecretRequest:
        """The open request that this person was asked. Raises NotYours when there is none, or it is over."""
        request = await self._book.find(request_id)
        if request is None or not request.open or request.asked.spelled() != member.spelled() or self._clock() >= request.expires_at:
            raise NotYours
        return request

    async def answered(self, request_id: str, member: Member, push_reference: str) -> bool:
        """The push of that reference is the answer. False when something else has ended the request before."""
        await self.answerable_by(request_id, member)
        request = await self._end(request_id, Asking.ANSWERED, push_reference)
        return request is not None and request.answer == push_reference

    async def decline(self, request_id: str, member: Member) -> SecretRequest:
        """The asked person will not send it. Raises NotYours."""
        await self.answerable_by(request_id, member)
        return await self._end(request_id, Asking.DECLINED) or _gone()

    async def withdraw(self, request_id: str, requester: Member) -> SecretRequest:
        """The requester needs it no more. Raises NotYours."""
        request = await self._book.find(request_id)
        if request is None or request.requester.spelled() != requester.spelled():
            raise NotYours
        return (await self._end(request_id, Asking.WITHDRAWN) or _gone()) if request.open else request

    async def open_of(self, requester: Member) -> list[SecretRequest]:
        """What this member has asked for and not got yet, soonest to expire first."""
        return await self._book.open_of(requester)

    # After the answer ------------------------------------------------------------------------

    async def keep(self, promise: Ask | Settle, again: bool = False) -> None:
        """Do what was promised. Raises Unreachable when the platform may be tried again, and StoreUnavailable."""
        request = await self._book.find(promise.request_id)
        if request is None:
            return
        if isinstance(promise, Ask) and request.open and request.invitation is None and (again or not request.undeliverable):
            request = await self._invite(request)
        await self._show(request)

    async def take_due(self, most: int) -> list[str]:
        """Up to `most` requests that have expired and whose messages may not say so yet."""
        return await self._book.take_due(most)

    async def tell_expired(self, request_id: str) -> None:
        """Settle a request that nobody has answered in time."""
        now = self._clock()
        request = await self._book.amend(request_id, lambda known: known.after(Asking.EXPIRED, now))
        if request is not None and request.state is Asking.EXPIRED:
            await self._show(request)
        await self._book.settle_due(request_id)

    async def _end(self, request_id: str, what: Asking, answer: str = "") -> SecretRequest | None:
        now = self._clock()
        request = await self._book.amend(request_id, lambda known: known.after(what, now, answer))
        with suppress(StoreUnavailable):  # what was asked for is done: to say otherwise would be wrong
            await self._outbox.promise(Settle(request_id))
        self._remember(f"request.{what.value}")  # type: ignore[arg-type]  # each has its name
        return request

    async def _invite(self, request: SecretRequest) -> SecretRequest:
        delivery = self._deliver_to(request.asked.workspace.platform)
        try:
            where = await delivery.ask(request)
        except Undeliverable as problem:
            request = await self._amend(request, undeliverable=problem.reason)
            if isinstance(problem, Unreachable):
                raise
            await delivery.finish_step(request)
            return request
        request = await self._book.amend(request.id, lambda known: replace(known, invitation=where, undeliverable="")) or request
        await delivery.finish_step(request)
        return request

    async def _show(self, request: SecretRequest) -> None:
        for look in self.on_change:
            look(request)
        with _refusal_passed_over():  # the requester may have left; the asked person's message still matters
            where = await self._deliver_to(request.requester.workspace.platform).show_request(request)
            if where != request.card:
                request = await self._book.amend(request.id, lambda known: replace(known, card=where)) or request
        if request.invitation is not None and not request.open:
            with _refusal_passed_over():
                await self._deliver_to(request.asked.workspace.platform).settle_ask(request)

    async def _amend(self, request: SecretRequest, *, undeliverable: str) -> SecretRequest:
        return await self._book.amend(request.id, lambda known: replace(known, undeliverable=undeliverable)) or request

    def _deliver_to(self, platform: Platform) -> AskDelivery:
        try:
            return self._deliveries[platform]
        except KeyError:
            raise Undeliverable("no_such_platform") from None

    def _remember(self, name: AuditName) -> None:
        self._audit.record(AuditEvent(name, ""))


@contextmanager
def _refusal_passed_over() -> Iterator[None]:
    """A message that a platform will not carry must not stop the news of others; one that it may carry later must come again."""
    try:
        yield
    except Unreachable:
        raise
    except Undeliverable:
        return


def _gone() -> SecretRequest:
    raise NotYours
