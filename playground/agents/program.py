"""How is Microsoft's Agents Playground had, and how does it run?

It is a pretend Teams for developers, a package of the npm registry under Microsoft's own terms. It is no part of pushpw: the first
run fetches it into a folder that git ignores, in the version and with the hash that package-lock.json names.
"""

import asyncio
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from playground.agents.people import configuration

HOME = Path(".agents-playground")
"""Where it is kept, seen from the folder in which pushpw runs."""

_WANTED = ("package.json", "package-lock.json")
_COMMAND = Path("node_modules", "@microsoft", "m365agentsplayground", "cli.js")
_DONE = "installed.json"
_READY_SECONDS = 60.0
_LISTENING = re.compile(rb"Listening on (\d+)")


class NoAgentsPlayground(Exception):
    """It cannot run on this machine; the text says what is missing and what to do."""


def installed(home: Path = HOME, say: Callable[[str], None] = lambda _: None) -> Path:
    """The program in `home`, fetched first where this version of it is not there; that is said before it is done. Raises NoAgentsPlayground."""
    npm = _found("npm")
    command, done = home / _COMMAND, home / _DONE
    lock = files(__package__).joinpath("package-lock.json").read_bytes()
    if command.exists() and done.exists() and done.read_bytes() == lock:
        return command
    say("Fetching Microsoft's Agents Playground from npm (once, 15 MB). Microsoft's own terms go with it; its telemetry is off.")
    home.mkdir(exist_ok=True)
    for name in _WANTED:
        (home / name).write_bytes(files(__package__).joinpath(name).read_bytes())
    # Its own scripts stay unrun, and npm refuses what differs from the lock's hash.
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    fetching = subprocess.run([npm, "ci", *flags], cwd=home, capture_output=True, text=True, check=False)  # noqa: S603  # nothing of a stranger's
    if fetching.returncode:
        raise NoAgentsPlayground(f"npm could not fetch Microsoft's Agents Playground:\n{fetching.stderr.strip()}")
    done.write_bytes(lock)
    return command


def _found(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NoAgentsPlayground(
            f"Microsoft's Agents Playground needs Node.js 18 or newer and npm, and there is no {name} here. On Debian: sudo apt install nodejs npm"
        )
    return path


@asynccontextmanager
async def running(command: Path, endpoint: str, app_id: str, port: int) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """It, talking to the bot `app_id` at `endpoint`; gives its page's address and its process. Leaves nothing behind.

    Where `port` is in use it takes another one.
    """
    # It logs every message, secrets too, into the folder that it runs in: one that only we may enter, and gone afterwards.
    with tempfile.TemporaryDirectory(prefix="pushpw-agents-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            *_prepared(Path(folder), command, endpoint, app_id, port),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us
        )
        reading: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(_READY_SECONDS):
                listens_on = await _listening(process)
            reading = asyncio.create_task(_read_on(process))
            yield f"http://localhost:{listens_on}", process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            if reading is not None:
                await reading


def _prepared(folder: Path, command: Path, endpoint: str, app_id: str, port: int) -> list[str]:
    """Writes who is there into `folder`; what to run in it."""
    node = _found("node")
    (folder / ".m365agentsplayground.yml").write_text(configuration(app_id), encoding="utf-8")
    where = ["--app-endpoint", endpoint, "--channel-id", "msteams", "--port", str(port)]
    return ["env", "TEAMSAPPTESTER_BROWSER=none", node, str(command.resolve()), "start", "--disable-telemetry", *where]


async def _listening(process: asyncio.subprocess.Process) -> int:
    said = b""
    assert process.stdout is not None  # noqa: S101  # it was given a pipe
    while line := await process.stdout.readline():
        said += line
        if found := _LISTENING.search(line):
            return int(found[1])
    raise NoAgentsPlayground(f"Microsoft's Agents Playground did not start:\n{said.decode(errors='replace').strip()}")


async def _read_on(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None  # noqa: S101  # it was given a pipe
    while await process.stdout.read(65536):
        pass  # unread, a full pipe would stop it
