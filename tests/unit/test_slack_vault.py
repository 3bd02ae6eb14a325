"""Tokens are renewed in time, once, and never lost on the way."""

import asyncio

import pytest

from adapters.slack.installations import Installations
from adapters.slack.oauth import Consent, Given
from adapters.slack.vault import RENEW_BEFORE_MILLIS, Token, Vault
from core.errors import StoreUnavailable, Undeliverable, Unreachable
from core.identity import Member, Workspace
from tests.fakes.small import ManualClock
from tests.fakes.workspaces import FakeLocks, FakeWorkspaceRecords

HOME = Workspace("slack", "T0ACME")
LIFE = 43_200


class FakeOAuth:
    """Gives the next token for each refresh token, once."""

    def __init__(self) -> None:
        self.good = {"r0"}
        self.asked = 0
        self.refusal: Undeliverable | None = None
        self.gate: asyncio.Event | None = None

    async def refresh(self, refresh_token: str) -> Given:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        if refresh_token not in self.good:
            raise Undeliverable("invalid_refresh_token")
        self.good = {f"r{self.asked}"}
        return Given(f"t{self.asked}", ("commands",), f"r{self.asked}", LIFE)


class Records(FakeWorkspaceRecords):
    """Away for the next `away` writes."""

    away = 0

    async def keep(self, workspace: Workspace, name: str, plain: bytes) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away for a test")
        await super().keep(workspace, name, plain)


class Around:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.records = Records()
        self.locks = FakeLocks(self.clock)
        self.oauth = FakeOAuth()
        self.vault = self.another()

    def another(self) -> Vault:
        return Vault(self.records, self.locks, self.oauth, self.clock)

    async def begin(self) -> None:
        await self.vault.keep(HOME, "bot_token", Token("t0", (), "r0", self.clock() + LIFE * 1000))

    async def value(self, vault: Vault | None = None) -> str:
        token = await (vault or self.vault).current(HOME, "bot_token")
        return token.value if token else ""


@pytest.fixture
async def around() -> Around:
    made = Around()
    await made.begin()
    return made


async def test_a_token_is_left_alone_until_two_hours_before_its_end(around: Around) -> None:
    around.clock.advance(LIFE * 1000 - RENEW_BEFORE_MILLIS)
    assert await around.value() == "t0"
    await around.vault.drain()
    assert around.oauth.asked == 0


async def test_one_that_is_due_is_renewed_beside_the_caller_who_does_not_wait(around: Around) -> None:
    around.clock.advance(LIFE * 1000 - RENEW_BEFORE_MILLIS + 1)
    around.oauth.gate = asyncio.Event()
    assert await around.value() == "t0"
    around.oauth.gate.set()
    await around.vault.drain()
    assert await around.value() == "t1"
    assert around.oauth.asked == 1


async def test_two_processes_renew_once(around: Around) -> None:
    around.clock.advance(LIFE * 1000)
    said = await asyncio.gather(*(around.value(vault) for vault in (around.vault, around.another(), around.another()) for _ in range(4)))
    assert set(said) == {"t1"}
    assert around.oauth.asked == 1


async def test_who_comes_to_the_lock_too_late_takes_what_another_got(around: Around) -> None:
    old = await around.vault.current(HOME, "bot_token")
    assert old is not None
    around.clock.advance(LIFE * 1000)
    assert await around.value(around.another()) == "t1"
    late = await around.vault._renew(HOME, "bot_token", old)
    assert late is not None
    assert (late.value, around.oauth.asked) == ("t1", 1)


