"""`make run-teams`, as far as it goes without Microsoft's program."""

import socket
from pathlib import Path

from tests.journeys.program import run


async def test_without_npm_it_says_what_to_install_and_starts_nothing(tmp_path: Path) -> None:
    ended = await run("playground", "--teams", folder=tmp_path, PATH=str(tmp_path))
    assert ended.code == 2
    assert "needs Node.js 18 or newer and npm, and there is no npm here. On Debian: sudo apt install nodejs npm" in ended.err
    assert "Traceback" not in ended.err


async def test_a_port_in_use_is_told_with_the_command_for_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = await run("playground", "--teams", "--port", str(port), folder=tmp_path)
    assert ended.code == 2
    assert f"make run-teams PORT={port + 10}" in ended.err
