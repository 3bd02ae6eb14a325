"""Workspaces install the app themselves, use it side by side, and leave nothing behind when they go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar
from pydantic import SecretStr

from adapters.slack.manifest import PREVIEW_SCOPES, Extras
from adapters.slack.render.blocks import VIEW_DONE
from bot.check import look
from bot.settings import Settings
from bot.wiring import open_house, system_clock
from core.identity import Member, Workspace
from core.policy import PolicyChoice
from playground.start import Town, open_town
from playground.teams import TEAM_ID, Team
from playground.tokens import ROTATION_SECONDS
from playground.views import View
from playground.workspace import ALICE, BOB, GENERAL, Person
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.canaries import found_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.people import OTTO, allow_outsiders, share_a_channel
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_canary import files_of
from tests.journeys.validated import faults_found_by_the_sdk, watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

ERIN, FRANK = "U0ERIN", "U0FRANK"
OTHER = Team("T0OTHER", "Other", "other")
MANY = Extras(many=True)


@dataclass
class Browser:
    """Somebody's browser, as far as an installation needs one."""

    town: Town
    session: ClientSession

    async def get(self, url: str) -> Any:
        answer = await self.session.get(url if url.startswith("http") else self.town.service_url + url, allow_redirects=False)
        return answer.status, await answer.text(), answer.headers

    async def begin(self, path: str = "/slack/install?begin=1") -> str:
        """Press the button; where it leads."""
        status, _, headers = await self.get(path)
        assert status == 302
        return str(headers["Location"])

    async def install(self, user: str, path: str = "/slack/install?begin=1", **how: bool) -> tuple[int, str]:
        back = self.town.slack.oauth.allow(user, await self.begin(path), **how)
        status, page, _ = await self.get(back)
        return status, page


@asynccontextmanager
async def browser_in(town: Town) -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Browser(town, session)


@pytest_asyncio.fixture(loop_scope="session")
async def town(store_url: str, prefix: str) -> AsyncIterator[Town]:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=MANY) as town:
        town.slack.sender.patience = 20.0
        town.slack.add_workspace(OTHER, [Person(ERIN, "erin", "Erin", team_id=OTHER.id), Person(FRANK, "frank", "Frank", team_id=OTHER.id)])
        shown = watched(town.slack)
        yield town
    assert faults_found_by_the_sdk(shown) == []


@pytest_asyncio.fixture(loop_scope="session")
async def browser(town: Town) -> AsyncIterator[Browser]:
    async with browser_in(town) as browser:
        yield browser


def others(town: Town) -> Actors:
    return Actors(town, town.slack.as_user(ERIN), town.slack.as_user(FRANK), "C0OTHERGENERAL")


async def test_two_workspaces_use_it_side_by_side(town: Town, browser: Browser, actors: Actors, reader: Reader) -> None:
    status, page = await browser.install(ALICE)
    assert (status, "pushpw is now in Pretend" in page) == (200, True)
    async with browser_in(town) as elsewhere:
        assert "pushpw is now in Other" in (await elsewhere.install(ERIN))[1]
    await actors.push("@bob")
    await others(town).push("@frank", secret="of the others")
    assert await reader.read(await actors.open_in_chat()) == SECRET
    assert await reader.read(await others(town).open_in_chat()) == "of the others"


async def left(store: Store, workspaces: int) -> None:
    """Returns once that many workspaces are remembered."""
    async with asyncio.timeout(20):
        while len(await store.names("workspace:*")) != workspaces:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_that_leaves_takes_everything_along_and_the_other_keeps_all(
    town: Town, browser: Browser, actors: Actors, reader: Reader, store: Store, first: str
) -> None:
    await browser.install(ALICE)
    await browser.install(ERIN)
    (gone,) = links_in((await actors.push()).body)
    (kept,) = links_in((await others(town).push()).body)
    answers = await town.slack.uninstall(TEAM_ID, first)
    assert [answer.status for answer in answers if answer] == [200, 200]
    await left(store, 1)
    assert (await reader.claim(gone)).status == 410
    assert await reader.read(kept) == SECRET
    await others(town).push("@frank")
    await others(town).invitation()


