"""What lies in the store, and for how long?"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.keys import Keys
from adapters.redis_store.limiter import RedisLimiter
from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.receipt_book import RedisReceiptBook
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.redis_store.workspace_records import RedisWorkspaceRecords
from adapters.teams.conversations import Conversations
from core.engine import PushEngine
from core.errors import StoreUnavailable
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.policy import Policy
from core.push import Attempt, Gone, Granted, PushId, SealedPush, Terms, WrongPassphrase, reference
from core.receipt import Receipt
from tests.contract.stages import RealStage, keys_without_ttl
from tests.fakes import ALICE, BOB, ManualClock, RecordingAudit, RecordingOutbox
from tests.fakes.policies import InstallationPolicies

LINK, PASS = os.urandom(32), os.urandom(32)
TICKET = os.urandom(16)


def a_push(**changes: Any) -> SealedPush:
    push = SealedPush(PushId(os.urandom(16)), os.urandom(300), LINK, PASS, Terms(600, 2), BOB)
    return replace(push, **changes)


def an_attempt(**changes: Any) -> Attempt:
    return replace(Attempt(os.urandom(16), LINK, PASS, TICKET), **changes)


@pytest.fixture
def store(redis: Redis, ring: KeyRing, prefix: str) -> RedisPushStore:
    return RedisPushStore(redis, ring, prefix=prefix)


async def snapshot(redis: Redis, prefix: str) -> dict[bytes, tuple[Any, int]]:
    """Every key of the test: its DUMP and when it dies."""
    return {key: (await redis.dump(key), await redis.pexpiretime(key)) async for key in redis.scan_iter(f"{prefix}:*")}


async def test_a_wrong_key_changes_not_a_byte_and_no_lifetime(redis: Redis, store: RedisPushStore, prefix: str):
    push, attempt = a_push(), an_attempt()
    await store.keep(push)
    await store.mint_ticket(push.id, TICKET, BOB)
    await store.claim(push.id, attempt)
    before = await snapshot(redis, prefix)
    wrong = {"link_proof": os.urandom(32)}
    for tried in (an_attempt(**wrong), replace(attempt, **wrong), an_attempt(**wrong, pass_proof=os.urandom(32), ticket=None)):
        assert await store.claim(push.id, tried) == Gone()
    assert await store.burn_as_claimant(push.id, an_attempt(**wrong)) == Gone()
    assert await snapshot(redis, prefix) == before
    assert len(before) == 2


async def test_every_key_has_an_end_after_every_act(redis: Redis, store: RedisPushStore, prefix: str):
    push, attempt = a_push(), an_attempt()
    acts = [
        store.keep(push),
        store.mint_ticket(push.id, TICKET, BOB),
        store.claim(push.id, an_attempt(pass_proof=os.urandom(32))),
        store.claim(push.id, attempt),
        store.claim(push.id, attempt),
        store.acknowledge(push.id, attempt.nonce),
        store.mint_ticket(push.id, TICKET, BOB),
        store.extend(push.id, 1),
        store.extend(push.id, 4_000_000_000_000),
        store.unbind(push.id),
        store.claim(push.id, an_attempt()),
        store.burn_as_claimant(push.id, attempt),
    ]
    for act in acts:
        await act
        assert await keys_without_ttl(redis, prefix) == []
    assert await redis.exists(Keys(prefix).push(push.id)[0])  # the tombstone, so the loop looked at something to its end


async def test_a_redelivery_writes_so_that_replicas_can_be_waited_for(redis: Redis, store: RedisPushStore, prefix: str):
    push, attempt = a_push(pass_proof=None, bound_to=None), an_attempt()
    await store.keep(push)
    seen = []
    for _ in range(3):
        assert isinstance(await store.claim(push.id, attempt), Granted)
        seen.append(await redis.dump(Keys(prefix).push(push.id)[0]))
    assert len(set(seen)) == 3


async def test_the_sealed_bytes_go_with_the_last_acknowledgement(redis: Redis, store: RedisPushStore, prefix: str):
    push, first, second = a_push(pass_proof=None, bound_to=None), an_attempt(), an_attempt()
    _, sealed = Keys(prefix).push(push.id)
    await store.keep(push)
    seen = []
    for act in (
        store.claim(push.id, first),
        store.acknowledge(push.id, first.nonce),
        store.claim(push.id, second),
        store.acknowledge(push.id, second.nonce),
    ):
        await act
        seen.append(await redis.exists(sealed))
    assert seen == [1, 1, 1, 0]


async def test_the_sealed_bytes_die_with_the_last_grace_and_the_record_lives_on(redis: Redis, ring: KeyRing, prefix: str):
    stage, attempt = RealStage(redis, ring, prefix, os.urandom), an_attempt()
    store = stage.push_store(grace_ms=40)
    push = a_push(pass_proof=None, bound_to=None, terms=Terms(600, 1))
    expires_at = await store.keep(push)
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    record, sealed = Keys(prefix).push(push.id)
    assert await redis.pexpiretime(sealed) == granted.claimed_at + 40
    assert await redis.pexpiretime(record) == expires_at
    await stage.let_pass(45)
    assert [await redis.exists(key) for key in (record, sealed)] == [1, 0]


async def test_the_acknowledgement_of_one_leaves_the_bytes_until_the_others_grace_ends(redis: Redis, store: RedisPushStore, prefix: str):
    push, first, second = a_push(pass_proof=None, bound_to=None), an_attempt(), an_attempt()
    await store.keep(push)
    granted = [await store.claim(push.id, attempt) for attempt in (first, second)]
    assert isinstance(granted[0], Granted)
    await store.acknowledge(push.id, second.nonce)
    assert await redis.pexpiretime(Keys(prefix).push(push.id)[1]) == granted[0].claimed_at + 60_000


async def test_a_claim_near_the_end_makes_both_keys_outlive_the_expiry(redis: Redis, store: RedisPushStore, prefix: str):
    push, attempt = a_push(pass_proof=None, bound_to=None, terms=Terms(2, 2)), an_attempt()
    expires_at = await store.keep(push)
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert expires_at == granted.expires_at
    assert [await redis.pexpiretime(key) for key in Keys(prefix).push(push.id)] == [granted.claimed_at + 60_000] * 2


async def test_what_is_extended_dies_when_it_expires_and_not_before_the_last_grace(redis: Redis, store: RedisPushStore, prefix: str):
    push, attempt = a_push(pass_proof=None, bound_to=None, terms=Terms(2, 2)), an_attempt()
    expires_at = await store.keep(push) or 0
    keys = Keys(prefix).push(push.id)
    assert await store.extend(push.id, expires_at + 1000) == expires_at + 1000
    assert [await redis.pexpiretime(key) for key in keys] == [expires_at + 1000] * 2
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert await store.extend(push.id, expires_at + 2000) == expires_at + 2000
    assert [await redis.pexpiretime(key) for key in keys] == [granted.claimed_at + 60_000] * 2
    assert await store.extend(push.id, expires_at + 600_000) == expires_at + 600_000
    assert [await redis.pexpiretime(key) for key in keys] == [expires_at + 600_000] * 2


async def test_a_wish_repeated_writes_so_that_replicas_can_be_waited_for(redis: Redis, store: RedisPushStore, prefix: str):
    push, seen = a_push(), []
    expires_at = await store.keep(push) or 0
    for wish in (store.unbind(push.id), store.unbind(push.id), *(store.extend(push.id, expires_at + 1000) for _ in range(2))):
        await wish
        seen.append(await redis.dump(Keys(prefix).push(push.id)[0]))
    assert len(set(seen)) == 4


async def test_an_unbound_push_has_no_trace_of_whom_it_was_for(redis: Redis, store: RedisPushStore, prefix: str):
    push = a_push()
    await store.keep(push)
    await store.mint_ticket(push.id, TICKET, BOB)
    await store.unbind(push.id)
    assert not {b"bound", b"who", b"tick", b"tickend"} & set(await redis.hkeys(Keys(prefix).push(push.id)[0]))


async def test_all_keys_of_a_push_share_one_slot(redis: Redis, prefix: str):
    record, sealed = Keys(prefix).push(PushId(os.urandom(16)))
    assert record.partition("{")[2].partition("}")[0] == sealed.partition("{")[2].partition("}")[0] != ""


async def test_the_record_carries_the_generation_of_the_server_that_wrote_it(redis: Redis, store: RedisPushStore):
    push = a_push()
    await store.keep(push)
    info, status = await redis.info("all"), await store.status(push.id)
    assert status is not None
    assert status.generation == f"{info['run_id']}:{info['master_replid']}"


async def test_forgotten_scripts_are_loaded_again(redis: Redis, store: RedisPushStore):
    push, attempt = a_push(), an_attempt()
    await redis.script_flush()
    assert await store.keep(push)
    await redis.script_flush()
    assert await store.mint_ticket(push.id, TICKET, BOB)
    await redis.script_flush()
    assert isinstance(await store.claim(push.id, attempt), Granted)
    await redis.script_flush()
    assert await store.acknowledge(push.id, attempt.nonce)


async def test_what_an_older_ring_key_hid_opens_as_long_as_it_is_on_the_ring(redis: Redis, prefix: str):
    old, new = os.urandom(32), os.urandom(32)
    before, after, without = (KeyRing(keys, os.urandom) for keys in ([old], [new, old], [new]))
    push, attempt = a_push(), an_attempt()
    await RedisPushStore(redis, before, prefix=prefix).keep(push)
    await RedisSealedRecords(redis, before, prefix=prefix).keep("token", "T1", b"plain", 60)
    store = RedisPushStore(redis, after, prefix=prefix)
    assert await store.mint_ticket(push.id, TICKET, BOB)
    assert await store.claim(push.id, replace(attempt, pass_proof=os.urandom(32))) == WrongPassphrase(4, counted=True)
    granted = await store.claim(push.id, attempt)
    assert isinstance(granted, Granted)
    assert (granted.sealed, granted.bound_to) == (push.sealed, BOB)
    assert await RedisSealedRecords(redis, after, prefix=prefix).read("token", "T1") == b"plain"
    assert await RedisPushStore(redis, without, prefix=prefix).claim(push.id, attempt) == Gone()
    assert await RedisSealedRecords(redis, without, prefix=prefix).read("token", "T1") is None


async def test_a_record_kept_under_a_new_key_replaces_the_one_under_the_old(redis: Redis, prefix: str):
    old, new = os.urandom(32), os.urandom(32)
    await RedisSealedRecords(redis, KeyRing([old], os.urandom), prefix=prefix).keep("token", "T1", b"old", 60)
    records = RedisSealedRecords(redis, KeyRing([new, old], os.urandom), prefix=prefix)
    await records.keep("token", "T1", b"new", 60)
    assert [await records.take("token", "T1") for _ in range(2)] == [b"new", None]


async def test_sealed_bytes_that_somebody_swapped_are_not_given_out(redis: Redis, store: RedisPushStore, prefix: str):
    mine, other = (a_push(pass_proof=None, bound_to=None) for _ in range(2))
    for push in (mine, other):
        await store.keep(push)
    await redis.copy(Keys(prefix).push(other.id)[1], Keys(prefix).push(mine.id)[1], replace=True)
    assert await store.claim(mine.id, an_attempt()) == Gone()


@pytest.fixture
async def own_server() -> AsyncIterator[Redis]:
    """A server for one test alone, because the test changes its settings."""
    with EmbeddedServer() as server:
        client = connect(server.url, timeout=20)
        yield client
        await client.aclose()


async def test_when_memory_is_full_creating_is_refused_and_claiming_works(own_server: Redis, ring: KeyRing):
    store, attempt = RedisPushStore(own_server, ring), an_attempt()
    push = a_push()
    await store.keep(push)
    await own_server.config_set("maxmemory", 1)
    with pytest.raises(StoreUnavailable):
        await store.keep(a_push())
    assert await store.mint_ticket(push.id, TICKET, BOB)
    assert await store.extend(push.id, 4_000_000_000_000)
    assert isinstance(await store.claim(push.id, replace(attempt, pass_proof=os.urandom(32))), WrongPassphrase)
    assert isinstance(await store.claim(push.id, attempt), Granted)
    assert isinstance(await store.claim(push.id, attempt), Granted)
    assert await store.acknowledge(push.id, attempt.nonce)
    assert await store.unbind(push.id)
    assert await store.burn(push.id)


async def test_when_memory_is_full_a_replay_is_still_known_from_a_first_time(own_server: Redis):
    seen = RedisSeenBefore(own_server, os.urandom)
    await own_server.config_set("maxmemory", 1)
    assert [await seen.first_time("signature", b"what", 60) for _ in range(2)] == [True, False]
    assert await keys_without_ttl(own_server, "pushpw") == []


async def test_when_memory_is_full_a_refusal_is_heard_though_no_budget_can_be_counted(own_server: Redis, ring: KeyRing):
    store, clock = RedisPushStore(own_server, ring), ManualClock()
    engine = PushEngine(
        store=store,
        book=RedisReceiptBook(own_server, ring),
        outbox=RecordingOutbox(),
        audit=RecordingAudit(),
        limiter=RedisLimiter(own_server, ring, {"failed_claim": 30, "told_refused": 30}),
        clock=clock,
        random=os.urandom,
        policies=InstallationPolicies(Policy()),
    )
    push = a_push(bound_to=None)
    await store.keep(push)
    await own_server.config_set("maxmemory", 1)
    wrong = an_attempt(pass_proof=os.urandom(32))
    assert await engine.claim(push.id, wrong, "192.0.2.7") == WrongPassphrase(4, counted=True)
    assert await engine.claim(push.id, an_attempt(link_proof=os.urandom(32)), "192.0.2.7") == Gone()
    assert isinstance(await engine.claim(push.id, an_attempt(), "192.0.2.7"), Granted)


def spellings(secret: bytes) -> set[bytes]:
    """How bytes might be written: raw, hex, both base64s, and as MONITOR writes them."""
    monitored = b"".join(bytes([b]) if 32 <= b < 127 and b not in b'"\\' else b"\\x%02x" % b for b in secret)
    encoded = {base64.b64encode(secret).rstrip(b"="), base64.urlsafe_b64encode(secret).rstrip(b"=")}
    return {secret, secret.hex().encode(), monitored, *encoded}


async def everything_said_to(url: str, until: bytes) -> bytes:
    """What MONITOR writes until `until` comes by."""
    reader, writer = await asyncio.open_unix_connection(url.removeprefix("unix://"))
    writer.write(b"MONITOR\r\n")
    heard = b""
    while until not in heard:
        heard += await reader.read(65536)
    writer.close()
    await writer.wait_closed()
    return heard


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


TEAMS = (
    "7d2c1f7e-5d0a-4c3b-9a57-0f6f0a3b9c10",
    "0a1b2c3d-1111-4aaa-8bbb-0c0000000001",
    "29:1canary",
    "Jane Canary",
    "19:canary@thread.v2",
    "a:1canary",
    "canary.botframework.com",
)
"""Tenant, member, their Teams id, their name, a group, their chat with the app, the connector's address."""


