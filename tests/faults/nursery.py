"""Where do the services of a trial come from, and how do they die? See tests/faults/zygote.py."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from core.link import encode

ROOT = Path(__file__).parents[2]
_WITHIN = 20.0


@dataclass(frozen=True)
class Service:
    """A running service: its process, and where it listens."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill_now(self) -> None:
        """As a power cut; it may be dying still when this returns, but runs no further line of ours."""
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


class Nursery:
    """Starts services, some 50 ms each. All write to one log, at DEBUG; all are killed at the end."""

    def __init__(self, *, seal_key: bytes = b"", prefix: str = "faults", grace_ms: int = 60_000, sweep_seconds: float = 3600.0) -> None:
        """A service sweeps once at its start, and then each `sweep_seconds`: a test may have to count what goes over the line."""
        self.seal_key, self.prefix = seal_key or os.urandom(32), prefix
        self._timing = {"grace_ms": grace_ms, "sweep_seconds": sweep_seconds}
        self._folder = tempfile.TemporaryDirectory(prefix="pushpw-faults-")
        self._zygote: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._zygote = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.zygote", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._zygote is not None
        self._zygote.kill()  # its children go with it
        await self._zygote.communicate()
        self._folder.cleanup()

    async def start(self, store_url: str, **settings: str) -> Service:
        """A service over the store at that address."""
        assert self._zygote is not None
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        orders = {"settings": self.settings(store_url, **settings), "prefix": self.prefix, "log": str(self._log), "timing": self._timing}
        self._zygote.stdin.write(json.dumps(orders).encode() + b"\n")
        said = await asyncio.wait_for(self._zygote.stdout.readline(), _WITHIN)
        if not said:
            raise RuntimeError(f"the service did not start: {self.log[-800:]}")
        return Service(**json.loads(said))

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
