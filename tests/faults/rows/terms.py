"""Can any way of creating a push be talked into one that lives for ever, or for no views?"""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from core.creation import Order
from core.errors import BadInput
from core.identity import Member, Workspace
from core.payload import Payload
from core.policy import Policy, settle_terms
from playground.start import Town, open_town
from playground.views import View
from playground.workspace import ALICE
from tests.faults.question import Found, Question, Tick
from tests.servers import EPHEMERAL, Server, folder

INPUTS: dict[str, Any] = {"0": 0, "-1": -1, "NaN": float("nan"), "1e99": 1e99, '"1"': "1", "null": None, "2^63": 2**63}
FIELDS = {"expiry": "expires_in", "views": "views"}
PREFIX = "faults"


@dataclass
class Tally:
    named: int = 0
    """Refused, naming the very field."""
    malformed: int = 0
    """Refused by the door as something that Slack does not send: 400."""
    default: int = 0
    """Null: nothing was said, so the default holds."""
    number: int = 0
    """Slack's forms spell numbers as text: "1" there is one view."""
    wrong: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return self.named + self.malformed + self.default + self.number + len(self.wrong)


def by_policy(tally: Tally) -> None:
    for name in FIELDS:
        for spelled, given in INPUTS.items():
            terms = {"expires_in": 3600, "views": 1, FIELDS[name]: given}
            try:
                settle_terms(Policy(), terms["expires_in"], terms["views"])
            except BadInput as refusal:
                _note(tally, f"policy {name} {spelled}", refusal.field == name)
            else:
                _taken(tally, f"policy {name} {spelled}", given)


async def by_engine(town: Town, tally: Tally) -> None:
    for number, name in enumerate(FIELDS):
        sender = Member(Workspace("slack", "T0FAULTS"), f"U{number}")
        for spelled, given in INPUTS.items():
            try:
                await town.service.house.engine.create(Order(Payload.of_text("a secret"), sender, **{FIELDS[name]: given}))
            except BadInput as refusal:
                _note(tally, f"engine {name} {spelled}", refusal.field == name)
            else:
                _taken(tally, f"engine {name} {spelled}", given)


def _note(tally: Tally, where: str, named: bool) -> None:
    if named:
        tally.named += 1
    else:
        tally.wrong.append(where)


def _taken(tally: Tally, where: str, given: Any) -> None:
    if given is None:
        tally.default += 1
    else:
        tally.wrong.append(where)


async def by_form(town: Town, tally: Tally) -> None:
    """The submitted form through the signed door: in its fields as text and as bare JSON, and in what the form remembers."""
    for name in FIELDS:
        for spelled, given in INPUTS.items():
            as_text = None if given is None else str(given)
            for how, value in (("text", as_text), ("json", given), ("memory", given)):
                if how == "json" and isinstance(given, str | None):
                    continue  # the same as text
                view = await _form(town)
                _put(view, name, value, how)
                answer = await _submit(town, view)
                _judge(tally, f"form {name} {spelled} as {how}", name, value, answer)


async def _form(town: Town) -> View:
    """Alice's form with all its fields, and a secret in it."""
    alice = town.slack.as_user(ALICE)
    if alice.views:
        await alice.close(alice.view, all_of_them=True)
    await alice.command("/pushpw", "")
    view = await town.slack.until(lambda: alice.view)
    alice.fill(view, "secret", "a secret")
    await alice.click(view, "more_options")
    return await town.slack.until(lambda: alice.view if "views" in alice.view.values else None)


def _put(view: View, name: str, value: Any, how: str) -> None:
    for block in view.blocks:
        block["optional"] = True  # a client that lets everything through
    entry = view.values[name][name]
    if how == "memory":
        entry["selected_option"] = None
        view.body["private_metadata"] = json.dumps(json.loads(view.body["private_metadata"]) | {FIELDS[name]: value})
    else:
        entry["selected_option"] = None if value is None else {"value": value}


async def _submit(town: Town, view: View) -> tuple[int, dict[str, str]]:
    """Status, and the errors by field. Past the client's own complaints: what a signed request could hold."""
    answer = await town.slack.as_user(ALICE).submit(view)
    said = answer.json() if answer.status == 200 else None
    return answer.status, (said or {}).get("errors", {})


def _judge(tally: Tally, where: str, name: str, value: Any, answer: tuple[int, dict[str, str]]) -> None:
    match answer:
        case (400, _):
            tally.malformed += 1
        case (200, errors) if errors:
            _note(tally, where, list(errors) == [name])
        case (200, _) if value is None:
            tally.default += 1
        case (200, _) if (name, value) == ("views", "1"):
            tally.number += 1
        case _:
            tally.wrong.append(f"{where}: {answer[0]}")


async def keys(redis: Redis) -> AsyncIterator[tuple[bytes, int]]:
    async for name in redis.scan_iter("*"):
        if b":workspace:" in name:
            continue  # its end is the uninstall, and no term of a push
        yield name, await redis.pttl(name)


async def terms(trials: int, tick: Tick) -> Found:
    tally, seen = Tally(), Counter[bool]()
    with folder() as at, Server(at, **EPHEMERAL) as server:
        async with open_town(store_url=server.url, prefix=PREFIX) as town:
            town.slack.sender.patience = 20.0
            for done in range(trials):
                by_policy(tally)
                await by_engine(town, tally)
                await by_form(town, tally)
                tick(done + 1, trials)
            await town.service.house.later.drain()
            redis = connect(server.url, timeout=20)
            async for _, left in keys(redis):
                seen[left < 0] += 1
            records = [name async for name in redis.scan_iter("*:push")]
            await redis.aclose()
    said = (
        f"{tally.named} refused by name, {tally.malformed} as malformed, {tally.default} null = default, {tally.number} x 1 view, of {tally.tried}; "
        f"{len(records)} pushes, {seen[True]} of {seen.total()} keys without TTL"
    )
    # Null and "1 view" made a push each through the engine and the form; the policy alone makes none.
    made = tally.default + tally.number - trials * len(FIELDS)
    right = not tally.wrong and not seen[True] and len(records) == made > 0 and tally.named > tally.malformed
    return Found(f"{said}; first: {tally.wrong[0]}" if tally.wrong else said, right)


QUESTIONS = [
    Question("terms", 'expiry and views in {0, -1, NaN, 1e99, "1", null, 2^63}', "refused by name; no key without TTL", 1, terms),
]