async def test_the_next_pair_is_kept_though_the_store_is_away_for_a_moment(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.vault._KEEP_AGAIN_SECONDS", 0.0)
    around.clock.advance(LIFE * 1000)
    around.records.away = 5
    assert await around.value() == "t1"
    assert await around.value(around.another()) == "t1"


async def test_one_who_keeps_its_pair_late_does_not_replace_what_another_got_meanwhile(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.vault._KEEP_AGAIN_SECONDS", 0.0)
    around.clock.advance(LIFE * 1000)
    around.records.away = 1_000
    assert await around.value() == "t1"  # from memory: the store is away for longer than it tries
    around.records.away = 0
    around.oauth.good = {"r0"}  # Slack takes a refresh token again when its answer may have got lost
    assert await around.value(around.another()) == "t2"
    assert [await around.value(vault) for vault in (around.vault, around.another())] == ["t2", "t2"]


async def test_a_caller_who_is_cancelled_does_not_cut_a_renewal_off(around: Around) -> None:
    around.clock.advance(LIFE * 1000)
    around.oauth.gate = asyncio.Event()
    asking = asyncio.create_task(around.value())
    while not around.oauth.asked:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    around.oauth.gate.set()
    await around.vault.drain()
    assert await around.value(around.another()) == "t1"


async def test_a_refused_renewal_is_not_tried_by_everybody_and_the_old_token_serves_as_long_as_it_can(around: Around) -> None:
    around.clock.advance(LIFE * 1000 - RENEW_BEFORE_MILLIS + 1)
    around.oauth.refusal = Unreachable("no_answer")
    for _ in range(5):
        assert await around.value() == "t0"
        await around.vault.drain()
    assert around.oauth.asked == 1
    around.clock.advance(60_000)
    around.oauth.refusal = None
    await around.value()
    await around.vault.drain()
    assert (await around.value(), around.oauth.asked) == ("t2", 2)


async def test_an_ended_token_that_slack_does_not_renew_is_no_token(around: Around) -> None:
    around.clock.advance(LIFE * 1000)
    around.oauth.good = set()
    with pytest.raises(Undeliverable, match="invalid_refresh_token"):
        await around.value()


async def test_a_workspace_that_leaves_while_its_token_is_renewed_stays_forgotten(around: Around) -> None:
    around.clock.advance(LIFE * 1000 - 1)
    around.oauth.gate = asyncio.Event()
    assert await around.value() == "t0"
    while not around.oauth.asked:
        await asyncio.sleep(0)
    await around.records.erase(HOME)
    around.oauth.gate.set()
    await around.vault.drain()
    assert await around.records.read(HOME, "bot_token") is None


def test_no_token_shows_in_what_is_printed() -> None:
    token = Token("xoxb-secret", (), "xoxe-secret", 1)
    given = Given("xoxb-secret", (), "xoxe-secret")
    consent = Consent("A", "T", "n", "", "", False, "U", "B", given, given)
    assert "secret" not in repr([token, given, consent])


def installations(around: Around) -> Installations:
    return Installations(around.records, around.vault, around.locks, around.clock)


def consent(team: str, *, enterprise: str = "", token: str = "", user: str = "U1", user_token: str = "") -> Consent:
    return Consent(
        app_id="A0",
        team_id=team,
        team_name=team,
        enterprise_id=enterprise,
        enterprise_name=enterprise,
        org_wide=not team,
        user_id=user,
        bot_user_id="B0",
        bot=Given(token, ()) if token else None,
        user=Given(user_token, ()) if user_token else None,
    )


async def test_a_workspace_is_served_with_its_own_token_first_and_then_with_its_organisations(around: Around) -> None:
    here = installations(around)
    await here.install(consent("", enterprise="E1", token="of the organisation"))
    await here.install(consent("T1", enterprise="E1", token="of its own"))
    assert await here.bot_token(Workspace("slack", "T1", "E1")) == "of its own"
    assert await here.bot_token(Workspace("slack", "T2", "E1")) == "of the organisation"
    assert await here.bot_token(Workspace("slack", "E1", "E1")) == "of the organisation"
    for stranger in (Workspace("slack", "T2"), Workspace("slack", "T2", "E2"), Workspace("slack", "")):
        with pytest.raises(Undeliverable, match="not_installed"):
            await here.bot_token(stranger)


async def test_a_member_is_never_served_with_anothers_token(around: Around) -> None:
    here, space = installations(around), Workspace("slack", "T1")
    await here.install(consent("T1", token="the same bot"))
    await here.allow(consent("T1", user="U1", user_token="of one"))
    await here.allow(consent("T1", user="U2", user_token="of two"))
    assert [await here.user_token(Member(space, user)) for user in ("U1", "U2", "U3")] == ["of one", "of two", None]
    assert await here.user_token(Member(Workspace("slack", "T2"), "U1")) is None
    await here.forget_members(space, ["U1"])
    assert [await here.user_token(Member(space, user)) for user in ("U1", "U2")] == [None, "of two"]


async def test_who_leaves_an_organisation_wide_installation_takes_its_branches_along_but_not_those_with_their_own(around: Around) -> None:
    here = installations(around)
    await here.install(consent("", enterprise="E1", token="of the organisation"))
    for team in ("T1", "T2"):
        await here.note_branch(Workspace("slack", team, "E1"))
    await here.install(consent("T2", enterprise="E1", token="of its own"))
    around.clock.advance(1)
    gone = await here.leave(Workspace("slack", "E1", "E1"), around.clock())
    assert [workspace.id for workspace in gone] == ["T1", "E1"]
    assert await here.leave(Workspace("slack", "E1", "E1"), around.clock()) == gone  # as after a restart halfway
    assert await here.bot_token(Workspace("slack", "T2", "E1")) == "of its own"


async def test_a_workspace_that_only_asked_for_a_token_is_no_branch_and_stays_when_the_organisation_leaves(around: Around) -> None:
    here, partner = installations(around), Workspace("slack", "T0PARTNER", "E1")
    await here.install(consent("", enterprise="E1", token="of the organisation"))
    assert await here.bot_token(partner) == "of the organisation"
    around.clock.advance(1)
    assert [gone.id for gone in await here.leave(Workspace("slack", "E1", "E1"), around.clock())] == ["E1"]


async def test_where_no_organisation_has_the_app_nothing_is_noted(around: Around) -> None:
    here = installations(around)
    await here.install(consent("T1", enterprise="E1", token="of its own"))
    for team in ("T1", "T2"):
        branch = Workspace("slack", team, "E1")
        assert here.is_news(branch)
        await here.note_branch(branch)
        assert not here.is_news(branch)
    assert await around.records.read(Workspace("slack", "E1", "E1"), "branches") is None


async def test_news_of_an_end_that_come_after_the_next_installation_end_nothing(around: Around) -> None:
    here, space = installations(around), Workspace("slack", "T1")
    await here.install(consent("T1", token="old"))
    ended = around.clock() + 1
    around.clock.advance(10)
    await here.install(consent("T1", token="new"))
    assert await here.leave(space, ended) == []
    assert await here.bot_token(space) == "new"
