"""Does the store answer as the model says, whatever happens in whatever order?

A history is fifty steps that Hypothesis chose: what people do, what befalls the servers, how time passes. After
each step the real answer is compared with the model's, and what was shown goes into the ledger.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.faults.machine.app import A_DAY_MS
from tests.faults.machine.ledger import Ledger, SecondReader
from tests.faults.machine.model import Answer, Kind, Model, Push, Try
from tests.faults.machine.world import World

Terms = tuple[int, bool, bool, bool, float]
Rule = TypeVar("Rule")

STEPS = 50
_A_FEW = st.integers(0, 3)
"""Which of the pushes, or of the tries: 0 is the newest."""
_PUSHES = st.tuples(st.integers(1, 3), st.booleans(), st.booleans(), st.sampled_from([True, True, False]), st.sampled_from([6.5, 2.5]))
"""Views, passphrase, bound, burnable, lasts."""
_KINDS: list[Kind] = ["snapshots", "durable", "ephemeral"]


class Divergence(AssertionError):
    """The store did something else than the model."""


def so_often(what: str, when: Callable[["Machine"], bool] = lambda machine: True) -> Callable[[Rule], Rule]:
    """Something that a history has only so much of: it takes long, or little would be left to see."""
    return precondition(lambda machine: machine.left[what] > 0 and when(machine))


class Machine(RuleBasedStateMachine):
    """The rules. `world` and `runner` are the process's own."""

    world: ClassVar[World]
    runner: ClassVar[asyncio.Runner]
    tally: ClassVar[Counter[str]] = Counter()
    went_wrong = False
    steps = -1
    """The first only sets the stage."""

    @initialize(
        kind=st.sampled_from(_KINDS),
        attached=st.sampled_from([False, False, True]),
        troubles=st.sampled_from([1, 0, 0, 1, 2, 4]),
        first=st.lists(_PUSHES, min_size=1, max_size=3),
    )
    def begin(self, kind: Kind, attached: bool, troubles: int, first: list[Terms]) -> None:
        self.model, self.ledger = Model(kind, attached=attached), Ledger()
        self.pushes: list[Push] = []
        self.tries: list[tuple[Push, Try]] = []
        self.tickets: dict[int, list[int]] = {}
        self.number, self.left = 0, Counter(troubles=troubles, time=3, beside=3, saves=2, burns=3, adoptions=2, unbindings=2)
        self.run(self.world.begin(kind, attached=attached))
        for terms in first:
            self.create(terms)

    @invariant()
    def count_steps(self) -> None:
        self.steps += 1

    def teardown(self) -> None:
        if self.went_wrong or not hasattr(self, "model"):
            return
        for push in self.pushes:
            self.same("what is kept", self.model.keeps(push.number), self.run(self.world.keeps(push)))
            self.same("status", self.model.status(push.number), self.run(self.world.status(push)))
        self.same("keys that stay for ever", [], self.run(self.world.end()))
        self.tally["steps"] += self.steps
        self.tally["runs"] += self.steps == STEPS

    # Senders

    @rule(terms=_PUSHES)
    @precondition(lambda self: len(self.pushes) < 8)
    def create(self, terms: Terms) -> None:
        push = Push(self.next(), *terms)
        self.pushes.append(push)
        self.keep(push)

    @rule(which=_A_FEW)
    def create_once_more(self, which: int) -> None:
        """As after a lost answer, or much later."""
        self.keep(self.push(which))

    @rule(which=_A_FEW)
    @so_often("burns")
    def burn(self, which: int) -> None:
        self.left["burns"] -= 1
        push = self.push(which)
        told = self.run(self.world.burn(push))
        self.same("burn", self.model.burn(push.number), told)
        if told:
            self.ledger.burned(push.number)

    @rule(which=_A_FEW)
    def release(self, which: int) -> None:
        push = self.push(which)
        set_free = self.model.would_hold(push.number)
        told = self.run(self.world.release(push))
        self.same("release", self.model.release(push.number), told)
        self.ledger.released(push.number, set_free)

    @rule()
    @so_often("adoptions")
    def adopt(self) -> None:
        self.left["adoptions"] -= 1
        for push in self.pushes:
            self.ledger.released(push.number, self.model.would_hold(push.number))
        told = self.run(self.world.adopt())
        self.same("adopt", self.model.adopt(), told)

    @rule(which=_A_FEW, lasts=st.sampled_from([2.5, 6.5, 0.5]))
    def extend(self, which: int, lasts: float) -> None:
        push = self.push(which)
        self.same("extend", self.model.extend(push.number, lasts), self.run(self.world.extend(push, lasts)))

    @rule(which=_A_FEW)
    @so_often("unbindings")
    def unbind(self, which: int) -> None:
        self.left["unbindings"] -= 1
        push = self.push(which)
        told = self.run(self.world.unbind(push))
        self.same("unbind", self.model.unbind(push.number), told)
        if told:
            self.ledger.opened_to_all(push.number)

    @rule(which=_A_FEW)
    def look(self, which: int) -> None:
        push = self.push(which)
        self.same("status", self.model.status(push.number), self.run(self.world.status(push)))

    # Claimants

    @rule(which=_A_FEW)
    def claim(self, which: int) -> None:
        push = self.push(which)
        self.claims(push, self.right(push))

    @rule(which=_A_FEW)
    def come_from_chat(self, which: int) -> None:
        """With a ticket just minted, where one is needed."""
        push = self.push(which)
        if push.bound:
            self.mint(push, right_person=True)
        self.claims(push, self.right(push))

    @rule(which=_A_FEW)
    def claim_with_a_wrong_key(self, which: int) -> None:
        push = self.push(which)
        right = self.right(push)
        self.claims(push, Try(right.nonce, False, right.passphrase, right.ticket))

    @rule(which=_A_FEW, passphrase=st.sampled_from([1, 2, 3, 4, 5, 6, None]), again=st.booleans())
    def claim_with_a_wrong_passphrase(self, which: int, passphrase: int | None, again: bool) -> None:
        push = self.push(which)
        right = self.right(push)
        self.claims(push, Try(right.nonce, True, passphrase, right.ticket))
        if again:
            self.claims(push, Try(self.next(), True, passphrase, right.ticket))

    @rule(which=_A_FEW, ticket=st.sampled_from([None, 0, 1, 2]))
    def claim_with_another_ticket(self, which: int, ticket: int | None) -> None:
        """None at all, one that nobody minted, an older one."""
        push = self.push(which)
        right, minted = self.right(push), self.tickets.get(push.number, [])
        said = None if ticket is None else minted[-1 - ticket] if ticket < len(minted) else 0
        self.claims(push, Try(right.nonce, True, right.passphrase, said))

    @rule(which=st.integers(0, 7))
    @precondition(lambda self: self.tries)
    def retry(self, which: int) -> None:
        """The same nonce and all: after a lost answer, or long after."""
        self.claims(*self.tried(which))

    @rule(which=st.integers(0, 7), link=st.booleans(), passphrase=st.sampled_from([0, None, 1]), ticket=st.sampled_from([None, 0]))
    @precondition(lambda self: self.tries)
    def retry_otherwise(self, which: int, link: bool, passphrase: int | None, ticket: int | None) -> None:
        """A known nonce with other proofs."""
        push, before = self.tried(which)
        self.claims(push, Try(before.nonce, link, passphrase, before.ticket if ticket is None else ticket), remember=False)

    @rule(which=st.integers(0, 7))
    @precondition(lambda self: self.tries)
    def acknowledge(self, which: int) -> None:
        push, before = self.tried(which)
        told = self.run(self.world.acknowledge(push, before.nonce))
        self.same("acknowledge", self.model.acknowledge(push.number, before.nonce), told)

    @rule(which=st.integers(0, 7))
    @precondition(lambda self: self.tries)
    def burn_what_was_tried(self, which: int) -> None:
        push, before = self.tried(which)
        self.burns(push, Try(before.nonce, False))

    @rule(which=_A_FEW, passphrase=st.sampled_from([1, 0, 7, None]), link=st.sampled_from([True, True, False]))
    def burn_as_claimant(self, which: int, passphrase: int | None, link: bool) -> None:
        push = self.push(which)
        said = Try(self.next(), link, passphrase, self.right(push).ticket)
        self.tries.append((push, said))
        self.burns(push, said)

    @rule(which=_A_FEW, right_person=st.sampled_from([True, True, True, False]))
    @precondition(lambda self: any(push.bound for push in self.pushes))
    def mint_ticket(self, which: int, right_person: bool) -> None:
        bound = [push for push in self.pushes if push.bound]
        self.mint(bound[-1 - which % len(bound)], right_person=right_person)

    # Time, and the app

    @rule(ticks=st.sampled_from([1, 1, 2]))
    @so_often("time")
    def time_passes(self, ticks: int) -> None:
        """Also how pushes expire, graces end and tickets die."""
        self.left["time"] -= 1
        self.model.now += ticks
        self.run(self.world.pass_time(ticks))

    @rule(what=st.sampled_from(["restart", "a day late", "a day early", "no scripts"]))
    @so_often("beside")
    def something_that_changes_nothing(self, what: str) -> None:
        """The app restarts, its clock is wrong by a day, the server forgets its scripts."""
        self.left["beside"] -= 1
        match what:
            case "restart":
                self.world.start_app()
                self.model.restart_app()
            case "no scripts":
                self.run(self.world.forget_scripts())
            case _:
                self.world.app.clock.advance(A_DAY_MS if what == "a day early" else -A_DAY_MS)

    # The servers

    @rule(planned=st.sampled_from([False, False, True]))
    @so_often("troubles")
    def restart(self, planned: bool) -> None:
        """A claim meanwhile hears that the store is away, and spends nothing."""
        self.befell("restarts")
        meanwhile = self.tried(0) if self.tries else None
        if self.model.away.role == "follows":
            self.run(self.world.lag())
        told = self.run(self.world.restart(planned=planned, meanwhile=meanwhile))
        self.same("a claim while the store is away", meanwhile is not None, told)
        self.model.restart(planned=planned)

    @rule()
    @so_often("troubles", lambda self: self.model.away.role != "follows")
    def a_replica_attaches(self) -> None:
        self.befell("replicas")
        self.run(self.world.attach())
        self.model.attach()

    @rule()
    @precondition(lambda self: self.model.away.role == "follows")
    def the_replica_lags(self) -> None:
        self.tally["lags"] += 1
        self.run(self.world.lag())
        self.model.lag()

    @rule()
    @so_often("troubles", lambda self: self.model.away.role != "master")
    def failover(self) -> None:
        self.befell("failovers")
        self.fail_over()

    @rule()
    @so_often("troubles", lambda self: self.model.away.role == "master" and self.model.away.was_home)
    def failback(self) -> None:
        """The old master takes over everything, and is the master again."""
        self.befell("failbacks")
        self.run(self.world.attach())
        self.model.attach()
        self.fail_over()

    @rule()
    @so_often("troubles", lambda self: self.model.away.role == "master" and self.model.away.was_home)
    def two_masters(self) -> None:
        """The clients turn back to the old master as it is: it heard nothing of what was done meanwhile."""
        self.befell("turns back")
        self.run(self.world.turn_back())
        self.model.turn_back()
        self.ledger.two_masters()

    @rule()
    @so_often("saves", lambda self: self.model.kind != "durable")
    def the_server_saves(self) -> None:
        self.left["saves"] -= 1
        self.run(self.world.save())
        self.model.save()

    # How it is done

    def keep(self, push: Push) -> None:
        is_new = not self.model.keeps(push.number)[0]
        told = self.run(self.world.keep(push))
        self.same("keep", self.model.keep(push), told)
        if is_new:
            self.ledger.made(push)

    def claims(self, push: Push, said: Try, *, remember: bool = True) -> None:
        if remember and (push, said) not in self.tries:
            self.tries.append((push, said))
        told = self.run(self.world.claim(push, said))
        self.tally[str(told[0])] += 1
        if told[0] == "granted":
            self.show(push, said)
        self.same(f"claim of push {push.number} with {said}", self.model.claim(push.number, said), told)

    def burns(self, push: Push, said: Try) -> None:
        told = self.run(self.world.burn_as_claimant(push, said))
        self.same(f"burn of push {push.number} with {said}", self.model.burn_as_claimant(push.number, said), told)
        if told == ("burned",):
            self.left["burns"] -= 1
            self.ledger.burned(push.number)

    def mint(self, push: Push, *, right_person: bool) -> None:
        ticket = self.next()
        told = self.run(self.world.mint_ticket(push, ticket, right_person=right_person))
        self.same("mint a ticket", self.model.mint_ticket(push.number, ticket, right_person=right_person), told)
        if told == ("minted",):
            self.tickets.setdefault(push.number, []).append(ticket)
            self.ledger.minted(push.number, ticket)

    def fail_over(self) -> None:
        self.run(self.world.fail_over(in_step=self.model.away.role == "follows"))
        self.model.fail_over()

    def show(self, push: Push, said: Try) -> None:
        try:
            self.ledger.shown(push, said)
        except AssertionError as problem:
            self.went_wrong = True
            self.tally["second readers"] += isinstance(problem, SecondReader)
            raise

    def befell(self, what: str) -> None:
        self.left["troubles"] -= 1
        self.tally[what] += 1

    def right(self, push: Push) -> Try:
        """A new try with all that its recipient has."""
        minted = self.tickets.get(push.number)
        return Try(self.next(), True, 0 if push.passphrase else None, minted[-1] if minted else None)

    def push(self, which: int) -> Push:
        return self.pushes[-1 - which % len(self.pushes)]

    def tried(self, which: int) -> tuple[Push, Try]:
        return self.tries[-1 - which % len(self.tries)]

    def next(self) -> int:
        self.number += 1
        return self.number

    def same(self, what: str, expected: object, told: object) -> None:
        if expected != told:
            self.went_wrong = True
            raise Divergence(f"{what}: the model says {expected}, the store {told}")

    def run(self, act: object) -> Answer:
        self.tally["acts"] += 1
        return self.runner.run(act)
