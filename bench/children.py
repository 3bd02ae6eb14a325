"""How is a service run beside us? A process of its own, awaited, watched and ended."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
_READY_WITHIN = 30.0
_STOPPED_WITHIN = 15.0
_PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


class Child:
    """A serving process on a loopback port, for as long as the `with` block lasts."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], port: int, folder: Path, *, core: int | None = None) -> None:
        """It runs in `folder`, an empty one, so that it finds no settings but those of `environment`; its log lies there. On that `core`, or where the system wants."""
        self._command, self._environment = list(command), dict(environment)
        self.port, self._folder, self._core = port, folder, core
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of_ours(
        cls,
        module: str,
        *arguments: str,
        port: int,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        core: int | None = None,
    ) -> Self:
        """`python -m module arguments`, from this source tree."""
        given = {"PYTHONPATH": str(ROOT), **(environment or {})}
        return cls([sys.executable, "-m", module, *arguments], given, port, folder, core=core)

    @property
    def origin(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._folder.mkdir()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=self._folder, stdout=log, stderr=log, preexec_fn=self._begin
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def cpu_seconds(self) -> float | None:
        """Processor time of all its threads so far (Linux: schedstat, in nanoseconds); None elsewhere."""
        assert self._process is not None
        threads = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        spent = [int(thread.read_text().split()[0]) for thread in threads]
        return sum(spent) / 1e9 if spent else None

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = self._log.read_text(errors="replace")[-800:]
                raise RuntimeError(f"{self._command[-1]} did not start: {words or 'it said nothing'}")
            time.sleep(0.02)  # between two attempts to connect

    def _answers(self) -> bool:
        with socket.socket() as asking:
            asking.settimeout(1)
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def _begin(self) -> None:
        _end_with_parent()
        if self._core is not None:
            os.sched_setaffinity(0, {self._core})  # here, so that all its threads inherit it

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    # Runs between fork and exec; safe here because all children are started before there are threads.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
