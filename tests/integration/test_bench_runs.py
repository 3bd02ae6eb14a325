"""Does the benchmark still run, against the service as it is now?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_a_quick_run_prints_every_row_and_writes_its_figures(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench.journey", "--quick", "--seconds", "1", "--no-peer", "--json", str(figures)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 0, run.stderr
    for row in ("create", "page", "claim", "ack", "whole journey", "opened a second", "seal and open 1 MiB", "stretch a passphrase"):
        assert any(line.startswith(f"  {row}") for line in run.stdout.splitlines()), row
    told = json.loads(figures.read_text())
    assert {step: told["subjects"]["pushpw"][step]["count"] > 0 for step in ("create", "page", "claim", "ack")} == dict.fromkeys(
        ("create", "page", "claim", "ack"), True
    )
    assert told["speed_ratios"]["limit"]["claim"] > 0


@pytest.mark.long
def test_a_quick_run_of_the_ack_prints_every_table_and_whether_the_goals_are_held(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench.ack", "--quick", "--seconds", "1", "--json", str(figures)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, run.stderr
    for row in ("command, one by one", "click, 50 at once", "submissions a second", "server's CPU for a click", "forms opened a second"):
        assert any(line.startswith(f"  {row}") for line in run.stdout.splitlines()), row
    told = json.loads(figures.read_text())
    rounds = told["rounds"]
    for subject in ("pushpw", "limit", "slack_bolt", "empty"):
        assert told["subjects"][subject]["command.many"]["count"] == 100 * rounds
    for subject in ("pushpw", "slack_bolt"):
        assert told["subjects"][subject]["calling.rate"]["count"] == rounds
        assert f"0 forms opened for 0 commands by {subject}" not in told["slack"]
        sent = sum(told["subjects"][subject][figure]["count"] for figure in ("calling.one", "calling.many", "steady.many"))
        assert f"{sent} forms opened for {sent} commands by {subject}" in told["slack"]  # not one is lost
        assert told["subjects"][subject]["steady.opened"]["count"] == told["subjects"][subject]["steady.many"]["count"]
    assert [goal["promised"].split()[0] for goal in told["goals"]] == ["2000", "p99"]
    assert "listeners" in told["run"]


@pytest.mark.long
def test_a_quick_run_of_teams_prints_every_row_and_whether_the_goal_is_held(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench.teams", "--quick", "--seconds", "1", "--json", str(figures)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, run.stderr
    for row in ("message, one by one", "form opened, 50 at once", "messages replied to, a second", "server's CPU for a form"):
        assert any(line.startswith(f"  {row}") for line in run.stdout.splitlines()), row
    told = json.loads(figures.read_text())
    assert told["speed_ratios"]["cloud"]["message.replies"] > 0
    assert told["subjects"]["cloud"].get("opening.rate") is None
    replied = 65 * told["rounds"] * 3  # what is posted once for each message, by all three that reply
    assert told["microsoft"].startswith(f"{replied} replies posted")
