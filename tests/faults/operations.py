"""What may an operator do to a store while pushes wait in it? Each is done to real servers, step by step."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.crc import key_slot

from adapters.redis_store.keys import Keys
from core.push import PushId
from tests.faults.history import PREFIX
from tests.servers import DURABLE, EPHEMERAL, EVERY_SECOND, SNAPSHOTS, Server, ask, await_replicas, redis_of_debian, until
from tests.topologies import Cluster, Sentinels

_FED_AT_ONCE = {"repl-diskless-sync": "no"}  # a replica is fed at once, and not a second later


@dataclass
class Site:
    """Where the servers of one operation run, and the pushes that lie there."""

    at: Path
    closing: ExitStack
    pushes: list[PushId] = field(default_factory=list)
    slots: range = range(16384)
    """Where pushes are to lie in a cluster."""

    def new_id(self) -> PushId:
        while True:
            push_id = PushId(os.urandom(16))
            if key_slot(key_of(push_id).encode()) in self.slots:
                self.pushes.append(push_id)
                return push_id

    def server(self, name: str = "a", **options: Any) -> Server:
        return self.closing.enter_context(Server(self.at / name, **(_FED_AT_ONCE | options)))


Steps = Iterator[str]
"""Gives the store's address three times: as it is set up; at half time, when everything so far lies on disk; after the operation."""


@dataclass(frozen=True)
class Operation:
    """`planned`: nobody claimed meanwhile, and what was answered had reached whatever stands afterwards."""

    what: str
    steps: Callable[[Site], Steps]
    planned: bool = True


def key_of(push_id: PushId) -> str:
    return Keys(PREFIX).push(push_id)[0]


def restart(**options: str) -> Callable[[Site], Steps]:
    def steps(site: Site) -> Steps:
        server = site.server(**options)
        yield server.url
        yield server.url
        server.stop()
        yield server.start().url

    return steps


def crash(**options: str) -> Callable[[Site], Steps]:
    """SIGKILL, with the last snapshot taken at half time, where it takes any."""

    def steps(site: Site) -> Steps:
        server = site.server(**options)
        yield server.url
        if options["save"]:
            ask(server.port, "SAVE")
        yield server.url
        server.kill()
        yield server.start().url

    return steps


def power_cut(site: Site) -> Steps:
    """As SIGKILL, and what came after half time was not on disk yet."""
    server = site.server(**EVERY_SECOND)
    yield server.url
    log = next((server.at / "appendonlydir").glob("*.incr.aof"))
    on_disk = log.stat().st_size
    yield server.url
    server.kill()
    os.truncate(log, on_disk)
    yield server.start().url


def first_replica(site: Site) -> Steps:
    master, replica = site.server(**DURABLE), site.server("b")
    yield master.url
    yield master.url
    follow(replica, master)
    yield master.url


def replica_leaves(**options: str) -> Callable[[Site], Steps]:
    def steps(site: Site) -> Steps:
        master, replica = site.server(**options, repl_backlog_ttl="1"), site.server("b")
        follow(replica, master)
        yield master.url
        yield master.url
        replica.stop()
        until(lambda: "repl_backlog_active:0" in told(master), "the backlog was kept")
        yield master.url

    return steps


def replica_restarts(site: Site) -> Steps:
    master, replica = site.server(**EVERY_SECOND), site.server("b")
    follow(replica, master)
    yield master.url
    yield master.url
    replica.stop()
    follow(replica.start(), master)
    yield master.url


def second_replica(site: Site) -> Steps:
    master, replica, another = site.server(**EVERY_SECOND), site.server("b"), site.server("c")
    follow(replica, master)
    yield master.url
    yield master.url
    follow(another, master, so_many=2)
    yield master.url


def promote_by_hand(site: Site) -> Steps:
    """The service is stopped, the replica has everything, and the address leads to it from now on."""
    master, replica = site.server(**EVERY_SECOND), site.server("b", **EVERY_SECOND)
    follow(replica, master)
    yield master.url
    yield master.url
    await_replicas(master.port, 1)
    ask(replica.port, "REPLICAOF", "NO", "ONE")
    yield replica.url


def hand_over(site: Site) -> Steps:
    """FAILOVER: the master waits with writes until the replica has everything."""
    master, replica = site.server(**EVERY_SECOND), site.server("b", **EVERY_SECOND)
    follow(replica, master)
    yield master.url
    yield master.url
    ask(master.port, "FAILOVER", "TO", "127.0.0.1", str(replica.port))
    until(lambda: "role:master" in told(replica) and "role:slave" in told(master), "the master did not hand over")
    yield replica.url


