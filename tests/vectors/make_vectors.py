"""Which links, seals and frames must every reader of format 1 agree on?

    python -m tests.vectors.make_vectors        writes good.json and bad.json beside this file

TEST VECTORS: every key, passphrase and payload here is published and must guard nothing. All bytes
come from a seed, so that the same files are made again; tests/unit/test_vectors.py sees to it.
Each bad vector has one fault, and names what a reader must say: incomplete_link, damaged or
newer_version.
"""

import hashlib
import json
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from core.link import Link, encode
from core.payload import BLOCK, HEADER_DEEPEST, HEADER_MOST, MOST_SAFE, Payload, frame
from core.push import Mode, PushId
from core.sealing import CHUNK, input_key, link_proof, pass_proof, seal

HERE = Path(__file__).parent
SITE = "https://push.example.com"
NOTE = "TEST VECTORS of pushpw format 1. Published: guard nothing with any of these. Made by make_vectors.py."
Vector = dict[str, object]


def seeded(what: str, size: int) -> bytes:
    return hashlib.shake_256(b"pushpw test vectors/" + what.encode()).digest(size)


def some_link(name: str, mode: Mode = "o", ticket: bool = False) -> Link:
    return Link(
        PushId(seeded(f"{name}/id", 16)),
        seeded(f"{name}/key", 32),
        mode,
        seeded(f"{name}/ticket", 16) if ticket else None,
    )


@cache
def stretched(key: bytes, passphrase: str) -> bytes:
    return input_key(key, passphrase)


def sealed_by(name: str, link: Link, framed: bytes, passphrase: str = "") -> bytes:
    return seal(framed, stretched(link.key, passphrase), link.mode, link.push_id, seeded(f"{name}/salt", 24))


def good_vector(name: str, framed: bytes, payload: Payload, passphrase: str = "", ticket: bool = False) -> Vector:
    link = some_link(name, "p" if passphrase else "o", ticket)
    sealing_key = stretched(link.key, passphrase)
    return {
        "name": name,
        "url": link.url(SITE),
        "passphrase": passphrase,
        "link_proof": encode(link_proof(link.key, link.push_id)),
        "pass_proof": encode(pass_proof(sealing_key, link.push_id)) if passphrase else "",
        "sealed": encode(sealed_by(name, link, framed, passphrase)),
        "kind": payload.kind,
        "data": encode(payload.data),
        "facts": payload.facts,
    }


def of_payload(name: str, payload: Payload, **more: object) -> Vector:
    return good_vector(name, frame(payload), payload, **more)


def raw_frame(head: bytes, data: bytes) -> bytes:
    body = struct.pack(">I", len(head)) + head + data
    return body + bytes(-len(body) % BLOCK)


TEXTS = {
    "one character": "x",
    "blanks": "  \t ",
    "line ends": "a\nb\r\nc\r",
    "nul": "a\0b",
    "byte order mark": "\ufeffmarked",
    "umlauts": "Schlüssel für Tür",
    "decomposed": "e\u0301 stays two",
    "emoji": "🔑🗝️👩‍🚀",
    "hebrew": "סוד קטן",
    "arabic": "سر صغير",
    "chinese": "秘密的話",
    "direction override": "abc\u202egpj.exe",
    "zero width": "a\u200bb\u2060c",
    "line separators": "a\u2028b\u2029c\x85d",
    "last code point": "\U0010ffff",
    "noncharacter": "\ufffe\uffff",
    "markup": "<script>alert(1)</script>",
    "private key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----\n",
    "json": '{"kind":"text","size":1}',
    "controls": "".join(map(chr, range(32))),
}
PASSPHRASES = {
    "plain": "open sesame",
    "blank": " ",
    "long": "x" * 200,
    "fullwidth": "\uff50\uff41\uff53\uff53",  # NFKC: pass
    "ligature": "o\ufb03ce",  # NFKC: office
    "decomposed": "Tu\u0308r",
    "composed": "T\u00fcr",
    "superscript": "x²",
    "kelvin": "300 \u212a",
    "hangul": "\u1100\u1161",
    "arabic": "كلمة السر",
    "emoji": "🐎🔋",
    "no break": "a\u00a0b",
    "tab": "a\tb",
    "digits": "\uff10\uff11\uff12\uff13",
    "roman": "Ⅷ",
}


