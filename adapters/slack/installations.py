"""Which workspaces have the app, and with whose token do we speak to each?

A token is found by the workspace that asks: its own installation first, then that of its whole
organisation. Never by another token, or one member could be served with another's. Everything lies
sealed among what is remembered of the workspace, and ends with it.
"""

import json
from collections import OrderedDict
from dataclasses import asdict, dataclass

from adapters.slack.oauth import Consent
from adapters.slack.vault import Token, Vault
from core.errors import Undeliverable
from core.identity import Member, Workspace
from core.ports import Clock, Locks, WorkspaceRecords
from core.push import Millis

_FACTS, _BRANCHES, _BOT, _MEMBER = "installation", "branches", "bot_token", "user_token/"
_CACHED_MILLIS, _NOTED_MILLIS = 5_000, 60_000
_CACHED_MOST = 1000
_LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace's, or one organisation's, installation of the app: the facts without the token."""

    app_id: str = ""
    team_id: str = ""
    team_name: str = ""
    enterprise_id: str = ""
    enterprise_name: str = ""
    org_wide: bool = False
    bot_user_id: str = ""
    installed_by: str = ""
    installed_at: Millis = 0

    @property
    def name(self) -> str:
        """What people call the place."""
        return self.enterprise_name if self.org_wide else self.team_name


class Installations:
    """All of them. Whatever it does may raise StoreUnavailable."""

    def __init__(self, records: WorkspaceRecords, vault: Vault, locks: Locks, clock: Clock) -> None:
        self._records = records
        self._vault = vault
        self._locks = locks
        self._clock = clock
        self._cached: OrderedDict[tuple[str, str], tuple[Millis, str]] = OrderedDict()
        self._noted: OrderedDict[tuple[str, str], Millis] = OrderedDict()

    async def install(self, consent: Consent) -> Installation:
        """Keep what an admin has consented to. Raises Undeliverable("no_token_given")."""
        if consent.bot is None:
            raise Undeliverable("no_token_given")
        now, home = self._clock(), _home_of(consent)
        made = Installation(
            app_id=consent.app_id,
            team_id=consent.team_id,
            team_name=consent.team_name,
            enterprise_id=consent.enterprise_id,
            enterprise_name=consent.enterprise_name,
            org_wide=consent.org_wide,
            bot_user_id=consent.bot_user_id,
            installed_by=consent.user_id,
            installed_at=now,
        )
        await self._records.keep(home, _FACTS, json.dumps(asdict(made)).encode())
        await self._vault.keep(home, _BOT, Token.given(consent.bot, now))
        self._cached.clear()
        return made

    async def allow(self, consent: Consent) -> Installation:
        """Keep a member's own token. Raises Undeliverable: no_token_given, or not_installed where the app is not."""
        if consent.user is None or not consent.user_id:
            raise Undeliverable("no_token_given")
        home = _home_of(consent)
        found = await self.find(home)
        if found is None:
            raise Undeliverable("not_installed")
        await self._vault.keep(home, _MEMBER + consent.user_id, Token.given(consent.user, self._clock()))
        return found

    async def find(self, workspace: Workspace) -> Installation | None:
        """The installation that answers for that workspace."""
        for home in _homes(workspace):
            if (found := await self._facts(home)) is not None:
                return found
        return None

    async def bot_token(self, workspace: Workspace) -> str:
        """The token for this workspace. Raises Undeliverable: not_installed, or Slack's own code where an ended one is not renewed."""
        name, now = _name(workspace), self._clock()
        until, value = self._cached.get(name, (0, ""))
        if now < until:
            return value
        for home in _homes(workspace):
            token = await self._vault.current(home, _BOT)
            if token is not None:
                return self._remember(name, token.value)
        raise Undeliverable("not_installed")

    async def renewed(self, workspace: Workspace, ended: str) -> str | None:
        """Another token than `ended`, which Slack refused as expired; None when there is none to be had."""
        self._cached.pop(_name(workspace), None)
        for home in _homes(workspace):
            token = await self._vault.renewed(home, _BOT, ended)
            if token is not None:
                return token.value
        return None

    async def user_token(self, member: Member) -> str | None:
        """The token by which we may act as this member, where they have allowed it."""
        for home in _homes(member.workspace):
            token = await self._vault.current(home, _MEMBER + member.id)
            if token is not None:
                return token.value
        return None

    async def forget_members(self, workspace: Workspace, user_ids: list[str]) -> None:
        """These members have taken their permission back."""
        for home in _homes(workspace):
            for user_id in user_ids:
                await self._vault.drop(home, _MEMBER + user_id)

    async def leave(self, workspace: Workspace, at: Millis) -> list[Workspace]:
        """Forget the token of whoever took the app away at `at`; all workspaces that are without the app now.

        None of them when it was installed anew since then: news of the end may come late, or again.
        """
        own = await self._facts(workspace)
        if own is not None and own.installed_at > at:
            return []
        await self._vault.drop(workspace, _BOT)
        await self._records.drop(workspace, _FACTS)
        self._cached.clear()
        branches = [Workspace("slack", team, workspace.id) for team in await self._branches_of(workspace)]
        # A workspace with an installation of its own keeps the app. The organisation comes last: only it knows its
        # branches, should this be done again from the start.
        return [*[branch for branch in branches if await self._facts(branch) is None], workspace]

    async def _facts(self, home: Workspace) -> Installation | None:
        spelled = await self._records.read(home, _FACTS)
        return Installation(**json.loads(spelled)) if spelled is not None else None

    def _remember(self, name: tuple[str, str], value: str) -> str:
        self._cached[name] = (self._clock() + _CACHED_MILLIS, value)
        self._cached.move_to_end(name)
        while len(self._cached) > _CACHED_MOST:
            self._cached.popitem(last=False)
        return value

    async def has_app(self, workspace: Workspace) -> bool:
        """Whether it has installed the app, itself or as a branch that a signed request has proven to be one."""
        if await self._facts(workspace) is not None:
            return True
        organisation = Workspace("slack", workspace.enterprise or "", workspace.enterprise)
        return bool(workspace.enterprise) and workspace.id in await self._branches_of(organisation)

    def is_news(self, branch: Workspace) -> bool:
        """Whether nobody here has looked lately."""
        return self._clock() >= self._noted.get(_name(branch), 0)

    async def note_branch(self, branch: Workspace) -> None:
        """Remember that this workspace has the app through its organisation, as a signed request has proven: it goes when that one goes."""
        organisation = Workspace("slack", branch.enterprise or "", branch.enterprise)
        through_it = await self._facts(branch) is None and await self._facts(organisation) is not None
        if through_it and not await self._note(branch.id, organisation):
            return  # another process is at it: the next request notes this one
        self._noted[_name(branch)] = self._clock() + _NOTED_MILLIS
        self._noted.move_to_end(_name(branch))
        while len(self._noted) > _CACHED_MOST:
            self._noted.popitem(last=False)

    async def _note(self, team: str, organisation: Workspace) -> bool:
        if team in await self._branches_of(organisation):
            return True
        async with self._locks.held(f"branches/{organisation.spelled()}", _LOCK_SECONDS) as mine:
            if mine:
                known = await self._branches_of(organisation)
                await self._records.keep(organisation, _BRANCHES, json.dumps(sorted({*known, team})).encode())
            return mine

    async def _branches_of(self, home: Workspace) -> list[str]:
        spelled = await self._records.read(home, _BRANCHES)
        return [str(team) for team in json.loads(spelled)] if spelled is not None else []


def _homes(workspace: Workspace) -> list[Workspace]:
    """Where its tokens may lie: with itself, then with its organisation."""
    enterprise = workspace.enterprise
    return [workspace, Workspace("slack", enterprise, enterprise)] if enterprise and enterprise != workspace.id else [workspace]


def _home_of(consent: Consent) -> Workspace:
    return Workspace("slack", consent.enterprise_id if consent.org_wide else consent.team_id, consent.enterprise_id or None)


def _name(workspace: Workspace) -> tuple[str, str]:
    return workspace.enterprise or "", workspace.id