def sentinel_failover(site: Site) -> Steps:
    """Sentinel does not wait for the replica, so the replica must have everything: nobody asks for anything meanwhile."""
    sentinels = site.closing.enter_context(Sentinels(site.at, **EVERY_SECOND))
    old = sentinels.master
    yield sentinels.url
    yield sentinels.url
    await_replicas(old.port, len(sentinels.servers) - 1)
    for sentinel in sentinels.sentinels:
        # The old master is told after four of these, otherwise eight seconds. Below one, others would undo it before it is known.
        ask(sentinel.port, "SENTINEL", "DEBUG", "PUBLISH-PERIOD", "500")
    until(lambda: ask(sentinels.sentinels[0].port, "SENTINEL", "FAILOVER", sentinels.SERVICE) == "OK", "no sentinel would begin")
    sentinels.await_successor(old)
    until(lambda: "role:slave" in told(old), "the old master went on")
    yield sentinels.url


def cluster_failover(site: Site) -> Steps:
    cluster = site.closing.enter_context(Cluster(site.at, **EVERY_SECOND))
    site.slots = range(16384 // cluster.masters)
    yield cluster.url
    yield cluster.url
    old, replica = cluster.servers[0], cluster.servers[cluster.masters]
    until(lambda: ask(replica.port, "CLUSTER", "FAILOVER") == "OK", "the replica would not begin")
    cluster.await_successor(key_of(site.pushes[0]), old)
    yield cluster.url


def reshard(site: Site) -> Steps:
    cluster = site.closing.enter_context(Cluster(site.at, **EVERY_SECOND))
    yield cluster.url
    yield cluster.url
    for slot_of in {key_slot(key_of(push_id).encode()): push_id for push_id in site.pushes}.values():
        cluster.move_slot(key_of(slot_of))
    yield cluster.url


def set_at_run_time(before: dict[str, str], **after: str) -> Callable[[Site], Steps]:
    """CONFIG SET, one option after the other."""

    def steps(site: Site) -> Steps:
        server = site.server(**before)
        yield server.url
        yield server.url
        for name, value in after.items():
            ask(server.port, "CONFIG", "SET", name.replace("_", "-"), value)
        until(lambda: _rewrites(server) == 0, "the file was not written")
        yield server.url

    return steps


def upgrade(site: Site) -> Steps:
    """Another program, on the files that Debian's Redis left."""
    older = site.closing.enter_context(redis_of_debian())
    if older is None:
        raise NotHereError("Debian's redis-tools are not installed")
    server = site.closing.enter_context(Server(site.at / "a", binary=older, **DURABLE))
    yield server.url
    yield server.url
    server.stop()
    yield site.closing.enter_context(Server(site.at / "a", **DURABLE)).url


class NotHereError(Exception):
    """What the operation needs is not on this machine."""


def follow(replica: Server, master: Server, *, so_many: int = 1) -> None:
    """Attach it; returns once it has everything."""
    ask(replica.port, "REPLICAOF", "127.0.0.1", str(master.port))
    until(lambda: told(master).count("state=online") == so_many, "the replica was not attached")
    await_replicas(master.port, so_many)


def told(server: Server, section: str = "replication") -> str:
    return str(ask(server.port, "INFO", section))


def _rewrites(server: Server) -> int:
    """How many rewrites of the file are under way, or waiting."""
    said = told(server, "persistence")
    return sum(f"aof_rewrite_{what}:1" in said for what in ("in_progress", "scheduled"))


ALL = [
    Operation("durable: clean restart (SIGTERM)", restart(**DURABLE)),
    Operation("durable: SIGKILL", crash(**DURABLE), planned=False),
    Operation("snapshots: clean restart, which saves", restart(**SNAPSHOTS)),
    Operation("snapshots: SIGKILL, half of the pushes made since the last one", crash(**SNAPSHOTS), planned=False),
    Operation("everysec: clean restart", restart(**EVERY_SECOND)),
    Operation("everysec: SIGKILL", crash(**EVERY_SECOND), planned=False),
    Operation("everysec: power cut, half of the pushes made in the last second", power_cut, planned=False),
    Operation("ephemeral: clean restart", restart(**EPHEMERAL)),
    Operation("ephemeral: SIGKILL", crash(**EPHEMERAL), planned=False),
    Operation("durable: a first replica attaches", first_replica),
    Operation("durable: the only replica leaves, and its backlog expires", replica_leaves(**DURABLE)),
    Operation("everysec: the only replica leaves, and its backlog expires", replica_leaves(**EVERY_SECOND)),
    Operation("a replica restarts before that, and resyncs", replica_restarts),
    Operation("a second replica attaches", second_replica),
    Operation("a replica that has everything is promoted (REPLICAOF NO ONE)", promote_by_hand),
    Operation("the master hands over (FAILOVER), as managed patches do", hand_over),
    Operation("Sentinel: SENTINEL FAILOVER, while the service is stopped", sentinel_failover),
    Operation("Cluster: CLUSTER FAILOVER (pushes of that shard)", cluster_failover),
    Operation("Cluster: reshard (pushes of the slots that move)", reshard),
    Operation("CONFIG SET appendfsync: always to everysec", set_at_run_time(DURABLE, appendfsync="everysec")),
    Operation("CONFIG SET: from snapshots to durable", set_at_run_time(SNAPSHOTS, appendfsync="always", appendonly="yes", save="")),
    Operation("another binary: Redis 7.0 to Valkey 9, same files (durable)", upgrade),
]