def good_vectors() -> Iterator[Vector]:
    for name, text in TEXTS.items():
        yield of_payload(f"text: {name}", Payload.of_text(text))
    for size in [0, 1, 2, 100, *range(220, 232), 255, 256, 257, 476, 477, 478]:
        yield of_payload(f"length: {size} bytes of text", Payload.of_text("a" * size))
    head = len(frame(Payload.of_text("a" * CHUNK))) - CHUNK  # framed so as to end before, at and after a chunk
    for size in (CHUNK - 2 * BLOCK, CHUNK - head, CHUNK - head + 1, CHUNK):
        yield of_payload(f"chunks: {size} bytes of text", Payload.of_text("b" * size))
    yield of_payload("chunks: three", Payload("files", seeded("three", 2 * CHUNK + 77), {"files": []}))
    for number in range(48):
        data = seeded(f"bytes/{number}", 1 + number * 7)
        files = [{"name": f"file {number}.bin", "type": "application/octet-stream", "size": len(data)}]
        yield of_payload(f"files: {number}", Payload("files", data, {"files": files}))
    for number in range(16):
        listed = [{"label": f"Field {number}", "value": "v" * number, "secret": number % 2 == 0, "type": "text"}]
        yield of_payload(f"fields: {number}", Payload("fields", json.dumps(listed).encode(), {}))
    yield from good_headers()
    for number in range(12):
        yield of_payload(f"ticket: {number}", Payload.of_text(f"with ticket {number}"), ticket=True)
    for name, passphrase in PASSPHRASES.items():
        yield of_payload(f"passphrase: {name}", Payload.of_text(f"behind {name}"), passphrase=passphrase)
    yield of_payload("passphrase: with ticket", Payload.of_text("both"), passphrase="open sesame", ticket=True)


def good_headers() -> Iterator[Vector]:
    heads: dict[str, tuple[str, dict[str, object]]] = {
        "blanks between": ('\t{ "kind" :\r\n "text" , "size" : 2 } \n', {}),
        "other order": ('{"size":2,"kind":"text"}', {}),
        "escaped letters": (r'{"\u006bind":"te\u0078t","size":2}', {}),
        "escaped pair": (r'{"kind":"text","size":2,"name":"\ud83d\udd11"}', {"name": "🔑"}),
        "every escape": (r'{"kind":"text","size":2,"name":"\"\\\/\b\f\n\r\t"}', {"name": '"\\/\b\f\n\r\t'}),
        "unknown facts": ('{"kind":"text","size":2,"later":[1,{"a":null},true,false,-7]}', {"later": [1, {"a": None}, True, False, -7]}),
        "proto": ('{"kind":"text","size":2,"__proto__":{"size":9}}', {"__proto__": {"size": 9}}),
        "constructor": ('{"kind":"text","size":2,"constructor":1,"toString":2}', {"constructor": 1, "toString": 2}),
        "empty key": ('{"kind":"text","size":2,"":""}', {"": ""}),
        "greatest number": (f'{{"kind":"text","size":2,"n":{MOST_SAFE}}}', {"n": MOST_SAFE}),
        "least number": (f'{{"kind":"text","size":2,"n":-{MOST_SAFE}}}', {"n": -MOST_SAFE}),
        "same key at two depths": ('{"kind":"text","size":2,"a":{"kind":1}}', {"a": {"kind": 1}}),
        "keys that differ by case": ('{"kind":"text","size":2,"Kind":1}', {"Kind": 1}),
        "keys that differ by form": ('{"kind":"text","size":2,"\u00e9":1,"e\u0301":2}', {"\u00e9": 1, "e\u0301": 2}),
        "deepest": (nested(HEADER_DEEPEST - 1), {"deep": json.loads("[" * (HEADER_DEEPEST - 1) + "]" * (HEADER_DEEPEST - 1))}),
    }
    for name, (head, facts) in heads.items():
        yield good_vector(f"header: {name}", raw_frame(head.encode(), b"ok"), Payload("text", b"ok", facts))
    head = '{"kind":"text","size":2' + " " * (HEADER_MOST - len('{"kind":"text","size":2}')) + "}"
    yield good_vector("header: largest", raw_frame(head.encode(), b"ok"), Payload("text", b"ok"))


