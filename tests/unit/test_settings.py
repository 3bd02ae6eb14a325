from pathlib import Path

import pytest

from bot.settings import BadSettings, base_url_if_set, load, secret
from core.link import encode
from tests.pems import pem_of_an_app

GOOD = {
    "PUSHPW_BASE_URL": "https://push.corp.test",
    "PUSHPW_REDIS_URL": "redis://localhost:6379/0",
    "PUSHPW_SEAL_KEYS": encode(bytes(range(32))),
}


SLACK = {
    "SLACK_SIGNING_SECRET": "0f1e2d3c4b5a69788796",
    "SLACK_BOT_TOKEN": "xoxb-a-token-of-tests",
    "SLACK_CLIENT_ID": "1234.5678",
    "SLACK_CLIENT_SECRET": "a9b8c7d6e5f4",
    "SLACK_APP_TOKEN": "xapp-a-token-of-tests",
}


TENANT = "2b1c9d8e-0000-4a5b-8c7d-112233445566"
TEAMS = {
    "MICROSOFT_APP_ID": "5B7F0C9E-2F6D-4E0C-B1A4-3D9A6C8E7F21",
    "MICROSOFT_APP_PASSWORD": "aBc8Q~of-tests",
    "PUSHPW_TEAMS_TENANTS": TENANT,
}
HERE = {"PUSHPW_BASE_URL": "http://localhost:8080"}
BRIDGE = {"PUSHPW_BRIDGE_DOMAINS": "Corp.Test, corp.example ", "PUSHPW_BRIDGE_WORKSPACES": "T0ABC, E0DEF"}
DOUBLES = {
    "PUSHPW_TEAMS_UNSIGNED": "1",
    "PUSHPW_TEAMS_OPENID_URL": "http://127.0.0.1:9/v1/.well-known/openidconfiguration",
    "PUSHPW_TEAMS_LOGIN_URL": "http://[::1]:9",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*GOOD, "PORT", "PUSHPW_HOST", *SLACK, *TEAMS, "MICROSOFT_APP_CERTIFICATE", "PUSHPW_TEAMS_UNSIGNED", *BRIDGE):
        monkeypatch.delenv(name, raising=False)


def faults(**given: str) -> dict[str, str]:
    with pytest.raises(BadSettings) as caught:
        load(None, **{**GOOD, **given})
    return dict(caught.value.faults)


def test_the_three_that_are_needed_are_enough() -> None:
    settings = load(None, **GOOD)
    assert (settings.base_url, settings.port, settings.policy.default_views) == ("https://push.corp.test", 8080, 1)
    assert settings.ring_keys == [bytes(range(32))]


def test_all_faults_come_at_once_by_variable_name() -> None:
    found = faults(PUSHPW_BASE_URL="ftp://x", PORT="many", PUSHPW_DEFAULT_EXPIRY="1 year", PUSHPW_MAX_VIEWS="0")
    assert set(found) == {"PUSHPW_BASE_URL", "PORT", "PUSHPW_DEFAULT_EXPIRY", "PUSHPW_MAX_VIEWS"}


@pytest.mark.parametrize(
    "url",
    [
        "http://push.corp.test",
        "https://push.corp.test/path",
        "https://push.example.com",
        "https://u:p@h.test",
        "push.corp.test",
        "",
        "https://h.co:99999",
        "https://h:abc",
        "https://h.co:0",
        "https://h.co:-1",
        "https://[::1",
        "https://two words.test",
        "htp:/nonsense",
    ],
)
def test_a_base_url_that_cannot_work_is_refused(url: str) -> None:
    assert set(faults(PUSHPW_BASE_URL=url)) == {"PUSHPW_BASE_URL"}


