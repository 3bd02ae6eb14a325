"""Does the look at Teams say what is wrong, and what to do about it?"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from adapters.teams.package.archive import app_package
from bot import package
from bot.check import look
from bot.settings import Settings, load
from bot.teams_check import look_at_teams
from bot.wiring import system_clock
from core.link import encode
from playground.microsoft.double import APP_ID, PretendMicrosoft

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "the-secrets-value-and-not-its-id"
TENANT = "0e3c1b52-7a0d-4c3e-9b8e-6f1d2a4c5e70"
NOBODY_THERE = "http://127.0.0.1:1/"
PUBLIC = {"base_url": "https://push.corp.com", "teams_openid_url": "https://login.botframework.com/"}


@pytest_asyncio.fixture(loop_scope="session")
async def microsoft() -> AsyncIterator[PretendMicrosoft]:
    double = PretendMicrosoft(app_secret=SECRET, now=lambda: system_clock() / 1000)
    double.login.authorities.add(TENANT)
    await double.start()
    yield double
    await double.stop()


@pytest.fixture
def settings(microsoft: PretendMicrosoft) -> Settings:
    said = {
        "PUSHPW_BASE_URL": "http://localhost:8080",
        "PUSHPW_REDIS_URL": "redis://127.0.0.1:1/0",
        "PUSHPW_SEAL_KEYS": encode(bytes(range(32))),
        "MICROSOFT_APP_ID": APP_ID,
        "MICROSOFT_APP_PASSWORD": SECRET,
        "MICROSOFT_APP_TENANT_ID": TENANT,
        "PUSHPW_TEAMS_TENANTS": TENANT,
        "PUSHPW_TEAMS_OPENID_URL": microsoft.metadata_url,
        "PUSHPW_TEAMS_LOGIN_URL": microsoft.login_url,
    }
    return load(None, **said)


async def found(settings: Settings, folder: Path = Path("/nowhere"), **instead: Any) -> dict[str, tuple[bool, str]]:
    changed = settings.model_copy(update=instead)
    findings = [finding async for finding in look_at_teams(changed, folder)]
    assert SECRET not in repr(findings)
    return {finding.what: (finding.right, finding.said) for finding in findings}


async def test_all_is_right_where_the_login_gives_a_token_and_the_keys_are_there(settings: Settings) -> None:
    looked = await found(settings)
    assert set(looked) == {"Teams", "Teams keys", "Teams address", "Teams tenants", "Teams package"}
    assert [what for what, (right, _) in looked.items() if not right] == []
    assert APP_ID in looked["Teams"][1]
    assert looked["Teams tenants"][1] == TENANT


async def test_without_teams_one_line_says_how_to_begin(settings: Settings) -> None:
    looked = await found(settings, microsoft_app_id=None)
    assert list(looked) == ["Teams"]
    assert looked["Teams"][0] is True
    assert "docs/tutorial/teams.md" in looked["Teams"][1]


@pytest.mark.parametrize(
    ("instead", "named"),
    [
        ({"microsoft_app_password": SecretStr("0f8fad5b-d9cb-469f-a165-70867728950e")}, "MICROSOFT_APP_PASSWORD must be"),
        ({"microsoft_app_id": "0f8fad5b-d9cb-469f-a165-70867728950e"}, "look at MICROSOFT_APP_ID"),
        ({"microsoft_app_tenant_id": "11111111-2222-3333-4444-555555555555"}, "look at MICROSOFT_APP_TENANT_ID"),
    ],
)
async def test_what_the_login_refuses_is_named(settings: Settings, instead: dict[str, Any], named: str) -> None:
    right, said = (await found(settings, **instead))["Teams"]
    assert (right, "refused" in said, named in said) == (False, True, True)


async def test_a_login_that_does_not_answer_is_no_reason_to_make_a_new_secret(settings: Settings) -> None:
    right, said = (await found(settings, teams_login_url=NOBODY_THERE))["Teams"]
    assert (right, "no answer" in said, "refused" in said) == (False, True, False)


async def test_a_login_that_is_out_of_order_is_no_reason_either(settings: Settings, microsoft: PretendMicrosoft) -> None:
    microsoft.login.failures.append(503)
    right, said = (await found(settings))["Teams"]
    assert (right, "no answer" in said) == (False, True)


async def test_keys_that_cannot_be_read_are_told(settings: Settings) -> None:
    right, said = (await found(settings, teams_openid_url=NOBODY_THERE))["Teams keys"]
    assert (right, "127.0.0.1" in said) == (False, True)


@pytest.mark.parametrize("host", ["localhost", "push", "push.corp.local", "10.1.2.3", "192.168.0.7", "[fd00::1]", "push.corp.test"])
async def test_an_address_that_microsoft_cannot_reach_is_wrong(settings: Settings, host: str) -> None:
    right, said = (await found(settings, **{**PUBLIC, "base_url": f"https://{host}"}))["Teams address"]
    assert (right, "public https address" in said) == (False, True)


async def test_a_public_address_is_the_endpoint_to_enter(settings: Settings) -> None:
    right, said = (await found(settings, **PUBLIC))["Teams address"]
    assert (right, "https://push.corp.com/api/messages" in said) == (True, True)


async def test_tenants_without_the_apps_own_say_so(settings: Settings) -> None:
    other = "11111111-2222-3333-4444-555555555555"
    assert (await found(settings, teams_tenants_said=other))["Teams tenants"] == (True, f"{other}; not {TENANT}, the app's own")
    assert "any tenant" in (await found(settings, teams_tenants_said="any"))["Teams tenants"][1]


async def test_a_package_for_another_app_or_address_is_to_be_made_again(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / package.FILE
    made = {"PUSHPW_BASE_URL": settings.base_url, "MICROSOFT_APP_ID": APP_ID}
    file.write_bytes(app_package(package.installation(package.load(made, None), name="pushpw")))
    assert "fits" in (await found(settings, tmp_path))["Teams package"][1]
    right, said = (await found(settings, tmp_path, microsoft_app_id="0f8fad5b-d9cb-469f-a165-70867728950e"))["Teams package"]
    assert (right, "MICROSOFT_APP_ID" in said, "make it again" in said) == (False, True, True)
    right, said = (await found(settings, tmp_path, base_url="http://localhost:9090"))["Teams package"]
    assert (right, "PUSHPW_BASE_URL" in said) == (False, True)
    file.write_bytes(b"PK")
    assert (await found(settings, tmp_path))["Teams package"][0] is False


async def test_the_look_at_everything_has_these_lines_too(settings: Settings) -> None:
    assert {"settings", "store", "Slack", "Teams", "Teams keys"} <= {finding.what async for finding in look(settings)}