def nested(depth: int) -> str:
    return '{"kind":"text","size":2,"deep":' + "[" * depth + "]" * depth + "}"


def bad_vectors() -> Iterator[Vector]:
    yield from bad_links()
    yield from bad_seals()
    yield from bad_frames()


def bad_links() -> Iterator[Vector]:
    """A fault in the link itself: a reader must notice before asking anybody."""
    link = some_link("bad link", ticket=True)
    fragment = link.with_ticket(link.ticket or b"").fragment
    bare, id_text = Link(link.push_id, link.key).fragment, encode(link.push_id)

    def bad(name: str, path: str, after: str) -> Vector:
        return {"name": f"link: {name}", "expect": "incomplete_link", "url": f"{SITE}{path}#{after}"}

    for length in range(len(bare)):
        yield bad(f"cut after {length}", link.path, bare[:length])
    for length in range(len(bare) + 1, len(fragment)):
        yield bad(f"ticket cut after {length}", link.path, fragment[:length])
    for at in range(len(bare)):
        for turn in (1, 13, 29, 43):
            yield bad(f"character {at} changed by {turn}", link.path, bare[:at] + turned(bare[at], turn) + bare[at + 1 :])
    for at in range(len(bare) - 1):
        if bare[at] != bare[at + 1]:
            yield bad(f"characters {at} and {at + 1} swapped", link.path, bare[:at] + bare[at + 1] + bare[at] + bare[at + 2 :])
    for at in range(len(bare)):
        yield bad(f"character {at} left out", link.path, bare[:at] + bare[at + 1 :])
    for at in range(0, len(bare), 4):
        for sign in "+/=~.":
            yield bad(f"{sign} at {at}", link.path, bare[:at] + sign + bare[at + 1 :])
    for at in range(len(id_text)):
        yield bad(f"id changed at {at}", f"/p/{id_text[:at]}{turned(id_text[at], 5)}{id_text[at + 1 :]}", bare)
        yield bad(f"id without {at}", f"/p/{id_text[:at]}{id_text[at + 1 :]}", bare)
    for name, tail in {
        "padded": "=",
        "dotted": ".",
        "two tickets": fragment[len(bare) :] * 2,
        "blank": "%20",
        "more": "A",
        "bang": "!",
    }.items():
        yield bad(f"tail {name}", link.path, bare + tail)
    for version in ("0", "2", "9", "v", ""):
        yield bad(f"version {version or 'missing'}", link.path, version + bare[1:])
    for mode in ("a", "O", "P", "q", ""):
        yield bad(f"mode {mode or 'missing'}", link.path, bare[0] + mode + bare[2:])
    yield bad("mode p for o", link.path, bare[0] + "p" + bare[2:])
    for path in ("/", "/p/", "/p", f"/q/{id_text}", f"/p/{id_text}/", f"/p/{id_text}/claim", f"//p/{id_text}", f"/p/p/{id_text}"):
        yield bad(f"path {path}", path, bare)
    yield bad("nothing after the mark", link.path, "")
    for mark in ("%23", "%2523"):
        yield {"name": f"link: {mark} and cut", "expect": "incomplete_link", "url": f"{SITE}{link.path}{mark}{bare[:-1]}"}
    yield {"name": "link: %252523", "expect": "incomplete_link", "url": f"{SITE}{link.path}%252523{bare}"}
    yield {"name": "link: no fragment", "expect": "incomplete_link", "url": f"{SITE}{link.path}"}


def turned(character: str, by: int) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[(alphabet.index(character) + by) % 64] if character in alphabet else "A"


