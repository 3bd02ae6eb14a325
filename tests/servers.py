"""Which servers does a test have to itself? Real ones, on loopback, ended however the test ends.

The embedded store is one server on a unix socket. What is here has what that one must not have:
a port, replicas, files that survive it, sentinels, a cluster.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from redis.crc import key_slot

from adapters.redis_store.embedded import find_binary

_READY_WITHIN = 10.0
_PR_SET_PDEATHSIG = 1

EPHEMERAL = {"save": "", "appendonly": "no"}
DURABLE = {"save": "", "appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no"}
EVERY_SECOND = {"save": "", "appendonly": "yes", "appendfsync": "everysec"}
SNAPSHOTS = {"save": "3600 1 300 100 60 10000", "appendonly": "no"}
"""What Debian's redis-server comes with."""


def free_port() -> int:
    """A loopback port that nobody listens on just now, with room for a cluster's bus at port + 10000."""
    while True:
        with socket.socket() as asking:
            asking.bind(("127.0.0.1", 0))
            port = int(asking.getsockname()[1])
        if port < 55_000:
            return port


@contextmanager
def folder() -> Iterator[Path]:
    """A folder with a short path, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="pp-", dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def redis_of_debian() -> Iterator[Path | None]:
    """Redis with TLS, from the package redis-tools (no daemon comes with it): redis-check-rdb is the server, called by another name."""
    found = shutil.which("redis-check-rdb") or shutil.which("redis-server")
    with folder() as at:
        (at / "redis-server").symlink_to(found or "/nowhere")
        yield at / "redis-server" if found else None


class Server:
    """One server on a loopback port. What lies in `at` stays there between two starts; it starts with `options` anew each time."""

    def __init__(self, at: Path, *, port: int = 0, binary: Path | None = None, sentinel: bool = False, **options: str) -> None:
        """Options in redis.conf's words, with _ for -."""
        self.at, self.port = at, port or free_port()
        self.options = {name.replace("_", "-"): value for name, value in options.items()}
        self._binary = binary or find_binary()
        self._sentinel = sentinel
        self._process: subprocess.Popen[bytes] | None = None
        at.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return (self.at / "log").read_text(errors="replace")

    def start(self) -> Self:
        """Start it; return once it answers and has loaded what it kept."""
        self.launch()
        return self.await_ready()

    def launch(self) -> None:
        """Start it, without waiting for it."""
        said = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.at), "logfile": str(self.at / "log"), "daemonize": "no"}
        if not self._sentinel:
            # A replica is fed at once, and not after a second of waiting for others or for a thread.
            said |= {"maxmemory-policy": "noeviction", "repl-diskless-sync-delay": "0", "repl-diskless-load": "swapdb", **EPHEMERAL}
        # A list, and not a file: but a sentinel rewrites its file, so that one must have it.
        command = [part for name, value in (said | self.options).items() for part in (f"--{name}", value)]
        if self._sentinel:
            conf = self.at / "sentinel.conf"
            if not conf.exists():
                conf.write_text("\n".join(f"{name} {value}" for name, value in said.items()) + "\n" + self.options["conf"])
            command = [str(conf), "--sentinel"]
        self._process = subprocess.Popen(
            [str(self._binary), *command], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, preexec_fn=_end_with_parent
        )

    def await_ready(self) -> Self:
        """Return once it answers and has loaded what it kept."""
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            if not self.runs or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {self.log[-800:]}")
            time.sleep(0.002)  # between two attempts to connect
        return self

    def kill(self) -> None:
        """As a power cut."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a careful operator: it may finish what it writes."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """It holds its connections, and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.runs:
            self.kill()

    def _end(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.send_signal(signal.SIGCONT)  # a frozen one would never hear the other
        self._process.wait(_READY_WITHIN)

    def _answers(self) -> bool:
        with socket.socket() as asking:
            asking.settimeout(_READY_WITHIN)
            try:
                asking.connect(("127.0.0.1", self.port))
                asking.sendall(b"PING\r\n")
                # A password is wanted, or it still loads its data: the first is an answer, the second is none yet.
                return asking.recv(16).startswith((b"+PONG", b"-NOAUTH"))
            except OSError:
                return False


def _end_with_parent() -> None:
    # Between fork and exec. Our own death, however it comes, must not leave a server behind.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


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
        told = {str(self._ask(one, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.SERVICE)) for one in self.sentinels if one.runs}
        assert len(told) == 1, told
        port = int(told.pop().split("'")[-2])
        return next(server for server in self.servers if server.port == port)

    def fail_over(self) -> Server:
        """Kill the master; return its successor once every sentinel names it and it takes writes."""
        old = self.master
        old.kill()
        return self.await_successor(old)

    def await_successor(self, old: Server) -> Server:
        """Return once every sentinel names another master, which takes writes."""
        _until(lambda: self._settled() and self.master is not old, "no replica was promoted")
        return self.master

    def __enter__(self) -> Self:
        try:
            _start_all([*self.servers, *self.sentinels])
            for replica in self.servers[1:]:
                ask(replica.port, "REPLICAOF", "127.0.0.1", str(self.servers[0].port))
            for sentinel in self.sentinels:
                # As often as a test is patient; usually these are seconds.
                for what in ("PING-PERIOD", "INFO-PERIOD", "ASK-PERIOD", "PUBLISH-PERIOD", "MIN-LINK-RECONNECT-PERIOD"):
                    self._ask(sentinel, "SENTINEL", "DEBUG", what, "100")
            _until(self._in_order, "the sentinels and replicas did not come to order")
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
            f"sentinel monitor {own} 127.0.0.1 {self.servers[0].port} {len(self.sentinels) // 2 + 1}",
            f"sentinel down-after-milliseconds {own} {self._down_after_ms}",
            f"sentinel failover-timeout {own} 2000",
            *(f"sentinel known-replica {own} 127.0.0.1 {replica.port}" for replica in self.servers[1:]),
            *(f"sentinel known-sentinel {own} 127.0.0.1 {port} {name}" for port, name in names.items() if port != sentinel.port),
        ]
        if self._password:
            lines += [f"requirepass {self._password}", f"sentinel sentinel-pass {self._password}"]
        return "\n".join(lines) + "\n"

    def _ask(self, sentinel: Server, *words: str) -> object:
        return ask(sentinel.port, *words, password=self._password)

    def _in_order(self) -> bool:
        counts = {str(self._ask(one, "SENTINEL", "CKQUORUM", self.SERVICE))[:2] for one in self.sentinels}
        online = str(ask(self.servers[0].port, "INFO", "replication")).count("state=online")
        return counts == {"OK"} and online == len(self.servers) - 1

    def _settled(self) -> bool:
        try:
            return "role:master" in str(ask(self.master.port, "INFO", "replication"))
        except (AssertionError, OSError):
            return False


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
        _until(
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
        _start_all(self.servers)
        for number, server in enumerate(self.servers):
            ask(server.port, "CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
            if number < self.masters:
                first, after = (16384 * part // self.masters for part in (number, number + 1))
                ask(server.port, "CLUSTER", "ADDSLOTSRANGE", str(first), str(after - 1))
            for other in self.servers[:number]:
                ask(server.port, "CLUSTER", "MEET", "127.0.0.1", str(other.port))
        _until(lambda: all(len(self._nodes(server)) == len(self.servers) for server in self.servers), "the nodes did not all meet")
        for number, replica in enumerate(self.servers[self.masters :]):
            master = self.servers[number % self.masters]
            _until(lambda a=replica, b=master: self._name(b) in self._nodes(a), "a replica does not know its master")
            ask(replica.port, "CLUSTER", "REPLICATE", self._name(master))
        _until(self._in_order, "the cluster did not come to order")

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
        return next(server for server in self.servers if port in (server.port, int(server.options.get("tls-port", 0))))

    @staticmethod
    def _name(server: Server) -> str:
        name = ask(server.port, "CLUSTER", "MYID")
        assert isinstance(name, bytes)
        return name.decode()

    @staticmethod
    def _nodes(server: Server) -> set[str]:
        lines = str(ask(server.port, "CLUSTER", "NODES")).removeprefix("b'").split("\\n")
        return {line.split()[0] for line in lines if len(line) > 40 and "handshake" not in line}


def ask(port: int, *words: str, password: str = "") -> object:
    """What a server answers, asked down a connection of its own. Raises RuntimeError for an error."""
    with socket.create_connection(("127.0.0.1", port), _READY_WITHIN) as asking, asking.makefile("rb") as answering:
        for command in ([("AUTH", password)] if password else []) + [words]:
            asking.sendall(b"*%d\r\n" % len(command) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in map(str.encode, command)))
            answer = _read(answering)
    return answer


def _read(answering: IO[bytes]) -> object:
    line = answering.readline()
    if not line:
        raise ConnectionError("closed before it answered")
    kind, said = line[:1], line[1:-2]
    match kind:
        case b"+":
            return said.decode()
        case b":":
            return int(said)
        case b"$":
            return None if said == b"-1" else answering.read(int(said) + 2)[:-2]
        case b"*":
            return [_read(answering) for _ in range(int(said))]
    raise RuntimeError(said.decode())


def _start_all(servers: list[Server]) -> None:
    # Launched together, since starting is mostly waiting. No threads: Linux ends a child with the thread that forked it.
    for server in servers:
        server.launch()
    for server in servers:
        server.await_ready()


def _until(there: Callable[[], bool], or_else: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            if there():
                return
        except (OSError, RuntimeError):
            pass  # not yet: one of them does not answer, or knows nothing of what it was asked
        if time.monotonic() > deadline:
            raise RuntimeError(or_else)
        time.sleep(0.01)  # between two looks
