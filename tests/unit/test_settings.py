from pathlib import Path

import pytest

from bot.settings import BadSettings, base_url_if_set, load, secret
from core.link import encode

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


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*GOOD, "PORT", *SLACK):
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
