"""Links, people and workflow steps become events; cards and outputs are checked as Slack checks them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from playground.double import PretendSlack
from playground.manifest import SCOPES, Manifest
from playground.workspace import ALICE, BOB, GENERAL, RANDOM
from tests.playground.conftest import StillClock, Town
from tests.playground.example_app import SECRET, TOKEN, ExampleApp
from tests.playground.test_slack_double_web_api import refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINK = "http://push.localhost/p/AAAA"
CARD = {"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "A one-time link"}}]}
STEP = {"output_parameters": {"link": {"type": "string", "is_required": True}, "note": {"type": "string"}}}
MANIFEST = Manifest(
    scopes=SCOPES | {"links:read", "links:write"},
    events=frozenset({"link_shared", "user_change", "function_executed"}),
    unfurl_domains=("push.localhost",),
    functions={"ask_for_a_secret": STEP},
)


@pytest_asyncio.fixture(loop_scope="session")
async def lively() -> AsyncIterator[Town]:
    clock = StillClock()
    slack = PretendSlack(signing_secret=SECRET, bot_token=TOKEN, service_url="http://127.0.0.1:1", now=clock, manifest=MANIFEST)
    await slack.start()
    app = ExampleApp(slack.api_url, clock)
    await app.start()
    slack.service_url = app.url
    yield Town(slack, app, clock)
    await slack.stop()
    await app.stop()


async def shared(town: Town) -> dict[str, Any]:
    return await town.slack.until(lambda: town.app.seen[-1]["event"])


async def test_a_link_of_the_apps_domain_is_told(lively: Town) -> None:
    said = lively.alice.say(GENERAL, f"here: {LINK} and http://elsewhere.localhost/x")
    event = await shared(lively)
    assert event["type"] == "link_shared"
    assert event["links"] == [{"url": LINK, "domain": "push.localhost"}]
    assert (event["channel"], event["message_ts"], event["user"]) == (GENERAL, said.ts, ALICE)
    assert event["is_bot_user_member"] is False


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_card_is_put_under_the_link(lively: Town, *, by_id: bool) -> None:
    said = lively.alice.say(GENERAL, LINK)
    event = await shared(lively)
    where = {"unfurl_id": event["unfurl_id"], "source": event["source"]} if by_id else {"channel": GENERAL, "ts": said.ts}
    await lively.client.chat_unfurl(unfurls={LINK: CARD}, **where)
    assert lively.slack.workspace.find(GENERAL, said.ts).unfurls == {LINK: CARD}


async def test_a_card_is_refused_by_slacks_own_words(lively: Town) -> None:
    said = lively.alice.say(RANDOM, f"{LINK} http://elsewhere.localhost/x")
    unfurl = lively.client.chat_unfurl
    where = {"channel": RANDOM, "ts": said.ts}
    assert await refusal(unfurl(unfurls={"http://elsewhere.localhost/x": CARD}, **where)) == "cannot_unfurl_url"
    assert await refusal(unfurl(unfurls={f"{LINK}B": CARD}, **where)) == "cannot_unfurl_message"
    assert await refusal(unfurl(unfurls={LINK: {"blocks": [{"type": "shout"}]}}, **where)) == "cannot_parse_attachment"
    assert await refusal(unfurl(unfurls={LINK: CARD}, channel="C0NONE", ts=said.ts)) == "cannot_find_channel"
    assert await refusal(unfurl(unfurls={LINK: CARD}, channel=RANDOM, ts="1.000001")) == "cannot_find_message"
    assert await refusal(unfurl(unfurls={LINK: CARD}, unfurl_id="x", source="conversations_history")) == "invalid_unfurl_id"
    lively.slack.api.scopes.discard("links:write")
    assert await refusal(unfurl(unfurls={LINK: CARD}, **where)) == "missing_scope"


async def test_without_the_scope_no_link_is_told(lively: Town) -> None:
    lively.slack.api.scopes.discard("links:read")
    lively.alice.say(GENERAL, LINK)
    lively.slack.api.scopes.add("links:read")
    lively.alice.say(GENERAL, f"{LINK}?second")
    assert (await shared(lively))["links"][0]["url"] == f"{LINK}?second"
    assert len(lively.app.seen) == 1


async def test_a_changed_person_is_told(lively: Town) -> None:
    lively.slack.workspace.change_person(BOB, locale="de-DE", deleted=True)
    event = await shared(lively)
    assert (event["type"], event["user"]["id"], event["user"]["deleted"], event["user"]["locale"]) == ("user_change", BOB, True, "de-DE")


async def test_a_step_is_done_with_its_outputs(lively: Town) -> None:
    done = await lively.slack.run_step(ALICE, "ask_for_a_secret", {"user": BOB, "what": "the password"})
    event = lively.app.seen[-1]["event"]
    assert (event["function_execution_id"], event["inputs"]["user"]) == (done.id, BOB)
    assert event["function"]["callback_id"] == "ask_for_a_secret"
    assert event["bot_access_token"].startswith("xwfp-")
    await lively.slack.until(lambda: done.state == "completed")
    assert done.outputs == {"link": f"{lively.app.url}/r/1"}


async def test_a_step_can_fail(lively: Town) -> None:
    done = await lively.slack.run_step(ALICE, "ask_for_a_secret", {"what": "nothing"})
    await lively.slack.until(lambda: done.state == "failed")
    assert done.error == "There is nothing to ask for."


async def test_a_step_ends_once_with_the_outputs_that_the_manifest_declares(lively: Town) -> None:
    lively.app.broken = True
    done = await lively.slack.run_step(ALICE, "ask_for_a_secret", {})
    client: AsyncWebClient = lively.client
    end = client.functions_completeSuccess
    assert await refusal(end(function_execution_id="Fx0NONE", outputs={"link": "x"})) == "function_execution_not_found"
    assert await refusal(end(function_execution_id=done.id, outputs={})) == "parameter_validation_failed"
    assert await refusal(end(function_execution_id=done.id, outputs={"link": "x", "secret": "y"})) == "parameter_validation_failed"
    await end(function_execution_id=done.id, outputs={"link": "x"})
    again = client.functions_completeError(function_execution_id=done.id, error="x")
    assert await refusal(again) == "execution_not_in_running_state"
