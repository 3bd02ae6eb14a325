"""core/link: what a link carries, and what it refuses."""

import string

import pytest

from core.errors import IncompleteLink
from core.link import Link, check_of, decode, encode
from core.push import PushId
from tests.fakes import SeededRandom

BASE = "https://push.example.com"
random = SeededRandom("links")
LINK = Link(PushId(random(16)), random(32), "o")
TICKETED = LINK.with_ticket(random(16))
ANYTHING = string.ascii_letters + string.digits + "-_.+/=%?#& \t\n\0" + "\N{LATIN SMALL LETTER E WITH ACUTE}"


def test_a_link_has_the_shape_of_the_contract():
    path, _, fragment = LINK.url(BASE).removeprefix(BASE).partition("#")
    assert path == f"/p/{encode(LINK.push_id)}"
    assert len(path) == 3 + 22
    assert fragment == "1o" + encode(check_of("o", LINK.push_id, LINK.key)) + encode(LINK.key)
    assert len(fragment) == 2 + 4 + 43
    assert TICKETED.ticket is not None
    assert TICKETED.fragment == f"{fragment}.{encode(TICKETED.ticket)}"


def test_the_check_is_the_contracts_to_the_bit():
    assert check_of("o", PushId(bytes(16)), bytes(32)).hex() == "897b24"
    assert check_of("p", PushId(bytes(range(16))), bytes(range(32))).hex() == "17a199"


@pytest.mark.parametrize("link", [LINK, TICKETED], ids=["plain", "ticketed"])
@pytest.mark.parametrize("base", [BASE, BASE + "/", "http://localhost:8080"])
def test_a_link_reads_back(link: Link, base: str):
    assert Link.parse(link.url(base)) == link


@pytest.mark.parametrize("sign", ["%23", "%2523"])
def test_a_mail_gateways_escaped_sign_is_repaired(sign: str):
    assert Link.parse(TICKETED.url(BASE).replace("#", sign)) == TICKETED


def test_every_one_character_change_before_the_ticket_is_refused():
    start = len(BASE)
    url = LINK.url(BASE)
    for at in range(start, len(url)):
        for character in set(ANYTHING) - {url[at]}:
            with pytest.raises(IncompleteLink):
                Link.parse(url[:at] + character + url[at + 1 :])


def test_a_change_in_the_ticket_is_refused_or_gives_another_ticket_for_the_same_push():
    url, start = TICKETED.url(BASE), len(LINK.url(BASE)) + 1
    read = 0
    for at in range(start, len(url)):
        for character in set(ANYTHING) - {url[at]}:
            try:
                other = Link.parse(url[:at] + character + url[at + 1 :])
            except IncompleteLink:
                continue
            read += 1
            assert other.ticket != TICKETED.ticket
            assert other.with_ticket(TICKETED.ticket or b"") == TICKETED
    assert read


def test_every_cut_is_refused_but_the_one_before_the_ticket():
    url = TICKETED.url(BASE)
    whole = len(LINK.url(BASE))
    for end in range(len(url)):
        if end == whole:
            assert Link.parse(url[:end]) == LINK
            continue
        with pytest.raises(IncompleteLink):
            Link.parse(url[:end])


@pytest.mark.parametrize("foreign", ["", "not a link", BASE, f"{BASE}/p/", f"{BASE}/p/#", "https://example.com/p/x#1o", "#" * 100])
def test_what_is_no_link_is_refused(foreign: str):
    with pytest.raises(IncompleteLink):
        Link.parse(foreign)


def test_a_swapped_mode_is_noticed():
    with pytest.raises(IncompleteLink):
        Link.parse(LINK.url(BASE).replace("#1o", "#1p"))


def test_neither_repr_nor_path_nor_refusal_tells_key_or_ticket():
    assert TICKETED.ticket is not None
    with pytest.raises(IncompleteLink) as refused:
        Link.parse(TICKETED.url(BASE) + "x")
    said = repr(TICKETED) + TICKETED.path + str(refused.value) + repr(refused.value)
    for secret in (TICKETED.key, TICKETED.ticket):
        assert encode(secret) not in said
        assert repr(secret) not in said
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "text", ["AB==", "AB=", "A", "AAAAA", "A+AA", "A/AA", "A AA", "A\nAA", "AB", "AAB", "\N{FULLWIDTH LATIN CAPITAL LETTER A}AAA"]
)
def test_base64url_is_strict(text: str):
    with pytest.raises(ValueError) as refused:
        decode(text)
    assert text not in str(refused.value)


@pytest.mark.parametrize(("text", "raw"), [("", b""), ("AA", b"\0"), ("-_8", b"\xfb\xff"), ("AAAA", bytes(3))])
def test_canonical_base64url_is_read(text: str, raw: bytes):
    assert decode(text) == raw
    assert encode(raw) == text


def test_a_wrong_length_is_refused():
    with pytest.raises(ValueError):
        decode("AAAA", 4)
