"""Does the package that `pushpw manifest teams` writes keep to what Teams takes?

The limits are those of the manifest's schema 1.29, of the schema of its translations, and of the catalogue's rules for icons.
"""

import io
import json
import re
import struct
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.teams import gestures
from adapters.teams.package import icons
from adapters.teams.package.archive import app_package, manifest_in
from adapters.teams.package.manifest import PLACEHOLDER_ID, Installation, in_language, manifest
from adapters.wording.catalog import languages
from bot import VERSION, package
from bot.__main__ import main

ROOT = Path(__file__).parents[2]
HERE = Installation(
    base_url="https://push.corp.test:8443",
    app_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    version="1.2.3",
    run_by="The information technology people",
    support_url="https://help.corp.test/",
    privacy_url="https://push.corp.test:8443/privacy",
    terms_url="https://push.corp.test:8443/terms",
)
MADE = manifest(HERE)
BOT, EXTENSION = MADE["bots"][0], MADE["composeExtensions"][0]
SETTINGS = ("MICROSOFT_APP_ID", "PUSHPW_BASE_URL", "PUSHPW_BRAND_NAME", "PUSHPW_SUPPORT_URL", "PUSHPW_PRIVACY_URL", "PUSHPW_TERMS_URL")


def texts(node: Any) -> Iterator[str]:
    """Everything in the manifest that people read."""
    for name, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, dict | list):
            yield from texts(value)
        elif name in ("short", "full", "title", "description"):
            yield value


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Side, bytes a pixel, and all pixels of a PNG as icons.py writes it."""
    side, height, _, kind = struct.unpack(">IIBB", png[16:26])
    assert side == height
    depth = {2: 3, 6: 4}[kind]
    start = png.index(b"IDAT")
    length = struct.unpack(">I", png[start - 4 : start])[0]
    raw = zlib.decompress(png[start + 4 : start + 4 + length])
    rows = [raw[at + 1 : at + 1 + side * depth] for at in range(0, len(raw), side * depth + 1)]
    return side, depth, [row[at : at + depth] for row in rows for at in range(0, side * depth, depth)]


def kept(name: str) -> bytes:
    return (ROOT / "adapters/teams/package" / name).read_bytes()


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_the_version_is_the_projects_own() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_lengths_and_counts_are_what_the_schema_allows() -> None:
    assert MADE["manifestVersion"] == "1.29"
    assert len(MADE["developer"]["name"]) <= 32
    assert len(MADE["name"]["short"]) <= 30
    assert len(MADE["name"]["full"]) <= 100
    assert len(MADE["description"]["short"]) <= 80
    assert len(MADE["description"]["full"]) <= 4000
    assert len(BOT["commandLists"]) <= 3
    assert all(len(listed["commands"]) <= 12 for listed in BOT["commandLists"])
    assert len(EXTENSION["commands"]) <= 10
    assert all(len(command["id"]) <= 64 for command in EXTENSION["commands"])
    assert re.fullmatch(r"#[0-9a-f]{6}", MADE["accentColor"])


@pytest.mark.parametrize("language", languages())
def test_every_text_fits_in_every_language(language: str) -> None:
    most = {"name.short": 30, "name.full": 100, "description.short": 80, "description.full": 4000}
    said = in_language(HERE, language)
    for place, text in said.items():
        limit = most.get(place) or (32 if place.endswith(".title") else 128)
        assert place == "$schema" or 1 <= len(text) <= limit, place


def test_every_place_of_a_translation_is_one_that_may_be_translated() -> None:
    allowed = re.compile(
        r"bots\[0\]\.commandLists\[[0-2]\]\.commands\[\d\]\.description|composeExtensions\[0\]\.commands\[\d\]\.(title|description)"
    )
    plain = {"$schema", "name.short", "name.full", "description.short", "description.full"}
    english = in_language(HERE, "en")
    for language in languages():
        assert in_language(HERE, language).keys() == english.keys()
    assert [place for place in english if place not in plain and not allowed.fullmatch(place)] == []


@pytest.mark.parametrize("language", languages())
def test_no_text_names_a_product_of_microsofts_or_another_chat(language: str) -> None:
    everything = [*in_language(HERE, language).items(), *enumerate(texts(MADE))]
    foreign = re.compile(r"microsoft|teams|slack|outlook|office|azure|entra|copilot|onedrive|discord|mattermost", re.IGNORECASE)
    assert [text for place, text in everything if place != "$schema" and foreign.search(text)] == []


def test_the_bot_is_there_in_personal_group_and_team_chats_under_the_one_id() -> None:
    assert BOT["scopes"] == ["personal", "team", "groupChat"]
    assert {MADE["id"], BOT["botId"], EXTENSION["botId"]} == {HERE.app_id}
    assert sorted(scope for listed in BOT["commandLists"] for scope in listed["scopes"]) == sorted(BOT["scopes"])


def test_who_adds_the_app_gets_it_in_a_chat_of_their_own_where_it_can_write_to_them() -> None:
    assert MADE["defaultInstallScope"] == "personal"


def test_commands_may_be_typed_to_the_app_alone_where_others_read_along() -> None:
    assert BOT["supportsTargetedMessages"] is True
    slash = [listed["scopes"] for listed in BOT["commandLists"] if "slash" in listed["triggers"]]
    assert slash == [["team", "groupChat"]]
    for listed in BOT["commandLists"]:
        assert [command["title"] for command in listed["commands"]] == ["push", "request", "generate", "list", "burn", "help"]


def test_the_forms_are_asked_for_from_the_plus_by_a_slash_and_from_a_message() -> None:
    commands = {command["id"]: command for command in EXTENSION["commands"]}
    assert set(commands) == {gestures.PUSH, gestures.PUSH_MESSAGE, gestures.REQUEST}
    assert all(command["type"] == "action" and command["fetchTask"] for command in commands.values())
    assert commands[gestures.PUSH_MESSAGE]["context"] == ["message"]
    for name in (gestures.PUSH, gestures.REQUEST):
        assert (commands[name]["context"], commands[name]["triggers"]) == (["compose", "commandBox"], ["slash"])


def test_nothing_is_asked_for_that_could_read_a_conversation() -> None:
    assert MADE["permissions"] == ["identity", "messageTeamMembers"]
    assert not {"authorization", "webApplicationInfo"} & MADE.keys()


def test_the_only_domain_is_our_own() -> None:
    assert MADE["validDomains"] == ["push.corp.test:8443"]


def test_the_color_icon_is_192_wide_and_opaque_up_to_its_corners() -> None:
    side, depth, found = pixels(kept(icons.COLOR))
    assert (side, depth) == (192, 3)
    corners = {found[0], found[side - 1], found[-side], found[-1]}
    assert corners == {bytes(icons.ACCENT)}
    assert found.count(bytes((255, 255, 255))) > 1000


def test_the_outline_icon_is_32_wide_and_white_on_nothing() -> None:
    side, depth, found = pixels(kept(icons.OUTLINE))
    assert (side, depth) == (32, 4)
    assert {pixel[:3] for pixel in found} == {b"\xff\xff\xff"}
    assert {found[0][3], found[side - 1][3], found[-side][3], found[-1][3]} == {0}
    assert sum(pixel[3] == 255 for pixel in found) > 100


@pytest.mark.parametrize(
    ("name", "row_of", "rows"),
    [(icons.OUTLINE, icons.outline_row, range(icons.OUTLINE_SIDE)), (icons.COLOR, icons.color_row, (0, 36, 70, 96, 120, 157))],
)
def test_the_icons_are_what_their_drawing_gives(name: str, row_of: Callable[[int], bytes], rows: Iterable[int]) -> None:
    side, _, found = pixels(kept(name))
    for row in rows:
        assert b"".join(found[side * row : side * (row + 1)]) == row_of(row)


def test_the_package_is_flat_and_the_same_each_time() -> None:
    made = app_package(HERE)
    assert made == app_package(HERE)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        names = archive.namelist()
        assert [name for name in names if "/" in name] == []
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        said = json.loads(archive.read("manifest.json"))
        named = [*said["icons"].values(), *(one["file"] for one in said["localizationInfo"]["additionalLanguages"])]
        assert sorted(names) == sorted(["manifest.json", *named])
        assert json.loads(archive.read("de.json"))["name.short"] == "pushpw"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "n" * 31}, {"version": "1.2"}, {"version": "v1.2.3"}])
def test_what_teams_would_refuse_is_refused_here(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        replace(HERE, **wrong)


def test_the_command_fills_the_package_in_from_the_settings(runner: CliRunner) -> None:
    Path(".env").write_text(
        "PUSHPW_BASE_URL=https://push.corp.test\nMICROSOFT_APP_ID=0F8FAD5B-D9CB-469F-A165-70867728950E\nPUSHPW_BRAND_NAME=Corp IT\n"
        "PUSHPW_SUPPORT_URL=https://help.corp.test\nPUSHPW_PRIVACY_URL=https://corp.test/privacy\n"
    )
    told = runner.invoke(main, ["manifest", "teams", "--name", "Secrets", "--app-version", "2.0.0"])
    assert (told.exit_code, told.stderr) == (0, "")
    said = manifest_in(Path(package.FILE).read_bytes())
    assert (said["name"]["short"], said["version"], said["id"]) == ("Secrets", "2.0.0", "0f8fad5b-d9cb-469f-a165-70867728950e")
    assert said["developer"] == {
        "name": "Corp IT",
        "websiteUrl": "https://help.corp.test",
        "privacyUrl": "https://corp.test/privacy",
        "termsOfUseUrl": "https://push.corp.test/terms",
    }


def test_without_any_setting_there_is_a_package_and_it_says_what_is_missing(runner: CliRunner) -> None:
    told = runner.invoke(main, ["manifest", "teams", "-o", "here.zip"])
    assert told.exit_code == 0
    assert "PUSHPW_BASE_URL is not set" in told.stderr
    assert "MICROSOFT_APP_ID is not set" in told.stderr
    assert manifest_in(Path("here.zip").read_bytes())["id"] == PLACEHOLDER_ID


def test_to_standard_output_goes_the_package_alone(runner: CliRunner) -> None:
    told = runner.invoke(main, ["manifest", "teams", "-o", "-"])
    assert manifest_in(told.stdout_bytes)["version"] == VERSION


def test_a_support_address_that_is_no_page_leads_to_the_terms(runner: CliRunner) -> None:
    Path(".env").write_text("PUSHPW_BASE_URL=https://push.corp.test\nPUSHPW_SUPPORT_URL=mailto:help@corp.test\n")
    runner.invoke(main, ["manifest", "teams"])
    assert manifest_in(Path(package.FILE).read_bytes())["developer"]["websiteUrl"] == "https://push.corp.test/terms"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["--app-id", "pushpw"], "MICROSOFT_APP_ID"),
        (["--app-id", PLACEHOLDER_ID], "MICROSOFT_APP_ID"),
        (["--base-url", "http://push.corp.test"], "--base-url"),
        (["--name", "n" * 31], "30 characters"),
        (["--app-version", "latest"], "three numbers"),
    ],
)
def test_a_wrong_fact_writes_nothing_and_is_named(runner: CliRunner, given: list[str], named: str) -> None:
    told = runner.invoke(main, ["manifest", "teams", *given])
    assert told.exit_code == 2
    assert named in told.output
    assert not Path(package.FILE).exists()