async def test_what_a_workspace_that_leaves_has_asked_for_is_over(town: Town, browser: Browser, store: Store) -> None:
    await browser.install(ALICE)
    await browser.install(ERIN)
    for user, asked, channel in ((ALICE, "@bob", GENERAL), (ERIN, "@frank", others(town).channel)):
        await town.slack.as_user(user).command("/pushpw", f"request {asked} the key", channel)
    async with asyncio.timeout(10):
        while len(await store.names("request:*")) != 2:
            await asyncio.sleep(0.05)
    await town.slack.uninstall(TEAM_ID, "app_uninstalled")
    await left(store, 1)
    assert len(await store.names("request:*")) == 1
    assert len(await store.names("asked-in:*")) == 1


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_the_only_workspace_takes_everything_along_too(store_url: str, prefix: str, first: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS) as town, Reader(town.service_url) as reader:
        alice = town.slack.as_user(ALICE)
        (link,) = links_in((await Actors(town, alice, alice).push()).body)
        await town.slack.uninstall(TEAM_ID, first)
        async with asyncio.timeout(20):
            while (await reader.claim(link)).status != 410:
                await asyncio.sleep(0.05)


async def test_late_news_of_an_end_take_nothing_from_the_only_workspace_once_it_has_the_app_again(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS) as town, Reader(town.service_url) as reader:
        alice = town.slack.as_user(ALICE)
        (link,) = links_in((await Actors(town, alice, alice).push()).body)
        asked = town.slack.api.calls["auth.test"]
        await town.slack.events.happen({"type": "app_uninstalled", "event_ts": "1.2"})
        await town.slack.until(lambda: town.slack.api.calls["auth.test"] > asked)
        await town.service.house.later.drain()
        assert await reader.read(link) == SECRET


async def test_who_cancels_at_slack_is_told_that_nothing_changed(town: Town, browser: Browser, store: Store) -> None:
    status, page, headers = await browser.get(town.slack.oauth.deny(await browser.begin()))
    assert (status, "You did not agree" in page, "Begin again" in page) == (200, True, True)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert await store.names("workspace:*") == []


async def test_a_state_is_good_once(town: Town, browser: Browser, store: Store) -> None:
    back = town.slack.oauth.allow(ALICE, await browser.begin())
    assert (await browser.get(back))[0] == 200
    status, page, _ = await browser.get(back)
    assert (status, "Begin once more" in page) == (400, True)


async def test_a_state_of_another_browser_installs_nothing_and_is_not_used_up(town: Town, browser: Browser, store: Store) -> None:
    back = town.slack.oauth.allow(ALICE, await browser.begin())
    async with browser_in(town) as stranger:
        assert (await stranger.get(back))[0] == 400
        await stranger.begin()
        assert (await stranger.get(back))[0] == 400
    assert await store.names("workspace:*") == []
    assert (await browser.get(back))[0] == 200


async def test_a_state_ends_after_ten_minutes(town: Town, browser: Browser, store: Store) -> None:
    back = town.slack.oauth.allow(ALICE, await browser.begin())
    (name,) = await store.names("record:oauth_state:*")
    assert 590_000 < await store.redis.pttl(name) <= 600_000
    assert await store.forget("oauth_state") == 1
    assert (await browser.get(back))[0] == 400


@pytest.mark.parametrize("back", ["", "?state=x", "?code=1&state=" + "A" * 43, "?error=access_denied", "?state=%ff&code=%00"])
async def test_a_redirect_that_nobody_asked_for_installs_nothing(browser: Browser, store: Store, back: str) -> None:
    status, page, _ = await browser.get("/slack/oauth_redirect" + back)
    assert (status, "Begin once more" in page) == (400, True)
    assert await store.names("workspace:*") == []


async def test_a_code_that_slack_does_not_know_is_told_and_installs_nothing(town: Town, browser: Browser, store: Store) -> None:
    back = town.slack.oauth.allow(ALICE, await browser.begin())
    status, page, _ = await browser.get(back.replace("code=", "code=1"))
    assert (status, "That did not work" in page) == (400, True)
    assert await store.names("workspace:*") == []


