"""Do the documents tell the truth?"""

import itertools
import re
from pathlib import Path

import pytest
import yaml

from adapters.slack.manifest import Extras, as_yaml, manifest
from bot.__main__ import main
from bot.settings import Settings
from tests.faults.operations import ALL as OPERATIONS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
NEEDED_SCOPES = {"commands", "chat:write", "im:write", "users:read"}
ALLOWED_SCOPES = NEEDED_SCOPES | {"usergroups:read", "links:read", "links:write", "users:read.email"}
VARIANTS = [Extras(*flags) for flags in itertools.product((False, True), repeat=5)]


def names_of_settings() -> list[str]:
    return [str(field.validation_alias) for field in Settings.model_fields.values()]


@pytest.mark.parametrize("name", names_of_settings())
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs/reference/settings.md").read_text()


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/reference/settings.md").read_text(), re.MULTILINE)
    assert set(documented) == set(names_of_settings())


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_documented(command: str) -> None:
    assert f"pushpw {command}" in (ROOT / "docs/reference/command-line.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_between_documents_is_dead(document: Path) -> None:
    for target in _LINK.findall(document.read_text()):
        assert (document.parent / target).exists(), target


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    mentioned = set(re.findall(r"^    make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test"} <= mentioned <= targets


def test_the_manifest_in_the_root_is_what_the_command_makes() -> None:
    text = (ROOT / "manifest.yml").read_text()
    assert text.partition("\n")[2] == as_yaml("https://push.example.com", "pushpw")


@pytest.mark.parametrize("extras", VARIANTS, ids=str)
def test_no_variant_of_the_manifest_asks_for_a_scope_that_can_read_a_conversation(extras: Extras) -> None:
    scopes = manifest("https://push.corp.test", "pushpw", extras)["oauth_config"]["scopes"]
    assert set(scopes["bot"]) <= ALLOWED_SCOPES
    assert set(scopes["bot"]) - set(scopes["bot_optional"]) == NEEDED_SCOPES
    assert scopes.get("user", []) == scopes.get("user_optional", []) == (["chat:write"] if extras.many else [])


@pytest.mark.parametrize("extras", VARIANTS, ids=str)
def test_in_socket_mode_the_manifest_names_no_address_for_events(extras: Extras) -> None:
    text = as_yaml("https://push.corp.test", "pushpw", extras)
    assert ("/slack/events" in text) is not extras.socket


def test_every_scope_and_event_is_documented_with_its_reason() -> None:
    page = (ROOT / "docs/reference/slack-scopes.md").read_text()
    everything = manifest("https://push.corp.test", "pushpw", Extras(many=True, workflow=True, previews=True, bridge=True))
    scopes = everything["oauth_config"]["scopes"]
    rows = set(re.findall(r"^\| `([\w:.]+)` \| (bot|user) \|", page, re.MULTILINE))
    assert rows == {(scope, token) for token in ("bot", "user") for scope in scopes[token]}
    for event in everything["settings"]["event_subscriptions"]["bot_events"]:
        assert f"`{event}`" in page


def test_the_manifest_keeps_to_slacks_lengths() -> None:
    said = yaml.safe_load(as_yaml("https://push.example.com", "pushpw"))
    assert said == manifest("https://push.example.com", "pushpw")
    shown = said["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    for shortcut in said["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_the_benchmarks_page_holds_what_the_command_printed() -> None:
    page = (ROOT / "docs/reference/benchmarks.md").read_text()
    printed = page.partition("<!-- bench:journey -->")[2].partition("<!-- /bench:journey -->")[0]
    assert "whole journey" in printed
    assert "SnapPass" in printed


def test_the_benchmarks_page_holds_what_the_ack_command_printed() -> None:
    page = (ROOT / "docs/reference/benchmarks.md").read_text()
    printed = page.partition("<!-- bench:ack -->")[2].partition("<!-- /bench:ack -->")[0]
    assert "command, 50 at once" in printed
    assert "slack_bolt" in printed


def test_the_benchmarks_page_holds_what_the_teams_command_printed() -> None:
    page = (ROOT / "docs/reference/benchmarks.md").read_text()
    printed = page.partition("<!-- bench:teams -->")[2].partition("<!-- /bench:teams -->")[0]
    assert "messages replied to, a second" in printed
    assert "times the replies of cloud" in printed


def test_the_page_on_planned_restarts_holds_what_the_command_printed() -> None:
    page = (ROOT / "docs/how-to/planned-restarts.md").read_text()
    printed = page.partition("<!-- tests:operators -->")[2].partition("<!-- /tests:operators -->")[0]
    first_column = " ".join(line[:40].strip() for line in printed.splitlines())
    for operation in OPERATIONS:
        assert f" {operation.what} " in f"{first_column} "
