"""How does the program start?  `pushpw init | web | playground | check | store | manifest`."""

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

import click

from adapters.slack.manifest import Extras, as_yaml
from adapters.teams.package.archive import app_package
from bot import VERSION, logs, package
from bot import check as checking
from bot import store as bot_store
from bot.finding import Finding
from bot.server import run
from bot.settings import BadSettings, Settings, base_url_if_set, load
from bot.values import check_base_url
from core.errors import StoreUnavailable
from core.link import encode

Answer = TypeVar("Answer")

_CREATE_APP = "https://api.slack.com/apps?new_app=1&manifest_yaml="
_ENV = Path(".env")
_PROGRESS_SECONDS = 2.0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Share secrets from chat by links that work once."""


def _origin(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        return value and check_base_url(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


@main.command()
@click.option(
    "--base-url",
    callback=_origin,
    prompt="Where will people reach this service",
    default="http://localhost:8080",
    help="The origin, https but for localhost.",
)
def init(base_url: str) -> None:
    """Make a seal key, write .env, and print the link that creates the Slack app."""
    lines = {
        "PUSHPW_BASE_URL": base_url,
        "PUSHPW_REDIS_URL": "redis://localhost:6379/0",
        "PUSHPW_SEAL_KEYS": encode(secrets.token_bytes(32)),
    }
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    text += "# From the Slack app's pages: Basic Information, and OAuth & Permissions\nSLACK_SIGNING_SECRET=\nSLACK_BOT_TOKEN=\n"
    text += "# From the Azure bot's pages, for Teams: docs/tutorial/teams.md\n"
    text += "".join(
        f"{name}=\n" for name in ("MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID", "PUSHPW_TEAMS_TENANTS")
    )
    _write_new(_ENV, text)
    click.echo("Wrote .env with a new seal key, readable by you alone. Keep a copy of that key: without it stored pushes cannot be opened.")
    if base_url.startswith("https:"):
        click.echo("\nCreate the Slack app with this link, then put its signing secret and bot token into .env:\n")
        click.echo(_CREATE_APP + quote(as_yaml(base_url, "pushpw"), safe=""))
        click.echo(
            "\nFor Teams: docs/tutorial/teams.md says which four values come from Azure; `pushpw manifest teams` then makes the app."
        )
    else:
        click.echo("\nSlack needs an https address that it can reach, so there is no app to create for this one. Have such an address,")
        click.echo("put it into .env as PUSHPW_BASE_URL, and `pushpw manifest slack` prints what the app is made of.")
    click.echo("\nThen: pushpw check, and pushpw web.")


def _write_new(path: Path, text: str) -> None:
    try:
        # Made with 0600 from the start: there is no moment in which others may read it. O_EXCL overwrites nothing.
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; move it away first, it may hold the only copy of a seal key.") from None
    with os.fdopen(opened, "w", encoding="utf-8") as target:
        target.write(text)


@main.command()
def web() -> None:
    """Run the service."""
    settings = _settings()
    if not (settings.has_slack or settings.has_teams):
        _stop(
            "Nothing can make a push: set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN (`pushpw init` shows how), "
            "or what Teams needs (docs/tutorial/teams.md), or try `pushpw playground`."
        )
    logs.set_up(settings.log_format, settings.log_level)
    run(settings)


@main.command()
@click.option("--port", default=8080, show_default=True, help="The pretend workspace's port; the service takes the next one.")
@click.option("--teams", is_flag=True, help="In Microsoft's Agents Playground instead, which npm fetches.")
def playground(port: int, teams: bool) -> None:
    """Try everything on this machine: no account, no Redis."""
    from adapters.redis_store.embedded import NoServerFound
    from playground.agents.start import NoAgentsPlayground, run_agents_playground  # only here: the service itself never loads it
    from playground.start import PortTaken, run_playground

    make = "run-teams" if teams else "run"
    try:
        asyncio.run(run_agents_playground(port) if teams else run_playground(port))
    except PortTaken as taken:
        _stop(
            f"Port {taken.args[0]} is in use. Choose another: pushpw playground{' --teams' * teams} --port {port + 10} (or make {make} PORT={port + 10})"
        )
    except (NoServerFound, NoAgentsPlayground, BadSettings) as problem:
        _stop(str(problem))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON.")
def check(as_json: bool) -> None:
    """Look at settings, store, clock and credentials; exit 1 if anything is wrong."""
    logs.set_up("console", "error")  # on standard error: what is printed is findings alone
    try:
        findings = asyncio.run(_look(load()))
    except BadSettings as problem:
        findings = [Finding(name, False, what) for name, what in problem.faults]
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(f"{'ok   ' if finding.right else 'WRONG'}  {finding.what}: {finding.said}")
    sys.exit(0 if all(finding.right for finding in findings) else 1)


@main.group()
def store() -> None:
    """Look at the store, and release what its fence holds."""


@store.command()
@click.option("--json", "as_json", is_flag=True, help="The same for machines.")
def status(as_json: bool) -> None:
    """What the store is, which mode follows, and how many pushes are held; exit 1 if it must not be used."""
    report = _asked(bot_store.look(_store_settings()))
    click.echo(json.dumps(report.as_json(), indent=2) if as_json else "\n".join(report.lines()))
    sys.exit(1 if report.faults else 0)


@store.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def adopt(yes: bool) -> None:
    """After a planned, clean restart or reshard: release all pushes that the fence holds."""
    settings = _store_settings()
    held = _asked(bot_store.look(settings)).held
    if not held:
        click.echo("Nothing is held.")
        return
    if not yes:
        click.echo("Only after a stop in which the store wrote everything down: what was opened just before a crash could be opened again.")
        click.confirm(f"Release {held} push{'es' if held > 1 else ''}?", abort=True)
    shown, released = time.monotonic(), 0

    def on_progress(more: int) -> None:
        nonlocal shown, released
        released += more
        if time.monotonic() - shown > _PROGRESS_SECONDS:
            shown = time.monotonic()
            click.echo(f"{released} records released so far", err=True)

    _asked(bot_store.adopt(settings, on_progress))
    left = _asked(bot_store.look(settings)).held
    click.echo(f"{held - left} released, {left} held.")


def _store_settings() -> Settings:
    logs.set_up("console", "error")  # on standard error
    return _settings()


def _asked(asking: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        return asyncio.run(asking)
    except StoreUnavailable as trouble:
        _stop(f"The store does not answer ({type(trouble.__cause__).__name__}). Look at PUSHPW_REDIS_URL, and whether the server runs.")


async def _look(settings: Settings) -> list[Finding]:
    return [finding async for finding in checking.look(settings)]


@main.group()
def manifest() -> None:
    """What a chat platform is told of the app, filled in from the settings."""


@manifest.command("slack")
@click.option("--base-url", help="Instead of PUSHPW_BASE_URL.")
@click.option("--socket", is_flag=True, help="Socket Mode: Slack need not reach this host.")
@click.option("--many", is_flag=True, help="Many workspaces, by OAuth with rotating tokens.")
@click.option("--workflow", is_flag=True, help="With the workflow step “Ask for a secret”.")
@click.option("--previews", is_flag=True, help="With a neutral card under our own links.")
@click.option("--bridge", is_flag=True, help="With people of Teams by e-mail address, and back (PUSHPW_BRIDGE_DOMAINS).")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def manifest_slack(base_url: str | None, output: Path | None, **extras: bool) -> None:
    """Print the Slack app's manifest."""
    origin = base_url or base_url_if_set() or "https://push.example.com"
    text = as_yaml(origin, "pushpw", Extras(**extras))
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@manifest.command("teams")
@click.option("--base-url", callback=_origin, help="Instead of PUSHPW_BASE_URL.")
@click.option("--app-id", help="Instead of MICROSOFT_APP_ID.")
@click.option("--name", help="What the app is called; 30 characters at most.", default="pushpw", show_default=True)
@click.option("--app-version", help="A higher one than before, when the package is uploaded again.", default=VERSION, show_default=True)
@click.option("-o", "output", type=click.Path(dir_okay=False, allow_dash=True), default=package.FILE, show_default=True)
def manifest_teams(base_url: str | None, app_id: str | None, name: str, app_version: str, output: str) -> None:
    """Write the Teams app's package, a zip for an admin to upload."""
    given = {"PUSHPW_BASE_URL": base_url, "MICROSOFT_APP_ID": app_id}
    try:
        said = package.load({setting: value for setting, value in given.items() if value})
        made = app_package(package.installation(said, name=name, version=app_version))
    except BadSettings as problem:
        _stop("\n".join(f"{name}: {what}" for name, what in problem.faults))
    except ValueError as problem:
        _stop(str(problem))
    with click.open_file(output, "wb") as target:
        target.write(made)
    for line in package.still_missing(said):
        click.echo(line, err=True)
    if output != "-":
        click.echo(f"Wrote {output}.")


def _settings() -> Settings:
    try:
        return load()
    except BadSettings as problem:
        for name, what in problem.faults:
            click.echo(f"{name}: {what}", err=True)
        sys.exit(2)


def _stop(text: str) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(2)


if __name__ == "__main__":
    main(prog_name="pushpw")
