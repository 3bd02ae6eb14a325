"""Does the house keep its own order?"""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = [path for folder in ("core", "adapters", "bot", "playground") for path in (ROOT / folder).rglob("*.py")]


def test_every_file_of_code_says_first_what_it_answers() -> None:
    for path in CODE:
        text = path.read_text()
        assert not text or text.startswith('"""'), path


def test_no_file_of_code_points_to_another_that_is_not_there() -> None:
    pointer = re.compile(r"\b(?:adapters|bench|bot|core|docs|playground|tests)/[\w/-]+\.(?:py|md|lua|js|css|html)\b")
    pointed = [(path.name, found) for path in CODE for found in pointer.findall(path.read_text())]
    assert len(pointed) > 5
    assert [(name, found) for name, found in pointed if not (ROOT / found).exists()] == []


def test_files_stay_small_enough_to_answer_one_question() -> None:
    assert [path.name for path in CODE if path.read_text().count("\n") > 500] == []


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    project = tomllib.loads("\n".join(lines))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    for dependency in wanted:
        line = next(line for line in lines if f'"{dependency}"' in line)
        assert re.search(r"#\s+\S", line), dependency


def test_every_file_that_the_program_reads_goes_into_its_package() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packed = {pattern.removeprefix("*") for pattern in tool["package-data"]["*"]} | {".py"}
    folders = [pattern.removesuffix("*") for pattern in tool["packages"]["find"]["include"]]
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(found) > 100
    assert [path for path in found if path.suffix not in packed and path.name != ".gitkeep"] == []


def test_make_puts_a_pushpw_where_the_documents_say_and_it_runs_in_any_folder(tmp_path: Path) -> None:
    checkout = tmp_path / "a check'out $HOME"
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / "Makefile").write_text((ROOT / "Makefile").read_text())
    for folder in ("bot", "adapters", "core"):
        (checkout / folder).symlink_to(ROOT / folder)
    python = checkout / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "bot").mkdir(parents=True)
    (elsewhere / "pushpw").symlink_to(checkout / ".venv/bin/pushpw")
    subprocess.run(["make", "-s", ".venv/bin/pushpw"], cwd=checkout, check=True, timeout=20)
    for command in (checkout / ".venv/bin/pushpw", elsewhere / "pushpw"):
        run = subprocess.run([command, "--help"], cwd=elsewhere, capture_output=True, text=True, timeout=20, check=False)
        assert "Share secrets from chat" in run.stdout, run.stderr


def test_the_locks_pin_by_hash_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "index-url" not in text
        pinned = re.findall(r"^[a-z0-9-]+(?:\[[^\]]+\])?==", text, re.MULTILINE)
        assert len(pinned) > 20
        assert text.count("--hash=sha256:") >= len(pinned)


def test_no_secret_of_slacks_is_in_the_repository() -> None:
    for path in [*CODE, *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        assert not re.search(r"xox[bpars]-\d{6,}-", path.read_text()), path
