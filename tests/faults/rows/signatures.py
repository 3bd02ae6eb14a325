"""Does any request get in that Slack has not signed?"""

import os
from collections import Counter
from itertools import cycle, islice
from urllib.parse import urlencode

from bot.wiring import system_clock
from playground.sender import SignedRequest, sign
from playground.start import open_town
from playground.workspace import ALICE
from tests.faults.question import Found, Question, Tick
from tests.servers import EPHEMERAL, Server, folder

FORM = "application/x-www-form-urlencoded"
BODY = urlencode({"command": "/pushpw", "text": "help", "user_id": ALICE, "team_id": "T0PRETEND", "trigger_id": "1.2.3"}).encode()
SPOILED = ("body", "signature", "timestamp", "foreign secret", "stale", "early", "no signature", "no timestamp", "version", "cut")


def spoiled(how: str, secret: str) -> SignedRequest:
    """A request that is right but for one thing."""
    shift = {"stale": -3600, "early": 3600}.get(how, 0)
    timestamp, body = str(system_clock() // 1000 + shift), BODY
    signature = sign(os.urandom(16).hex() if how == "foreign secret" else secret, timestamp, body)
    match how:
        case "body":
            body = _changed(body)
        case "signature":
            signature = "v0=" + _changed_hex(signature[3:])
        case "timestamp":
            timestamp = str(int(timestamp) + 1 + os.urandom(1)[0] % 200)
        case "version":
            signature = "v1" + signature[2:]
        case "cut":
            signature = signature[: 3 + os.urandom(1)[0] % 64]
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
    headers.pop({"no signature": "X-Slack-Signature", "no timestamp": "X-Slack-Request-Timestamp"}.get(how, ""), None)
    return SignedRequest(body, headers)


def _changed(raw: bytes) -> bytes:
    """One bit is another."""
    chance = int.from_bytes(os.urandom(4), "big")
    at = chance % len(raw)
    return raw[:at] + bytes([raw[at] ^ (1 << (chance >> 16) % 8)]) + raw[at + 1 :]


def _changed_hex(text: str) -> str:
    chance = int.from_bytes(os.urandom(4), "big")
    at = chance % len(text)
    others = "0123456789abcdef".replace(text[at], "")
    return text[:at] + others[(chance >> 16) % len(others)] + text[at + 1 :]


async def bad_signatures(trials: int, tick: Tick) -> Found:
    told = Counter[int]()
    with folder() as at, Server(at, **EPHEMERAL) as server:
        async with open_town(store_url=server.url) as town:
            sender = town.slack.sender
            sender.patience = 20.0
            for done, how in enumerate(islice(cycle(SPOILED), trials), 1):
                told[(await sender.send(spoiled(how, sender._secret))).status] += 1
                tick(done, trials)
            await town.service.house.later.drain()
            effects = sum(town.slack.api.calls.values())
            # The same door lets in what is signed: else it would refuse everybody.
            right = await sender.send(sender.signed(BODY, FORM))
            bugs = "pushpw_bugs_total 0.0" not in town.service.house.metrics.exposition().decode()
    accepted, broken = trials - told[401], sum(times for status, times in told.items() if status >= 500)
    said = f"{accepted} of {trials} accepted, {broken} x 500, {effects} effects; a right one: {right.status}"
    return Found(said, not (accepted or broken or effects or bugs) and right.status == 200)


QUESTIONS = [Question("signatures", "bad Slack signatures, ten kinds", "0 accepted, 0 x 500", 10_000, bad_signatures, least=50)]