def bad_seals() -> Iterator[Vector]:
    """A fault in the sealed bytes, or a key, mode or id that is not the seal's own."""
    name = "bad seal"
    link = some_link(name)
    sealed = sealed_by(name, link, frame(Payload.of_text("sealed")))

    def bad(what: str, changed: bytes, by: Link = link) -> Vector:
        return {"name": f"seal: {what}", "expect": "damaged", "url": by.url(SITE), "passphrase": "", "sealed": encode(changed)}

    for at in range(len(sealed)):
        flipped = sealed[at] ^ (1 << (at % 8))
        yield bad(f"bit flipped in byte {at}", sealed[:at] + bytes([flipped]) + sealed[at + 1 :])
    for size in [0, 1, 23, 24, 55, 56, 57, 71, 72, 73, 100, 200, 300, len(sealed) - 17, len(sealed) - 16, len(sealed) - 1]:
        yield bad(f"cut to {size} bytes", sealed[:size])
    for more in (1, 16, 17, 256):
        yield bad(f"{more} bytes more", sealed + seeded("more", more))
    yield bad("another key", sealed, Link(link.push_id, seeded("another key", 32)))
    yield bad("another id", sealed, Link(PushId(seeded("another id", 16)), link.key))
    yield bad("mode p sealed as o", seal(frame(Payload.of_text("m")), input_key(link.key), "p", link.push_id, seeded("m", 24)))
    yield bad("another seal's commitment", seeded("salt", 24) + sealed[24:])
    yield from bad_chunks(bad, link, name)
    locked = some_link("bad passphrase", "p")
    opened = sealed_by("bad passphrase", locked, frame(Payload.of_text("p")), "right")
    for passphrase in ("wrong", "Right", "right "):
        yield {**bad(f"passphrase {passphrase!r}", opened, locked), "passphrase": passphrase}


def bad_chunks(bad, link: Link, name: str) -> Iterator[Vector]:
    head, size = 56, CHUNK + 16
    long = sealed_by(name, link, frame(Payload.of_text("c" * (CHUNK + 300))))
    first, last = long[head : head + size], long[head + size :]
    yield bad("last chunk missing", long[: head + size])
    yield bad("first chunk missing", long[:head] + last)
    yield bad("chunks swapped", long[:head] + last + first)
    yield bad("first chunk twice", long[:head] + first + first + last)
    yield bad("last chunk twice", long + last)


def bad_frames() -> Iterator[Vector]:
    """A frame that was sealed faultlessly but is not a frame."""

    def bad(what: str, framed: bytes, expect: str = "damaged") -> Vector:
        name = f"frame: {what}"
        link = some_link(name)
        return {"name": name, "expect": expect, "url": link.url(SITE), "passphrase": "", "sealed": encode(sealed_by(name, link, framed))}

    for what, head in BAD_HEADS.items():
        yield bad(f"header {what}", raw_frame(head if isinstance(head, bytes) else head.encode("utf-8", "surrogatepass"), b"ok"))
    for kind in ("txt", "Text", "", "text ", "file", "note", "totp", "__proto__", "constructor", "text\0"):
        yield bad(f"kind {kind!r}", raw_frame(json.dumps({"kind": kind, "size": 2}).encode(), b"ok"), "newer_version")
    for what, data in BAD_UTF8.items():
        yield bad(f"text {what}", frame(Payload("text", data)))
    sound = frame(Payload.of_text("sound"))
    for size in (0, 1, 3, 4, 8, 100, 255):
        yield bad(f"cut to {size}", sound[:size])
    for more in (1, 128, 255):
        yield bad(f"{more} zero bytes more", sound + bytes(more))
    yield bad("a block of zeros more", sound + bytes(BLOCK))
    padding_from = 4 + struct.unpack(">I", sound[:4])[0] + 5
    for at in range(padding_from, len(sound), 9):
        yield bad(f"padding not zero at {at}", sound[:at] + b"\x01" + sound[at + 1 :])
    for length in (0, 1, 5, 23, 25, 200, 253, 65535, HEADER_MOST + 1, 2**31, 2**32 - 1):
        yield bad(f"header length {length}", struct.pack(">I", length) + sound[4:])
    for size in (-1, 3, 4, 6, 300, 2**31, 2**53 - 1):
        changed = json.dumps({"kind": "text", "size": size}).encode()
        yield bad(f"size {size} of 2", raw_frame(changed, b"ok") if size > 229 or size < 0 else wrong_size(changed))
    head = '{"kind":"text","size":2' + " " * (HEADER_MOST - len('{"kind":"text","size":2}') + 1) + "}"
    yield bad("header one byte too large", raw_frame(head.encode(), b"ok"))


