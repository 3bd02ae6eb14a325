"""Where do the services of a trial come from, and how do they die? See tests/faults/zygote.py."""

import asyncio
import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.link import encode

ROOT = Path(__file__).parents[2]
_WITHIN = 20.0


@dataclass
class Service:
    """A running service: its process, and where it listens."""

    pid: int
    port: int
    killed: bool = False
    """Its number may by now be that of a process that is none of ours."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill_now(self) -> None:
        """As a power cut; it may be dying still when this returns, but runs no further line of ours."""
        if not self.killed:
            self.killed = True
            os.kill(self.pid, signal.SIGKILL)

    async def is_dead(self) -> None:
        """Returns once it is gone."""
        async with asyncio.timeout(_WITHIN):
            while self._is_there():
                await asyncio.sleep(0.002)  # between two looks: it is not our own child, so nobody tells us

    def _is_there(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def kill(self) -> None:
        self.kill_now()
        await self.is_dead()


class _Zygote:
    """One for all rows of a run: to import everything takes longer than many a row."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        atexit.register(self._end)

    def fork(self, orders: dict[str, Any]) -> Service | None:
        """A service, once it listens; None if it did not come so far."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(json.dumps(orders).encode() + b"\n")
            self._process.stdin.flush()
            said = json.loads(self._process.stdout.readline() or b'{"pid": 0, "port": 0}')
        return Service(**said) if said["pid"] else None

    def _end(self) -> None:
        self._process.kill()  # its children go with it
        self._process.communicate()


@cache
def _zygote() -> _Zygote:
    return _Zygote()


class Nursery:
    """Starts services, some 50 ms each. All write to one log, at DEBUG; all are killed at the end."""

    def __init__(self, *, seal_key: bytes = b"", prefix: str = "faults", grace_ms: int = 60_000, sweep_seconds: float = 3600.0) -> None:
        """A service sweeps once at its start, and then each `sweep_seconds`: a test may have to count what goes over the line."""
        self.seal_key, self.prefix = seal_key or os.urandom(32), prefix
        self._timing = {"grace_ms": grace_ms, "sweep_seconds": sweep_seconds}
        self._folder = tempfile.TemporaryDirectory(prefix="pushpw-faults-")
        self._services: list[Service] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for service in self._services:
            if not service.killed:
                await service.kill()
        self._folder.cleanup()

    async def start(self, store_url: str, **settings: str) -> Service:
        """A service over the store at that address."""
        orders = {"settings": self.settings(store_url, **settings), "prefix": self.prefix, "log": str(self._log), "timing": self._timing}
        service = await asyncio.wait_for(asyncio.to_thread(_zygote().fork, orders), _WITHIN)
        if service is None:
            raise RuntimeError(f"the service did not start: {self.log[-800:]}")
        self._services.append(service)
        return service

    def settings(self, store_url: str, **more: str) -> dict[str, str]:
        """What such a service is set to, for a house of the test's own beside it."""
        return {
            "PUSHPW_BASE_URL": "http://127.0.0.1:8080",
            "PUSHPW_REDIS_URL": store_url,
            "PUSHPW_SEAL_KEYS": encode(self.seal_key),
            "PUSHPW_TRUSTED_PROXIES": "1",  # so that readers may come from many addresses
            **more,
        }

    @property
    def log(self) -> str:
        """All that the services have said."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def tracebacks(self) -> int:
        """How many of them are in the log."""
        return self.log.count("Traceback (most recent call last)")

    @property
    def _log(self) -> Path:
        return Path(self._folder.name) / "log"
