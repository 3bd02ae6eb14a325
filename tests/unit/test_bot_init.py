"""pushpw init: a key that nobody else reads, in a file that is never overwritten."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.settings import load
from core.link import decode

ENV = Path(".env")


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("PUSHPW_BASE_URL", "PUSHPW_REDIS_URL", "PUSHPW_SEAL_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def init(runner: CliRunner, base_url: str = "https://push.corp.test") -> Result:
    return runner.invoke(main, ["init", "--base-url", base_url])


def written() -> dict[str, str]:
    return dict(line.split("=", 1) for line in ENV.read_text().splitlines() if not line.startswith("#"))


def test_the_file_is_read_by_its_owner_alone_and_holds_a_key_of_32_random_bytes(runner: CliRunner) -> None:
    assert init(runner).exit_code == 0
    assert stat.S_IMODE(ENV.stat().st_mode) == 0o600
    assert len(set(decode(written()["PUSHPW_SEAL_KEYS"], 32))) > 8
    assert load(ENV).base_url == "https://push.corp.test"


def test_two_installations_have_two_keys_and_neither_is_printed(runner: CliRunner) -> None:
    keys = set()
    for _ in range(2):
        told = init(runner).output
        keys.add(written()["PUSHPW_SEAL_KEYS"])
        assert [key for key in keys if key in told] == []
        ENV.unlink()
    assert len(keys) == 2


def test_a_file_that_is_there_is_never_overwritten(runner: CliRunner) -> None:
    ENV.write_text("the only copy of a key")
    told = init(runner)
    assert told.exit_code == 1
    assert "move it away first" in told.output
    assert ENV.read_text() == "the only copy of a key"


def test_not_even_a_link_to_nowhere_is_written_through(runner: CliRunner) -> None:
    ENV.symlink_to("elsewhere")
    told = init(runner)
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert not Path("elsewhere").exists()


@pytest.mark.parametrize(
    "base_url", ["htp:/nonsense", "http://push.corp.test", "https://push.corp.test/path", "https://h.co:99999", "https://push.example.com"]
)
def test_an_address_that_cannot_work_writes_nothing_and_says_why(runner: CliRunner, base_url: str) -> None:
    told = init(runner, base_url)
    assert told.exit_code != 0
    assert "--base-url" in told.output
    assert "PUSHPW" not in told.output
    assert not ENV.exists()


def test_at_the_prompt_a_wrong_address_is_asked_for_again(runner: CliRunner) -> None:
    told = runner.invoke(main, ["init"], input="htp:/nonsense\nhttps://push.corp.test/\n")
    assert told.exit_code == 0
    assert written()["PUSHPW_BASE_URL"] == "https://push.corp.test"


def test_the_link_that_makes_the_app_carries_its_manifest(runner: CliRunner) -> None:
    link = next(line for line in init(runner).output.splitlines() if line.startswith("https://api.slack.com/apps"))
    manifest = yaml.safe_load(parse_qs(urlsplit(link).query)["manifest_yaml"][0])
    assert manifest["features"]["slash_commands"][0]["url"] == "https://push.corp.test/slack/events"


def test_this_machine_alone_gets_no_link_since_slack_could_not_reach_it(runner: CliRunner) -> None:
    told = init(runner, "http://localhost:8080")
    assert told.exit_code == 0
    assert ENV.exists()
    assert "api.slack.com" not in told.output
    assert "Slack needs an https address that it can reach" in told.output


def test_what_teams_needs_has_its_place_in_the_file_and_empty_places_are_no_fault(runner: CliRunner) -> None:
    told = init(runner)
    assert "pushpw manifest teams" in told.output
    for name in ("MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID", "PUSHPW_TEAMS_TENANTS"):
        assert written()[name] == ""
    assert not load(ENV).has_teams
