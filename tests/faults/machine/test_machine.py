"""Would the machine see it? The same histories against a store with one thing broken; each must be found."""

import pytest

from tests.faults.machine.ledger import Ledger, SecondReader
from tests.faults.machine.model import GONE, HELD, Model, Push, Try
from tests.faults.machine.shard import run_histories
from tests.faults.machine.world import Breakage

ENOUGH = 500
"""Histories, at most: each of these is found in far fewer."""

QUICKLY_FOUND = {
    "nonce not remembered": Breakage(script="claim", line="write_claim(said.nonce, claim)", instead=""),
}
FOUND_LATER = {
    "fence declared off while replicas lag": Breakage(declared="durable"),
    "fence that knows no generations": Breakage(script="claim", line="if not record or record.gen == current then", instead="if true then"),
    "late duplicate shown again": Breakage(script="claim", line="now < claim.open_until and ", instead=""),
    "repeated guess counted": Breakage(script="claim", line="known = known or ", instead="known = known and "),
    "expiry not judged": Breakage(script="claim", line="if not claim and now >= record.exp then", instead="if false then"),
    "ticket good for two": Breakage(script="claim", line="KEYS[1], 'wrong', 'tick', 'tickend')", instead="KEYS[1], 'wrong')"),
    "shortened by extending": Breakage(script="extend", line="if later <= record.exp then", instead="if false then"),
    "what is extended dies when it would have": Breakage(
        script="extend", line="redis.call('PEXPIREAT', key, whole(math.max(later, redis.call('PEXPIRETIME', key))))", instead=""
    ),
    "released by unbinding": Breakage(
        script="unbind", line="'tickend')\nwrote()", instead="'tickend')\nredis.call('HSET', KEYS[1], 'gen', (generation()))"
    ),
    "sealed bytes kept for ever": Breakage(script="acknowledge", line="redis.call('DEL', KEYS[2])\n  else", instead="else"),
}
BROKEN = [
    *(pytest.param(breakage, id=name) for name, breakage in QUICKLY_FOUND.items()),
    *(pytest.param(breakage, id=name, marks=pytest.mark.long) for name, breakage in FOUND_LATER.items()),
]


@pytest.mark.parametrize("breakage", BROKEN)
def test_what_is_broken_is_found(breakage: Breakage):
    found = run_histories(ENOUGH, seed=1, breakage=breakage, shrink=False)
    assert "Divergence" in found.wrong or "SecondReader" in found.wrong, found.counted


def test_the_same_seed_plays_the_same_histories():
    one, other = (run_histories(6, seed=3) for _ in range(2))
    assert one.wrong == ""
    assert one.counted == other.counted


def test_the_ledger_knows_a_second_reader():
    ledger, push = Ledger(), Push(1, views=1)
    ledger.made(push)
    for _ in range(2):
        ledger.shown(push, Try(nonce=1))
    with pytest.raises(SecondReader):
        ledger.shown(push, Try(nonce=2))


def test_the_ledger_allows_more_only_where_the_sender_did():
    ledger, push = Ledger(), Push(1, views=1)
    ledger.made(push)
    ledger.shown(push, Try(nonce=1))
    ledger.released(1, 0)
    ledger.released(1, 1)
    ledger.shown(push, Try(nonce=2))
    with pytest.raises(SecondReader):
        ledger.shown(push, Try(nonce=3))


@pytest.mark.parametrize("said", [Try(1, link=False), Try(1, passphrase=1), Try(1, passphrase=0, ticket=5)])
def test_the_ledger_knows_what_must_never_be_shown(said: Try):
    ledger, push = Ledger(), Push(1, passphrase=True, bound=True)
    ledger.made(push)
    ledger.minted(1, 4)
    with pytest.raises(AssertionError):
        ledger.shown(push, said)


def test_the_model_goes_back_to_where_its_replica_was():
    model = Model("snapshots", attached=True)
    model.keep(Push(1))
    model.lag()
    assert model.claim(1, Try(nonce=1))[0] == "granted"
    model.fail_over()
    assert model.claim(1, Try(nonce=2)) == HELD
    assert model.release(1)
    assert model.claim(1, Try(nonce=2))[0] == "granted"
    assert model.claim(1, Try(nonce=3)) == GONE