async def test_looking_at_the_page_changes_nothing(browser: Browser, store: Store) -> None:
    for path in ("/slack/install", "/slack/install?user=1"):
        status, page, headers = await browser.get(path)
        assert (status, "Continue to Slack" in page, "Set-Cookie" in headers) == (200, True, False)
    assert await store.names("record:*") == []


@pytest.mark.parametrize("previews", [False, True])
async def test_a_workspace_is_asked_for_the_scopes_of_link_cards_only_where_there_are_such(
    store_url: str, prefix: str, previews: bool
) -> None:
    extras = Extras(many=True, previews=previews)
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=extras) as town, browser_in(town) as browser:
        (asked,) = parse_qs(urlsplit(await browser.begin()).query)["scope"]
        assert {*PREVIEW_SCOPES} <= {*asked.split(",")} if previews else not {*PREVIEW_SCOPES} & {*asked.split(",")}
        assert ("puts a card" in (await browser.get("/slack/install"))[1]) is previews
        await browser.install(ALICE)
        (token,) = town.slack.tokens.of_team(TEAM_ID)
        assert ("links:write" in token.scopes) is previews


async def test_the_cookie_goes_when_it_was_used(browser: Browser) -> None:
    back = browser.town.slack.oauth.allow(ALICE, await browser.begin())
    answer = (await browser.get(back))[2]["Set-Cookie"]
    assert {"Max-Age=0", "Path=/slack", "HttpOnly"} <= set(answer.split("; "))
    assert list(browser.session.cookie_jar) == []


async def test_a_state_that_another_browser_brings_takes_no_cookie_away(browser: Browser) -> None:
    back = browser.town.slack.oauth.allow(ALICE, await browser.begin())
    async with browser_in(browser.town) as stranger:
        await stranger.begin()
        await stranger.get(back)
        assert len(list(stranger.session.cookie_jar)) == 1


async def test_the_cookie_is_for_these_pages_alone(browser: Browser) -> None:
    cookie = (await browser.get("/slack/install?begin=1"))[2]["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/slack", "Max-Age=600"} <= set(cookie.split("; "))


async def test_a_member_may_give_and_take_back_their_own_token(town: Town, browser: Browser) -> None:
    tokens = town.service.house.slack.tokens
    alice = Member(Workspace("slack", TEAM_ID), ALICE)
    status, page = await browser.install(ALICE, "/slack/install?user=1&begin=1")
    assert (status, "An administrator comes first" in page) == (400, True)
    await browser.install(ALICE)
    status, page = await browser.install(BOB, "/slack/install?user=1&begin=1")
    assert (status, "delete your own messages" in page) == (200, True)
    assert await tokens.user_token(alice) is None
    bob = Member(Workspace("slack", TEAM_ID), BOB)
    token = town.slack.tokens.find(await tokens.user_token(bob) or "")
    assert (token.actor, token.scopes) == (BOB, {"chat:write"})
    town.slack.happenings.revoke(token, {})
    async with asyncio.timeout(10):
        while await tokens.user_token(bob) is not None:
            await asyncio.sleep(0.05)
    assert await tokens.bot_token(bob.workspace)


