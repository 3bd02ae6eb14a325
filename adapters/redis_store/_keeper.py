"""Who sees to it that the embedded server never outlives us?

A process of its own, because a parent-death signal is tied to the thread that forked, and threads
come and go. It starts the server, waits until the pipe from its parent closes (which it does
however the parent dies), ends the server and clears the folder away. Should the keeper itself be
killed, Linux kills the server (prctl(2), PR_SET_PDEATHSIG). Imports little, to start fast.

    python -I -S _keeper.py <folder> <binary> <argument>...
"""

import os
import select
import signal
import sys
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PATIENCE = 3.0


def _become_server(command: list[str], keeper: int) -> NoReturn:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == keeper:  # else the keeper died before the signal was asked for
        os.execv(command[0], command)  # noqa: S606  # what our own parent asked for
    os._exit(1)


def _wait_for_an_end(parent: int, exited: int) -> None:
    """Until the pipe from the parent closes, the parent is another one, or the server is gone."""
    while True:
        readable, _, _ = select.select([0, exited], [], [], 0.5)
        if exited in readable or os.getppid() != parent:
            return
        if 0 in readable and not os.read(0, 1024):
            return


def _end(server: int, exited: int) -> None:
    """Ask the server to end, so that it finishes what it writes; then insist."""
    for asking in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(server, asking)
        except ProcessLookupError:
            break
        if select.select([exited], [], [], _PATIENCE)[0]:
            break
    os.waitpid(server, 0)


def _clear(folder: str) -> None:
    for entry in os.scandir(folder):
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry)  # noqa: PTH108  # pathlib takes longer to import than the server to start
    try:
        os.rmdir(folder)  # noqa: PTH106  # as above
    except OSError:
        return


def main() -> None:
    """Keep one server until we are not needed."""
    parent, keeper = os.getppid(), os.getpid()
    folder, command = sys.argv[1], sys.argv[2:]
    # The server holds the other end of this pipe for as long as it lives, so its end shows as ours closing.
    exited, held = os.pipe()
    server = os.fork()
    if server == 0:
        os.set_inheritable(held, True)
        _become_server(command, keeper)
    os.close(held)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_for_an_end(parent, exited)
    finally:
        _end(server, exited)
        _clear(folder)


if __name__ == "__main__":
    main()
