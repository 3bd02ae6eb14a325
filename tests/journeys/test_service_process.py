"""What does the program do as a process: start, refuse to start, answer, end, and die?"""

import asyncio
import json
import os
import signal
import stat
from collections import Counter
from pathlib import Path

import pytest
import yaml
from aiohttp import ClientSession

from adapters.redis_store.embedded import EmbeddedServer
from core.link import encode
from tests.journeys.actors import SECRET, links_in
from tests.journeys.program import outside, run
from tests.journeys.reader import Reader

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

RIGHT = {
    "PUSHPW_BASE_URL": "http://localhost:8080",
    "PUSHPW_SEAL_KEYS": encode(os.urandom(32)),
    "PUSHPW_REDIS_URL": "redis://127.0.0.1:1/0",
}


# Running


async def test_it_is_alive_and_ready_and_counts(store_url: str) -> None:
    async with outside(store_url) as around:
        program = await around.start()
        async with Reader(program.url) as reader:
            assert await reader.get("/healthz") == (200, "alive\n")
            status, body = await reader.get("/readyz")
            assert (status, json.loads(body)) == (200, {"ready": True, "store_mode": "ephemeral", "faults": []})
            assert "pushpw_http_seconds" in (await reader.get("/metrics"))[1]


async def test_it_is_alive_but_not_ready_without_its_store() -> None:
    async with outside("unix:///nonexistent/s") as around:
        program = await around.start()
        async with Reader(program.url) as reader:
            assert (await reader.get("/healthz"))[0] == 200
            status, body = await reader.get("/readyz")
            assert (status, json.loads(body)["faults"]) == (503, ["store_unavailable"])


async def test_sigterm_ends_it_with_0(store_url: str) -> None:
    async with outside(store_url) as around:
        program = await around.start()
        program.process.send_signal(signal.SIGTERM)
        assert await program.ended() == 0


async def test_sigterm_waits_for_a_delivery_under_way(store_url: str) -> None:
    async with outside(store_url) as around:
        program = await around.start()
        slow = around.slack.api.hold("chat.postMessage")
        actors = around.actors()
        await actors.push("@bob")
        await around.slack.until(lambda: around.slack.api.calls["chat.postMessage"])
        program.process.send_signal(signal.SIGTERM)
        await program.says("stopping")
        slow.set()
        assert await program.ended() == 0
        assert await actors.invitation()
        assert await actors.card("Waiting")


async def test_a_claim_granted_by_a_killed_process_is_given_again_by_the_next(store_url: str) -> None:
    async with outside(store_url) as around:
        first = await around.start()
        (url,) = links_in((await around.actors().push()).body)
        async with Reader(first.url) as reader:
            granted = await reader.claim(url)
        await first.kill()
        second = await around.start()
        async with Reader(second.url) as reader:
            again = await reader.claim(url, nonce=granted.nonce)
            assert (again.status, again.body["sealed"], again.body["redelivered"]) == (200, granted.body["sealed"], True)
            assert (await reader.claim(url)).code == "gone"


async def test_a_push_made_before_a_kill_opens_after_it(store_url: str) -> None:
    async with outside(store_url) as around:
        first = await around.start()
        (url,) = links_in((await around.actors().push()).body)
        await first.kill()
        second = await around.start()
        async with Reader(second.url) as reader:
            assert await reader.read(url) == SECRET


@pytest.mark.parametrize("claims", [200, pytest.param(1000, marks=pytest.mark.long)])
async def test_parallel_claims_through_two_processes_get_one_view_once(claims: int) -> None:
    with EmbeddedServer() as server:
        async with outside(server.url, PUSHPW_TRUSTED_PROXIES="1") as around:
            both = [await around.start(), await around.start()]
            (url,) = links_in((await around.actors().push()).body)
            async with Reader(both[0].url) as one, Reader(both[1].url) as other:
                answers = await asyncio.gather(
                    *((one, other)[n % 2].claim(url, X_Forwarded_For=f"10.0.{n >> 8}.{n & 255}") for n in range(claims))
                )
    # A store that a rush makes wait longer than it should answers 503, and the page asks again; never a second 200.
    told = Counter(answer.status for answer in answers)
    assert told[200] == 1
    assert set(told) <= {200, 410, 503}


# Not starting


async def test_teams_alone_is_enough_and_strangers_are_turned_away(store_url: str) -> None:
    teams = {
        "MICROSOFT_APP_PASSWORD": "a-secret-of-tests",
        "PUSHPW_TEAMS_TENANTS": "any",
        "SLACK_SIGNING_SECRET": "",
        "SLACK_BOT_TOKEN": "",
    }
    async with outside(store_url, MICROSOFT_APP_ID="0f8fad5b-d9cb-469f-a165-70867728950e", **teams) as around:
        program = await around.start()
        async with ClientSession() as stranger:
            assert (await stranger.post(f"{program.url}/api/messages", json={})).status == 401
            assert (await stranger.post(f"{program.url}/slack/events", data={})).status == 404
            assert (await stranger.get(f"{program.url}/privacy")).status == 200