class LaterClock:
    """The machine's clock, set forward."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return system_clock() + self.ahead


async def test_a_token_is_renewed_before_it_ends_by_one_house_of_two(store_url: str, prefix: str) -> None:
    clock = LaterClock()
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=MANY, clock=clock) as town:
        async with browser_in(town) as browser:
            await browser.install(ALICE)
        here = Workspace("slack", TEAM_ID)
        async with open_house(town.settings, prefix=prefix, clock=clock) as second:
            sides = [town.service.house.slack, second.slack]
            (first,) = {await side.tokens.bot_token(here) for side in sides}
            before = town.slack.api.calls["oauth.v2.access"]
            clock.ahead = (ROTATION_SECONDS + 60) * 1000
            (next_one,) = set(await asyncio.gather(*(side.tokens.bot_token(here) for side in sides for _ in range(5))))
        assert next_one != first
        assert town.slack.api.calls["oauth.v2.access"] == before + 1
        town.slack.tokens.find(next_one)


async def test_a_call_that_hears_that_its_token_has_expired_goes_out_again_with_the_next(
    town: Town, browser: Browser, actors: Actors
) -> None:
    await browser.install(ALICE)
    (token,) = [t for t in town.slack.tokens.of_team(TEAM_ID) if t.kind == "bot"]
    token.until = 0.0
    await actors.push("@bob")
    await actors.invitation()


async def test_no_token_and_nothing_that_leads_to_one_stands_in_the_store_or_the_log(
    town: Town, browser: Browser, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    await store.redis.config_set("rdbcompression", "no")
    back = town.slack.oauth.allow(ALICE, await browser.begin())
    assert (await browser.get(back))[0] == 200
    await browser.install(BOB, "/slack/install?user=1&begin=1")
    await browser.begin()  # a state that waits
    await town.slack.uninstall(OTHER.id)
    query = parse_qs(urlsplit(back).query)
    needles = {f"{t.kind} {n}": t.value.encode() for n, t in enumerate(town.slack.tokens.of_team(TEAM_ID))}
    needles |= {f"refresh {n}": t.refresh.encode() for n, t in enumerate(town.slack.tokens.of_team(TEAM_ID))}
    needles |= {name: query[name][0].encode() for name in ("code", "state")}
    needles |= {"client secret": town.slack.oauth.app.client_secret.encode(), "bot": b"U0PUSHPW", "team's name": b"Pretend"}
    needles |= {"cookie": next(iter(browser.session.cookie_jar)).value.encode()}
    log = capsys.readouterr().out.encode()
    assert len(needles) == 10
    assert b"slack_installed" in log
    assert found_in({"store": await files_of(store.redis), "log": log}, needles) == []


async def findings(settings: Settings) -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.right, finding.said) async for finding in look(settings)}


async def test_check_says_whether_the_apps_credentials_work_and_what_to_enter_at_slack(town: Town) -> None:
    right, said = (await findings(town.settings))["Slack"]
    assert (right, f"{town.service_url}/slack/oauth_redirect" in said, town.slack.oauth.app.client_id in said) == (True, True, True)
    wrong = town.settings.model_copy(update={"slack_client_secret": SecretStr("not the right one")})
    right, said = (await findings(wrong))["Slack"]
    assert (right, "SLACK_CLIENT_SECRET" in said) == (False, True)


async def test_check_names_the_scopes_that_are_missing_and_looks_at_the_socket(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=Extras(socket=True)) as town:
        said = await findings(town.settings)
        assert (said["Slack scopes"], said["Slack socket"][0]) == ((True, "all of them"), True)
        (token,) = town.slack.tokens.of_team(TEAM_ID)
        token.scopes -= {"im:write", "usergroups:read"}
        right, advice = (await findings(town.settings))["Slack scopes"]
        assert (right, "im:write" in advice, "usergroups" in advice) == (False, True, False)
        bad = town.settings.model_copy(update={"slack_app_token": SecretStr("xapp-unknown-to-slack")})
        assert not (await findings(bad))["Slack socket"][0]


async def test_an_organisation_installs_it_once_for_all_its_workspaces(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=MANY) as town:
        for team, user in (("T0NORTH", "U0NORA"), ("T0SOUTH", "U0SAM")):
            whole = Team(team, team, team.lower(), enterprise_id="E0ORG", enterprise_name="The Org")
            town.slack.add_workspace(whole, [Person(user, user.lower(), user, team_id=team)])
        async with browser_in(town) as browser:
            status, page = await browser.install("U0NORA", org_wide=True)
        assert (status, "pushpw is now in The Org" in page) == (200, True)
        async with Reader(town.service_url) as reader:
            links = []
            for user, general in (("U0NORA", "C0NORTHGENERAL"), ("U0SAM", "C0SOUTHGENERAL")):
                hands = town.slack.as_user(user)
                links += links_in((await Actors(town, hands, hands, general).push()).body)
            assert await reader.read(links[0]) == SECRET
            await town.slack.uninstall("E0ORG")
            async with asyncio.timeout(20):
                while (await reader.claim(links[1])).status != 410:
                    await asyncio.sleep(0.05)


async def test_where_an_organisation_installed_it_people_get_their_secret_and_senders_their_card(store_url: str, prefix: str) -> None:
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=MANY) as town:
        north = Team("T0NORTH", "North", "north", enterprise_id="E0ORG", enterprise_name="The Org")
        people = [Person(user, user[2:].lower(), user, team_id=north.id) for user in ("U0NORA", "U0NED")]
        town.slack.add_workspace(north, people)
        async with browser_in(town) as browser:
            await browser.install("U0NORA", org_wide=True)
        nora, ned = (town.slack.as_user(person.id) for person in people)
        async with Reader(town.service_url) as reader:
            actors = Actors(town, nora, ned, "C0NORTHGENERAL")
            await actors.push("@ned")
            assert await reader.read(await actors.open_in_chat()) == SECRET
        await actors.card("Opened")


async def test_an_outsider_without_the_app_is_asked_and_the_answer_arrives(town: Town, browser: Browser, actors: Actors) -> None:
    await browser.install(ALICE)
    await allow_outsiders(town)
    otto = share_a_channel(town, OTTO)
    await actors.alice.command("/pushpw", "request @otto the password of the staging database")
    asked = await town.slack.until(lambda: next((m for m in otto.dm_with_bot() if "answer_request" in str(m.blocks)), None))
    await otto.click(asked, "answer_request")
    form = await town.slack.until(lambda: otto.view)
    otto.fill(form, "secret", SECRET)
    assert (await otto.submit(form)).ok
    await town.slack.until(lambda: next((m for m in actors.alice.dm_with_bot() if "open_push" in str(m.blocks)), None))


PARTNER = Team(OTTO.team_id, "Partner", "partner")


async def asked_of_otto(town: Town, actors: Actors) -> View:
    """Alice asks Otto, of another workspace; what he gets when he presses the button."""
    otto = town.slack.as_user(OTTO.id)
    await actors.alice.command("/pushpw", "request @otto the password of the staging database")
    asked = await town.slack.until(lambda: next((m for m in otto.dm_with_bot() if "answer_request" in str(m.blocks)), None))
    await otto.click(asked, "answer_request")
    return await town.slack.until(lambda: otto.view)


async def test_whether_an_outsider_may_answer_is_for_the_policy_of_their_own_workspace_if_that_has_the_app(
    town: Town, browser: Browser, actors: Actors
) -> None:
    await browser.install(ALICE)
    await allow_outsiders(town)
    share_a_channel(town, OTTO)
    town.slack.add_workspace(PARTNER, [Person("U0PAULA", "paula", "Paula", team_id=PARTNER.id)])
    await browser.install("U0PAULA")
    told = await asked_of_otto(town, actors)
    assert "does not allow sending a secret to this person" in str(told.body)
    otto = town.slack.as_user(OTTO.id)
    await otto.close(told)
    admin = Member(Workspace("slack", PARTNER.id), "U0PAULA")
    await town.service.house.policies.choose(PolicyChoice(outsiders_allowed=True), admin)
    await otto.click(next(m for m in otto.dm_with_bot() if "answer_request" in str(m.blocks)), "answer_request")
    form = await town.slack.until(lambda: otto.view)
    otto.fill(form, "secret", SECRET)
    await town.service.house.policies.choose(PolicyChoice(outsiders_allowed=False), admin)
    refused = await otto.submit(form)
    assert "does not allow sending a secret to this person" in str(refused.json())
    await town.service.house.policies.choose(PolicyChoice(outsiders_allowed=True), admin)
    assert (await otto.submit(form)).ok
    assert (otto.view.callback_id, town.service.house.metrics.count_of("request.answered")) == (VIEW_DONE, 1)


async def test_the_form_of_an_answer_asks_what_the_policy_of_whoever_answers_wants(town: Town, browser: Browser, actors: Actors) -> None:
    await browser.install(ALICE)
    await allow_outsiders(town)
    share_a_channel(town, OTTO)
    admin = Member(Workspace("slack", PARTNER.id), "U0PAULA")
    await town.service.house.policies.choose(PolicyChoice(passphrase_required=True), admin)
    form = await asked_of_otto(town, actors)
    otto = town.slack.as_user(OTTO.id)
    otto.fill(form, "secret", SECRET)
    assert (await otto.submit(form)).problem == "incomplete"
    assert list(form.errors) == ["passphrase"]
