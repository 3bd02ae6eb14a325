"""Apps are installed by OAuth, in one workspace, in another, and in a whole organisation; and taken away again."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from slack_bolt.request.internals import extract_enterprise_id, extract_is_enterprise_install, extract_team_id
from slack_sdk.web.async_client import AsyncWebClient

from playground.double import PretendSlack
from playground.manifest import Manifest
from playground.oauth import Credentials
from playground.refusals import Refused
from playground.teams import Team
from playground.workspace import ALICE, BOB, RANDOM, Person
from tests.playground.conftest import StillClock
from tests.playground.example_app import SECRET, ExampleApp
from tests.playground.test_slack_double_web_api import refusal

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),  # slack_sdk 3.47's oauth_v2_access uses it
]

BACK = "https://push.test/slack/oauth_redirect"
APP = Credentials("1.2", "the secret of the app")
EVENTS = frozenset({"app_uninstalled", "tokens_revoked", "app_home_opened"})
SCOPES = "commands,chat:write,im:write,users:read"


@dataclass
class World:
    slack: PretendSlack
    app: ExampleApp
    clock: StillClock
    client: AsyncWebClient

    def asking(self, **changed: str) -> str:
        asked = {"client_id": APP.client_id, "scope": SCOPES, "state": "s1", "redirect_uri": BACK} | changed
        return f"{self.slack.url}/oauth/v2/authorize?{urlencode(asked)}"

    async def install(self, user: str, *, org_wide: bool = False, without: tuple[str, ...] = (), **changed: str) -> Any:
        code = code_in(self.slack.oauth.allow(user, self.asking(**changed), org_wide=org_wide, without=without))
        return await self.exchange(code=code, redirect_uri=BACK)

    async def exchange(self, **arguments: str) -> Any:
        return await self.client.oauth_v2_access(**{"client_id": APP.client_id, "client_secret": APP.client_secret, **arguments})

    def with_token(self, token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=self.slack.api_url)

    def last_event(self) -> dict[str, Any]:
        return json.loads(self.slack.sender.sent[-1].body)


async def world_of(**manifest: Any) -> AsyncIterator[World]:
    clock = StillClock()
    facts = Manifest(
        redirect_urls=("https://push.test/slack",),
        optional_scopes=frozenset({"links:read"}),
        user_scopes=frozenset({"chat:write"}),
        events=EVENTS,
        org_deploy=True,
        **manifest,
    )
    slack = PretendSlack(signing_secret=SECRET, bot_token="", service_url="http://127.0.0.1:1", now=clock, manifest=facts, credentials=APP)
    await slack.start()
    app = ExampleApp(slack.api_url, clock)
    await app.start()
    slack.service_url = app.url
    yield World(slack, app, clock, AsyncWebClient(base_url=slack.api_url))
    await slack.stop()
    await app.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def world() -> AsyncIterator[World]:
    async for made in world_of():
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def rotating() -> AsyncIterator[World]:
    async for made in world_of(rotates=True):
        yield made


def code_in(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code"][0]


async def test_who_allows_the_app_is_sent_back_with_a_code_and_the_state(world: World) -> None:
    back = urlsplit(world.slack.oauth.allow(ALICE, world.asking()))
    assert back._replace(query="").geturl() == BACK
    assert parse_qs(back.query)["state"] == ["s1"]
    assert urlsplit(world.slack.oauth.deny(world.asking())).query == "error=access_denied&state=s1"


async def test_a_code_is_worth_a_bot_token_that_works(world: World) -> None:
    answer = await world.install(ALICE)
    assert (answer["token_type"], answer["bot_user_id"], answer["app_id"]) == ("bot", "U0PUSHPW", "A0PUSHPW")
    assert (answer["team"], answer["enterprise"], answer["is_enterprise_install"]) == ({"id": "T0PRETEND", "name": "Pretend"}, None, False)
    assert answer["scope"] == ",".join(sorted(SCOPES.split(",")))
    assert answer["authed_user"] == {"id": ALICE}
    tested = await world.with_token(answer["access_token"]).auth_test()
    assert (tested["team_id"], tested["bot_id"]) == ("T0PRETEND", "B0PUSHPW")


async def test_a_code_is_good_once_and_for_ten_minutes(world: World) -> None:
    code, late = (code_in(world.slack.oauth.allow(ALICE, world.asking())) for _ in range(2))
    await world.exchange(code=code, redirect_uri=BACK)
    assert await refusal(world.exchange(code=code, redirect_uri=BACK)) == "invalid_code"
    world.clock.pass_by(600)
    assert await refusal(world.exchange(code=late, redirect_uri=BACK)) == "invalid_code"


async def test_a_code_is_exchanged_by_its_app_alone_and_with_its_address(world: World) -> None:
    code = code_in(world.slack.oauth.allow(ALICE, world.asking()))
    assert await refusal(world.exchange(code=code, client_secret="another")) == "bad_client_secret"
    assert await refusal(world.exchange(code=code, client_id="9.9")) == "invalid_client_id"
    assert await refusal(world.exchange(code=code, redirect_uri=f"{BACK}/else")) == "bad_redirect_uri"
    assert await refusal(world.exchange(code=code, grant_type="password")) == "invalid_grant_type"
    assert (await world.exchange(code=code, redirect_uri=BACK))["ok"]


async def test_the_secret_of_the_app_may_stand_in_the_form(world: World) -> None:
    code = code_in(world.slack.oauth.allow(ALICE, world.asking()))
    form = {"client_id": APP.client_id, "client_secret": APP.client_secret, "code": code, "redirect_uri": BACK}
    async with ClientSession() as session, session.post(f"{world.slack.api_url}oauth.v2.access", data=form) as answer:
        assert (await answer.json())["ok"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"redirect_uri": "https://elsewhere.test/"}, "bad_redirect_uri"),
        ({"redirect_uri": "https://push.test/slackers"}, "bad_redirect_uri"),
        ({"scope": "files:read"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"user_scope": "files:read"}, "invalid_scope"),
    ],
)
async def test_what_the_app_may_not_ask_for_is_refused_on_the_page_too(world: World, changed: dict[str, str], error: str) -> None:
    with pytest.raises(Refused, match=error):
        world.slack.oauth.allow(ALICE, world.asking(**changed))
    async with ClientSession() as session, session.get(world.asking(**changed)) as page:
        assert (page.status, error in await page.text()) == (400, True)


async def test_a_person_allows_or_cancels_on_the_page(world: World) -> None:
    async with ClientSession() as session:
        page = await (await session.get(world.asking(user_scope="chat:write"))).text()
        assert "Alice Adams" in page
        assert "<code>chat:write</code>, as yourself" in page
        allowed = await session.post(world.asking(), data={"user": ALICE, "allow": ""}, allow_redirects=False)
        denied = await session.post(world.asking(), data={"user": ALICE, "deny": ""}, allow_redirects=False)
        elsewhere = await session.post(world.asking(), data={"user": ALICE}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (await world.exchange(code=code_in(allowed.headers["Location"]), redirect_uri=BACK))["ok"]
    assert "access_denied" in denied.headers["Location"]
    assert elsewhere.status == 403


async def test_an_optional_scope_may_be_declined(world: World) -> None:
    asked = f"{SCOPES},links:read"
    assert "links:read" not in (await world.install(ALICE, scope=asked, without=("links:read", "commands")))["scope"]
    again = await world.install(ALICE, scope=asked)
    assert "links:read" in again["scope"]
    assert "commands" in again["scope"]


async def test_an_app_installed_again_keeps_its_token(world: World) -> None:
    first, second = await world.install(ALICE), await world.install(BOB)
    assert first["access_token"] == second["access_token"]


async def test_a_person_alone_may_give_a_token_of_their_own(world: World) -> None:
    answer = await world.install(BOB, scope="", user_scope="chat:write")
    assert "access_token" not in answer
    given = answer["authed_user"]
    assert (given["id"], given["scope"], given["token_type"]) == (BOB, "chat:write", "user")
    said = world.slack.as_user(BOB).say(RANDOM, "mine")
    assert (await world.with_token(given["access_token"]).chat_delete(channel=RANDOM, ts=said.ts))["ok"]


async def test_where_the_app_is_not_installed_there_is_no_command_and_no_home(world: World) -> None:
    alice = world.slack.as_user(ALICE)
    assert (await alice.command("/pushpw", "help")).problem == "not_a_command"
    assert await alice.open_home() is None
    await world.install(ALICE)
    assert (await alice.command("/pushpw", "help")).ok


async def test_a_rotating_token_lives_twelve_hours_and_its_refresh_token_is_good_once(rotating: World) -> None:
    first = await rotating.install(ALICE)
    assert (first["expires_in"], first["access_token"][:10], first["refresh_token"][:7]) == (43_200, "xoxe.xoxb-", "xoxe-1-")
    second = await rotating.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (second["token_type"], second["team"]["id"], second["expires_in"]) == ("bot", "T0PRETEND", 43_200)
    assert await refusal(rotating.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"])) == "invalid_refresh_token"
    rotating.clock.pass_by(43_200)
    assert await refusal(rotating.with_token(first["access_token"]).auth_test()) == "token_expired"
    third = await rotating.exchange(grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert (await rotating.with_token(third["access_token"]).auth_test())["ok"]


async def test_a_persons_token_rotates_too(rotating: World) -> None:
    given = (await rotating.install(BOB, scope="", user_scope="chat:write"))["authed_user"]
    next_one = await rotating.exchange(grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert (next_one["token_type"], next_one["authed_user"]["id"]) == ("user", BOB)
    assert next_one["access_token"].startswith("xoxe.xoxp-")


async def test_two_workspaces_have_their_own_people_tokens_and_conversations(world: World) -> None:
    other = world.slack.add_workspace(Team("T0SECOND", "Second", "second"), (Person("U2ZOE", "zoe", "Zoe"),))
    here, there = await world.install(ALICE), await world.install("U2ZOE")
    zoe, there_client = world.slack.as_user("U2ZOE"), world.with_token(there["access_token"])
    assert (there["team"]["id"], there["bot_user_id"]) == ("T0SECOND", other.team.bot)
    assert here["bot_user_id"] != there["bot_user_id"]
    assert here["access_token"] != there["access_token"]
    dm = (await there_client.conversations_open(users="U2ZOE"))["channel"]["id"]
    await there_client.chat_postMessage(channel=dm, text="hello Zoe")
    assert [m.text for m in zoe.dm_with_bot()] == ["hello Zoe"]
    assert await refusal(there_client.users_info(user=ALICE)) == "user_not_found"
    assert await refusal(world.with_token(here["access_token"]).chat_postMessage(channel=dm, text="x")) == "channel_not_found"


async def test_payloads_name_the_workspace_they_come_from_and_answers_find_it(world: World) -> None:
    other = world.slack.add_workspace(Team("T0SECOND", "Second", "second"), (Person("U2ZOE", "zoe", "Zoe"),))
    world.app.token = (await world.install("U2ZOE"))["access_token"]
    zoe, general = world.slack.as_user("U2ZOE"), other.workspace.channel_named("general").id
    await zoe.command("/pushpw", "later", channel=general)
    told = world.app.seen[-1]
    assert (told["team_id"], told["team_domain"], "enterprise_id" in told) == ("T0SECOND", "second", False)
    assert [m.text for m in zoe.messages(general)] == ["Said later."]
    await zoe.open_home()
    assert (world.last_event()["team_id"], extract_team_id(world.last_event())) == ("T0SECOND", "T0SECOND")


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_uninstalling_ends_the_tokens_of_one_workspace_and_says_so_in_either_order(world: World, first: str) -> None:
    world.slack.add_workspace(Team("T0SECOND", "Second", "second"), (Person("U2ZOE", "zoe", "Zoe"),))
    here, there = await world.install(ALICE, user_scope="chat:write"), await world.install("U2ZOE")
    await world.slack.uninstall("T0PRETEND", first=first)
    told = [json.loads(request.body) for request in world.slack.sender.sent]
    assert [body["event"]["type"] for body in told[:2]] == [first, *({"app_uninstalled", "tokens_revoked"} - {first})]
    assert {body["team_id"] for body in told} == {"T0PRETEND"}
    assert not any("authorizations" in body for body in told)
    revoked = next(body["event"]["tokens"] for body in told if body["event"]["type"] == "tokens_revoked")
    assert revoked == {"oauth": [ALICE], "bot": ["U0PUSHPW"]}
    assert await refusal(world.with_token(here["access_token"]).auth_test()) == "account_inactive"
    assert await refusal(world.with_token(here["authed_user"]["access_token"]).auth_test()) == "token_revoked"
    assert (await world.with_token(there["access_token"]).auth_test())["ok"]


async def test_a_token_can_be_revoked_by_itself(world: World) -> None:
    given = (await world.install(BOB, user_scope="chat:write"))["authed_user"]["access_token"]
    assert (await world.with_token(given).auth_revoke(test=True))["revoked"] is False
    assert (await world.with_token(given).auth_revoke())["revoked"] is True
    assert await refusal(world.with_token(given).auth_test()) == "token_revoked"
    await world.slack.until(lambda: world.slack.sender.sent)
    assert world.last_event()["event"]["tokens"] == {"oauth": [BOB], "bot": []}


async def organisation(world: World) -> Any:
    team = Team("T1ORG", "One", "one", enterprise_id="E0ORG", enterprise_name="Organised")
    world.slack.add_workspace(team, (Person("U1ANN", "ann", "Ann"),))
    two = Team("T2ORG", "Two", "two", enterprise_id="E0ORG", enterprise_name="Organised")
    world.slack.add_workspace(two, (Person("U2BEN", "ben", "Ben"),))
    return await world.install("U1ANN", org_wide=True)


async def test_one_token_serves_a_whole_organisation(world: World) -> None:
    answer = await organisation(world)
    assert (answer["team"], answer["enterprise"], answer["is_enterprise_install"]) == (None, {"id": "E0ORG", "name": "Organised"}, True)
    client = world.with_token(answer["access_token"])
    tested = await client.auth_test()
    assert (tested["is_enterprise_install"], tested["enterprise_id"], tested["team_id"]) == (True, "E0ORG", "E0ORG")
    for user in ("U1ANN", "U2BEN"):
        dm = (await client.conversations_open(users=user))["channel"]["id"]
        await client.chat_postMessage(channel=dm, text="hello")
        assert [m.text for m in world.slack.as_user(user).dm_with_bot()] == ["hello"]
    assert await refusal(client.users_list(team_id="T0PRETEND")) == "team_access_not_granted"
    assert await refusal(client.users_info(user=ALICE)) == "user_not_found"


async def test_an_org_wide_form_is_opened_updated_and_submitted_without_a_team(world: World) -> None:
    world.app.token = (await organisation(world))["access_token"]
    ben = world.slack.as_user("U2BEN")
    await ben.shortcut("push_secret")
    told = world.app.seen[-1]
    assert (told["team"], told["enterprise"]["id"], told["is_enterprise_install"]) == (None, "E0ORG", True)
    assert (extract_team_id(told), extract_enterprise_id(told), extract_is_enterprise_install(told)) == ("T2ORG", "E0ORG", True)
    view = await world.slack.until(lambda: ben.view)
    ben.fill(view, "Secret", "hunter2")
    await ben.submit(view)
    assert world.app.seen[-1]["view"]["team_id"] == "T2ORG"
    assert ben.view.title == "Push a secret"


async def test_a_command_of_an_org_wide_install_says_team_and_organisation(world: World) -> None:
    world.app.token = (await organisation(world))["access_token"]
    await world.slack.as_user("U2BEN").command("/pushpw", "help", channel="C2ORGGENERAL")
    told = world.app.seen[-1]
    assert (told["team_id"], told["enterprise_id"], told["is_enterprise_install"]) == ("T2ORG", "E0ORG", "true")
    await world.slack.as_user("U2BEN").open_home()
    [authorization] = world.last_event()["authorizations"]
    assert (authorization["enterprise_id"], authorization["team_id"], authorization["is_enterprise_install"]) == ("E0ORG", None, True)


async def test_an_organisation_uninstalls_without_naming_a_team(world: World) -> None:
    answer = await organisation(world)
    await world.slack.uninstall("E0ORG")
    assert (world.last_event()["team_id"], world.last_event()["enterprise_id"]) == (None, "E0ORG")
    assert await refusal(world.with_token(answer["access_token"]).auth_test()) == "account_inactive"
    assert (await world.slack.as_user("U2BEN").command("/pushpw", channel="C2ORGGENERAL")).problem == "not_a_command"


async def test_a_workspace_of_an_organisation_can_install_the_app_for_itself_alone(world: World) -> None:
    await organisation(world)
    await world.slack.uninstall("E0ORG")
    answer = await world.install("U2BEN")
    assert (answer["team"]["id"], answer["enterprise"]["id"], answer["is_enterprise_install"]) == ("T2ORG", "E0ORG", False)
    world.app.token = answer["access_token"]
    await world.slack.as_user("U2BEN").shortcut("push_secret")
    told = world.app.seen[-1]
    assert (told["team"]["id"], told["team"]["enterprise_id"], told["is_enterprise_install"]) == ("T2ORG", "E0ORG", False)
    assert await refusal(world.with_token(world.app.token).users_info(user="U1ANN")) == "user_not_found"


async def test_one_workspace_can_leave_an_org_wide_install(world: World) -> None:
    client = world.with_token((await organisation(world))["access_token"])
    await world.slack.uninstall("T2ORG")
    assert await refusal(client.users_list(team_id="T2ORG")) == "team_access_not_granted"
    assert (await client.users_list(team_id="T1ORG"))["ok"]


async def test_no_installation_is_org_wide_outside_an_organisation(world: World) -> None:
    with pytest.raises(Refused, match="org_login_required"):
        world.slack.oauth.allow(ALICE, world.asking(), org_wide=True)


async def test_a_stranger_has_no_command_and_their_views_name_their_own_workspace(world: World) -> None:
    world.app.token = (await world.install(ALICE))["access_token"]
    world.slack.workspace.add_person(Person("U0EVE", "eve", "Eve", team_id="T0OTHER"))
    world.slack.workspace.conversation(RANDOM).members.append("U0EVE")
    eve = world.slack.as_user("U0EVE")
    assert (await eve.command("/pushpw", "help", channel=RANDOM)).problem == "not_a_command"
    button = {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Open"}, "value": "x"}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = (await world.with_token(world.app.token).chat_postMessage(channel=RANDOM, text="x", blocks=blocks))["ts"]
    await eve.click(world.slack.workspace.find(RANDOM, ts), "open")
    assert (world.app.seen[-1]["team"]["id"], world.app.seen[-1]["user"]["team_id"]) == ("T0PRETEND", "T0OTHER")
    await eve.click(await world.slack.until(lambda: eve.view), "browse")
    told = world.app.seen[-1]
    assert (told["team"]["id"], told["view"]["app_installed_team_id"], extract_team_id(told)) == ("T0OTHER", "T0PRETEND", "T0PRETEND")


async def test_an_opened_home_tab_brings_the_view_that_is_there(world: World) -> None:
    world.app.token = (await world.install(ALICE))["access_token"]
    alice = world.slack.as_user(ALICE)
    await alice.open_home()
    assert "view" not in world.last_event()["event"]
    await world.slack.until(lambda: alice.home)
    await alice.open_home()
    assert world.last_event()["event"]["view"]["blocks"][0]["text"]["text"] == "pushpw"
    await alice.open_home("messages")
    assert (world.last_event()["event"]["tab"], "view" in world.last_event()["event"]) == ("messages", False)
