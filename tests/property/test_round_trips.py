"""Whatever goes in comes out, and nothing else does."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from core.errors import Damaged, IncompleteLink, NewerVersion
from core.link import Link, decode, encode
from core.payload import Payload, frame, unframe
from core.policy import LONGEST_EXPIRY, MOST_VIEWS, SHORTEST_EXPIRY, Policy, settle_terms
from core.push import Mode, PushId, Terms
from core.sealing import open_seal, seal

ids = st.binary(min_size=16, max_size=16).map(PushId)
keys = st.binary(min_size=32, max_size=32)
modes = st.sampled_from(["o", "p"])
links = st.builds(Link, push_id=ids, key=keys, mode=modes, ticket=st.none() | st.binary(min_size=16, max_size=16))
names = st.text(max_size=8).filter(lambda name: name not in {"kind", "size"})
facts = st.dictionaries(names, st.text(max_size=20) | st.integers(-(2**53 - 1), 2**53 - 1), max_size=4)


@given(links)
def test_a_link_reads_back_from_its_url(link: Link):
    assert Link.parse(link.url("https://push.example.com")) == link


@given(st.text() | st.builds(lambda link, junk: link.url("https://x.example") + junk, links, st.text(min_size=1)))
def test_no_text_breaks_the_reading_of_links(text: str):
    with contextlib.suppress(IncompleteLink):
        Link.parse(text)


@given(st.binary(max_size=80))
def test_base64url_reads_back(raw: bytes):
    assert decode(encode(raw)) == raw


@given(st.text(alphabet="ABCDwxyz0189-_+/= \n", max_size=12))
def test_no_two_spellings_read_alike(text: str):
    try:
        raw = decode(text)
    except ValueError:
        return
    assert encode(raw) == text


@given(st.binary(max_size=600), facts)
def test_a_payload_comes_back_from_its_frame(data: bytes, said: dict[str, object]):
    payload = Payload("files", data, said)
    made = frame(payload)
    assert len(made) % 256 == 0
    assert unframe(made) == payload


@given(st.binary(max_size=512).map(lambda raw: raw + bytes(-len(raw) % 256)))
def test_no_bytes_break_the_reading_of_frames(raw: bytes):
    with contextlib.suppress(Damaged, NewerVersion):
        unframe(raw)


@given(st.binary(max_size=2000), keys, modes, ids, st.binary(min_size=24, max_size=24))
def test_a_sealed_frame_opens(plain: bytes, key: bytes, mode: Mode, push_id: PushId, salt: bytes):
    assert open_seal(seal(plain, key, mode, push_id, salt), key, mode, push_id) == plain


@given(st.binary(max_size=300), keys, ids)
def test_no_bytes_break_the_opening_of_seals(raw: bytes, key: bytes, push_id: PushId):
    with contextlib.suppress(Damaged):
        open_seal(raw, key, "o", push_id)


@given(st.integers(SHORTEST_EXPIRY, LONGEST_EXPIRY), st.integers(1, MOST_VIEWS))
def test_terms_in_range_are_taken_as_they_are(expires_in: int, views: int):
    assert settle_terms(Policy(), expires_in, views) == Terms(expires_in, views)
