"""Do the small parts of adapters/web keep their word?"""

import re

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from adapters.web.assets import load_assets
from adapters.web.origin import claimant_address, is_prefetch, origin_of
from adapters.web.render import Brand, Pages
from adapters.wording.catalog import words

CSS = load_assets()["pushpw.css"].content.decode("utf-8")


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("https://push.example.com", "https://push.example.com"),
        ("https://push.example.com:443/", "https://push.example.com"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("https://PUSH.example.com:8443", "https://push.example.com:8443"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_spelled_as_browsers_spell_it(base_url: str, origin: str) -> None:
    assert origin_of(base_url) == origin


class Peer:
    """A connection from `address`."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("192.0.2.1", [], 0, "192.0.2.1"),
        ("192.0.2.1", ["8.8.8.8"], 0, "192.0.2.1"),
        ("10.0.0.1", ["8.8.8.8, 192.0.2.1"], 1, "192.0.2.1"),
        ("10.0.0.1", ["8.8.8.8", "192.0.2.1"], 1, "192.0.2.1"),
        ("10.0.0.1", ["8.8.8.8, 192.0.2.1, 10.0.0.2"], 2, "192.0.2.1"),
        ("192.0.2.1", ["8.8.8.8"], 2, "192.0.2.1"),
        ("192.0.2.1", [], 1, "192.0.2.1"),
        ("10.0.0.1", ["garbage"], 1, "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1:5555"], 1, "192.0.2.1"),
        ("10.0.0.1", ['"[2001:db8:1:2:3::4]:5555"'], 1, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:3:4:5:6", [], 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", [], 0, "192.0.2.1"),
        ("fe80::1%eth0", [], 0, "fe80::/64"),
        ("", [], 0, "unknown"),
    ],
)
def test_a_budget_is_kept_for_the_address_that_no_stranger_could_write(peer: str, forwarded: list[str], trusted: int, address: str) -> None:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    request = make_mocked_request("POST", "/p/x/claim", headers=headers, transport=Peer(peer))
    assert claimant_address(request, trusted) == address


@pytest.mark.parametrize(
    ("name", "value", "ahead"),
    [
        ("Sec-Purpose", "prefetch", True),
        ("Sec-Purpose", "prefetch;anonymous-client-ip", True),
        ("Purpose", "Prefetch", True),
        ("X-Moz", "prefetch", True),
        ("Purpose", "preview", True),
        ("Sec-Fetch-Mode", "navigate", False),
    ],
)
def test_asking_ahead_of_a_person_is_noticed(name: str, value: str, ahead: bool) -> None:
    assert is_prefetch(make_mocked_request("GET", "/p/x", headers={name: value})) is ahead


def test_what_a_browser_executes_is_named_with_its_hash() -> None:
    page = Pages(Brand()).retrieval(words("en")).decode()
    for tag in re.findall(r"<script[^>]*>|<link rel=\"stylesheet\"[^>]*>", page):
        assert re.search(r'integrity="sha384-[A-Za-z0-9+/]{64}"', tag)
    assert page.count("<script") == 2
    for asset in load_assets().values():
        assert asset.path in page


def test_the_page_names_no_push_no_member_and_no_workspace_before_the_claim() -> None:
    page = Pages(Brand()).retrieval(words("en")).decode()
    assert '<meta property="og:title" content="A secret for you">' in page
    assert "og:url" not in page
    assert "og:image" not in page


def test_a_brand_is_shown_as_text_and_its_support_link_only_where_it_is_harmless() -> None:
    page = Pages(Brand("<b>Acme</b>", "https://acme.example/help")).retrieval(words("en")).decode()
    assert "&lt;b&gt;Acme&lt;/b&gt;" in page
    assert 'href="https://acme.example/help"' in page
    with pytest.raises(ValueError, match="support URL"):
        Brand("Acme", "javascript:alert(1)")


def test_no_text_for_people_lives_in_javascript() -> None:
    texts = re.findall(r">([A-Z][^<>{}]{3,})<", Pages(Brand()).retrieval(words("en")).decode())
    script = load_assets()["pushpw.js"].content.decode() + load_assets()["support.js"].content.decode()
    script = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.DOTALL)
    assert len(texts) > 60
    assert [text for text in texts if f'"{text.strip()}"' in script] == []


def test_every_state_that_the_script_names_is_in_the_page() -> None:
    page = Pages(Brand()).retrieval(words("en")).decode()
    script = load_assets()["pushpw.js"].content.decode()
    named = set(re.findall(r'(?:show|end|wait)\("(\w+)"', script)) | {"step", "step_p", "again", "gone", "incomplete", "dropped", "offline"}
    assert named - set(re.findall(r'data-state="(\w+)"', page)) == set()


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_stand_out_enough(scheme: str) -> None:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    found = colours(light) | (colours(dark.split("*,")[0]) if scheme == "dark" else {})
    for text in ("ink", "ink-soft", "danger"):
        for ground in ("paper", "card", "well"):
            assert contrast(found[text], found[ground]) >= 7, (text, ground)
    assert contrast(found["accent-ink"], found["accent"]) >= 7
    for control in ("edge", "accent"):
        for ground in ("paper", "card", "well"):
            assert contrast(found[control], found[ground]) >= 4.5, (control, ground)


def test_the_style_sheet_knows_no_left_and_no_right() -> None:
    assert re.findall(r"\b(?:left|right)\b", CSS) == []
