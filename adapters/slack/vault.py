"""Where do tokens lie, and how does the next one come in time?

Each lies sealed with its workspace, under a name of its own. A token that rotates is renewed two
hours before it ends, by one process alone: the refresh token is good once, so the next pair is kept
before the old one is given up.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import structlog

from adapters.slack.oauth import Given, OAuth
from core.errors import StoreUnavailable, Unreachable
from core.identity import Workspace
from core.ports import Clock, Locks, WorkspaceRecords
from core.push import Millis

log = structlog.get_logger(__name__)

RENEW_BEFORE_MILLIS = 2 * 3600 * 1000
"""Rotating tokens live for twelve hours: two hours are room for many tries."""
_PAUSE_MILLIS = 60_000
"""After a refusal nobody here asks for a while: each try would make somebody wait."""
_LOCK_SECONDS = 90.0
"""Longer than asking Slack and all tries to keep the answer take together, each as slow as a store may be."""
_PATIENCE_SECONDS, _LOOK_AGAIN_SECONDS = 5.0, 0.1
_KEEP_TRIES, _KEEP_AGAIN_SECONDS = 40, 0.5
_DRAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token and how it is renewed. `until` is when it ends; None for one that does not rotate."""

    value: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    refresh: str = field(default="", repr=False)
    until: Millis | None = None

    @classmethod
    def given(cls, given: Given, now: Millis) -> "Token":
        """As Slack gave it just now."""
        until = None if given.expires_in is None else now + given.expires_in * 1000
        return cls(given.token, given.scopes, given.refresh, until)

    @classmethod
    def from_bytes(cls, spelled: bytes) -> "Token":
        """What `to_bytes` wrote."""
        told = json.loads(spelled)
        return cls(**{**told, "scopes": tuple(told["scopes"])})

    def to_bytes(self) -> bytes:
        """For the sealed record."""
        return json.dumps(asdict(self)).encode()

    def due(self, now: Millis) -> bool:
        """Whether it is time for the next one."""
        return bool(self.refresh) and self.until is not None and self.until - now < RENEW_BEFORE_MILLIS

    def good(self, now: Millis) -> bool:
        """Whether it has not ended yet."""
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True)
class _Unsaved:
    """A token that could not be kept yet, and which one it comes after."""

    after: str = field(repr=False)
    token: Token


class Vault:
    """Keeps tokens and renews them. Raises StoreUnavailable."""

    def __init__(self, records: WorkspaceRecords, locks: Locks, oauth: OAuth, clock: Clock) -> None:
        self._records = records
        self._locks = locks
        self._oauth = oauth
        self._clock = clock
        self._renewing: dict[tuple[str, str], asyncio.Task[Token | None]] = {}
        self._unsaved: dict[tuple[str, str], _Unsaved] = {}
        self._pause: dict[tuple[str, str], Millis] = {}

    async def keep(self, home: Workspace, name: str, token: Token) -> None:
        """Remember this one, in place of any other."""
        self._unsaved.pop(_key(home, name), None)
        await self._records.keep(home, name, token.to_bytes())

    async def drop(self, home: Workspace, name: str) -> None:
        """Forget it."""
        self._unsaved.pop(_key(home, name), None)
        await self._records.drop(home, name)

    async def current(self, home: Workspace, name: str) -> Token | None:
        """The token that lies there, good at this moment; None when there is none.

        One that has not ended yet is renewed beside the caller, who does not wait. Raises Undeliverable
        when it has ended and Slack gives no other.
        """
        token, now = await self._read(home, name), self._clock()
        if token is None or not token.due(now):
            return token
        if not token.good(now):
            return await self._next(home, name, token)
        if now >= self._pause.get(_key(home, name), 0):
            self._begin(home, name, token)
        return token

    async def renewed(self, home: Workspace, name: str, ended: str) -> Token | None:
        """Another token than `ended`, which Slack refused as expired. None when there is none to be had."""
        token = await self._read(home, name)
        if token is None or token.value != ended:
            return token
        return await self._next(home, name, token) if token.refresh else None

    async def drain(self) -> None:
        """Wait for renewals under way: a token that is not kept is lost."""
        if self._renewing:
            await asyncio.wait(set(self._renewing.values()), timeout=_DRAIN_SECONDS)

    async def _next(self, home: Workspace, name: str, token: Token) -> Token | None:
        # Shielded: whoever waits may be cancelled, but a renewal that has begun must end with the token kept.
        return await asyncio.shield(self._begin(home, name, token))

    def _begin(self, home: Workspace, name: str, token: Token) -> asyncio.Task[Token | None]:
        key = _key(home, name)
        if (task := self._renewing.get(key)) is None:
            task = self._renewing[key] = asyncio.get_running_loop().create_task(self._renew(home, name, token))
            task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _ended(self, key: tuple[str, str], task: asyncio.Task[Token | None]) -> None:
        self._renewing.pop(key, None)
        problem = None if task.cancelled() else task.exception()
        if problem is None:
            self._pause.pop(key, None)
            return
        self._pause[key] = self._clock() + _PAUSE_MILLIS
        log.warning("slack_token_not_renewed", cause=getattr(problem, "reason", type(problem).__name__))

    async def _renew(self, home: Workspace, name: str, old: Token) -> Token | None:
        async with self._locks.held(f"token/{home.spelled()}/{name}", _LOCK_SECONDS) as mine:
            known = await self._read(home, name)
            if known is None or known.value != old.value:
                return known  # another process was quicker, or the workspace has left
            if mine:
                new = Token.given(await self._oauth.refresh(old.refresh), self._clock())
                await self._keep_for_sure(home, name, _Unsaved(old.value, new))
                log.info("slack_token_renewed")
                return new
        return old if old.good(self._clock()) else await self._what_another_gets(home, name, old)

    async def _what_another_gets(self, home: Workspace, name: str, old: Token) -> Token | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    known = await self._read(home, name)
                    if known is None or known.value != old.value:
                        return known
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise Unreachable("token_not_renewed_yet")

    async def _keep_for_sure(self, home: Workspace, name: str, new: _Unsaved) -> None:
        """The old refresh token is used up: this pair must not get lost because the store is away for a moment."""
        self._unsaved[_key(home, name)] = new
        for _ in range(_KEEP_TRIES):
            try:
                await self._read(home, name)
            except StoreUnavailable:
                await asyncio.sleep(_KEEP_AGAIN_SECONDS)
            else:
                return
        log.error("slack_token_not_kept")  # it is used from memory, and every use tries to keep it

    async def _read(self, home: Workspace, name: str) -> Token | None:
        spelled = await self._records.read(home, name)
        known, unsaved = Token.from_bytes(spelled) if spelled is not None else None, self._unsaved.get(_key(home, name))
        # What is not there was erased meanwhile, and stays so. What is not the one before ours is newer than ours: our lock had run out.
        if known is not None and unsaved is not None and known.value == unsaved.after:
            await self._records.keep(home, name, unsaved.token.to_bytes())
            known = unsaved.token
        self._unsaved.pop(_key(home, name), None)
        return known


def _key(home: Workspace, name: str) -> tuple[str, str]:
    return home.spelled(), name
