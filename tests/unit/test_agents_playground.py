import json
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest

from playground.agents.people import SIGNED_IN, TENANT, configuration, entra_id
from playground.agents.program import NoAgentsPlayground, installed

LOCK = files("playground.agents").joinpath("package-lock.json").read_bytes()


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def pretend_npm(tools: Path, script: str) -> None:
    (tools / "npm").write_text(f"#!/bin/sh\n{script}\n")
    (tools / "npm").chmod(0o755)


def test_without_npm_it_says_what_to_install(tools: Path, tmp_path: Path) -> None:
    with pytest.raises(NoAgentsPlayground, match="sudo apt install nodejs npm"):
        installed(tmp_path / "home")


def test_what_npm_complains_of_is_told_and_nothing_counts_as_installed(tools: Path, tmp_path: Path) -> None:
    pretend_npm(tools, "echo no such place >&2; exit 1")
    for _ in range(2):
        with pytest.raises(NoAgentsPlayground, match="no such place"):
            installed(tmp_path / "home")


def test_it_is_fetched_once_and_again_when_another_version_is_wanted(tools: Path, tmp_path: Path) -> None:
    home, place = tmp_path / "home", "node_modules/@microsoft/m365agentsplayground"
    pretend_npm(tools, f'/bin/mkdir -p {place}; echo > {place}/cli.js; echo "$@" >> calls')
    command = installed(home)
    assert (command, command.exists()) == (home / place / "cli.js", True)
    assert installed(home) == command
    assert (home / "calls").read_text().count("ci --ignore-scripts") == 1
    (home / "installed.json").write_bytes(LOCK.replace(b"0.2.28", b"0.2.27"))
    installed(home)
    assert (home / "calls").read_text().count("ci --ignore-scripts") == 2
    assert (home / "package-lock.json").read_bytes() == LOCK


def test_the_lock_pins_by_hash_and_names_no_host() -> None:
    packages = {name: each for name, each in json.loads(LOCK)["packages"].items() if name}
    assert packages
    for each in packages.values():
        assert each["integrity"].startswith("sha512-")
        assert "resolved" not in each


def test_everybody_there_has_ids_of_the_kind_that_teams_gives() -> None:
    told = json.loads(configuration("4f9c"))
    people = [told["currentUser"], *told["users"]]
    assert len({each["id"] for each in people}) == 6
    for each in people:
        assert each["id"] == each["aadObjectId"] == str(UUID(each["id"]))
    assert told["currentUser"]["id"] == entra_id(SIGNED_IN)
    assert told["tenantId"] == TENANT == str(UUID(TENANT))
    assert told["bot"]["id"] == "28:4f9c"