async def note_people(redis: Redis, ring: KeyRing) -> None:
    """What an activity of Teams makes the app remember: where a tenant and a member are reached, and where a form was opened."""
    tenant, member, chat_id, name, group, chat, host = TEAMS
    said = {"serviceUrl": f"https://{host}/emea/", "channelData": {"tenant": {"id": tenant}}, "locale": "de-DE"}
    said |= {"type": "message", "from": {"id": chat_id, "aadObjectId": member, "name": name}}
    where = {"id": chat, "conversationType": "personal", "tenantId": tenant}
    conversations = Conversations(RedisWorkspaceRecords(redis, ring), RedisSealedRecords(redis, ring), ManualClock())
    await conversations.note(said | {"conversation": where})
    await conversations.opened("a form", said | {"conversation": where | {"id": group, "conversationType": "groupChat"}})
    assert (await conversations.of(Member(Workspace("teams", tenant), member))).chat == chat


async def walk(redis: Redis, ring: KeyRing, push: SealedPush, attempt: Attempt) -> list[bytes]:
    """Everything the store is ever asked, with canaries in it."""
    assert attempt.pass_proof
    assert attempt.ticket
    guess, payload, label, event = os.urandom(32), b"a canary of a record", "a canary of a label", os.urandom(20)
    store, book = RedisPushStore(redis, ring), RedisReceiptBook(redis, ring)
    expires_at = await store.keep(push) or 0
    await book.enter(Receipt(reference(push.id), push.id, ALICE, BOB, label, 2, 2, True, 0, expires_at))
    await book.amend(reference(push.id), lambda known: replace(known, views_left=1))
    assert len(await book.live_of(ALICE)) == 1
    await store.mint_ticket(push.id, attempt.ticket, BOB)
    await store.claim(push.id, replace(attempt, pass_proof=guess))
    assert isinstance(await store.claim(push.id, attempt), Granted)
    assert isinstance(await store.claim(push.id, attempt), Granted)
    await RedisSealedRecords(redis, ring).keep("token", "a canary of a name", payload, 60)
    await RedisSeenBefore(redis, os.urandom).first_time("signature", event, 60)
    records, space, token = RedisWorkspaceRecords(redis, ring), BOB.workspace, "a canary of a token"
    await records.keep(space, f"a canary of a field for {BOB.id}", token.encode())
    assert await records.read(space, f"a canary of a field for {BOB.id}") == token.encode()
    await records.count(space, "pushes")
    assert await records.counts(space) == {"pushes": 1}
    async with RedisLocks(redis, os.urandom).held(f"a canary of a lock for {space.id}", 60):
        pass
    await note_people(redis, ring)
    said = [push.sealed, push.sealed[40:72], push.id, push.link_proof, attempt.pass_proof, attempt.nonce, attempt.ticket]
    return [
        *said,
        guess,
        payload,
        label.encode(),
        b"a canary of a name",
        event,
        BOB.id.encode(),
        ALICE.id.encode(),
        BOB.spelled().encode(),
        b"a canary of",
        space.id.encode(),
        *(each.encode() for each in TEAMS),
    ]


