"""Who has which address, in memory."""

from core.errors import Undeliverable
from core.identity import Member, Workspace


class FakeDirectory:
    """Vouches for `people`, who have name and address. `broken`: the platform does not answer."""

    def __init__(self, *people: Member) -> None:
        self.people = list(people)
        self.named = {each.workspace.id for each in people}
        self.broken = False
        self.asked = 0

    def is_named(self, workspace: Workspace) -> bool:
        return workspace.id in self.named

    async def vouched(self, member: Member) -> Member | None:
        self._ask()
        return next((each for each in self.people if each == member), None)

    async def find(self, address: str) -> Member | None:
        self._ask()
        found = [each for each in self.people if each.address == address]
        return found[0] if len(found) == 1 else None

    def _ask(self) -> None:
        self.asked += 1
        if self.broken:
            raise Undeliverable("no_answer")
