"""core/policies, core/preferences: what a workspace and its members chose, never wider than what the operator allows."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import dataclass, field

import pytest

from core.errors import BadInput, StoreUnavailable
from core.identity import Workspace
from core.policies import WorkspacePolicies
from core.policy import DAY, HOUR, Policy, PolicyChoice, narrowed
from core.preferences import MemberPreferences, Preferences
from tests.fakes import ALICE, BOB, FakeWorkspaceRecords, ManualClock, RecordingAudit, member

HERE = ALICE.workspace
OPERATORS = Policy(default_expiry=DAY, longest_expiry=7 * DAY, default_views=2, most_views=10)
NEAR_MS = 5_000


class CountingRecords(FakeWorkspaceRecords):
    """Counts readings, can be away, and can be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.readings = 0
        self.away = False
        self.pause: Awaitable[object] | None = None

    async def read(self, workspace: Workspace, name: str) -> bytes | None:
        self.readings += 1
        if self.away:
            raise StoreUnavailable
        found = await super().read(workspace, name)
        if self.pause is not None:
            await self.pause
        return found


@dataclass
class Hall:
    installation: Policy = OPERATORS
    clock: ManualClock = field(default_factory=ManualClock)
    records: CountingRecords = field(default_factory=CountingRecords)
    audit: RecordingAudit = field(default_factory=RecordingAudit)

    def __post_init__(self) -> None:
        self.policies = WorkspacePolicies(self.installation, self.records, self.audit, self.clock)
        self.preferences = MemberPreferences(self.records, self.audit, self.clock)


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def test_where_nothing_was_chosen_the_operators_policy_holds(hall: Hall) -> None:
    assert await hall.policies.of(HERE) == OPERATORS


async def test_what_was_chosen_holds_at_once_and_for_that_workspace_alone(hall: Hall) -> None:
    await hall.policies.of(HERE)
    await hall.policies.choose(PolicyChoice(longest_expiry=HOUR, default_expiry=HOUR, reveal_in_chat=True), ALICE)
    policy = await hall.policies.of(HERE)
    assert (policy.longest_expiry, policy.default_expiry, policy.reveal_in_chat) == (HOUR, HOUR, True)
    assert await hall.policies.of(Workspace("slack", "T0OTHER")) == OPERATORS


async def test_another_process_knows_within_five_seconds(hall: Hall) -> None:
    other = WorkspacePolicies(OPERATORS, hall.records, hall.audit, hall.clock)
    await other.of(HERE)
    await hall.policies.choose(PolicyChoice(most_views=3), ALICE)
    assert (await other.of(HERE)).most_views == 10
    hall.clock.advance(NEAR_MS)
    assert (await other.of(HERE)).most_views == 3


async def test_the_store_is_asked_once_in_five_seconds(hall: Hall) -> None:
    for _ in range(50):
        await hall.policies.of(HERE)
    assert hall.records.readings == 1


async def test_without_a_store_there_is_no_policy_rather_than_a_wider_one(hall: Hall) -> None:
    await hall.policies.choose(PolicyChoice(most_views=3), ALICE)
    hall.records.away = True
    with pytest.raises(StoreUnavailable):
        await hall.policies.of(HERE)


async def test_what_was_read_while_it_was_changed_is_not_remembered(hall: Hall) -> None:
    released = asyncio.Event()
    hall.records.pause = released.wait()
    reading = asyncio.create_task(hall.policies.of(HERE))
    while not hall.records.readings:
        await asyncio.sleep(0)
    await hall.policies.choose(PolicyChoice(most_views=3), ALICE)
    hall.records.pause = None
    released.set()
    await reading
    assert (await hall.policies.of(HERE)).most_views == 3