async def test_without_any_chat_it_ends_with_2_and_says_what_to_do(tmp_path: Path) -> None:
    ended = await run("web", folder=tmp_path, **RIGHT)
    assert ended.code == 2
    assert "SLACK_SIGNING_SECRET" in ended.err
    assert "docs/tutorial/teams.md" in ended.err
    assert "playground" in ended.err


async def test_bad_settings_end_it_with_2_naming_all_of_them(tmp_path: Path) -> None:
    wrong = {"PUSHPW_BASE_URL": "http://push.example.org", "PUSHPW_SEAL_KEYS": "short", "PORT": "many", "PUSHPW_MAX_VIEWS": "0"}
    ended = await run("web", folder=tmp_path, **wrong)
    assert ended.code == 2
    for name in (*wrong, "PUSHPW_REDIS_URL"):
        assert name in ended.err
    assert "Traceback" not in ended.err
    assert "short" not in ended.err


# Looking


async def test_check_says_that_all_is_right(store_url: str, tmp_path: Path) -> None:
    async with outside(store_url) as around:
        ended = await run("check", folder=tmp_path, **around.settings)
    assert (ended.code, "WRONG" in ended.out) == (0, False), ended
    assert "workspace Pretend" in ended.out


async def test_check_as_json_is_for_machines(store_url: str, tmp_path: Path) -> None:
    async with outside(store_url) as around:
        ended = await run("check", "--json", folder=tmp_path, **around.settings)
    findings = json.loads(ended.out)
    assert {"settings", "base URL", "store", "clock", "Slack"} <= {finding["what"] for finding in findings}
    assert all(finding["right"] for finding in findings)


async def test_check_finds_a_wrong_token_and_a_store_that_is_away(tmp_path: Path) -> None:
    async with outside("unix:///nonexistent/s") as around:
        settings = around.settings | {"SLACK_BOT_TOKEN": "xoxb-the-token-of-nobody"}
        ended = await run("check", "--json", folder=tmp_path, **settings)
    wrong = {finding["what"] for finding in json.loads(ended.out) if not finding["right"]}
    assert (ended.code, wrong) == (1, {"store", "Slack"})


async def test_check_names_missing_settings(tmp_path: Path) -> None:
    ended = await run("check", folder=tmp_path)
    assert ended.code == 1
    assert "PUSHPW_BASE_URL" in ended.out
    assert "PUSHPW_SEAL_KEYS" in ended.out


# Setting up


async def test_init_writes_an_env_that_only_its_owner_reads(tmp_path: Path) -> None:
    ended = await run("init", "--base-url", "https://push.acme.test", folder=tmp_path)
    assert ended.code == 0, ended
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert "PUSHPW_SEAL_KEYS=" in (tmp_path / ".env").read_text()
    assert "https://api.slack.com/apps?new_app=1" in ended.out


async def test_init_does_not_say_the_key(tmp_path: Path) -> None:
    ended = await run("init", "--base-url", "https://push.acme.test", folder=tmp_path)
    key = (tmp_path / ".env").read_text().partition("PUSHPW_SEAL_KEYS=")[2].partition("\n")[0]
    assert len(key) == 43
    assert key not in ended.out + ended.err


async def test_init_asks_for_the_base_url(tmp_path: Path) -> None:
    await run("init", folder=tmp_path, stdin="https://push.acme.test\n")
    assert "PUSHPW_BASE_URL=https://push.acme.test\n" in (tmp_path / ".env").read_text()


async def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PUSHPW_SEAL_KEYS=the-only-copy\n")
    ended = await run("init", "--base-url", "https://push.acme.test", folder=tmp_path)
    assert ended.code != 0
    assert (tmp_path / ".env").read_text() == "PUSHPW_SEAL_KEYS=the-only-copy\n"


async def test_the_manifest_is_filled_in_from_the_settings(tmp_path: Path) -> None:
    ended = await run("manifest", "slack", folder=tmp_path, PUSHPW_BASE_URL="https://push.acme.test")
    told = yaml.safe_load(ended.out)
    assert told["settings"]["interactivity"]["request_url"] == "https://push.acme.test/slack/events"


async def test_the_manifest_goes_into_a_file(tmp_path: Path) -> None:
    await run("manifest", "slack", "--base-url", "https://push.acme.test", "-o", "app.yml", folder=tmp_path)
    assert yaml.safe_load((tmp_path / "app.yml").read_text())["display_information"]["name"] == "pushpw"
