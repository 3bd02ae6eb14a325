"""How does one start the service four hundred times? A process that has imported everything, and forks for each.

    python -m tests.faults.zygote

It reads a line of JSON for each child, {"settings", "prefix", "log", "timing"}, and each child says in a line
where it listens, {"pid", "port"}. A child is the real service on a real socket, and gets real signals.
"""

import asyncio
import ctypes
import json
import os
import signal
import socket
import sys
from typing import Any

from bot import logs
from bot.ground import Timing
from bot.server import Service
from bot.settings import load

_PR_SET_PDEATHSIG = 1


async def _serve(orders: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings, timing = load(None, **orders["settings"]), Timing(**orders["timing"])
        async with Service(settings, listening=listening, timing=timing, prefix=orders["prefix"]) as service:
            told = {"pid": os.getpid(), "port": service.port}
            os.write(1, json.dumps(told).encode() + b"\n")  # one write, so that no other child's comes in between
            await asyncio.Event().wait()


def _become_child(orders: dict[str, Any]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(orders["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    logs.set_up("json", "debug")
    asyncio.run(_serve(orders))


def main() -> None:
    """Fork a child for each line; they die with us."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed: the system clears them away
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while line := os.read(0, 65536):
        for said in line.splitlines():
            if os.fork() == 0:
                try:
                    _become_child(json.loads(said))
                except BaseException:
                    os.write(1, b'{"pid": 0, "port": 0}\n')  # whoever waits for it must hear of it
                    raise
                finally:
                    os._exit(1)


if __name__ == "__main__":
    main()
