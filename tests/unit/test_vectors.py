"""Does Python read format 1 as the test vectors say? tests/browser/test_vectors.py asks the page the same."""

import json

import pytest

from core.errors import Damaged, IncompleteLink, NewerVersion, PushError
from core.link import Link, decode, encode
from core.payload import Payload, frame, unframe
from core.sealing import input_key, link_proof, open_seal, pass_proof
from tests.vectors.make_vectors import HERE, Vector, write_out

GOOD = json.loads((HERE / "good.json").read_text("ascii"))["vectors"]
BAD = json.loads((HERE / "bad.json").read_text("ascii"))["vectors"]


def opened(vector: Vector) -> Payload:
    link = Link.parse(str(vector["url"]))
    sealing_key = input_key(link.key, str(vector["passphrase"]))
    return unframe(open_seal(decode(str(vector["sealed"])), sealing_key, link.mode, link.push_id))


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_a_good_vector_opens_to_its_payload(vector: Vector) -> None:
    link = Link.parse(str(vector["url"]))
    assert link.url("https://push.example.com") == vector["url"]
    assert encode(link_proof(link.key, link.push_id)) == vector["link_proof"]
    if link.mode == "p":
        assert encode(pass_proof(input_key(link.key, str(vector["passphrase"])), link.push_id)) == vector["pass_proof"]
    payload = opened(vector)
    assert (payload.kind, encode(payload.data), payload.facts) == (vector["kind"], vector["data"], vector["facts"])


def test_each_bad_vector_is_refused_as_it_says() -> None:
    codes = {}
    for vector in BAD:
        with pytest.raises((IncompleteLink, Damaged, NewerVersion)) as refusal:
            Link.parse(vector["url"]) if vector["expect"] == "incomplete_link" else opened(vector)
        assert isinstance(refusal.value, PushError)
        codes[vector["name"]] = refusal.value.code
    assert codes == {vector["name"]: vector["expect"] for vector in BAD}


def test_there_are_vectors_enough_and_no_name_twice() -> None:
    assert len(GOOD) >= 150
    assert len(BAD) >= 1000
    assert sum(vector["passphrase"] != "" for vector in GOOD) <= 20
    assert len({vector["name"] for vector in GOOD + BAD}) == len(GOOD) + len(BAD)


def test_the_committed_vectors_are_what_the_generator_makes() -> None:
    for name, content in write_out().items():
        assert (HERE / name).read_text("ascii") == content, f"run python -m tests.vectors.make_vectors ({name})"


def test_what_frame_makes_unframe_reads() -> None:
    payload = Payload("files", b"x" * 300, {"files": [{"name": "a", "type": "b", "size": 300}]})
    assert unframe(frame(payload)) == payload
