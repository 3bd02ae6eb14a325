"""Who has which e-mail address in Teams?

Teams finds nobody by an address: the app knows those who have it. So it notes whose addresses are whose, when people act, and when
it matters it asks the roster of their own chat with it anew. What counts there is the e-mail of a full member of a tenant
that the operator has named. It may be a mere user name, as which anybody could be named; then the user principal name
counts, whose domain Entra has the tenant prove: https://learn.microsoft.com/entra/identity/users/domains-manage.
Anybody may write any address into the directory of a tenant of their own, so a tenant that is only let in (`any`) is not believed.
"""

import json
from collections.abc import Collection

import structlog

from adapters.teams import parse
from adapters.teams.conversations import Conversations
from adapters.teams.gestures import Payload
from adapters.teams.people import Person, Rosters
from core.address import address_in, domain_of
from core.errors import StoreUnavailable, Undeliverable
from core.identity import Member, Workspace
from core.policy import Standing
from core.ports import Clock, WorkspaceRecords
from core.short_memory import ShortMemory

_LOOK_AGAIN_SECONDS = 3600.0
_REMEMBERED_MOST = 10_000

log = structlog.get_logger(__name__)


class TeamsDirectory:
    """The people of named tenants who have the app for themselves. Addresses of other domains than the listed are not kept."""

    def __init__(
        self,
        rosters: Rosters,
        conversations: Conversations,
        records: WorkspaceRecords,
        clock: Clock,
        *,
        tenants: Collection[str],
        domains: Collection[str],
    ) -> None:
        self._rosters = rosters
        self._conversations = conversations
        self._records = records
        self._tenants = tenants
        self._domains = domains
        self._noted: ShortMemory[bool] = ShortMemory(clock, seconds=_LOOK_AGAIN_SECONDS, most=_REMEMBERED_MOST)

    def is_named(self, workspace: Workspace) -> bool:
        """As the port says."""
        return workspace.id in self._tenants

    async def vouched(self, member: Member) -> Member | None:
        """As the port says; nobody without a chat of their own with the app."""
        home, chat = member.workspace, (await self._conversations.of(member)).chat
        if not self.is_named(home) or not chat:
            return None
        entry = await self._rosters.member(await self._conversations.service_url(home), chat, member.id)
        person = Person.told(entry) if entry is not None else None
        if person is None or person.entra != member.id or person.is_app or person.standing(home) is not Standing.MEMBER:
            return None
        return Member(home, member.id, person.name, _address_of(person))

    async def find(self, address: str) -> Member | None:
        """As the port says. What was noted only says whom to ask about."""
        noted = [Member(home, who) for home in self._homes() for who in await self._noted_under(address, home)]
        found = [known for each in noted if (known := await self.vouched(each)) is not None and known.address == address]
        return found[0] if len(found) == 1 else None

    # What is noted ---------------------------------------------------------------------------

    def wants(self, payload: Payload) -> bool:
        """Whether `note` has anything to do."""
        return bool(self._domains) and not parse.took_away(payload) and parse.is_entra_id(parse.member(payload).id)

    async def note(self, payload: Payload) -> None:
        """Remember by which address whoever acts may be found. May be lost: the next thing that they do tells it again."""
        member = parse.member(payload)
        try:
            if (await self._conversations.of(member)).chat:
                await self._noted.recall(member.spelled(), lambda: self._look(member))
        except (Undeliverable, StoreUnavailable) as problem:
            log.info("address_not_noted", cause=type(problem).__name__)

    async def _look(self, member: Member) -> bool:
        known = await self.vouched(member)
        address = known.address if known is not None and domain_of(known.address) in self._domains else ""
        before = await self._noted_of(member)
        if before not in ("", address):
            await self._take_out(before, member)
        if address and address != before:
            others = await self._noted_under(address, member.workspace)
            await self._keep_under(address, member.workspace, [*others, member.id])
            await self._records.keep(member.workspace, _of(member), address.encode())
        elif not address and before:
            await self._records.drop(member.workspace, _of(member))
        return True

    async def forget(self, member: Member) -> None:
        """The member took the app away: nobody finds them any more."""
        self._noted.forget(member.spelled())
        if address := await self._noted_of(member):
            await self._take_out(address, member)
            await self._records.drop(member.workspace, _of(member))

    def _homes(self) -> list[Workspace]:
        return [Workspace("teams", tenant) for tenant in sorted(self._tenants)]

    async def _noted_of(self, member: Member) -> str:
        return (await self._records.read(member.workspace, _of(member)) or b"").decode()

    async def _noted_under(self, address: str, home: Workspace) -> list[str]:
        kept = await self._records.read(home, _under(address))
        return [str(each) for each in json.loads(kept)] if kept else []

    async def _keep_under(self, address: str, home: Workspace, people: list[str]) -> None:
        if people:
            await self._records.keep(home, _under(address), json.dumps(sorted(set(people))).encode())
        else:
            await self._records.drop(home, _under(address))

    async def _take_out(self, address: str, member: Member) -> None:
        others = [each for each in await self._noted_under(address, member.workspace) if each != member.id]
        await self._keep_under(address, member.workspace, others)


def _under(address: str) -> str:
    """The records hash their names, so the store's files tell no address."""
    return f"teams/address/{address}"


def _of(member: Member) -> str:
    return f"teams/address_of/{member.spelled()}"


def _address_of(person: Person) -> str:
    """The e-mail where it is a whole address, of whichever domain; only in place of a mere user name the user principal name."""
    return address_in(person.email) or ("" if "@" in person.email else address_in(person.upn))