@pytest.mark.parametrize("name", ["PUSHPW_SLACK_API_URL", "PUSHPW_SUPPORT_URL"])
@pytest.mark.parametrize("url", ["https://h.co:99999", "https://h:abc", "https://[::1"])
def test_an_address_with_an_impossible_port_is_refused(name: str, url: str) -> None:
    assert set(faults(**{name: url})) == {name}


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:abc",
        "redis://localhost:99999",
        "redis://:canary@localhost:canary",
        "redis://localhost/canary",
        "redis://[::1",
        "redis://localhost?canary=1",
        "redis://localhost?socket_timeout=canary",
        "rediss://localhost?ssl_cert_reqs=canary",
        "redis+sentinel://canary",
        "unix://",
        "localhost:6379",
    ],
)
def test_an_address_of_the_store_that_would_fail_later_is_refused_now_and_not_repeated(url: str) -> None:
    found = faults(PUSHPW_REDIS_URL=url)
    assert set(found) == {"PUSHPW_REDIS_URL"}
    assert "canary" not in str(found)


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://localhost/",
        "rediss://user:p%40ss@h.test:6380/3?ssl_cert_reqs=required",
        "redis://[::1]:6379/0",
        "unix:///run/valkey/s",
        "unix:///run/valkey/s?db=2",
    ],
)
def test_an_address_of_the_store_that_can_work_is_taken(url: str) -> None:
    assert secret(load(None, **{**GOOD, "PUSHPW_REDIS_URL": url}).redis_url) == url


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:80", "https://push.corp.test/"])
def test_http_is_for_this_machine_only(url: str) -> None:
    assert load(None, **{**GOOD, "PUSHPW_BASE_URL": url}).base_url == url.rstrip("/")


@pytest.mark.parametrize("keys", ["", "short", "A" * 43, encode(bytes(32)), encode(bytes(range(31))), encode(bytes(range(32))) + ",x"])
def test_a_seal_key_that_is_short_or_not_random_is_refused(keys: str) -> None:
    assert set(faults(PUSHPW_SEAL_KEYS=keys)) == {"PUSHPW_SEAL_KEYS"}


@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"])
@pytest.mark.parametrize("example", ["xoxb-...", "your-signing-secret", "changeme", "aaaaaaaaaaaa"])
def test_an_example_is_no_secret(name: str, example: str) -> None:
    assert name in faults(**{name: example})


def test_half_of_slack_names_the_other_half() -> None:
    assert set(faults(SLACK_BOT_TOKEN="xoxb-a-token-of-tests")) == {"SLACK_SIGNING_SECRET"}


def test_no_fault_tells_the_value_of_a_secret() -> None:
    canary = "canary-5ecret"
    found = faults(PUSHPW_SEAL_KEYS=canary, PUSHPW_REDIS_URL=f"http://:{canary}@host")
    assert canary not in str(found)


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(GOOD["PUSHPW_SEAL_KEYS"] + "\n")
    monkeypatch.setenv("PUSHPW_SEAL_KEYS_FILE", str(path))
    settings = load(None, **{name: value for name, value in GOOD.items() if name != "PUSHPW_SEAL_KEYS"})
    assert secret(settings.seal_keys) == GOOD["PUSHPW_SEAL_KEYS"]


def test_a_file_that_cannot_be_read_is_a_fault_of_its_own_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "absent"))
    assert set(faults()) == {"SLACK_BOT_TOKEN_FILE"}


def test_a_secret_is_given_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-a-token-of-tests")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert "SLACK_BOT_TOKEN_FILE" in faults(PORT="x")


def test_the_default_may_not_exceed_the_most() -> None:
    assert set(faults(PUSHPW_MAX_EXPIRY="1h", PUSHPW_DEFAULT_VIEWS="5", PUSHPW_MAX_VIEWS="2")) == {
        "PUSHPW_DEFAULT_EXPIRY",
        "PUSHPW_DEFAULT_VIEWS",
    }


def test_a_env_file_is_read_and_the_environment_beats_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("".join(f"{name}={value}\n" for name, value in GOOD.items()) + "PORT=1111\nSLACK_BOT_TOKEN=\n")
    assert load(path).port == 1111
    monkeypatch.setenv("PORT", "2222")
    assert load(path).port == 2222
    assert base_url_if_set(path) == GOOD["PUSHPW_BASE_URL"]


def only(*names: str) -> dict[str, str]:
    return {f"SLACK_{name}": SLACK[f"SLACK_{name}"] for name in names}


