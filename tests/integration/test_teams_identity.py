"""Nobody gets in at Teams' door but Microsoft's connector: every request here has one fault, and none is let in or breaks anything."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from playground.microsoft.identity import Key, compact, encoded, new_key
from tests.integration.teams_door import APP_ID, LEFT_OUT, OTHER_TENANT, TENANT, Json, Scene, activity, open_scene

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVIL = new_key("msteams")


@dataclass(frozen=True)
class Attempt:
    """A request: its Authorization headers and its body."""

    authorization: list[bytes]
    body: bytes
    path: str = "/api/messages"
    more: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Case:
    """One fault, and the word for it in the log: of the token (401), or of the activity (403, or 400 where it is none)."""

    name: str
    reason: str
    make: Callable[[Scene], Attempt]
    status: int = 401


def bearer(token: str | bytes) -> list[bytes]:
    return [b"Bearer " + (token if isinstance(token, bytes) else token.encode())]


def sent(scene: Scene, token: str | bytes, **changes: Any) -> Attempt:
    return Attempt(bearer(token), json.dumps(scene.said(**changes)).encode())


def claims_of(scene: Scene, **changes: Any) -> Json:
    said = scene.microsoft.identity.claims(scene.url) | changes
    return {name: value for name, value in said.items() if value is not LEFT_OUT}


def signed(key: Key, header: Any, claims: Any) -> str:
    said = f"{compact(header)}.{compact(claims)}"
    return f"{said}.{key.sign(said)}"


def head(scene: Scene, **changes: Any) -> Json:
    said = {"alg": "RS256", "kid": scene.microsoft.identity.key.kid, "typ": "JWT"} | changes
    return {name: value for name, value in said.items() if value is not LEFT_OUT}


# Faults of the token


def claim(name: str, value: Any, reason: str) -> Case:
    def make(scene: Scene) -> Attempt:
        said = value(scene) if callable(value) else value
        return sent(scene, signed(scene.microsoft.identity.key, head(scene), claims_of(scene, **{name: said})))

    return Case(f"{name}: {describe(value)}", reason, make)


def header(name: str, value: Any, reason: str, key: Key | None = None) -> Case:
    def make(scene: Scene) -> Attempt:
        said = value(scene) if callable(value) else value
        return sent(scene, signed(key or scene.microsoft.identity.key, head(scene, **{name: said}), claims_of(scene)))

    return Case(f"header {name}: {describe(value)}{' and signed by another' if key else ''}", reason, make)


def describe(value: Any) -> str:
    """The same in each process: keys are made anew in each."""
    said = "left out" if value is LEFT_OUT else value.__name__ if callable(value) else repr(value)
    return said.replace(EVIL.kid, "<evil>")[:60]


def seconds_off(seconds: float) -> Callable[[Scene], int]:
    def at(scene: Scene) -> int:
        return int(scene.clock() / 1000 + seconds)

    at.__name__ = f"{seconds:+.0f} s"
    return at


def token_of(name: str, reason: str, make: Callable[[Scene], str | bytes]) -> Case:
    return Case(name, reason, lambda scene: sent(scene, make(scene)))


def good(scene: Scene) -> str:
    return scene.token()


def parts(scene: Scene) -> list[str]:
    return good(scene).split(".")


def hmac_signed(algorithm: str, secret_of: Callable[[Scene], bytes], scene: Scene) -> str:
    said = f"{compact(head(scene, alg=algorithm))}.{compact(claims_of(scene))}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    return f"{said}.{encoded(hmac.new(secret_of(scene), said.encode(), digest).digest())}"


def public_pem(scene: Scene) -> bytes:
    return scene.microsoft.identity.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_der(scene: Scene) -> bytes:
    return scene.microsoft.identity.key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def modulus(scene: Scene) -> bytes:
    return str(scene.microsoft.identity.key.jwk()["n"]).encode()


def jwk_text(scene: Scene) -> bytes:
    return json.dumps(scene.microsoft.identity.key.jwk()).encode()


def name_of_key(scene: Scene) -> bytes:
    return scene.microsoft.identity.key.kid.encode()


def empty(scene: Scene) -> bytes:
    return b""


def rsa_signed(algorithm: str, scene: Scene) -> str:
    said = f"{compact(head(scene, alg=algorithm))}.{compact(claims_of(scene))}"
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[2:]]
    pad = padding.PKCS1v15() if algorithm.startswith("RS") else padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
    return f"{said}.{encoded(scene.microsoft.identity.key.private.sign(said.encode(), pad, digest))}"


def wrong_padding(scene: Scene) -> str:
    """Says RS256, and is signed as PS256 would be."""
    said = f"{compact(head(scene))}.{compact(claims_of(scene))}"
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return f"{said}.{encoded(scene.microsoft.identity.key.private.sign(said.encode(), pss, hashes.SHA256()))}"


def ec_signed(scene: Scene) -> str:
    said = f"{compact(head(scene, alg='ES256'))}.{compact(claims_of(scene))}"
    return f"{said}.{encoded(ec.generate_private_key(ec.SECP256R1()).sign(said.encode(), ec.ECDSA(hashes.SHA256())))}"


def ed_signed(scene: Scene) -> str:
    said = f"{compact(head(scene, alg='EdDSA'))}.{compact(claims_of(scene))}"
    return f"{said}.{encoded(ed25519.Ed25519PrivateKey.generate().sign(said.encode()))}"


def flipped(place: int, scene: Scene) -> str:
    first, second, signature = parts(scene)
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[place] ^= 1
    return f"{first}.{second}.{encoded(bytes(raw))}"


def resigned(change: Callable[[bytes], bytes], scene: Scene) -> str:
    first, second, signature = parts(scene)
    return f"{first}.{second}.{encoded(change(base64.urlsafe_b64decode(signature + '==')))}"


def other_claims(scene: Scene) -> str:
    first, _, signature = parts(scene)
    return f"{first}.{compact(claims_of(scene, exp=int(scene.clock() / 1000) + 7200))}.{signature}"


def other_header(scene: Scene) -> str:
    _, second, signature = parts(scene)
    return f"{compact(head(scene, typ='JWT '))}.{second}.{signature}"


def signature_of_another(scene: Scene) -> str:
    first, second, _ = parts(scene)
    return f"{first}.{second}.{scene.token(aud='another').split('.')[2]}"


def raw_claims(said: bytes, scene: Scene) -> str:
    text = f"{compact(head(scene))}.{encoded(said)}"
    return f"{text}.{scene.microsoft.identity.key.sign(text)}"


def raw_header(said: bytes, scene: Scene) -> str:
    text = f"{encoded(said)}.{compact(claims_of(scene))}"
    return f"{text}.{scene.microsoft.identity.key.sign(text)}"


def in_json(scene: Scene) -> str:
    first, second, signature = parts(scene)
    return json.dumps({"protected": first, "payload": second, "signature": signature})


def in_the_other_case(scene: Scene) -> str:
    return scene.microsoft.identity.key.kid.swapcase()


def with_a_space(scene: Scene) -> str:
    return scene.microsoft.identity.key.kid + " "


ALGORITHMS = [
    *(header("alg", said, "algorithm") for said in ("none", "None", "NONE", "nOnE", "", "rs256", "RS256 ", "RS-256", "HS256", "A256KW")),
    *(header("alg", said, "algorithm") for said in (LEFT_OUT, None, 256, True, ["RS256"], {"RS256": 1})),
    *(token_of(f"RSA by {said}", "algorithm", partial(rsa_signed, said)) for said in ("RS384", "RS512", "PS256", "PS384", "PS512")),
    token_of("RS256 with the padding of PS256", "signature", wrong_padding),
    token_of("ES256 by a key of its own", "algorithm", ec_signed),
    token_of("EdDSA by a key of its own", "algorithm", ed_signed),
    *(
        token_of(f"{algorithm} with the {secret.__name__} for a secret", "algorithm", partial(hmac_signed, algorithm, secret))
        for algorithm in ("HS256", "HS384", "HS512")
        for secret in (public_pem, public_der, modulus, jwk_text, name_of_key, empty)
    ),
    token_of("none, and no signature", "algorithm", lambda s: f"{compact(head(s, alg='none'))}.{compact(claims_of(s))}."),
    token_of("none, and no third part", "malformed", lambda s: f"{compact(head(s, alg='none'))}.{compact(claims_of(s))}"),
]
KEYS = [
    *(header("kid", said, "unnamed_key") for said in (LEFT_OUT, "")),
    *(header("kid", said, "malformed") for said in (None, 7, True, ["k"], {"k": 1})),
    *(header("kid", said, "unknown_key") for said in ("nobody", "../../etc/passwd", "' OR 1=1 --", "k" * 2000, "\x00", "*", " ")),
    header("kid", in_the_other_case, "unknown_key"),
    header("kid", with_a_space, "unknown_key"),
    header("kid", EVIL.kid, "unknown_key", EVIL),
    header("typ", "JWT", "signature", EVIL),
    header("jwk", EVIL.jwk(), "signature", EVIL),
    header("jku", "https://evil.test/keys", "signature", EVIL),
    header("x5u", "https://evil.test/cert", "signature", EVIL),
    header("x5c", ["MIIB"], "signature", EVIL),
    header("x5t", "x", "signature", EVIL),
    header("crit", ["exp"], "malformed"),
    header("crit", ["unknown"], "malformed"),
    header("crit", [], "malformed"),
    header("crit", "exp", "malformed"),
]
CLAIMS = [
    *(
        claim("aud", said, "audience")
        for said in ("another", "*", OTHER_TENANT, APP_ID.upper(), f" {APP_ID}", f"28:{APP_ID}", f"{APP_ID}/")
    ),
    *(claim("aud", said, "audience") for said in ([APP_ID], [APP_ID, "another"], {"id": APP_ID}, 7, True, "https://api.botframework.com")),
    *(claim("aud", said, "claim_missing") for said in (LEFT_OUT, None, "")),
    *(
        claim("iss", said, "issuer")
        for said in (
            "",
            "https://api.botframework.com/",
            "http://api.botframework.com",
            "https://API.botframework.com",
            "https://api.botframework.us",
            "https://api.botframework.com.evil.test",
            "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
            "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0",
            f"https://sts.windows.net/{TENANT}/",
            "*",
        )
    ),
    *(claim("iss", said, "issuer") for said in (7, ["https://api.botframework.com"], {"a": 1})),
    *(claim("iss", said, "claim_missing") for said in (LEFT_OUT, None)),
    *(claim("exp", seconds_off(said), "expired") for said in (-300, -301, -3600, -86400)),
    *(claim("exp", said, "expired") for said in (0, -1)),
    *(claim("exp", said, "malformed") for said in ("1", "soon", 1e40, float("inf"), float("nan"), True, [], {})),
    *(claim("exp", said, "claim_missing") for said in (LEFT_OUT, None)),
    *(claim("nbf", seconds_off(said), "not_yet") for said in (301, 3600, 86400)),
    claim("nbf", 10**18, "not_yet"),
    *(claim("nbf", said, "malformed") for said in ("0", 0.5, float("inf"), float("-inf"), True, [], {})),
    *(claim("nbf", said, "claim_missing") for said in (LEFT_OUT, None)),
    *(claim("serviceurl", said, "service_url") for said in (LEFT_OUT, None, "", 7, True, ["https://smba.trafficmanager.net/emea/"], {})),
]
SIGNATURES = [
    *(token_of(f"bit of byte {place} changed", "signature", partial(flipped, place)) for place in (0, 1, 64, 128, 200, 254, 255)),
    token_of("claims of another", "signature", other_claims),
    token_of("header of another", "signature", other_header),
    token_of("signature of another", "signature", signature_of_another),
    token_of("signature empty", "signature", lambda s: f"{'.'.join(parts(s)[:2])}."),
    token_of("signature cut", "signature", partial(resigned, lambda raw: raw[:-8])),
    token_of("signature twice", "signature", partial(resigned, lambda raw: raw + raw)),
    token_of("signature of zeros", "signature", lambda s: f"{'.'.join(parts(s)[:2])}.{encoded(bytes(256))}"),
    token_of("signature longer than any", "signature", lambda s: f"{'.'.join(parts(s)[:2])}.{encoded(bytes(2000))}"),
]
SHAPES = [
    *(token_of(f"garbage: {said[:30]!r}", "malformed", lambda s, said=said: said) for said in (
        b"x", b".", b"..", b"...", b"a.b", b"a.b.c", b"a.b.c.d", b"a.b.c.d.e", b"null", b"{}", b"0", b"=", b"!!!.???.***", b"eyJ.eyJ.x",
        b"\xff\xfe.\xff.\xff", b"\xc3\xa9.\xc3\xa9.\xc3\xa9", b"a" * 6000, b"." * 3000, b"W10.W10.W10", b"bnVsbA.bnVsbA.bnVsbA",
    )),
    token_of("an empty object as header", "algorithm", lambda s: b"e30.e30.e30"),
    token_of("one part", "malformed", lambda s: parts(s)[0]),
    token_of("two parts", "malformed", lambda s: ".".join(parts(s)[:2])),
    token_of("four parts", "malformed", lambda s: f"{good(s)}.{parts(s)[2]}"),
    token_of("five parts", "malformed", lambda s: f"{good(s)}.a.b"),
    token_of("a dot before", "malformed", lambda s: f".{good(s)}"),
    token_of("in quotes", "malformed", lambda s: f'"{good(s)}"'),
    token_of("as JSON", "malformed", in_json),
    *(token_of(f"header is {said[:20]!r}", "malformed", partial(raw_header, said)) for said in (
        b"[]", b"null", b"7", b'"RS256"', b"", b"{", b'{"alg":"RS256"', b"\xff\xfe", b"[" * 1500, b'{"alg":"RS256","kid":"\xff"}',
    )),
    *(token_of(f"claims are {said[:20]!r}", "malformed", partial(raw_claims, said)) for said in (
        b"[]", b"null", b"7", b'"x"', b"", b"{", b"\xff\xfe", b"[" * 1500, b'{"exp":1', b"[" + b'{"a":' * 700,
    )),
]  # fmt: skip  # a line for each kind of fault


def headers_of(name: str, reason: str, make: Callable[[str], list[bytes]]) -> Case:
    return Case(name, reason, lambda scene: Attempt(make(good(scene)), json.dumps(scene.said()).encode()))


HEADERS = [
    headers_of("no header", "no_token", lambda token: []),
    headers_of("empty header", "no_bearer", lambda token: [b""]),
    headers_of("the scheme alone", "no_bearer", lambda token: [b"Bearerr"]),
    headers_of("no token after it", "malformed", lambda token: [b"Bearer"]),
    *(
        headers_of(f"scheme {scheme!r}", "no_bearer", lambda token, scheme=scheme: [scheme.encode() + b" " + token.encode()])
        for scheme in ("bearer", "BEARER", "bEARER", "Basic", "Token", "JWT", "Digest", "Bearer:", "Bearer,", "AWS4")
    ),
    headers_of("no scheme", "no_bearer", lambda token: [token.encode()]),
    headers_of("a tab", "no_bearer", lambda token: [b"Bearer\t" + token.encode()]),
    headers_of("two spaces", "malformed", lambda token: [b"Bearer  " + token.encode()]),
    headers_of("two tokens in one", "malformed", lambda token: [b"Bearer " + token.encode() + b" " + token.encode()]),
    headers_of("two tokens and a comma", "malformed", lambda token: [b"Bearer " + token.encode() + b", Bearer " + token.encode()]),
    headers_of("the same token twice", "two_tokens", lambda token: [b"Bearer " + token.encode()] * 2),
    headers_of("a good token after a bad one", "two_tokens", lambda token: [b"Bearer x", b"Bearer " + token.encode()]),
    headers_of("a good token before a bad one", "two_tokens", lambda token: [b"Bearer " + token.encode(), b"Bearer x"]),
    Case("in the query", "no_token", lambda s: Attempt([], b"{}", f"/api/messages?access_token={good(s)}")),
    Case("in a cookie", "no_token", lambda s: Attempt([], b"{}", more=(b"Cookie: Authorization=" + good(s).encode(),))),
    Case("in the body", "no_token", lambda s: Attempt([], json.dumps({"access_token": good(s)}).encode())),
    Case("in a header of its own", "no_token", lambda s: Attempt([], b"{}", more=(b"X-Authorization: Bearer " + good(s).encode(),))),
    Case("for the proxy", "no_token", lambda s: Attempt([], b"{}", more=(b"Proxy-Authorization: Bearer " + good(s).encode(),))),
]


# Good tokens for other activities


def not_for_it(name: str, reason: str, status: int = 403, **changes: Any) -> Case:
    def make(scene: Scene) -> Attempt:
        said = scene.said() | changes
        return Attempt(bearer(good(scene)), json.dumps({k: v for k, v in said.items() if v is not LEFT_OUT}).encode())

    return Case(name, reason, make, status)


def for_service_url(url: str) -> Case:
    """Microsoft itself vouches for it, and yet no token of ours goes there."""

    def make(scene: Scene) -> Attempt:
        token = signed(scene.microsoft.identity.key, head(scene), claims_of(scene, serviceurl=url))
        return Attempt(bearer(token), json.dumps(activity(url, scene.next_id())).encode())

    return Case(f"serviceUrl {url!r}", "service_url_host", make, 403)


ACTIVITIES = [
    *(
        not_for_it(f"channel {describe(said)}", "channel", channelId=said)
        for said in (LEFT_OUT, None, "", "emulator", "directline", "skype", "MSTEAMS", "msteams ", 7, ["msteams"], {"a": 1})
    ),
    not_for_it("a channel that is vouched for and not ours", "unsound", 400, channelId="webchat"),
    *(
        not_for_it(f"serviceUrl of another: {describe(said)}", "service_url", serviceUrl=said)
        for said in (LEFT_OUT, None, "", "http://127.0.0.1:1/", "https://smba.trafficmanager.net/emea/", 7, ["x"], {"a": 1})
    ),
    *(
        for_service_url(url)
        for url in (
            "https://evil.test/",
            "https://smba.trafficmanager.net/emea/",
            "http://localhost.evil.test/",
            "http://127.0.0.1@evil.test/",
            "http://evil.test#@127.0.0.1/",
            "http://evil.test\\@127.0.0.1/",
            "http://[::1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "//127.0.0.1/",
            "http://127.0.0.1:99999999/",
            "http://127.0.0.1/?next=",
            "x",
        )
    ),
    *(
        not_for_it(f"tenant {describe(said)}", "tenant", channelData={"tenant": {"id": said}}, conversation={"id": "a:jane"})
        for said in (None, "", OTHER_TENANT, "*", "any", 7, [TENANT], {"id": TENANT})
    ),
    not_for_it("no tenant", "tenant", channelData=LEFT_OUT, conversation={"id": "a:jane"}),
    not_for_it("a tenant in the wrong place", "tenant", channelData={"id": TENANT}, conversation={"id": "a:jane"}, tenant={"id": TENANT}),
    not_for_it("two tenants", "unsound", 400, conversation={"id": "a:jane", "tenantId": OTHER_TENANT}),
]
CASES = [*ALGORITHMS, *KEYS, *CLAIMS, *SIGNATURES, *SHAPES, *HEADERS, *ACTIVITIES]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with open_scene() as scene:
        yield scene


def reasons(logs: list[Any]) -> list[str]:
    words = {"teams_activity_refused": "unsound"}
    return [str(each.get("reason") or words[each["event"]]) for each in logs if each["event"].startswith("teams_")]


async def test_there_are_two_hundred_of_them() -> None:
    assert len(CASES) >= 200
    names = [case.name for case in CASES]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.encode("ascii", "backslashreplace").decode())
async def test_nobody_gets_in_with(scene: Scene, case: Case) -> None:
    attempt = case.make(scene)
    with capture_logs() as logs:
        headers = [b"Authorization: " + value for value in attempt.authorization] + list(attempt.more)
        status = await scene.send_raw(attempt.body, headers, attempt.path)
    assert (status, reasons(logs)) == (case.status, [case.reason])
    assert not scene.heard
    for value in attempt.authorization:
        secret = value.decode("latin-1").removeprefix("Bearer ")
        assert len(secret) < 16 or secret not in str(logs)


async def test_what_has_no_fault_gets_in(scene: Scene) -> None:
    assert (await scene.send(scene.said()))[0] == 200
    assert len(scene.heard) == 1
    scene.heard.clear()