async def test_no_secret_id_proof_or_name_is_seen_by_a_thief_of_files_or_a_listener(tmp_path: Path, ring: KeyRing):
    with EmbeddedServer(data=tmp_path) as server:
        redis = connect(server.url, timeout=20)
        await redis.config_set("rdbcompression", "no")
        await redis.config_set("slowlog-log-slower-than", 0)
        await redis.config_set("slowlog-max-len", 10_000)
        listening = asyncio.create_task(everything_said_to(server.url, b"the last word"))
        while not await redis.info("clients") or "monitor" not in str(await redis.client_list()):
            pass
        canaries = await walk(redis, ring, a_push(), an_attempt())
        await redis.echo("the last word")
        monitored = await listening
        slowlog = repr(await redis.slowlog_get(10_000)).encode() + b"".join(e["command"] for e in await redis.slowlog_get(10_000))
        await redis.save()
        files = contents_of(tmp_path)
        await redis.aclose()
    seen = {"MONITOR": monitored, "SLOWLOG": slowlog} | files
    assert {"dump.rdb"} < seen.keys()
    assert any(name.endswith(".aof") for name in seen)
    assert b":push" in monitored
    assert b":push" in slowlog
    assert b":push" in seen["dump.rdb"]
    for canary in canaries:
        for spelled in spellings(canary):
            assert [where for where, content in seen.items() if spelled in content] == []