def wrong_size(head: bytes) -> bytes:
    """Data that goes on beyond what the header says, so that the padding is not zero; or stops short of it."""
    return raw_frame(head, b"more than so many bytes" * 12)


_TWO = '"kind":"text","size":2'
BAD_HEADS: dict[str, str | bytes] = {
    "empty": "",
    "blank": " ",
    "not json": "kind=text",
    "a list": "[1]",
    "a string": '"text"',
    "a number": "2",
    "null": "null",
    "cut": '{"kind":"text","size":2',
    "two objects": f"{{{_TWO}}}{{{_TWO}}}",
    "tail": f"{{{_TWO}}}x",
    "trailing comma": f"{{{_TWO},}}",
    "leading comma": f"{{,{_TWO}}}",
    "single quotes": "{'kind':'text','size':2}",
    "bare keys": '{kind:"text",size:2}',
    "comment": f"{{{_TWO}/**/}}",
    "kind twice": f'{{{_TWO},"kind":"text"}}',
    "size twice": f'{{{_TWO},"size":2}}',
    "fact twice": f'{{{_TWO},"a":1,"a":1}}',
    "inner key twice": f'{{{_TWO},"a":{{"b":1,"b":2}}}}',
    "key twice in a list": f'{{{_TWO},"a":[{{"b":1,"b":2}}]}}',
    "key twice by escape": f'{{{_TWO},"k\\u0069nd":"text"}}',
    "proto twice": f'{{{_TWO},"__proto__":1,"__proto__":1}}',
    "no kind": '{"size":2}',
    "no size": '{"kind":"text"}',
    "kind null": '{"kind":null,"size":2}',
    "kind number": '{"kind":1,"size":2}',
    "kind list": '{"kind":["text"],"size":2}',
    "size 2.0": '{"kind":"text","size":2.0}',
    "size 2e0": '{"kind":"text","size":2e0}',
    "size 20e-1": '{"kind":"text","size":20e-1}',
    "size 2E0": '{"kind":"text","size":2E0}',
    "size +2": '{"kind":"text","size":+2}',
    "size 02": '{"kind":"text","size":02}',
    "size 0x2": '{"kind":"text","size":0x2}',
    "size text": '{"kind":"text","size":"2"}',
    "size null": '{"kind":"text","size":null}',
    "size true": '{"kind":"text","size":true}',
    "size list": '{"kind":"text","size":[2]}',
    "size NaN": '{"kind":"text","size":NaN}',
    "size Infinity": '{"kind":"text","size":Infinity}',
    "size -Infinity": '{"kind":"text","size":-Infinity}',
    "fact NaN": f'{{{_TWO},"a":NaN}}',
    "fact Infinity": f'{{{_TWO},"a":Infinity}}',
    "fact -Infinity": f'{{{_TWO},"a":-Infinity}}',
    "fact float": f'{{{_TWO},"a":1.5}}',
    "fact 1e3": f'{{{_TWO},"a":1e3}}',
    "fact 1.": f'{{{_TWO},"a":1.}}',
    "fact .1": f'{{{_TWO},"a":.1}}',
    "fact -": f'{{{_TWO},"a":-}}',
    "fact 00": f'{{{_TWO},"a":00}}',
    "fact beyond": f'{{{_TWO},"a":{MOST_SAFE + 1}}}',
    "fact below": f'{{{_TWO},"a":-{MOST_SAFE + 1}}}',
    "fact 2^64": f'{{{_TWO},"a":{2**64}}}',
    "fact 5000 digits": f'{{{_TWO},"a":{"9" * 5000}}}',
    "fact True": f'{{{_TWO},"a":True}}',
    "fact undefined": f'{{{_TWO},"a":undefined}}',
    "fact truex": f'{{{_TWO},"a":truex}}',
    "high surrogate": f'{{{_TWO},"a":"\\ud800"}}',
    "low surrogate": f'{{{_TWO},"a":"\\udc00"}}',
    "surrogates reversed": f'{{{_TWO},"a":"\\udd11\\ud83d"}}',
    "surrogate in a key": f'{{{_TWO},"\\ud800":1}}',
    "surrogate deep": f'{{{_TWO},"a":[{{"b":["\\ud800x"]}}]}}',
    "raw surrogate": b'{"kind":"text","size":2,"a":"\xed\xa0\x80"}',
    "bad utf-8": b'{"kind":"text","size":2,"a":"\xff"}',
    "overlong": b'{"kind":"text","size":2,"a":"\xc0\xaf"}',
    "latin-1": '{"kind":"text","size":2,"a":"é"}'.encode("latin-1"),
    "utf-16": '{"kind":"text","size":2}'.encode("utf-16-le"),
    "byte order mark": "\ufeff{" + _TWO + "}",
    "no break space": "\u00a0{" + _TWO + "}",
    "form feed": "\f{" + _TWO + "}",
    "vertical tab": "{" + _TWO + "}\v",
    "nul after": "{" + _TWO + "}\0",
    "line separator": "{" + _TWO + "}\u2028",
    "raw newline in string": '{"kind":"text","size":2,"a":"\n"}',
    "raw tab in string": '{"kind":"text","size":2,"a":"\t"}',
    "raw nul in string": '{"kind":"text","size":2,"a":"\0"}',
    "escape x": f'{{{_TWO},"a":"\\x41"}}',
    "escape '": f'{{{_TWO},"a":"\\\'"}}',
    "escape u of 3": f'{{{_TWO},"a":"\\u041"}}',
    "escape u sign": f'{{{_TWO},"a":"\\u+041"}}',
    "escape u blank": f'{{{_TWO},"a":"\\u 041"}}',
    "escape u brace": f'{{{_TWO},"a":"\\u{{41}}"}}',
    "escape u fullwidth": f'{{{_TWO},"a":"\\u\uff10041"}}',
    "escape cut": f'{{{_TWO},"a":"\\',
    "too deep by one": nested(HEADER_DEEPEST),
    "too deep by objects": f'{{{_TWO},"a":' + '{"a":' * 16 + "1" + "}" * 16 + "}",
    "far too deep": nested(20000),
    "brackets crossed": f'{{{_TWO},"a":[}}]',
    "colon missing": '{"kind" "text","size":2}',
    "value missing": '{"kind":,"size":2}',
    "key missing": '{:"text","size":2}',
    "list comma": f'{{{_TWO},"a":[1,]}}',
    "list gap": f'{{{_TWO},"a":[1,,2]}}',
}
BAD_UTF8: dict[str, bytes] = {
    "0xff": b"\xff",
    "0xfe": b"a\xfeb",
    "lone continuation": b"a\x80",
    "cut in two": b"a\xc3",
    "cut in three": b"\xe2\x82",
    "cut in four": b"\xf0\x9f\x94",
    "overlong slash": b"\xc0\xaf",
    "overlong nul": b"\xc0\x80",
    "overlong three": b"\xe0\x80\xaf",
    "overlong four": b"\xf0\x80\x80\xaf",
    "surrogate": b"\xed\xa0\x80",
    "surrogate pair": b"\xed\xa0\xbd\xed\xb4\x91",
    "beyond unicode": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "latin-1": "é".encode("latin-1"),
    "utf-16": "ab".encode("utf-16"),
}


def write_out() -> dict[str, str]:
    """File name -> its whole content."""
    return {
        name: json.dumps({"note": NOTE, "vectors": list(vectors)}, ensure_ascii=True, indent=0) + "\n"
        for name, vectors in (("good.json", good_vectors()), ("bad.json", bad_vectors()))
    }


if __name__ == "__main__":
    for name, content in write_out().items():
        (HERE / name).write_text(content, "ascii")
        print(name, len(json.loads(content)["vectors"]), "vectors", len(content), "bytes")
