"""How are a model's numbers turned into real secrets, real servers and real time, and real answers back into numbers?

A pair of servers of each kind is started when first needed and serves all histories of a process. Each history has a key
prefix of its own, and a store, an engine and an app of its own.

Time passes by moving every moment that a record holds. A server out of reach is moved once it is in use again,
by all that it has missed.
"""

import asyncio
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from adapters.redis_store.connect import connect, server_time
from adapters.redis_store.fence import Fence, Mode
from adapters.redis_store.keys import Keys
from adapters.redis_store.pushes import release_all
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Attempt
from tests.faults.machine.app import GRACE_MS, TICK_MS, TICKET_MS, App, Store
from tests.faults.machine.model import Answer, Kind, Push, Try
from tests.servers import DURABLE, EPHEMERAL, Server

OPTIONS: dict[Kind, dict[str, str]] = {
    "ephemeral": EPHEMERAL,
    "durable": DURABLE | {"auto-aof-rewrite-min-size": "2mb"},
    # One that never saves by itself within a test, but would: the machine says when.
    "snapshots": {"save": "3600 1", "appendonly": "no"},
}
_NOWHERE = 1
"""A port that nobody listens on: a replica of it keeps what it has."""
_WITHIN = 10.0

_MOVE = """#!lua flags=allow-oom
local by = tonumber(ARGV[1])
local function earlier(number) return string.format('%.0f', tonumber(number) - by) end
for at, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then
    if at % 2 == 1 then
      local all = redis.call('HGETALL', key)
      for i = 1, #all, 2 do
        if all[i] == 'exp' or all[i] == 'tickend' then redis.call('HSET', key, all[i], earlier(all[i + 1])) end
        if string.sub(all[i], 1, 2) == 'c:' then
          local till, since, rest = string.match(all[i + 1], '^(%d+) (%d+)(.*)$')
          if till ~= '0' then till = earlier(till) end
          redis.call('HSET', key, all[i], till .. ' ' .. earlier(since) .. rest)
        end
      end
    end
    redis.call('PEXPIREAT', key, earlier(redis.call('PEXPIRETIME', key)))
  end
end
return 1
"""


@dataclass
class Breakage:
    """What a test breaks on purpose: a store declared to be what it is not, a line of a script."""

    declared: Mode | None = None
    script: str = ""
    line: str = ""
    instead: str = ""


@dataclass
class Site:
    """One server, and how much of the time that has passed its records already know of."""

    server: Server
    moved: int = 0
    moved_in_file: int = 0
    client: Redis = field(init=False)

    def __post_init__(self) -> None:
        self.client = connect(self.server.url, timeout=20)

    async def info(self, section: str) -> dict[str, Any]:
        told: dict[str, Any] = await self.client.info(section)
        return told