@pytest.mark.parametrize(
    "given",
    [
        only("SIGNING_SECRET", "BOT_TOKEN"),
        only("APP_TOKEN", "BOT_TOKEN"),
        only("APP_TOKEN", "SIGNING_SECRET", "BOT_TOKEN"),
        only("SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET"),
        only("APP_TOKEN", "CLIENT_ID", "CLIENT_SECRET"),
    ],
)
def test_slack_needs_a_way_in_and_a_token_or_the_means_to_be_given_some(given: dict[str, str]) -> None:
    settings = load(None, **{**GOOD, **given})
    assert settings.has_slack
    assert settings.has_many_workspaces == ("SLACK_CLIENT_ID" in given)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (only("SIGNING_SECRET"), {"SLACK_BOT_TOKEN"}),
        (only("APP_TOKEN"), {"SLACK_BOT_TOKEN"}),
        (only("CLIENT_ID"), {"SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"}),
        (only("CLIENT_SECRET"), {"SLACK_CLIENT_ID", "SLACK_SIGNING_SECRET"}),
        (only("CLIENT_ID", "CLIENT_SECRET"), {"SLACK_SIGNING_SECRET"}),
        (only("SIGNING_SECRET", "BOT_TOKEN", "CLIENT_ID", "CLIENT_SECRET"), {"SLACK_BOT_TOKEN"}),
        (only("SIGNING_SECRET", "BOT_TOKEN", "CLIENT_ID"), {"SLACK_BOT_TOKEN", "SLACK_CLIENT_SECRET"}),
        (only("SIGNING_SECRET", "BOT_TOKEN") | {"SLACK_APP_TOKEN": "xoxb-another-kind"}, {"SLACK_APP_TOKEN"}),
    ],
)
def test_what_is_missing_or_too_much_of_slacks_is_named(given: dict[str, str], named: set[str]) -> None:
    assert set(faults(**given)) == named


# Teams


def test_an_app_its_password_and_whom_it_serves_are_teams() -> None:
    settings = load(None, **{**GOOD, **TEAMS})
    assert (settings.has_teams, settings.microsoft_app_id) == (True, TEAMS["MICROSOFT_APP_ID"].lower())
    assert (settings.teams_tenants, settings.has_pretend_microsoft) == ({TENANT}, False)
    assert not load(None, **GOOD).has_teams


@pytest.mark.parametrize("missing", list(TEAMS))
def test_a_part_of_teams_names_what_is_missing(missing: str) -> None:
    assert set(faults(**{name: value for name, value in TEAMS.items() if name != missing})) == {missing}


def test_one_part_of_teams_names_all_others_at_once() -> None:
    assert set(faults(PUSHPW_TEAMS_TENANTS="any")) == {"MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD"}


@pytest.mark.parametrize("tenants", [",", "any,any thing", f"any,{TENANT}", "corp.test", f"{TENANT};{TENANT}", "*"])
def test_tenants_are_ids_or_any(tenants: str) -> None:
    assert set(faults(**{**TEAMS, "PUSHPW_TEAMS_TENANTS": tenants})) == {"PUSHPW_TEAMS_TENANTS"}


def test_tenants_are_compared_in_lower_case() -> None:
    given = {**GOOD, **TEAMS, "PUSHPW_TEAMS_TENANTS": f" {TENANT.upper()} , {APP}"}
    assert load(None, **given).teams_tenants == {TENANT, APP}
    assert load(None, **{**given, "PUSHPW_TEAMS_TENANTS": "Any"}).teams_tenants == {"any"}


APP = TEAMS["MICROSOFT_APP_ID"].lower()


@pytest.mark.parametrize("name", list(DOUBLES))
@pytest.mark.parametrize("where", [{}, {**HERE, "PUSHPW_HOST": "0.0.0.0"}, {"PUSHPW_HOST": "127.0.0.1"}], ids=str)
def test_no_double_of_microsoft_stands_where_people_could_reach_it(name: str, where: dict[str, str]) -> None:
    assert set(faults(**{**TEAMS, name: DOUBLES[name], **where})) == {name}


@pytest.mark.parametrize("name", list(DOUBLES))
def test_on_one_machine_a_double_is_let_in(name: str) -> None:
    settings = load(None, **{**GOOD, **TEAMS, **HERE, name: DOUBLES[name]})
    assert settings.has_pretend_microsoft is (name != "PUSHPW_TEAMS_LOGIN_URL")


def test_who_signs_nothing_needs_no_password() -> None:
    given = {name: value for name, value in TEAMS.items() if name != "MICROSOFT_APP_PASSWORD"}
    assert load(None, **{**GOOD, **HERE, **given, "PUSHPW_TEAMS_UNSIGNED": "1"}).has_teams


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("PUSHPW_TEAMS_OPENID_URL", "https://login.botframework.com.evil.test/v1/.well-known/openidconfiguration"),
        ("PUSHPW_TEAMS_OPENID_URL", "http://login.botframework.com/v1/.well-known/openidconfiguration"),
        ("PUSHPW_TEAMS_OPENID_URL", "http://localhost.evil.test/"),
        ("PUSHPW_TEAMS_OPENID_URL", "http://127.0.0.1@evil.test/"),
        ("PUSHPW_TEAMS_LOGIN_URL", "http://login.microsoftonline.com"),
        ("PUSHPW_TEAMS_LOGIN_URL", "https://[::1"),
    ],
)
def test_keys_and_tokens_come_from_microsoft(name: str, url: str) -> None:
    assert set(faults(**{**TEAMS, **HERE, name: url})) == {name}


