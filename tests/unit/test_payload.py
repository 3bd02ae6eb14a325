"""core/payload: what a frame is, and what only looks like one."""

import json
import struct

import pytest

from core.errors import Damaged, NewerVersion
from core.payload import HEADER_MOST, Payload, frame, unframe


def framed(header: object, data: bytes = b"", *, block: int = 256, raw: bytes | None = None) -> bytes:
    head = raw if raw is not None else json.dumps(header).encode()
    body = struct.pack(">I", len(head)) + head + data
    return body + bytes(-len(body) % block)


@pytest.mark.parametrize("text", ["", "hunter2", " \r\n\t ", "p\N{LATIN SMALL LETTER A WITH DIAERESIS}ss \N{KEY}", "\0", "x" * 100_000])
def test_a_text_comes_back_to_the_character(text: str):
    assert unframe(frame(Payload.of_text(text))).text() == text


def test_facts_come_back_with_the_data():
    payload = Payload("files", b"abc", {"files": [{"name": "a", "type": "text/plain", "size": 3}]})
    assert unframe(frame(payload)) == payload


@pytest.mark.parametrize("length", range(200, 260))
def test_a_frame_is_padded_to_256_with_fewer_than_256_zeros(length: int):
    made = frame(Payload.of_text("x" * length))
    assert len(made) % 256 == 0
    assert len(made) - len(made.rstrip(b"\0")) < 256


def test_lengths_within_a_block_look_alike():
    assert len({len(frame(Payload.of_text("x" * n))) for n in range(1, 200)}) == 1


DAMAGED = {
    "nothing": b"",
    "no whole block": framed({"kind": "text", "size": 0})[:-1],
    "all zeros": bytes(256),
    "header longer than the frame": struct.pack(">I", 300) + bytes(252),
    "header over 64 KiB": framed({"kind": "text", "size": 0, "more": "x" * HEADER_MOST}),
    "not JSON": framed(None, raw=b"{"),
    "not UTF-8": framed(None, raw=b'{"kind":"text","size":0,"\xff":1}'),
    "not an object": framed(["text", 0]),
    "deeply nested": framed(None, raw=b"[" * 60_000),
    "a key twice": framed(None, raw=b'{"kind":"text","size":0,"size":0}'),
    "a key twice further down": framed(None, raw=b'{"kind":"files","size":0,"files":[{"name":"a","name":"b"}]}'),
    "no kind": framed({"size": 0}),
    "kind no text": framed({"kind": 1, "size": 0}),
    "no size": framed({"kind": "text"}),
    "size no whole number": framed({"kind": "text", "size": 0.0}),
    "size a truth": framed({"kind": "text", "size": True}, b"x"),
    "size below zero": framed({"kind": "text", "size": -1}),
    "size beyond the frame": framed({"kind": "text", "size": 300}),
    "size too small, so padding not zero": framed({"kind": "text", "size": 1}, b"xy"),
    "a whole block of padding too much": framed({"kind": "text", "size": 0}) + bytes(256),
    "text not UTF-8": framed({"kind": "text", "size": 1}, b"\xff"),
}


@pytest.mark.parametrize("made", DAMAGED.values(), ids=DAMAGED.keys())
def test_anything_off_is_damage(made: bytes):
    with pytest.raises(Damaged):
        unframe(made)


def test_a_sound_frame_of_an_unknown_kind_was_made_by_a_newer_version():
    with pytest.raises(NewerVersion):
        unframe(framed({"kind": "hologram", "size": 2}, b"\xff\xff"))


def test_a_header_over_64_kib_is_not_made():
    with pytest.raises(ValueError):
        frame(Payload("files", b"", {"files": "x" * HEADER_MOST}))


def test_the_repr_of_a_payload_tells_neither_data_nor_facts():
    assert "hunter2" not in repr(Payload("text", b"hunter2", {"name": "hunter2"}))
