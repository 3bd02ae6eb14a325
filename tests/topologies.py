"""Which servers stand together in a test? Replicas with sentinels, and clusters, with what goes wrong with them."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from redis.crc import key_slot

from tests.servers import Server, ask, await_replicas, start_all, until


class Sentinels:
    """A master, replicas and sentinels that watch them as `SERVICE`. In order when it is entered."""

    SERVICE = "pushes"

    def __init__(
        self,
        at: Path,
        *,
        replicas: int = 2,
        sentinels: int = 3,
        down_after_ms: int = 400,
        password: str = "",
        binary: Path | None = None,
        **options: str,
    ) -> None:
        """`options` are every server's; `password` is the sentinels' own. A quorum is more than half of them."""
        self.servers = [Server(at / f"s{number}", binary=binary, **options) for number in range(1 + replicas)]
        self.sentinels = [
            Server(at / f"w{number}", binary=binary, sentinel=True, **{name: said for name, said in options.items() if "tls" in name})
            for number in range(sentinels)
        ]
        self._down_after_ms = down_after_ms
        self._password = password
        names = {sentinel.port: os.urandom(20).hex() for sentinel in self.sentinels}
        for sentinel in self.sentinels:
            sentinel.options["conf"] = self._conf(sentinel, names)

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(f'127.0.0.1:{one.port}' for one in self.sentinels)}/{self.SERVICE}"

    @property
    def master(self) -> Server:
        """The one that the sentinels name."""
        (named,) = self._named()
        return named

    def fail_over(self) -> Server:
        """Kill the master; return its successor once every sentinel names it and it takes writes."""
        old = self.master
        old.kill()
        return self.await_successor(old)

    def await_successor(self, old: Server) -> Server:
        """Return once every sentinel names another master, which takes writes."""
        until(lambda: self._is_succeeded(old), "no replica was promoted")
        return self.master

    def __enter__(self) -> Self:
        try:
            start_all([*self.servers, *self.sentinels])
            for replica in self.servers[1:]:
                ask(replica.port, "REPLICAOF", "127.0.0.1", str(self.servers[0].port))
            for sentinel in self.sentinels:
                # As often as a test is patient; usually these are seconds. Not what they publish of themselves: after four
                # such periods the others make a promoted replica a replica again if the news has not reached them.
                for what in ("PING-PERIOD", "INFO-PERIOD", "ASK-PERIOD", "MIN-LINK-RECONNECT-PERIOD"):
                    self._ask(sentinel, "SENTINEL", "DEBUG", what, "100")
            until(self._in_order, "the sentinels and replicas did not come to order")
            await_replicas(self.servers[0].port, len(self.servers) - 1, password=self.servers[0].options.get("requirepass", ""))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in (*self.sentinels, *self.servers):
            server.__exit__(kind, error, trace)

    def _conf(self, sentinel: Server, names: dict[int, str]) -> str:
        # They know each other and the replicas from the start: finding each other takes them seconds.
        own = self.SERVICE
        lines = [
            f"sentinel myid {names[sentinel.port]}",
            f"sentinel monitor {own} 127.0.0.1 {self.servers[0].ports[0]} {len(self.sentinels) // 2 + 1}",
            f"sentinel down-after-milliseconds {own} {self._down_after_ms}",
            f"sentinel failover-timeout {own} 2000",
            *(f"sentinel known-replica {own} 127.0.0.1 {replica.port}" for replica in self.servers[1:]),
            *(f"sentinel known-sentinel {own} 127.0.0.1 {port} {name}" for port, name in names.items() if port != sentinel.port),
        ]
        if "masterauth" in self.servers[0].options:
            lines.append(f"sentinel auth-pass {own} {self.servers[0].options['masterauth']}")
        if self._password:
            lines += [f"requirepass {self._password}", f"sentinel sentinel-pass {self._password}"]
        return "\n".join(lines) + "\n"

    def _ask(self, sentinel: Server, *words: str) -> object:
        return ask(sentinel.port, *words, password=self._password)

    def _in_order(self) -> bool:
        counts = {str(self._ask(one, "SENTINEL", "CKQUORUM", self.SERVICE))[:2] for one in self.sentinels}
        doubts = [one for one in self.sentinels if "b'flags', b'master'," not in str(self._ask(one, "SENTINEL", "MASTER", self.SERVICE))]
        # Only a replica that a sentinel has looked at can be promoted by it.
        known = {str(self._ask(one, "SENTINEL", "REPLICAS", self.SERVICE)).count("b'master-link-status', b'ok'") for one in self.sentinels}
        replicas = len(self.servers) - 1
        return (
            counts == {"OK"} and not doubts and known == {replicas} and self._replication(self.servers[0]).count("state=online") == replicas
        )

    def _is_succeeded(self, old: Server) -> bool:
        named = self._named()
        return len(named) == 1 and old not in named and "role:master" in self._replication(named.pop())

    def _named(self) -> set[Server]:
        told = [self._ask(one, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.SERVICE) for one in self.sentinels if one.runs]
        ports = {int(address[1]) for address in told if isinstance(address, list)}
        return {server for server in self.servers if ports & set(server.ports)}

    def _replication(self, server: Server) -> str:
        return str(ask(server.port, "INFO", "replication", password=server.options.get("requirepass", "")))


class Cluster:
    """Masters with a replica each, all slots covered. In order when it is entered."""

    def __init__(
        self, at: Path, *, masters: int = 3, replicas: int = 1, node_timeout_ms: int = 600, binary: Path | None = None, **options: str
    ) -> None:
        """`replicas` of each master; `options` are every server's."""
        self.masters = masters
        self.servers = [
            Server(
                at / f"c{number}",
                binary=binary,
                **{"cluster_enabled": "yes", "cluster_node_timeout": str(node_timeout_ms), "cluster_replica_validity_factor": "0"}
                | options,
            )
            for number in range(masters * (1 + replicas))
        ]

    @property
    def url(self) -> str:
        return f"redis+cluster://{','.join(f'127.0.0.1:{server.port}' for server in self.servers)}"

    def holder(self, key: str) -> Server:
        """The server that holds the key's slot, as most of the others see it."""
        slot = key_slot(key.encode())
        told = [self._holder_of(slot, server) for server in self.servers if server.runs]
        return max(told, key=told.count)

    def fail_over(self, key: str) -> Server:
        """Kill the server that holds the key's slot; return its successor once every node names it."""
        old = self.holder(key)
        old.kill()
        return self.await_successor(key, old)

    def await_successor(self, key: str, old: Server) -> Server:
        """Return the key's new holder once all others are agreed, and well."""
        slot = key_slot(key.encode())
        others = [server for server in self.servers if server.runs and server is not old]
        until(
            lambda: all(
                self._holder_of(slot, one) is not old and "cluster_state:ok" in str(ask(one.port, "CLUSTER", "INFO")) for one in others
            ),
            "no replica was promoted",
        )
        return self._holder_of(slot, others[0])

    def move_slot(self, key: str, *, finish: bool = True) -> Server:
        """Give the slot of the key, and all that is in it, to another master, as an operator's reshard does; return that one.

        Without `finish` it stays half moved: the keys are there, the slot is not.
        """
        slot, source = key_slot(key.encode()), self.holder(key)
        target = next(server for server in self._slot_masters() if server is not source)
        ask(target.port, "CLUSTER", "SETSLOT", str(slot), "IMPORTING", self._name(source))
        ask(source.port, "CLUSTER", "SETSLOT", str(slot), "MIGRATING", self._name(target))
        while keys := ask(source.port, "CLUSTER", "GETKEYSINSLOT", str(slot), "100"):
            assert isinstance(keys, list)
            ask(source.port, "MIGRATE", "127.0.0.1", str(target.port), "", "0", "5000", "KEYS", *(key.decode() for key in keys))
        if finish:
            self.finish_move(key, target)
        return target

    def finish_move(self, key: str, target: Server) -> None:
        """The slot itself goes to the target, and all masters hear of it."""
        others = [server for server in self._slot_masters() if server is not target]
        for server in (target, *others):
            ask(server.port, "CLUSTER", "SETSLOT", str(key_slot(key.encode())), "NODE", self._name(target))

    def __enter__(self) -> Self:
        try:
            self._form()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self.servers:
            server.__exit__(kind, error, trace)

    def _form(self) -> None:
        start_all(self.servers)
        for number, server in enumerate(self.servers):
            ask(server.port, "CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
            if number < self.masters:
                first, after = (16384 * part // self.masters for part in (number, number + 1))
                ask(server.port, "CLUSTER", "ADDSLOTSRANGE", str(first), str(after - 1))
            for other in self.servers[:number]:
                ask(server.port, "CLUSTER", "MEET", "127.0.0.1", str(other.port))
        until(lambda: all(len(self._nodes(server)) == len(self.servers) for server in self.servers), "the nodes did not all meet")
        for number, replica in enumerate(self.servers[self.masters :]):
            master = self.servers[number % self.masters]
            until(lambda a=replica, b=master: self._name(b) in self._nodes(a), "a replica does not know its master")
            ask(replica.port, "CLUSTER", "REPLICATE", self._name(master))
        until(self._in_order, "the cluster did not come to order")
        for server in self.servers[: self.masters]:
            some_key = next(str(number) for number in range(10_000) if self._holder_of(key_slot(b"%d" % number), server) is server)
            await_replicas(server.port, len(self.servers) // self.masters - 1, like=some_key)

    def _in_order(self) -> bool:
        well = all("cluster_state:ok" in str(ask(server.port, "CLUSTER", "INFO")) for server in self.servers)
        online = sum(str(ask(server.port, "INFO", "replication")).count("state=online") for server in self.servers[: self.masters])
        masters = {str(ask(server.port, "CLUSTER", "NODES")).count("master") for server in self.servers}
        return well and online == len(self.servers) - self.masters and masters == {self.masters}

    def _slot_masters(self) -> list[Server]:
        return [server for server in self.servers if server.runs and "role:master" in str(ask(server.port, "INFO", "replication"))]

    def _holder_of(self, slot: int, asked: Server) -> Server:
        ranges = ask(asked.port, "CLUSTER", "SLOTS")
        assert isinstance(ranges, list)
        port = next(one[2][1] for one in ranges if one[0] <= slot <= one[1])
        return next(server for server in self.servers if port in server.ports)

    @staticmethod
    def _name(server: Server) -> str:
        name = ask(server.port, "CLUSTER", "MYID")
        assert isinstance(name, bytes)
        return name.decode()

    @staticmethod
    def _nodes(server: Server) -> set[str]:
        lines = str(ask(server.port, "CLUSTER", "NODES")).removeprefix("b'").split("\\n")
        return {line.split()[0] for line in lines if len(line) > 40 and "handshake" not in line}
