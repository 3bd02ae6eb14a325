"""Which servers does a test have to itself? Real ones, on loopback, ended however the test ends.

The embedded store is one server on a unix socket. What is here has what that one must not have:
a port, replicas, files that survive it. Sentinels and clusters of them are in tests/topologies.py.
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
        if "tls-port" in self.options:
            self.options["tls-port"] = str(free_port())  # whatever was said: servers that share options do not share a port
        self._binary = binary or find_binary()
        self._sentinel = sentinel
        self._process: subprocess.Popen[bytes] | None = None
        at.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def ports(self) -> tuple[int, ...]:
        """Where it listens, TLS first."""
        return (*([int(self.options["tls-port"])] if "tls-port" in self.options else []), self.port)

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
                own = {name: value for name, value in self.options.items() if name != "conf"}
                conf.write_text("\n".join(f"{name} {value}" for name, value in (said | own).items()) + "\n" + self.options["conf"])
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


def ask(port: int, *words: str, password: str = "", user: str = "default") -> object:
    """What a server answers, asked down a connection of its own. Raises RuntimeError for an error."""
    return _ask_in_turn(port, [("AUTH", user, password), words] if password else [words])


def await_replicas(port: int, count: int, *, password: str = "", like: str = "any") -> None:
    """Return once so many replicas have all that this server has. Raises RuntimeError after some seconds.

    `like` is a key of the server's, in a cluster.
    """
    # WAIT counts from the last write of its own connection, so one is needed. And "online" says little: a replica may be
    # called so a second before it is fed.
    before = [("AUTH", password)] if password else []
    probe = "probe{" + (like[like.find("{") + 1 : like.find("}")] if "{" in like else like) + "}"
    if _ask_in_turn(port, [*before, ("SET", probe, "", "PX", "1"), ("WAIT", str(count), "5000")]) != count:
        raise RuntimeError("the replicas did not catch up")


def _ask_in_turn(port: int, commands: list[tuple[str, ...]]) -> object:
    with socket.create_connection(("127.0.0.1", port), _READY_WITHIN) as asking, asking.makefile("rb") as answering:
        for command in commands:
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


def start_all(servers: list[Server]) -> None:
    """Start them together; return once all answer."""
    # Launched together, since starting is mostly waiting. No threads: Linux ends a child with the thread that forked it.
    for server in servers:
        server.launch()
    for server in servers:
        server.await_ready()


def until(there: Callable[[], bool], or_else: str) -> None:
    """Return once it is so. Raises RuntimeError(or_else) after ten seconds."""
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