class World:
    """Real servers, and an app that speaks to one of them."""

    def __init__(self, at: Path, *, breakage: Breakage | None = None) -> None:
        self._at, self._breakage = at, breakage
        self._pairs: dict[Kind, tuple[Site, Site]] = {}
        self._ring = KeyRing([os.urandom(32)], os.urandom)
        self._histories = 0

    async def close(self) -> None:
        for pair in self._pairs.values():
            for site in pair:
                await site.client.aclose()
                site.server.__exit__(None, None, None)

    # A history begins and ends

    async def begin(self, kind: Kind, *, attached: bool) -> None:
        """New servers, as far as anybody can tell: empty, alone unless `attached`, with no file to come back from."""
        if kind not in self._pairs:
            self._pairs[kind] = self._start(kind)
        self.kind, (self.home, self.away) = kind, self._pairs[kind]
        self._histories += 1
        self._prefix = f"run{self._histories}"
        self._keys: list[str] = []
        self._line = Redis(connection_pool=self.home.client.connection_pool)
        await self._follow_none(self.away)
        await self._follow_none(self.home)
        for site in (self.home, self.away):
            (site.server.at / "dump.rdb").unlink(missing_ok=True)
        if not attached and await self._is_attached(self.home):
            await self._start_again(self.home, planned=False)
        self.moved = self.home.moved = self.away.moved = 0
        self._began = await server_time(self.home.client)
        if attached:
            await self.attach()
        self._app: App | None = None
        self.start_app()

    async def end(self) -> list[str]:
        """Forget this history; the names of keys that would have stayed for ever."""
        async with self.home.client.pipeline(transaction=False) as asking:
            for key in self._keys:
                asking.pttl(key)
            left: list[int] = await asking.execute()
            if self._keys:
                await self.home.client.delete(*self._keys)
        self._pairs[self.kind] = (self.home, self.away)
        return [key for key, ttl in zip(self._keys, left, strict=True) if ttl == -1]

    @property
    def app(self) -> App:
        assert self._app is not None
        return self._app

    def start_app(self) -> None:
        """A new process of the service: it knows nothing of the server yet."""
        declared = self._breakage.declared if self._breakage else None
        store = Store(
            self._line,
            self._ring,
            prefix=self._prefix,
            grace_ms=GRACE_MS,
            ticket_ms=TICKET_MS,
            fence=Fence(self._line, declared, prefix=self._prefix),
        )
        if self._breakage and self._breakage.script:
            store.break_script(self._line, self._breakage.script, self._breakage.line, self._breakage.instead)
        self._app = App(store, before=self._app)

    # What people do

    async def keep(self, push: Push) -> Answer:
        kept = await self.app.keep(push)
        self._keys += [key for key in Keys(self._prefix).push(self.app.id_of(push)) if key not in self._keys]
        return ("taken",) if kept is None else ("kept", self._tick(kept))

    async def claim(self, push: Push, said: Try) -> Answer:
        return self.app.heard(push, await self.app.engine.claim(self.app.id_of(push), self._attempt(push, said), "here"), self._tick)

    async def burn_as_claimant(self, push: Push, said: Try) -> Answer:
        outcome = await self.app.engine.burn_as_claimant(self.app.id_of(push), self._attempt(push, said), "here")
        return self.app.heard(push, outcome, self._tick)

    async def acknowledge(self, push: Push, nonce: int) -> bool:
        return await self.app.acknowledge(push, _secret("nonce", nonce, 16))

    async def burn(self, push: Push) -> bool:
        return await self.app.store.burn(self.app.id_of(push))

    async def mint_ticket(self, push: Push, ticket: int, *, right_person: bool) -> Answer:
        return await self.app.mint_ticket(push, ticket, right_person=right_person)

    async def release(self, push: Push) -> bool:
        return await self.app.store.release(self.app.id_of(push))

    async def extend(self, push: Push, lasts: float) -> Answer:
        until = await server_time(self.home.client) + int(lasts * TICK_MS)
        told = await self.app.store.extend(self.app.id_of(push), until)
        return ("gone",) if told is None else ("ends", self._tick(told))

    async def unbind(self, push: Push) -> bool:
        return await self.app.store.unbind(self.app.id_of(push))

    async def status(self, push: Push) -> Answer:
        told = await self.app.store.status(self.app.id_of(push))
        if told is None:
            return ("gone",)
        return ("known", told.views_left, self._tick(told.expires_at), told.failed_attempts, told.held)

    async def adopt(self) -> int:
        return await release_all(self._line, self._prefix)

    async def keeps(self, push: Push) -> tuple[bool, bool]:
        """Whether there is a record, and sealed bytes."""
        record, sealed = Keys(self._prefix).push(self.app.id_of(push))
        return bool(await self._line.exists(record)), bool(await self._line.exists(sealed))

    # What befalls them

    async def pass_time(self, ticks: int) -> None:
        self.moved += ticks * TICK_MS
        await self._catch_up(self.home)

    async def forget_scripts(self) -> None:
        await self.home.client.script_flush()

    async def attach(self) -> None:
        """The other server becomes a replica; returns once it has everything."""
        await self.away.client.execute_command("REPLICAOF", "127.0.0.1", self.home.server.port)
        await self._in_step()
        # A master that has sent everything says nothing more until it is thanked, which may take a second.
        # Who comes back to a line that broke is served at once.
        await self.away.client.client_kill_filter(_type="master")
        await self._in_step()

    async def lag(self) -> None:
        """The replica gets what is under way, and hears nothing more."""
        await self._in_step()
        await self.away.client.execute_command("REPLICAOF", "127.0.0.1", _NOWHERE)
        self.away.moved = self.moved

    async def fail_over(self, *, in_step: bool) -> None:
        """The replica is promoted, and the clients find it; the old master lives on."""
        if in_step:
            await self._in_step()
            self.away.moved = self.moved
        await self._follow_none(self.away)
        await self.turn_back()

    async def turn_back(self) -> None:
        """The clients speak to the other server, as it is."""
        self.home, self.away = self.away, self.home
        self._line.connection_pool = self.home.client.connection_pool
        await self._catch_up(self.home)

    async def save(self) -> None:
        async with asyncio.timeout(_WITHIN):
            while not await self._saves(self.home):
                await asyncio.sleep(0.005)  # between two tries: what fed the replica is ending still
        self.home.moved_in_file = self.moved

    async def restart(self, *, planned: bool, meanwhile: tuple[Push, Try] | None) -> bool:
        """A crash or a careful stop, and a start. Whether a claim `meanwhile` was told that the store is away."""
        if planned and self.kind == "snapshots":
            self.home.moved_in_file = self.moved
        async with asyncio.timeout(_WITHIN):
            while self.kind == "durable" and await self._rewrites(self.home):
                await asyncio.sleep(0.002)  # between two looks
        told = await self._start_again(self.home, planned=planned, meanwhile=meanwhile)
        if self.kind != "durable":
            self.home.moved = self.home.moved_in_file
        await self._catch_up(self.home)
        return told

    # How it is done

    def _start(self, kind: Kind) -> tuple[Site, Site]:
        # Stopped with care it must not wait for a replica that hears nothing, nor for a tenth of a second to pass.
        sites = [Site(Server(self._at / f"{kind}{number}", shutdown_timeout="0", hz="100", **OPTIONS[kind])) for number in range(2)]
        for site in sites:
            site.server.start()
        return sites[0], sites[1]

    async def _start_again(self, site: Site, *, planned: bool, meanwhile: tuple[Push, Try] | None = None) -> bool:
        (site.server.stop if planned else site.server.kill)()
        told = False
        if meanwhile:
            try:
                await self.claim(*meanwhile)
            except StoreUnavailable:
                told = True
        await site.client.connection_pool.disconnect()
        site.server.start()
        return told

    async def _catch_up(self, site: Site) -> None:
        missed, site.moved = self.moved - site.moved, self.moved
        if missed and self._keys:
            await site.client.eval(_MOVE, len(self._keys), *self._keys, missed)

    async def _follow_none(self, site: Site) -> None:
        await site.client.execute_command("REPLICAOF", "NO", "ONE")

    async def _is_attached(self, site: Site) -> bool:
        told = await site.info("replication")
        return bool(told["connected_slaves"] or told["repl_backlog_active"])

    async def _saves(self, site: Site) -> bool:
        try:
            return bool(await site.client.save())
        except ResponseError as busy:
            if "in progress" not in str(busy):
                raise
            return False

    async def _rewrites(self, site: Site) -> bool:
        told = await site.info("persistence")
        return bool(told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])

    async def _in_step(self) -> None:
        """Return once the replica has everything. Its master would know it only a second later."""
        async with asyncio.timeout(_WITHIN):
            while True:
                master, replica = await self.home.info("replication"), await self.away.info("replication")
                up = replica.get("master_link_status") == "up" and not replica["master_sync_in_progress"]
                if up and replica["slave_repl_offset"] == master["master_repl_offset"]:
                    return
                await asyncio.sleep(0.001)  # between two looks

    def _tick(self, millis: int) -> int:
        return (millis - self._began + self.moved) // TICK_MS

    def _attempt(self, push: Push, said: Try) -> Attempt:
        link, proof = self.app.proofs_of(push)
        wrong = _secret("guess", said.passphrase or 0, 32)
        return Attempt(
            nonce=_secret("nonce", said.nonce, 16),
            link_proof=link if said.link else _secret("link", 0, 32),
            pass_proof=None if said.passphrase is None else wrong if said.passphrase else proof or wrong,
            ticket=None if said.ticket is None else self.app.tickets.get(said.ticket, _secret("ticket", said.ticket, 16)),
        )


def _secret(kind: str, number: int, size: int) -> bytes:
    return hashlib.shake_256(f"{kind} {number}".encode()).digest(size)