def test_a_certificate_stands_in_place_of_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app.pem"
    path.write_text(pem_of_an_app())
    monkeypatch.setenv("MICROSOFT_APP_CERTIFICATE_FILE", str(path))
    given = {name: value for name, value in TEAMS.items() if name != "MICROSOFT_APP_PASSWORD"}
    assert load(None, **{**GOOD, **given}).has_teams
    assert set(faults(**TEAMS)) == {"MICROSOFT_APP_CERTIFICATE"}


def test_a_certificate_without_its_key_is_refused_and_not_repeated() -> None:
    key, _, certificate = pem_of_an_app().partition("-----BEGIN CERTIFICATE-----")
    others = pem_of_an_app().partition("-----BEGIN CERTIFICATE-----")[2]
    given = {name: value for name, value in TEAMS.items() if name != "MICROSOFT_APP_PASSWORD"}
    for pem in (key, certificate, "nothing", key + "-----BEGIN CERTIFICATE-----" + others):
        found = faults(**given, MICROSOFT_APP_CERTIFICATE=pem)
        assert set(found) == {"MICROSOFT_APP_CERTIFICATE"}
        assert pem[:20] not in str(found)


ONE_SLACK = {name: SLACK[name] for name in ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")}
MANY_SLACKS = {name: SLACK[name] for name in ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")}
DOMAINS = {"PUSHPW_BRIDGE_DOMAINS": BRIDGE["PUSHPW_BRIDGE_DOMAINS"]}


def test_the_bridge_is_off_unless_domains_are_listed() -> None:
    settings = load(None, **{**GOOD, **ONE_SLACK, **TEAMS})
    assert (settings.bridge_domains, settings.policy.bridge_allowed) == (frozenset(), False)


def test_domains_are_compared_in_lower_case() -> None:
    settings = load(None, **{**GOOD, **ONE_SLACK, **TEAMS, **DOMAINS})
    assert (settings.bridge_domains, settings.policy.bridge_allowed) == ({"corp.test", "corp.example"}, True)


def test_of_many_workspaces_some_are_named_in_order() -> None:
    assert load(None, **{**GOOD, **MANY_SLACKS, **TEAMS, **BRIDGE}).bridge_workspaces == ("T0ABC", "E0DEF")


@pytest.mark.parametrize(
    "domains", ["corp", "*.corp.test", "corp.test,", "jane@corp.test", "https://corp.test", "stra\u00dfe.test", "example.com"]
)
def test_what_is_no_domain_is_a_fault(domains: str) -> None:
    assert set(faults(**ONE_SLACK, **TEAMS, PUSHPW_BRIDGE_DOMAINS=domains)) == {"PUSHPW_BRIDGE_DOMAINS"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (DOMAINS, {"PUSHPW_BRIDGE_DOMAINS"}),
        (DOMAINS | ONE_SLACK, {"PUSHPW_BRIDGE_DOMAINS"}),
        (DOMAINS | TEAMS, {"PUSHPW_BRIDGE_DOMAINS"}),
        (DOMAINS | ONE_SLACK | TEAMS | {"PUSHPW_TEAMS_TENANTS": "any"}, {"PUSHPW_TEAMS_TENANTS"}),
        (DOMAINS | MANY_SLACKS | TEAMS, {"PUSHPW_BRIDGE_WORKSPACES"}),
        (BRIDGE | ONE_SLACK | TEAMS, {"PUSHPW_BRIDGE_WORKSPACES"}),
        (MANY_SLACKS | TEAMS | {"PUSHPW_BRIDGE_WORKSPACES": "T0ABC"}, {"PUSHPW_BRIDGE_WORKSPACES"}),
        (BRIDGE | MANY_SLACKS | TEAMS | {"PUSHPW_BRIDGE_WORKSPACES": "C0ABC"}, {"PUSHPW_BRIDGE_WORKSPACES"}),
    ],
)
def test_a_bridge_with_one_end_or_with_unnamed_witnesses_is_a_fault(given: dict[str, str], named: set[str]) -> None:
    assert set(faults(**given)) == named
