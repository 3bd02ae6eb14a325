"""A secret typed straight after the command: the form opens with it, once, and it stands nowhere else."""

import json

import pytest

from adapters.slack.form import DRAFT, SECRET_FIELD_MOST
from playground.start import Town
from playground.views import View
from tests.journeys.actors import Actors, links_in
from tests.journeys.canaries import found_in
from tests.journeys.reader import Reader
from tests.journeys.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEEDLE = "Tr0ub4dor-canary"
SPELLINGS = [
    NEEDLE,
    f"  {NEEDLE}  twice  blank",
    f"burn my {NEEDLE}",
    f"burn all {NEEDLE}",
    f"Burn {NEEDLE}",
    f"help me with {NEEDLE}",
    f"list a {NEEDLE}",
    f"LIST {NEEDLE}",
    f"request {NEEDLE}",
    f"settings {NEEDLE}",
    f"generate {NEEDLE}",
    f"generate @bob {NEEDLE}",
    f"@bob {NEEDLE}",
    f"@bob 1d {NEEDLE}",
    f"1d {NEEDLE} 3 views",
    f"3 views 4 views {NEEDLE}",
    f"2 {NEEDLE}",
    f"-----BEGIN KEY-----\n{NEEDLE}\n\n  indented\n-----END KEY-----",
    f"help\n{NEEDLE}",
    f"user: jane\npassword: {NEEDLE}",
    f"p&ss <w>rd &amp; {NEEDLE} &lt;",
    f"<!channel> <@U0BOB> {NEEDLE}",
    f"https://jane:{NEEDLE}@db.example/x?a=1&b=2",
    f"*{NEEDLE}* _x_ ~y~ `z` :smile:",
    f"#general @here {NEEDLE} @nobody",
    f"{NEEDLE} \N{SNOWMAN} \U0001f600 ünï",
    f"/pushpw {NEEDLE}",
]


def secret_in(view: View) -> str | None:
    return next((held["secret"]["value"] for held in view.values.values() if "secret" in held), None)


async def seen_anywhere(town: Town, store: Store, log: str) -> list[str]:
    """Where the needle stands, of all the places where it must not."""
    kept = [name + (await store.redis.dump(name) or b"") for name in await store.names("*")]
    messages = [(m.text, m.blocks) for m in town.slack.workspace.messages]
    metrics = town.service.house.metrics.exposition()
    places = {"messages": json.dumps(messages).encode(), "store": b"".join(kept), "log": log.encode(), "metrics": metrics}
    return found_in(places, {"mistake": NEEDLE.encode()})


@pytest.mark.parametrize("text", SPELLINGS)
async def test_the_form_opens_with_it_and_it_stands_nowhere_else(
    town: Town, actors: Actors, store: Store, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    view = await actors.form(text)
    assert secret_in(view) == text
    assert "Nothing was posted" in json.dumps(view.blocks)
    assert "/pushpw help" in json.dumps(view.blocks)
    assert NEEDLE not in str(view.body["private_metadata"])
    assert await seen_anywhere(town, store, "".join(capfd.readouterr())) == []


@pytest.mark.parametrize("text", [SPELLINGS[17], SPELLINGS[20], SPELLINGS[22]])
async def test_it_is_pushed_as_it_was_typed(actors: Actors, reader: Reader, text: str) -> None:
    await actors.alice.submit(await actors.form(text))
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == text


async def test_the_form_shows_it_once(actors: Actors) -> None:
    view = await actors.form(NEEDLE)
    await actors.alice.close(view)
    assert secret_in(await actors.form()) is None


LONGER = {
    "as long as a field": ("x" * (SECRET_FIELD_MOST - len(NEEDLE)) + NEEDLE, False),
    "one longer": ("x" * (SECRET_FIELD_MOST - len(NEEDLE)) + NEEDLE + "y", True),
    "many lines": (f"line of a key {NEEDLE}\n" * 400 + "end", True),
    "pairs that Slack may count twice": ("\U0001f600" * 2000 + NEEDLE, True),
    "one of our words first": ("burn " + "x " * 3000 + NEEDLE, True),
}


@pytest.mark.parametrize("what", LONGER)
async def test_one_that_no_field_holds_is_kept_sealed_and_pushed_whole(
    town: Town, actors: Actors, reader: Reader, store: Store, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    text, is_draft = LONGER[what]
    view = await actors.form(text)
    assert (secret_in(view) is None) == is_draft
    assert len(await store.names(f"record:{DRAFT}:*")) == is_draft
    assert NEEDLE not in json.dumps(view.body) or not is_draft
    assert await seen_anywhere(town, store, "".join(capfd.readouterr())) == []
    assert (await actors.alice.submit(view)).ok
    (url,) = links_in(actors.alice.view.body)
    assert await reader.read(url) == text


async def test_a_form_that_does_not_open_echoes_nothing(
    town: Town, actors: Actors, store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    town.slack.api.fail_with("views.open", "expired_trigger_id")
    await actors.alice.command("/pushpw", NEEDLE)
    answer = await town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "nothing was sent" in answer.text
    assert await seen_anywhere(town, store, "".join(capfd.readouterr())) == []


@pytest.mark.parametrize("text", ["burn hunter22", "burn abcdefgh", "burn all", "help", "HELP", "Burn"])
async def test_what_is_answered_in_words_is_not_echoed(actors: Actors, text: str) -> None:
    """`burn` with eight letters could be a password as well as a reference: so the answer does not repeat it."""
    await actors.alice.command("/pushpw", text)
    answer = await actors.town.slack.until(lambda: actors.alice.ephemerals()[-1])
    assert "hunter22" not in json.dumps([answer.text, answer.blocks])
    assert actors.alice.views == []
