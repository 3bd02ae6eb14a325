"""What must the store answer? The protocol of a push as plainly as it can be said, in numbers and plain values.

    LIVE(views left) -> CLAIMED(nonce, grace) -> DONE; also EXPIRED, BURNED, HELD

A nonce, a passphrase, a ticket is a number here. Time is counted in ticks and everything that ends, ends between two
of them, so that the moments which a real run takes never decide anything. All of it can be copied, and a
copy is what a replica that lags has, or a file.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

GRACE = 1.5
TICKET = 2.5
GUESSES = 5

Answer = tuple[object, ...]
"""What is heard: ("granted", left, ends, again, burnable, claimed at, bound), ("wrong", left, counted), ("gone",), ("held",), ..."""

Kind = Literal["ephemeral", "durable", "snapshots"]
"""What outlives a restart: nothing, everything, what was saved last."""

GONE: Answer = ("gone",)
HELD: Answer = ("held",)
TICKET_NEEDED: Answer = ("ticket",)
BURNED: Answer = ("burned",)


@dataclass(frozen=True)
class Push:
    """One push, as its sender made it."""

    number: int
    views: int = 1
    passphrase: bool = False
    bound: bool = False
    burnable: bool = True
    lasts: float = 6.5


@dataclass(frozen=True)
class Try:
    """What somebody says who wants to open it. Passphrase 0 is the right one, None is none."""

    nonce: int
    link: bool = True
    passphrase: int | None = None
    ticket: int | None = None


@dataclass
class Claim:
    open_until: float
    at: int
    ticket: int | None
    acknowledged: bool = False


@dataclass
class Record:
    """A push that is kept: live while views are left, done when none is."""

    push: Push
    ends: float
    left: int
    generation: int
    bound: bool
    claims: dict[int, Claim] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)
    ticket: int | None = None
    ticket_until: float = 0.0

    @property
    def forgotten_at(self) -> float:
        """Expiry, or the end of the last grace: until then a late duplicate must be known as one."""
        return max([self.ends, *(claim.at + GRACE for claim in self.claims.values())])

    def sealed_is_kept(self, now: int) -> bool:
        """Whether anybody could still be given the bytes."""
        return self.left > 0 or any(not claim.acknowledged and now < claim.open_until for claim in self.claims.values())


@dataclass
class Tomb:
    """What stays for one grace of a push that came to an end, so that whoever ended it may ask again."""

    generation: int
    forgotten_at: float
    burned_by: int | None = None
    locked_by: int | None = None


@dataclass
class Server:
    """One server. `attached`: it has had a replica, or was one, since it was started."""

    name: str
    kept: dict[int, Record | Tomb] = field(default_factory=dict)
    generation: int = 0
    run: int = 0
    attached: bool = False
    role: Literal["master", "follows", "lags"] = "master"
    was_home: bool = False
    alone_on: set[int] = field(default_factory=set)
    """Generations on which an app has seen it durable and alone; kept among its data."""
    file: tuple[dict[int, Record | Tomb], bool] = field(default_factory=lambda: ({}, False))


class Model:
    """A store as its clients see it: the server they speak to, another one, and what the app believes of the first."""

    def __init__(self, kind: Kind, *, attached: bool = False) -> None:
        self.kind = kind
        self.now = 0
        self._numbers = count(1)
        self.home = Server("a", was_home=True, generation=self._new(), run=self._new())
        self.away = Server("b", generation=self._new(), run=self._new())
        self.believes_in_run: int | None = None
        """On which run of the server the app has found it durable; None is strict."""
        self.has_looked = False
        if attached:
            self.attach()

    # What a push goes through

    def keep(self, push: Push) -> Answer:
        self._look_if_new()
        known = self._find(push.number)
        if isinstance(known, Record):
            return ("kept", int(known.ends))
        if known is not None:
            return ("taken",)
        self._look_if_doubtful()
        record = self.home.kept[push.number] = Record(push, self.now + push.lasts, push.views, self.home.generation, push.bound)
        return ("kept", int(record.ends))

    def claim(self, number: int, said: Try) -> Answer:
        self._look_if_new()
        record = self._find(number)
        if record is None or not said.link:
            return GONE
        if isinstance(record, Tomb):
            return _locked_again(record, said) or GONE
        mine = record.claims.get(said.nonce)
        if mine is None and self.now >= record.ends:
            return GONE
        if (mine or record.left) and self._is_held(record):
            return HELD
        if mine:
            fits = _opens(record, said) and (not record.bound or said.ticket == mine.ticket)
            in_time = not mine.acknowledged and self.now < mine.open_until
            return _granted(record, mine, again=True) if fits and in_time else GONE
        if record.bound and not self._ticket_opens(record, said):
            used = {claim.ticket for claim in record.claims.values()}
            return GONE if record.left == 0 and said.ticket is not None and said.ticket in used else TICKET_NEEDED
        if not _opens(record, said):
            return self._guessed(record, said)
        if record.left == 0:
            return GONE
        record.left -= 1
        record.claims[said.nonce] = mine = Claim(self.now + GRACE, self.now, said.ticket)
        record.wrong.clear()
        record.ticket = None
        return _granted(record, mine, again=False)

    def acknowledge(self, number: int, nonce: int) -> bool:
        self._look_if_new()
        record = self._find(number)
        mine = record.claims.get(nonce) if isinstance(record, Record) else None
        if mine is None or mine.acknowledged:
            return False
        mine.acknowledged = True
        return True

    def burn(self, number: int) -> bool:
        self._look_if_new()
        there = isinstance(self._find(number), Record)
        if there:
            del self.home.kept[number]
        return there

    def burn_as_claimant(self, number: int, said: Try) -> Answer:
        self._look_if_new()
        record = self._find(number)
        if record is None:
            return GONE
        if isinstance(record, Tomb):
            if record.burned_by == said.nonce:
                return BURNED
            return (_locked_again(record, said) if said.link else None) or GONE
        if not record.push.burnable:
            return GONE
        if said.nonce not in record.claims:
            if not said.link or self.now >= record.ends:
                return GONE
            if record.left and self._is_held(record):
                return HELD
            if record.bound and not self._ticket_opens(record, said):
                return TICKET_NEEDED
            if not _opens(record, said):
                return self._guessed(record, said)
            if record.left == 0:
                return GONE
        self.home.kept[number] = Tomb(record.generation, self.now + GRACE, burned_by=said.nonce)
        return BURNED

    def mint_ticket(self, number: int, ticket: int, *, right_person: bool) -> Answer:
        self._look_if_new()
        record = self._find(number)
        if not isinstance(record, Record) or self.now >= record.ends or record.left == 0:
            return GONE
        if not record.bound or not right_person:
            return GONE
        if self._is_held(record):
            return HELD
        record.ticket, record.ticket_until = ticket, self.now + TICKET
        return ("minted",)

    def release(self, number: int) -> bool:
        self._look_if_new()
        record = self._find(number)
        if not isinstance(record, Record):
            return False
        self._look_if_doubtful()
        record.generation = self.home.generation
        return True

    def extend(self, number: int, lasts: float) -> Answer:
        """So long from now on, at least."""
        self._look_if_new()
        record = self._find(number)
        if not isinstance(record, Record) or record.left == 0 or self.now >= record.ends:
            return GONE
        record.ends = max(record.ends, self.now + lasts)
        return ("ends", int(record.ends))

    def unbind(self, number: int) -> bool:
        self._look_if_new()
        record = self._find(number)
        if not isinstance(record, Record):
            return False
        record.bound, record.ticket = False, None
        return True

    def status(self, number: int) -> Answer:
        self._look_if_new()
        record = self._find(number)
        if not isinstance(record, Record):
            return GONE
        return ("known", record.left, int(record.ends), len(record.wrong), self._is_held(record))

    def adopt(self) -> int:
        """How many pushes of another generation took on the present one."""
        released = [record for record in self.records() if record.generation != self.home.generation]
        for record in released:
            record.generation = self.home.generation
        return len(released)

    def records(self) -> list[Record]:
        """What is kept just now, without what has been forgotten."""
        return [record for record in map(self._find, self.home.kept) if isinstance(record, Record)]

    def keeps(self, number: int) -> tuple[bool, bool]:
        """Whether there must be a record, and sealed bytes."""
        record = self._find(number)
        return record is not None, isinstance(record, Record) and record.sealed_is_kept(self.now)

    def would_hold(self, number: int) -> int:
        """How many views a release would set free just now: none of what is not held."""
        record = self._find(number)
        if not isinstance(record, Record) or record.generation == self.home.generation:
            return 0
        return record.left if self.is_strict or record.generation not in self.home.alone_on else 0

    # What befalls the servers and the app

    def restart_app(self) -> None:
        self.has_looked = False

    def attach(self) -> None:
        """The other server becomes a replica, and has everything."""
        if not self.home.attached:  # the first one gives the master another name
            self.home.generation = self._new()
        self.home.attached = self.away.attached = True
        self.away.role = "follows"

    def lag(self) -> None:
        """From here on the replica hears nothing more."""
        self.away.kept, self.away.alone_on, self.away.role = deepcopy(self.home.kept), set(self.home.alone_on), "lags"

    def fail_over(self) -> None:
        """The replica is promoted with what it has; the old master lives on where nobody speaks to it."""
        if self.away.role == "follows":
            self.lag()
        self.away.role, self.away.generation, self.away.was_home = "master", self._new(), True
        self.turn_back()

    def turn_back(self) -> None:
        """The clients speak to the other server, as it is."""
        self.home, self.away = self.away, self.home

    def save(self) -> None:
        self.home.file = deepcopy(self.home.kept), self.home.attached

    def restart(self, *, planned: bool) -> None:
        """A crash, or a careful stop. Its replica hears nothing more."""
        home = self.home
        if self.away.role == "follows":
            self.lag()
        if planned and self.kind == "snapshots":
            self.save()
        if self.kind == "durable":
            home.attached = False
        else:
            home.kept, home.attached = deepcopy(home.file)
        home.run, home.generation = self._new(), self._new()

    # The fence

    @property
    def is_strict(self) -> bool:
        """Whether the app, once it has looked at the server as it is, holds what is of another generation."""
        if self.has_looked and self.believes_in_run is None:
            return True
        return self.kind != "durable" or self.home.attached

    def _is_held(self, record: Record) -> bool:
        self._look_if_doubtful()
        if record.generation == self.home.generation:
            return False
        return self.believes_in_run is None or record.generation not in self.home.alone_on

    def _look_if_new(self) -> None:
        if not self.has_looked:
            self._look()

    def _look_if_doubtful(self) -> None:
        if self.believes_in_run is not None and (self.believes_in_run != self.home.run or self.home.attached):
            self._look()

    def _look(self) -> None:
        self.has_looked = True
        alone = self.kind == "durable" and not self.home.attached
        self.believes_in_run = self.home.run if alone else None
        if alone:
            self.home.alone_on.add(self.home.generation)
        elif self.kind == "durable":  # it has a replica: what was noted while it was alone is forgotten
            self.home.alone_on.clear()

    def _new(self) -> int:
        return next(self._numbers)

    def _find(self, number: int) -> Record | Tomb | None:
        known = self.home.kept.get(number)
        return known if known is not None and self.now < known.forgotten_at else None

    def _ticket_opens(self, record: Record, said: Try) -> bool:
        return said.ticket is not None and said.ticket == record.ticket and self.now < record.ticket_until

    def _guessed(self, record: Record, said: Try) -> Answer:
        if said.passphrase is None or said.passphrase in record.wrong:
            return ("wrong", GUESSES - len(record.wrong), False)
        record.wrong.add(said.passphrase)
        left = GUESSES - len(record.wrong)
        if left == 0:
            self.home.kept[record.push.number] = Tomb(record.generation, self.now + GRACE, locked_by=said.passphrase)
        return ("wrong", left, True)


def _opens(record: Record, said: Try) -> bool:
    return not record.push.passphrase or said.passphrase == 0


def _locked_again(tomb: Tomb, said: Try) -> Answer | None:
    return ("wrong", 0, True) if tomb.locked_by is not None and tomb.locked_by == said.passphrase else None


def _granted(record: Record, claim: Claim, *, again: bool) -> Answer:
    return ("granted", record.left, int(record.ends), again, record.push.burnable, claim.at, record.bound)
