"""Does the house keep its own order?"""

import re
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
