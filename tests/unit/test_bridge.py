"""core/bridge: who agrees, who is vouched for, and what the answer gives away."""

from dataclasses import dataclass, field, replace

import pytest

from core.bridge import ADDRESSES_MOST, NAME_MOST, Bridge, addresses_in
from core.creation import Recipient
from core.errors import BadInput, TooMany
from core.identity import Member, Workspace
from core.policy import Policy, Standing
from tests.fakes.directory import FakeDirectory
from tests.fakes.small import FakeLimiter, ManualClock

HERE, THERE = Workspace("slack", "T0HERE"), Workspace("teams", "tenant")
ALICE = Member(HERE, "U0ALICE", "Alice", "alice@corp.test")
OMAR = Member(THERE, "omar", "Omar", "omar@corp.test")
STRANGER = Member(HERE, "U0OTTO")


@dataclass
class Each:
    """A policy for each workspace."""

    of_installation: Policy = field(default_factory=lambda: Policy(bridge_allowed=True))
    closed: set[str] = field(default_factory=set)

    async def of(self, workspace: Workspace) -> Policy:
        return replace(self.of_installation, bridge_allowed=workspace.id not in self.closed)


@dataclass
class Banks:
    """Both sides, and the bridge."""

    slack: FakeDirectory = field(default_factory=lambda: FakeDirectory(ALICE))
    teams: FakeDirectory = field(default_factory=lambda: FakeDirectory(OMAR))
    policies: Each = field(default_factory=Each)
    limiter: FakeLimiter = field(default_factory=lambda: FakeLimiter(ManualClock(), {"bridge": 20}))
    domains: frozenset[str] = frozenset({"corp.test"})

    @property
    def bridge(self) -> Bridge:
        return Bridge(self.domains, {"slack": self.slack, "teams": self.teams}, self.policies, self.limiter)

    async def refused(self, sender: Member, *addresses: str) -> str:
        with pytest.raises(BadInput) as caught:
            await self.bridge.cross(sender, list(addresses))
        assert caught.value.field == "email"
        return caught.value.reason


@pytest.fixture
def banks() -> Banks:
    return Banks()


async def test_it_leads_both_ways(banks: Banks) -> None:
    assert await banks.bridge.leads_to(ALICE) == "teams"
    assert await banks.bridge.leads_to(OMAR) == "slack"
    over = await banks.bridge.cross(ALICE, ["omar@corp.test"])
    assert over.recipients == (Recipient(OMAR, Standing.ACROSS),)
    assert (over.sender.name, over.sender.address) == ("Alice", "alice@corp.test")
    back = await banks.bridge.cross(OMAR, ["alice@corp.test"])
    assert [each.member for each in back.recipients] == [ALICE]


async def test_without_domains_or_without_the_other_chat_it_leads_nowhere(banks: Banks) -> None:
    assert await replace(banks, domains=frozenset()).bridge.leads_to(ALICE) is None
    alone = Bridge(banks.domains, {"slack": banks.slack}, banks.policies, banks.limiter)
    assert await alone.leads_to(ALICE) is None
    assert await banks.bridge.leads_to(Member(Workspace("api", "api"), "token")) is None


@pytest.mark.parametrize("workspace", [HERE, THERE])
async def test_the_policy_of_either_side_closes_it(banks: Banks, workspace: Workspace) -> None:
    banks.policies.closed.add(workspace.id)
    assert await banks.refused(ALICE, OMAR.address) == ("off" if workspace == HERE else "nobody")
    assert await banks.refused(OMAR, ALICE.address) == ("off" if workspace == THERE else "nobody")


async def test_a_workspace_that_nobody_named_has_no_way_over(banks: Banks) -> None:
    banks.slack.named.clear()
    assert await banks.bridge.leads_to(ALICE) is None
    assert await banks.refused(ALICE, OMAR.address) == "off"


async def test_an_address_of_another_domain_is_refused_without_asking_anybody(banks: Banks) -> None:
    for address in ("omar@sub.corp.test", "omar@corp.test.evil.test", "omar@evil.test"):
        assert await banks.refused(ALICE, "omar@corp.test", address) == "domain"
    assert banks.slack.asked == banks.teams.asked == 0


@pytest.mark.parametrize("address", ["", "alice", "alice@elsewhere.test", "Alice@corp.test", "alice@corp.test "])
async def test_who_sends_must_be_vouched_for_too(banks: Banks, address: str) -> None:
    banks.slack.people = [replace(ALICE, address=address)]
    assert await banks.refused(ALICE, OMAR.address) == "own"
    assert await banks.refused(STRANGER, OMAR.address) == "own"
    assert banks.teams.asked == 0


async def test_what_a_directory_finds_is_looked_at_once_more(banks: Banks) -> None:
    """A directory that is wrong about an address sends nobody's secret to somebody else."""

    class Careless(FakeDirectory):
        async def find(self, address: str) -> Member | None:
            return self.people[0]

    banks.teams = Careless(OMAR)
    assert await banks.refused(ALICE, "jane@corp.test") == "nobody"
    banks.teams = Careless(replace(OMAR, address="omar"))
    assert await banks.refused(ALICE, OMAR.address) == "nobody"


async def test_nobody_and_one_among_several_are_the_same_answer(banks: Banks) -> None:
    assert await banks.refused(ALICE, "nobody@corp.test") == "nobody"
    assert await banks.refused(ALICE, OMAR.address, "nobody@corp.test") == "nobody"


async def test_a_chat_that_does_not_answer_is_not_nobody(banks: Banks) -> None:
    banks.teams.broken = True
    assert await banks.refused(ALICE, OMAR.address) == "unanswered"


async def test_each_address_is_counted_before_anybody_is_asked(banks: Banks) -> None:
    for _ in range(10):
        assert await banks.refused(ALICE, OMAR.address, "nobody@corp.test") == "nobody"
    asked = banks.teams.asked
    with pytest.raises(TooMany):
        await banks.bridge.cross(ALICE, [OMAR.address])
    assert banks.teams.asked == asked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("CEO (ceo@corp.test)", "CEO ceo corp.test"),
        ("Jane\u202e\u2066 Doe\n<x>", "Jane Doe x"),
        ("J" * 100, "J" * NAME_MOST),
        ("J\u00fcrgen \u5f20\u4f1f", "J\u00fcrgen \u5f20\u4f1f"),
    ],
    ids=ascii,
)
async def test_a_name_cannot_pass_for_an_address(banks: Banks, name: str, shown: str) -> None:
    banks.slack.people = [replace(ALICE, name=name)]
    banks.teams.people = [replace(OMAR, name=name)]
    crossing = await banks.bridge.cross(ALICE, [OMAR.address])
    assert crossing.sender.name == crossing.recipients[0].member.name == shown


def test_what_is_typed_is_taken_apart() -> None:
    assert addresses_in(" A@corp.test, b@corp.test;\nc@corp.test a@corp.test") == ["a@corp.test", "b@corp.test", "c@corp.test"]
    assert addresses_in(" \n") == []


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("a@corp.test, b", "malformed"), ("Jane <a@corp.test>", "malformed"), (" ".join(f"p{n}@c.test" for n in range(11)), "too_many")],
)
def test_what_is_typed_wrong_is_told(typed: str, reason: str) -> None:
    assert ADDRESSES_MOST == 10
    with pytest.raises(BadInput) as caught:
        addresses_in(typed)
    assert (caught.value.field, caught.value.reason) == ("email", reason)
