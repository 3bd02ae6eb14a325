"""A link of ours is shared in chat: a neutral card stands under it, and the link goes nowhere else."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from adapters.slack.manifest import Extras
from bot import logs
from core.link import Link
from playground.start import Town, open_town
from playground.workspace import ALICE, BOB, GENERAL, Message
from tests.journeys.actors import SECRET, Actors, links_in
from tests.journeys.canaries import found_in
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.store import Store
from tests.journeys.test_slack_door import places_in, spoiled

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = "A link to a secret. This preview opened nothing."


@pytest_asyncio.fixture(loop_scope="session")
async def asked(store_url: str, prefix: str) -> AsyncIterator[Town]:
    """The app was installed with the extra `previews`, its two scopes granted."""
    async with open_town(store_url=store_url, prefix=prefix, timing=IN_TESTS, extras=Extras(previews=True)) as town:
        town.slack.sender.patience = 20.0
        yield town


@pytest.fixture
def actors(asked: Town) -> Actors:
    return Actors(asked, asked.slack.as_user(ALICE), asked.slack.as_user(BOB))


async def link(actors: Actors) -> str:
    (url,) = links_in((await actors.push()).body)
    return url


def now(town: Town, message: Message) -> Message:
    return town.slack.workspace.find(message.channel, message.ts)


async def carded(town: Town, message: Message) -> dict[str, Any]:
    await town.slack.until(lambda: now(town, message).unfurls)
    return now(town, message).unfurls


async def happen(town: Town, **event: Any) -> None:
    answer = await town.slack.events.happen({"type": "link_shared", "user": "U0ALICE", "event_ts": "1.2", **event})
    assert answer is not None
    assert answer.ok
    await town.service.house.later.drain()


async def test_a_link_of_ours_gets_the_card_and_still_opens(asked: Town, actors: Actors) -> None:
    url = await link(actors)
    cards = await carded(asked, actors.alice.say(GENERAL, f"here: {url}"))
    assert CARD in json.dumps(cards[url])
    assert actors.spent() == 0
    async with Reader(asked.service_url) as reader:
        assert await reader.read(url) == SECRET


async def test_the_card_is_the_same_under_every_link(asked: Town, actors: Actors) -> None:
    url, gone = await link(actors), f"{asked.service_url}/p/AAAAAAAAAAAAAAAAAAAAAA"
    first = await carded(asked, actors.alice.say(GENERAL, url))
    other = await carded(asked, actors.bob.say(GENERAL, gone))
    assert first[url] == other[gone]


async def test_the_card_holds_nothing_of_the_link(asked: Town, actors: Actors) -> None:
    url = await link(actors)
    cards = await carded(asked, actors.alice.say(GENERAL, url))
    assert Link.parse(url).fragment not in json.dumps(list(cards.values()))
    assert "http" not in json.dumps(list(cards.values()))


async def test_a_draft_in_the_composer_gets_the_card_too(asked: Town, actors: Actors) -> None:
    url = await link(actors)
    draft = asked.slack.workspace.post(GENERAL, asked.slack.house.team.bot, url)  # the double has no composer: one by hand
    asked.slack.house.unfurl_ids["draft-1"] = (draft.channel, draft.ts)
    await happen(asked, channel="COMPOSER", message_ts="draft", unfurl_id="draft-1", source="composer", links=[{"url": url, "domain": "x"}])
    assert CARD in json.dumps(now(asked, draft).unfurls)


async def test_an_event_without_an_unfurl_id_names_the_message(asked: Town, actors: Actors) -> None:
    url = await link(actors)
    message = asked.slack.workspace.post(GENERAL, asked.slack.house.team.bot, url)
    await happen(asked, channel=GENERAL, message_ts=message.ts, links=[{"url": url, "domain": "x"}])
    assert CARD in json.dumps(now(asked, message).unfurls)


@pytest.mark.parametrize(
    "spelled",
    [
        "{base}/healthz",
        "{base}/",
        "{base}/pp/x",
        "{base}.example.net/p/x",
        "http://localhost:1/p/x",
        "https://localhost/p/x",
        "http://[::1/p/x",
        "x",
    ],
)
async def test_another_address_is_left_alone(asked: Town, spelled: str) -> None:
    url = spelled.format(base=asked.service_url)
    await happen(asked, channel=GENERAL, message_ts="1.2", links=[{"url": url, "domain": "localhost"}])
    assert asked.slack.api.calls["chat.unfurl"] == 0


@pytest.mark.parametrize("event", [{}, {"links": []}, {"links": None, "channel": GENERAL, "message_ts": "1.2"}])
async def test_an_event_that_says_too_little_is_left_alone(asked: Town, event: dict[str, Any]) -> None:
    await happen(asked, **event)
    assert asked.slack.api.calls["chat.unfurl"] == 0


async def test_without_the_scope_slack_is_asked_once_and_then_left_alone(
    asked: Town, actors: Actors, capfd: pytest.CaptureFixture[str]
) -> None:
    asked.slack.api.scopes.discard("links:write")
    urls = [await link(actors) for _ in range(3)]
    for url in urls:
        await happen(asked, channel=GENERAL, message_ts="1.2", links=[{"url": url, "domain": "x"}])
    assert asked.slack.api.calls["chat.unfurl"] == 1
    assert capfd.readouterr().out.count("previews_not_allowed") == 1


async def test_a_refused_card_is_nobodys_trouble(asked: Town, actors: Actors) -> None:
    url = await link(actors)
    asked.slack.api.fail_with("chat.unfurl", "cannot_unfurl_url")
    asked.slack.api.limit_rate("chat.unfurl", 1)
    for _ in range(2):
        await happen(asked, channel=GENERAL, message_ts="1.2", links=[{"url": url, "domain": "x"}])
    assert asked.slack.api.calls["chat.unfurl"] == 2
    assert "pushpw_bugs_total 0.0" in asked.service.house.metrics.exposition().decode()


@pytest.mark.parametrize("refusal", ["", "missing_scope", "cannot_unfurl_url", "internal_error"])
async def test_the_shared_link_is_neither_logged_nor_kept(
    asked: Town, actors: Actors, store: Store, capfd: pytest.CaptureFixture[str], refusal: str
) -> None:
    logs.set_up("json", "debug")
    logging.getLogger("asyncio").setLevel(logging.INFO)
    url = await link(actors)
    if refusal:
        asked.slack.api.fail_with("chat.unfurl", refusal)
    message = asked.slack.workspace.post(GENERAL, asked.slack.house.team.bot, url)
    await happen(asked, channel=GENERAL, message_ts=message.ts, links=[{"url": url, "domain": "x"}])
    out, err = capfd.readouterr()
    assert "/slack/events" in out + err
    kept = [name + (await store.redis.dump(name) or b"") for name in await store.names("*")]
    found = Link.parse(url)
    needles = {"key": found.key, "fragment": found.fragment.encode()}
    places = {"log": (out + err).encode(), "metrics": asked.service.house.metrics.exposition(), "store": b"\n".join(kept)}
    assert found_in(places, needles) == []


async def test_an_app_without_the_extra_is_not_asked(town: Town) -> None:
    town.slack.as_user(ALICE).say(GENERAL, f"{town.service_url}/p/AAAAAAAAAAAAAAAAAAAAAA")
    assert await town.slack.events.happen({"type": "link_shared"}) is None
    assert town.slack.api.calls["chat.unfurl"] == 0


@pytest.mark.parametrize("instead", [..., None, 5, "x", [], {}, [[]], [{}]])
async def test_an_event_with_anything_spoiled_is_never_a_server_error(asked: Town, instead: Any) -> None:
    link = {"url": f"{asked.service_url}/p/AAAAAAAAAAAAAAAAAAAAAA", "domain": "x"}
    event = {"type": "link_shared", "channel": "C", "message_ts": "1.2", "unfurl_id": "u", "source": "composer", "links": [link]}
    whole = {"type": "event_callback", "team_id": "T0PRETEND", "event": event}
    for number, path in enumerate(places_in(whole)):
        answer = await asked.slack.sender.event(spoiled({**whole, "event_id": f"Ev{number}"}, path, instead))
        assert answer.status in (200, 400), path
    assert "pushpw_bugs_total 0.0" in asked.service.house.metrics.exposition().decode()
