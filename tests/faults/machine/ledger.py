"""Who was ever shown what? A book that no restart and no failover takes anything out of.

It knows nothing of servers, graces or generations. It is what the promise says: so many views,
so many readers, in all of history, unless the sender agreed to more.
"""

from collections import defaultdict

from tests.faults.machine.model import Push, Try


class SecondReader(AssertionError):
    """A view was shown to more readers than its sender allowed."""


class Ledger:
    """One history of pushes and of all who saw them."""

    def __init__(self) -> None:
        self.readers: dict[int, set[int]] = defaultdict(set)
        self.allowed: dict[int, int] = defaultdict(int)
        self.taken_back: set[int] = set()
        self.unbound: set[int] = set()
        """For good: a server from before may come back, on which it still is."""
        self._tickets: dict[int, set[int]] = defaultdict(set)

    def made(self, push: Push) -> None:
        """Its sender made it, or made it anew after it was gone."""
        self.allowed[push.number] += push.views
        self.taken_back.discard(push.number)

    def released(self, number: int, views: int) -> None:
        """It was held, and its sender agreed that it may have been read already: so many views more."""
        if views:
            self.allowed[number] += views
            self.taken_back.discard(number)

    def burned(self, number: int) -> None:
        """Somebody who may was told that it is no more."""
        self.taken_back.add(number)

    def opened_to_all(self, number: int) -> None:
        """Its sender agreed that whoever has the link may open it."""
        self.unbound.add(number)

    def two_masters(self) -> None:
        """The clients turned back to a server that never heard what was burned elsewhere meanwhile."""
        self.taken_back.clear()

    def minted(self, number: int, ticket: int) -> None:
        """The right person got this ticket from chat."""
        self._tickets[number].add(ticket)

    def shown(self, push: Push, said: Try) -> None:
        """These bytes were given to this nonce. Raises SecondReader when that breaks the promise."""
        number, readers = push.number, self.readers[push.number]
        readers.add(said.nonce)
        if len(readers) > self.allowed[number]:
            raise SecondReader(f"push {number} was shown to {len(readers)} readers; its sender allowed {self.allowed[number]}")
        assert said.link, f"push {number} was shown for a wrong key"
        assert not push.passphrase or said.passphrase == 0, f"push {number} was shown for a wrong passphrase"
        assert not push.bound or number in self.unbound or said.ticket in self._tickets[number], (
            f"push {number} was shown without a ticket of its person"
        )
        assert number not in self.taken_back, f"push {number} was shown after it was burned"
