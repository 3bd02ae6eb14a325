"""The real program as a process of its own, with a pretend Slack outside."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.slack.manifest import manifest
from core.link import encode
from playground.double import PretendSlack
from playground.manifest import Manifest
from playground.workspace import ALICE, BOB
from tests.journeys.actors import Actors

REPOSITORY = Path(__file__).parents[2]


def environment(**settings: str) -> dict[str, str]:
    """Nothing of ours but what is given."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "HOME": "/nonexistent", **settings}  # noqa: TID251  # to start a process


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


async def run(*arguments: str, folder: Path, stdin: str = "", **settings: str) -> Ended:
    """`python -m bot ...` to its end, in an empty folder of its own."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, env=environment(**settings)
    )
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 40)
    return Ended(process.returncode or 0, out.decode(), err.decode())


@dataclass
class Program:
    """`python -m bot web`, running."""

    process: asyncio.subprocess.Process
    port: int = 0
    lines: list[str] = field(default_factory=list)
    heard: asyncio.Condition = field(default_factory=asyncio.Condition)
    _reading: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    async def says(self, event: str) -> None:
        """Returns once a line of its log holds `event`."""
        async with asyncio.timeout(30), self.heard:
            await self.heard.wait_for(lambda: event in self.log)

    async def ended(self) -> int:
        """The exit code, once it has ended by itself or by a signal."""
        code = await asyncio.wait_for(self.process.wait(), 30)
        if self._reading is not None:
            await self._reading
        return code

    async def kill(self) -> None:
        """As a power cut: no chance to do anything."""
        self.process.send_signal(signal.SIGKILL)
        await self.ended()

    async def listen(self) -> None:
        """Read what it logs; returns when it says where it listens."""
        listening = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(listening))
        self.port = await asyncio.wait_for(listening, 30)

    async def _read(self, listening: asyncio.Future[int]) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            async with self.heard:
                self.lines.append(raw.decode().rstrip("\n"))
                self.heard.notify_all()
            if '"listening"' in self.lines[-1] and not listening.done():
                listening.set_result(json.loads(self.lines[-1])["port"])
        if not listening.done():
            listening.set_exception(AssertionError(f"the program ended: {self.log}"))


@dataclass
class Outside:
    """Slack and the settings that fit it; starts the program, as often as wanted."""

    slack: PretendSlack
    settings: dict[str, str]
    programs: list[Program] = field(default_factory=list)

    async def start(self, **more: str) -> Program:
        """One more process; Slack talks to the newest."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "web", stderr=asyncio.subprocess.PIPE, cwd="/", env=environment(**self.settings, **more)
        )
        program = Program(process)
        self.programs.append(program)
        await program.listen()
        self.slack.service_url = program.url
        return program

    def actors(self) -> Actors:
        return Actors(self, self.slack.as_user(ALICE), self.slack.as_user(BOB))


@asynccontextmanager
async def outside(store_url: str, **settings: str) -> AsyncIterator[Outside]:
    """A pretend Slack, and settings for programs over the store at `store_url`. Programs still running at the end are killed."""
    signing_secret, bot_token = secrets.token_hex(16), f"xoxb-{secrets.token_hex(16)}"
    slack = PretendSlack(
        signing_secret=signing_secret,
        bot_token=bot_token,
        service_url="",
        now=time.time,  # noqa: TID251  # the double's own clock
        manifest=Manifest.read(manifest("http://localhost:8080", "pushpw")),
    )
    await slack.start()
    told = {
        "PUSHPW_BASE_URL": "http://localhost:8080",
        "PUSHPW_REDIS_URL": store_url,
        "PUSHPW_SEAL_KEYS": encode(secrets.token_bytes(32)),
        "PUSHPW_SLACK_API_URL": slack.api_url,
        "SLACK_SIGNING_SECRET": signing_secret,
        "SLACK_BOT_TOKEN": bot_token,
        "PORT": "0",
        **settings,
    }
    around = Outside(slack, told)
    try:
        yield around
    finally:
        for program in around.programs:
            if program.process.returncode is None:
                await program.kill()
        await slack.stop()
