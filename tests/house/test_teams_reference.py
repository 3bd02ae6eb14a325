"""Does the reference page name everything that one can do in Teams?"""

import ast
import importlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from adapters.teams import gestures, parse
from adapters.teams.desk import Desk
from adapters.teams.handlers import teams_gestures
from adapters.teams.package.manifest import PERMISSIONS, SCOPES, Installation, manifest
from adapters.teams.render import form
from core.secret_requests import SecretRequests
from tests.unit.test_teams_parse import BOB, mention, said

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/teams.md").read_text()
TABLE = PAGE.partition("## Commands")[2].partition("## Dialogs")[0]
TYPED = [typed for row in re.findall(r"^\| (`[^|]*) \|", TABLE, re.MULTILINE) for typed in re.findall(r"`([^`]+)`", row)]
MADE = manifest(
    Installation(
        "https://push.corp.test",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "1.0.0",
        "Corp",
        "https://c.test",
        "https://c.test",
        "https://c.test",
    )
)
BUTTONS = {"execute", "opens_dialog"}
"""What makes a button in adapters/teams/render: its second argument says where it leads."""
DIALOGS = {gestures.PUSH, gestures.PUSH_MESSAGE, gestures.REQUEST, gestures.ANSWER, gestures.AGAIN}
TABLES = teams_gestures(cast(Desk, SimpleNamespace(engine=None)), cast(SecretRequests, None))
"""Only read: nobody presses anything."""
ANSWERED = TABLES.openings.keys() | TABLES.verbs.keys()


def meant(typed: str) -> parse.Command:
    """The command as a message that mentions the app."""
    return parse.command(said("<at>pushpw</at> " + typed.replace("@jane", "<at>jane</at>"), mention("29:jane", "jane", BOB)))


def names_of_buttons() -> set[str]:
    """Where the buttons of all cards lead: verbs and dialogs."""
    found = set()
    for path in (ROOT / "adapters/teams/render").glob("*.py"):
        module = importlib.import_module(f"adapters.teams.render.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUTTONS and len(node.args) > 1:
                where = node.args[1]
                if isinstance(where, ast.Name) and isinstance(named := getattr(module, where.id, None), str):
                    found.add(named)
    return found


def test_every_button_leads_to_somebody_who_answers() -> None:
    assert names_of_buttons() <= ANSWERED


def test_every_dialog_and_every_button_is_on_the_page() -> None:
    named = names_of_buttons()
    assert len(named - DIALOGS) >= 8
    assert [
        name for name in sorted({*named, *DIALOGS, form.GENERATE, form.LINES}) if f"`{name}` |" not in PAGE and f"(`{name}`)" not in PAGE
    ] == []


def test_no_dialog_or_button_is_on_the_page_that_is_not_there() -> None:
    tables = PAGE.partition("## Dialogs")[2].partition("## What it asks")[0]
    listed = set(re.findall(r"\| `([a-z_]+)` \|$", tables, re.MULTILINE))
    assert listed == ANSWERED


def test_every_event_that_is_heard_is_on_the_page() -> None:
    heard = PAGE.partition("## What the app hears")[2].partition("## What each refusal")[0]
    assert set(re.findall(r"`([a-z_]+)`", heard)) == TABLES.events.keys()


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_on_the_page_is_one_that_the_app_understands(typed: str) -> None:
    assert not isinstance(meant(typed), parse.Mistake)


def test_every_command_that_the_app_offers_is_on_the_page() -> None:
    offered = {command["title"] for listed in MADE["bots"][0]["commandLists"] for command in listed["commands"]}
    assert offered <= {typed.split()[0] for typed in TYPED}


def test_what_is_asked_of_microsoft_stands_there_with_its_reason() -> None:
    asked = PAGE.partition("## What it asks of Microsoft")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", asked, re.MULTILINE)) == set(PERMISSIONS)
    assert [scope for scope in SCOPES if f"`{scope}`" not in asked] == []


def test_every_way_to_a_form_that_the_app_offers_is_on_the_page() -> None:
    for command in MADE["composeExtensions"][0]["commands"]:
        assert re.search(rf"^\| {re.escape(command['title'])} \|.*\| `{command['id']}` \|$", PAGE, re.MULTILINE), command["id"]