async def test_the_memory_of_policies_is_bounded(hall: Hall) -> None:
    for number in range(1_100):
        await hall.policies.of(Workspace("slack", f"T{number}"))
    assert len(hall.policies._near._known) == 1_000


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (PolicyChoice(longest_expiry=8 * DAY), "longest_expiry"),
        (PolicyChoice(longest_expiry=60), "longest_expiry"),
        (PolicyChoice(longest_expiry=HOUR, default_expiry=DAY), "default_expiry"),
        (PolicyChoice(default_expiry=0), "default_expiry"),
        (PolicyChoice(most_views=11), "most_views"),
        (PolicyChoice(most_views=0), "most_views"),
        (PolicyChoice(most_views=2, default_views=3), "default_views"),
    ],
)
async def test_a_choice_out_of_range_is_refused_by_its_field_and_nothing_changes(hall: Hall, choice: PolicyChoice, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        await hall.policies.choose(choice, ALICE)
    assert refused.value.field == field
    assert await hall.policies.of(HERE) == OPERATORS
    assert hall.audit.events == []


async def test_who_changed_a_policy_is_remembered(hall: Hall) -> None:
    await hall.policies.choose(PolicyChoice(most_views=3), ALICE)
    (event,) = hall.audit.events
    assert (event.name, event.by) == ("policy.changed", ALICE.spelled())


async def test_an_operator_who_lowers_the_limits_lowers_them_for_every_workspace(hall: Hall) -> None:
    await hall.policies.choose(PolicyChoice(longest_expiry=7 * DAY, default_expiry=7 * DAY, most_views=10, default_views=10), ALICE)
    later = Hall(Policy(default_expiry=HOUR, longest_expiry=DAY, default_views=1, most_views=2), records=hall.records)
    policy = await later.policies.of(HERE)
    assert (policy.longest_expiry, policy.default_expiry, policy.most_views, policy.default_views) == (DAY, DAY, 2, 2)


def test_what_the_operator_demands_no_workspace_gives_up() -> None:
    strict = Policy(passphrase_required=True, binding_required=True, guests_allowed=False)
    wide = PolicyChoice(passphrase_required=False, binding_required=False, guests_allowed=True)
    assert narrowed(strict, wide) == strict


@pytest.mark.parametrize(
    "kept",
    [
        {"longest_expiry": "1", "most_views": True, "guests_allowed": 0, "reveal_in_chat": "yes"},
        {"longest_expiry": -5, "most_views": 0, "colour": "teal"},
        {"longest_expiry": None},
        {},
    ],
)
async def test_what_another_edition_kept_and_this_one_cannot_use_is_left_out(hall: Hall, kept: dict[str, object]) -> None:
    await hall.records.keep(HERE, "policy", json.dumps(kept).encode())
    assert await hall.policies.of(HERE) == OPERATORS


# Preferences


async def test_preferences_are_one_members_own(hall: Hall) -> None:
    liked = Preferences(HOUR, 3, "de", tell_opened=True)
    await hall.preferences.choose(ALICE, liked, OPERATORS)
    assert await hall.preferences.of(ALICE) == liked
    assert await hall.preferences.of(BOB) == Preferences()
    assert await hall.preferences.of(member("U0ALICE", "T0OTHER")) == Preferences()
    assert hall.audit.names == ["preferences.changed"]


@pytest.mark.parametrize(
    ("wished", "field"),
    [(Preferences(expires_in=8 * DAY), "expiry"), (Preferences(views=11), "views"), (Preferences(language="x" * 99), "language")],
)
async def test_preferences_beyond_the_policy_are_refused(hall: Hall, wished: Preferences, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        await hall.preferences.choose(ALICE, wished, OPERATORS)
    assert refused.value.field == field
    assert await hall.preferences.of(ALICE) == Preferences()


def test_preferences_that_the_policy_no_longer_allows_do_not_count() -> None:
    liked, narrow = Preferences(DAY, 5), Policy(default_expiry=HOUR, longest_expiry=HOUR, most_views=2)
    assert (liked.expiry_within(narrow), liked.views_within(narrow)) == (None, None)
    assert (liked.expiry_within(OPERATORS), liked.views_within(OPERATORS)) == (DAY, 5)


async def test_odd_preferences_in_the_store_are_left_out(hall: Hall) -> None:
    kept = {"expires_in": "1", "views": -1, "language": 5, "tell_opened": "yes", "colour": "teal"}
    await hall.records.keep(HERE, f"preferences/{ALICE.spelled()}", json.dumps(kept).encode())
    assert await hall.preferences.of(ALICE) == Preferences()


BRIDGED = Policy(bridge_allowed=True)


async def test_people_of_the_other_chat_are_let_in_only_where_an_admin_said_so(hall: Hall) -> None:
    policies = WorkspacePolicies(BRIDGED, hall.records, hall.audit, hall.clock)
    assert not (await policies.of(HERE)).bridge_allowed
    await policies.choose(PolicyChoice(bridge_allowed=True), ALICE)
    assert (await policies.of(HERE)).bridge_allowed


async def test_a_workspace_cannot_let_them_in_where_the_operator_does_not(hall: Hall) -> None:
    assert not (await hall.policies.choose(PolicyChoice(bridge_allowed=True), ALICE)).bridge_allowed
    assert not (await hall.policies.of(HERE)).bridge_allowed


async def test_of_a_tenant_where_nobody_can_choose_the_operators_word_holds(hall: Hall) -> None:
    tenant = Workspace("teams", "8a2b7c1d")
    assert (await WorkspacePolicies(BRIDGED, hall.records, hall.audit, hall.clock).of(tenant)).bridge_allowed
    assert not (await hall.policies.of(tenant)).bridge_allowed
