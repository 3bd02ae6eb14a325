"""The preview robot fetches what it may, as Slack's does, and keeps to this machine."""

import pytest

from playground.workspace import ALICE, RANDOM
from tests.playground.conftest import Town
from tests.playground.example_app import button

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH = "/p/AAAAAAAAAAAAAAAAAAAAAA"


async def post(town: Town, text: str = "x", **more: object) -> None:
    await town.client.chat_postMessage(channel=RANDOM, text=text, **more)
    await town.slack.robot.settle()


async def test_a_link_in_a_message_is_fetched_in_every_way_and_never_with_its_fragment(town: Town) -> None:
    await post(town, f"look: <{town.app.url}{PATH}#1oKEY|here>")
    assert {(method, path) for method, path, _ in town.app.fetched} == {("GET", PATH), ("HEAD", PATH), ("OPTIONS", PATH)}
    assert {agent.split(" (+")[0] for _, _, agent in town.app.fetched} == {
        "Slackbot-LinkExpanding 1.0",
        "Slackbot 1.0",
        "Slack-ImgProxy",
    }
    assert {(visit.url, visit.status) for visit in town.slack.robot.visits} == {(town.app.url + PATH, 200)}


async def test_one_flag_alone_does_not_keep_the_robot_away(town: Town) -> None:
    await post(town, f"{town.app.url}/links", unfurl_links=False)
    await post(town, f"{town.app.url}/media", unfurl_media=False)
    assert {path for _, path, _ in town.app.fetched} == {"/links", "/media"}


async def test_both_flags_keep_the_robot_away(town: Town) -> None:
    await post(town, f"{town.app.url}{PATH}", unfurl_links=False, unfurl_media=False)
    assert town.app.fetched == []


async def test_a_buttons_address_is_fetched_too(town: Town) -> None:
    await post(town, blocks=[{"type": "actions", "elements": [button("Open", "open", "x", url=f"{town.app.url}{PATH}#1oKEY")]}])
    assert {path for _, path, _ in town.app.fetched} == {PATH}


async def test_an_address_is_fetched_once_however_often_it_is_posted(town: Town) -> None:
    await post(town, f"{town.app.url}{PATH}")
    before = len(town.app.fetched)
    await post(town, f"{town.app.url}{PATH}")
    assert len(town.app.fetched) == before


async def test_an_eager_robot_fetches_whatever_anybody_is_shown(town: Town) -> None:
    town.slack.robot.eager = True
    await post(town, f"{town.app.url}/flagged", unfurl_links=False, unfurl_media=False)
    await town.client.chat_postEphemeral(channel=RANDOM, user=ALICE, text=f"{town.app.url}/ephemeral")
    await town.alice.command("/pushpw")
    view = await town.slack.until(lambda: town.alice.view)
    town.alice.fill(view, "Secret", "hunter2")
    await town.alice.submit(view)
    await town.slack.robot.settle()
    assert {path for _, path, _ in town.app.fetched} == {"/flagged", "/ephemeral", PATH}


async def test_the_robot_never_leaves_this_machine(town: Town) -> None:
    await post(town, "https://push.example.com/p/x and http://192.0.2.1/p/x")
    assert town.slack.robot.visits == []


async def test_a_browser_that_runs_javascript_gets_the_whole_address(town: Town) -> None:
    opened = []

    async def browse(url: str) -> int:
        opened.append(url)
        return 0

    town.slack.robot.open_in_browser = browse
    await post(town, f"{town.app.url}{PATH}#1oKEY")
    assert opened == [f"{town.app.url}{PATH}#1oKEY"]
    assert "KEY" not in repr(town.slack.robot.visits)


async def test_the_robot_says_how_many_views_were_spent_while_it_looked(town: Town) -> None:
    def count() -> int:
        return sum(method == "HEAD" for method, _, _ in town.app.fetched)

    town.slack.robot.count_spent = count
    await post(town, f"{town.app.url}{PATH}")
    assert town.slack.robot.spent == 1


async def test_a_page_that_does_not_answer_stops_nothing(town: Town) -> None:
    await post(town, f"http://127.0.0.1:1/dead {town.app.url}/alive")
    assert {(v.url, v.status) for v in town.slack.robot.visits} == {("http://127.0.0.1:1/dead", 0), (f"{town.app.url}/alive", 200)}
