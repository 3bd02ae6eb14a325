"""What does the door say to those who are no person at a page: crawlers, prefetchers, other sites?"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout
from playwright.async_api import Browser
from yarl import URL

from core.link import Link, encode
from core.sealing import link_proof
from tests.browser.house import HERE
from tests.browser.site import Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EXACT = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet, noimageindex",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), geolocation=(), gyroscope=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "Content-Type": "text/html; charset=utf-8",
    "Content-Language": "en",
    "Vary": "Accept-Language",
}
SCANNERS = """
Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)
Slackbot 1.0 (+https://api.slack.com/robots)
Slack-ImgProxy (+https://api.slack.com/robots)
Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com
Mozilla/5.0 (Windows NT 10.0; Win64; x64) MicrosoftPreview/2.0 +https://aka.ms/MicrosoftPreview
Mozilla/5.0 (Windows NT 10.0; Win64; x64) BingPreview/1.0b
Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)
Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)
Microsoft-WebDAV-MiniRedir/10.0
ms-office; MSOffice rmj
Mozilla/5.0 (compatible; Microsoft SafeLinks)
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
Mozilla/5.0 (compatible; Google-InspectionTool/1.0)
Google-Read-Aloud
GoogleImageProxy
Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)
facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)
facebookcatalog/1.0
meta-externalagent/1.1
WhatsApp/2.23.20.0 A
TelegramBot (like TwitterBot)
Twitterbot/1.0
LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)
Discordbot/2.0 (+https://discordapp.com)
Mattermost-Bot/1.1
Rocket.Chat/6.0
Zoom-LinkPreview/1.0
Webex-LinkUnfurl/1.0
Signal/6.0
Viber/13.0
Line/12.0
kakaotalk-scrap/1.0
Pinterestbot/1.0
redditbot/1.0
Applebot/0.1
iMessageLinkPreview/1.0
DuckDuckBot/1.1
YandexBot/3.0
Baiduspider/2.0
AhrefsBot/7.0
SemrushBot/7
MJ12bot/v1.4.8
PetalBot
Bytespider
GPTBot/1.2
ChatGPT-User/1.0
ClaudeBot/1.0
PerplexityBot/1.0
CCBot/2.0
Amazonbot/0.1
archive.org_bot
Embedly/0.2
Iframely/1.3.1
Mimecast URL Protect
Proofpoint URL Defense
Barracuda Sentinel
FireEye URL Analysis
Trend Micro WTP Add-On
Symantec URL Scanner
Sophos Email Scanner
Cisco IronPort
Forcepoint ThreatSeeker
McAfee GTI Scanner
Kaspersky Link Checker
Avast SafeZone
Bitdefender TrafficLight
VirusTotalCloud
urlscan.io
CheckPoint Harmony
Zscaler Sandbox
curl/8.5.0
Wget/1.21
python-requests/2.31
Go-http-client/2.0
Java/17
okhttp/4.12
HeadlessChrome/120
""".strip().splitlines()


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession(timeout=ClientTimeout(10)) as session:
        yield session


def ours(site: Site, **changed: str) -> dict[str, str]:
    """What a script of our page sends, but for what a test changes; an empty value leaves the header out."""
    headers = {"Content-Type": "application/json", "X-Pushpw": "1", "Sec-Fetch-Site": "same-origin", "Origin": site.base_url}
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in headers.items() if value}


def body(link: Link) -> dict[str, str]:
    return {"nonce": encode(bytes(16)), "link_proof": encode(link_proof(link.key, link.push_id))}


async def test_the_headers_of_the_page_are_exactly_the_promised_ones(site: Site, http: ClientSession) -> None:
    async with http.get(f"{site.base_url}/p/x") as answer:
        found = dict(answer.headers)
    assert found.pop("Date")
    assert found.pop("Content-Length")
    found.pop("Server", None)  # aiohttp's own; the house takes it off every answer, as tests/integration/test_service.py shows
    assert found == EXACT


async def test_over_https_the_page_asks_for_https_from_then_on(store_url: str, http: ClientSession) -> None:
    async with serving(store_url, base_url="https://push.example.com") as site, http.get(f"{site.base_url}/p/x") as answer:
        assert answer.headers["Content-Security-Policy"] == EXACT["Content-Security-Policy"] + "; upgrade-insecure-requests"
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


async def test_an_operator_may_word_hsts(store_url: str, http: ClientSession) -> None:
    options = {"base_url": "https://push.example.com", "hsts": "max-age=1; preload"}
    async with serving(store_url, **options) as site, http.get(f"{site.base_url}/p/x") as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=1; preload"


async def test_every_id_and_every_tail_gets_the_same_bytes_and_touches_no_store(site: Site, http: ClientSession) -> None:
    link = await site.push()
    site.house.store.touched = 0
    answers = set()
    for tail in (
        link.path,
        "/p/AAAAAAAAAAAAAAAAAAAAAA",
        "/p/",
        "/p/x",
        f"{link.path}%23{link.fragment}",
        f"{link.path}%2523x",
        f"{link.path}/claim",
    ):
        for query in ("", "?utm_source=mail"):
            async with http.get(URL(site.base_url + tail + query, encoded=True)) as answer:
                headers = sorted((name, value) for name, value in answer.headers.items() if name != "Date")
                answers.add((answer.status, str(headers), await answer.read()))
    assert len(answers) == 1
    assert site.house.store.touched == 0


async def test_no_scanner_spends_anything_by_any_kind_of_asking(site: Site, http: ClientSession) -> None:
    link = await site.push()
    site.house.store.touched = 0
    url = site.base_url + link.path
    assert len(SCANNERS) >= 60
    for agent in SCANNERS:
        for method, headers, status in (
            ("GET", {}, 200),
            ("HEAD", {}, 200),
            ("GET", {"Range": "bytes=0-99"}, 200),
            ("GET", {"Sec-Purpose": "prefetch;prerender"}, 503),
            ("GET", {"Purpose": "prefetch"}, 503),
            ("OPTIONS", {}, 405),
        ):
            async with http.request(method, url, headers={"User-Agent": agent, **headers}) as answer:
                assert answer.status == status
    assert site.house.store.touched == 0
    assert await site.house.store.views_left() == [1]


async def test_head_tells_the_length_and_sends_nothing(site: Site, http: ClientSession) -> None:
    async with http.get(f"{site.base_url}/p/x") as got, http.head(f"{site.base_url}/p/x") as head:
        assert await head.read() == b""
        assert head.headers["Content-Length"] == got.headers["Content-Length"]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "POST", "PROPFIND"])
async def test_other_methods_hear_what_is_allowed(site: Site, http: ClientSession, method: str) -> None:
    async with http.request(method, f"{site.base_url}/p/x") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "changed",
    [
        {"X_Pushpw": ""},
        {"X_Pushpw": "2"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Site": "", "Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "", "Origin": "null"},
        {"Sec_Fetch_Site": "", "Origin": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("act", ["claim", "ack", "burn"])
async def test_a_post_that_our_page_did_not_send_is_refused(site: Site, http: ClientSession, changed: dict[str, str], act: str) -> None:
    link = await site.push()
    site.house.store.touched = 0
    headers = ours(site, **changed)
    async with http.post(f"{site.base_url}{link.path}/{act}", json=body(link), headers=headers) as answer:
        assert answer.status == 403
        assert (await answer.json(content_type="application/problem+json"))["code"] == "not_from_page"
    assert site.house.store.touched == 0


async def test_a_browser_without_sec_fetch_is_known_by_its_origin(site: Site, http: ClientSession) -> None:
    link = await site.push()
    async with http.post(f"{site.base_url}{link.path}/claim", json=body(link), headers=ours(site, Sec_Fetch_Site="")) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert set(await answer.json()) == {"sealed", "views_left", "expires_at", "redelivered", "burnable"}
        assert "Set-Cookie" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


async def test_another_site_in_a_real_browser_cannot_claim(site: Site, browser: Browser) -> None:
    link = await site.push()
    site.house.store.touched = 0
    page = await browser.new_page()
    await page.goto("data:text/html,<title>another site</title>")
    told = await page.evaluate(
        """async ([url, body]) => {
             const told = [];
             for (const options of [
               { headers: { 'Content-Type': 'application/json', 'X-Pushpw': '1' } },
               { headers: { 'Content-Type': 'text/plain' } },
               { mode: 'no-cors' },
             ]) {
               try { told.push((await fetch(url, { method: 'POST', body, ...options })).type); } catch (error) { told.push(error.name); }
             }
             return told;
           }""",
        [f"{site.base_url}{link.path}/claim", "{}"],
    )
    assert told == ["TypeError"] * 3
    assert site.house.store.touched == 0
    await page.close()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b"\xff", "body"),
        (b"{}", "nonce"),
        (b'{"nonce":"AAAAAAAAAAAAAAAAAAAAAA"}', "link_proof"),
        (b'{"nonce":"AAAAAAAAAAAAAAAAAAAAAA==","link_proof":"x"}', "nonce"),
        (b'{"nonce":"AAAAAAAAAAAAAAAAAAAAAB","link_proof":"x"}', "nonce"),
        (b'{"nonce":1,"link_proof":"x"}', "nonce"),
        (b'{"nonce":"AAAAAAAAAAAAAAAAAAAAAA","nonce":"AAAAAAAAAAAAAAAAAAAAAA"}', "nonce"),
        (b'{"nonce":"AAAAAAAAAAAAAAAAAAAAAA","link_proof":"x"}', "link_proof"),
        (b'{"nonce":NaN}', "body"),
        (b'{"secret-canary":1}', "body"),
        (b"[" * 16000, "body"),
    ],
)
async def test_a_malformed_body_hears_which_field_and_nothing_of_itself(site: Site, http: ClientSession, sent: bytes, field: str) -> None:
    async with http.post(f"{site.base_url}/p/AAAAAAAAAAAAAAAAAAAAAA/claim", data=sent, headers=ours(site)) as answer:
        told = await answer.json(content_type="application/problem+json")
    assert (answer.status, told["code"], told["field"]) == (422, "bad_input", field)
    assert "canary" not in str(told)


async def test_a_body_over_16_kib_is_refused(site: Site, http: ClientSession) -> None:
    async with http.post(f"{site.base_url}/p/x/claim", data=b" " * (16 * 1024 + 1), headers=ours(site)) as answer:
        assert answer.status == 413


async def test_a_malformed_id_is_bad_input(site: Site, http: ClientSession) -> None:
    async with http.post(f"{site.base_url}/p/x/claim", data=b"{}", headers=ours(site)) as answer:
        assert (await answer.json(content_type="application/problem+json"))["field"] == "id"


async def test_refusals_have_their_codes_and_never_a_cause(site: Site, http: ClientSession) -> None:
    link = await site.push(passphrase="p")
    url = f"{site.base_url}{link.path}/claim"

    async def told() -> tuple[int, str, object]:
        async with http.post(url, json=body(link), headers=ours(site)) as answer:
            problem = await answer.json(content_type="application/problem+json")
            return answer.status, problem["code"], problem.get("attempts_left", answer.headers.get("Retry-After"))

    assert await told() == (403, "wrong_passphrase", 5)
    site.house.store.away = True
    assert await told() == (503, "store_unavailable", "2")
    site.house.store.away = False
    await site.house.store.burn(link.push_id)
    assert await told() == (410, "gone", None)
    await site.house.use_up_tries(7)
    assert await told() == (429, "too_many", "7")


async def test_a_spoofed_forwarded_header_does_not_change_who_is_asking(site: Site, http: ClientSession) -> None:
    claim = body(await site.push())

    async def told() -> list[int]:
        answers = []
        for spoofed in ("8.8.8.8", "1.1.1.1, 2.2.2.2", "::1", "garbage"):
            headers = ours(site, X_Forwarded_For=spoofed)
            async with http.post(f"{site.base_url}/p/{encode(bytes(16))}/claim", json=claim, headers=headers) as answer:
                answers.append(answer.status)
        return answers

    assert await told() == [410] * 4
    assert site.house.limits.spent("failed_claim", HERE) == 4
    await site.house.use_up_tries(30)
    assert await told() == [429] * 4


async def test_static_files_are_kept_for_ever_and_only_by_their_hashed_names(site: Site, http: ClientSession) -> None:
    from adapters.web.assets import load_assets

    for asset in load_assets().values():
        async with http.get(site.base_url + asset.path) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert await answer.read() == asset.content
    for path in ("/static/pushpw.js", "/static/", "/static/..%2fhttp.py", "/static/%2e%2e/http.py"):
        async with http.get(URL(site.base_url + path, encoded=True)) as answer:
            assert answer.status == 404
