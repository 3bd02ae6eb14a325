"""A process of its own that claims a push many times at once; orders come on stdin, outcomes go to stdout, push after push.

python -m tests.integration.claimants
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, replace

from adapters.redis_store.connect import Client, connect
from adapters.redis_store.push_store import RedisPushStore
from bot import logs
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from core.push import Attempt, ClaimOutcome, Granted, PushId, WrongPassphrase


@dataclass(frozen=True)
class Orders:
    url: str
    prefix: str
    ring: str
    push_id: str
    link_proof: str
    claims: int
    guess: bool
    """Whether each claim comes with another wrong passphrase."""


async def persist(store: RedisPushStore, push_id: PushId, attempt: Attempt) -> ClaimOutcome:
    """What the page does: when the store is away, try again with the same nonce."""
    for _ in range(50):
        try:
            return await store.claim(push_id, attempt)
        except StoreUnavailable:
            continue
    raise AssertionError("the store stayed away")


def told(outcome: ClaimOutcome) -> str:
    match outcome:
        case Granted(redelivered=False):
            return "granted"
        case WrongPassphrase(counted=True):
            return "counted"
    return type(outcome).__name__.lower()


async def rush(orders: Orders, redis: Client) -> None:
    """Say that we are ready, wait for the word, claim."""
    store = RedisPushStore(redis, KeyRing([bytes.fromhex(orders.ring)], os.urandom), prefix=orders.prefix)
    push_id, plain = PushId(bytes.fromhex(orders.push_id)), Attempt(b"", bytes.fromhex(orders.link_proof))
    attempts = [replace(plain, nonce=os.urandom(16), pass_proof=os.urandom(32) if orders.guess else None) for _ in range(orders.claims)]
    await redis.ping()
    print("ready", flush=True)
    sys.stdin.readline()
    outcomes = await asyncio.gather(*(persist(store, push_id, attempt) for attempt in attempts))
    print(json.dumps([told(outcome) for outcome in outcomes]), flush=True)


async def main() -> None:
    logs.set_up("json", "warning")  # on standard error: standard output has the outcomes alone
    redis: Client | None = None
    while line := sys.stdin.readline():
        orders = Orders(**json.loads(line))
        redis = redis or connect(orders.url, timeout=5)  # one server for all that comes
        await rush(orders, redis)
    if redis is not None:
        await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main())
