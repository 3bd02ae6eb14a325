"""How Microsoft signs, and how it gives tokens."""

import base64
import json
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from playground.microsoft.double import APP_ID
from playground.microsoft.identity import compact, new_key
from playground.microsoft.login import ASSERTION
from tests.playground.conftest import Microsoft

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def fetched(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.json() if response.status == 200 else response.status


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    head, body, signature = token.split(".")
    raw = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, body, signature)]
    return json.loads(raw[0]), json.loads(raw[1]), raw[2], f"{head}.{body}".encode()


def public(jwk: dict[str, Any]) -> rsa.RSAPublicKey:
    n, e = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "==="), "big") for name in ("n", "e"))
    return rsa.RSAPublicNumbers(e, n).public_key()


async def test_every_activity_is_signed_with_a_key_of_the_set(microsoft: Microsoft) -> None:
    await microsoft.jane.opens("push")
    header, claims, signature, said = parts(microsoft.bot.tokens[-1])
    metadata = await fetched(microsoft.double.metadata_url)
    keys = (await fetched(metadata["jwks_uri"]))["keys"]
    jwk = next(key for key in keys if key["kid"] == header["kid"])
    public(jwk).verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
    assert header["alg"] == "RS256"
    assert "msteams" in jwk["endorsements"]
    assert (claims["iss"], claims["aud"]) == ("https://api.botframework.com", APP_ID)
    assert claims["serviceurl"] == microsoft.bot.seen[-1]["serviceUrl"]
    assert claims["nbf"] < microsoft.clock() < claims["exp"]


async def test_a_new_key_signs_from_now_on(microsoft: Microsoft) -> None:
    old = microsoft.double.identity.key
    new = microsoft.double.identity.rotate()
    await microsoft.jane.opens("push")
    assert parts(microsoft.bot.tokens[-1])[0]["kid"] == new.kid
    url = (await fetched(microsoft.double.metadata_url))["jwks_uri"]
    assert [key["kid"] for key in (await fetched(url))["keys"]] == [old.kid, new.kid]
    microsoft.double.identity.rotate(keep_old=False)
    assert len((await fetched(url))["keys"]) == 1
    assert microsoft.double.identity.key_calls == 2


async def test_the_keys_can_be_out_of_reach(microsoft: Microsoft) -> None:
    microsoft.double.identity.fails = True
    assert await fetched(microsoft.double.metadata_url) == 503


async def test_a_test_can_forge_a_token(microsoft: Microsoft) -> None:
    identity = microsoft.double.identity
    forged = identity.token(identity.claims("http://elsewhere/"), key=new_key(), header={"alg": "none"})
    assert parts(forged)[0]["alg"] == "none"
    await microsoft.double.wire.send({"serviceUrl": "", "conversation": {"id": ""}, "type": "message", "id": "1"}, token=forged)
    assert microsoft.bot.tokens[-1] == forged


async def test_the_login_counts_its_calls_and_fails_as_ordered(microsoft: Microsoft) -> None:
    login = microsoft.double.login
    login.failures = [503, 429]
    assert [(await microsoft.bot.token())[0] for _ in range(3)] == [503, 429, 200]
    assert login.calls == 3
    login.lifetime = 60
    assert (await microsoft.bot.token())[1]["expires_in"] == 60


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "another"}, "unauthorized_client"),
        ({"scope": "https://graph.microsoft.com/.default"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion": "a.b.c", "client_assertion_type": ASSERTION}, "invalid_client"),
    ],
)
async def test_the_login_refuses_what_is_wrong(microsoft: Microsoft, instead: dict[str, str], error: str) -> None:
    status, body = await microsoft.bot.token(**instead)
    assert status in (400, 401)
    assert body["error"] == error


async def test_a_certificate_opens_the_login_too(microsoft: Microsoft) -> None:
    key, at = new_key(), int(microsoft.clock())
    microsoft.double.login.certificate = key.private.public_key()
    endpoint = f"{microsoft.double.login_url}/botframework.com/oauth2/v2.0/token"
    claims = {"iss": APP_ID, "sub": APP_ID, "aud": endpoint, "jti": "1", "nbf": at, "exp": at + 300}
    said = f"{compact({'alg': 'RS256', 'typ': 'JWT', 'x5t': 'thumb'})}.{compact(claims)}"
    good = f"{said}.{key.sign(said)}"
    assert (await microsoft.bot.token(client_assertion=good, client_assertion_type=ASSERTION))[0] == 200
    other = f"{said}.{new_key().sign(said)}"
    assert (await microsoft.bot.token(client_assertion=other, client_assertion_type=ASSERTION))[0] == 401
    microsoft.clock.pass_by(301)
    assert (await microsoft.bot.token(client_assertion=good, client_assertion_type=ASSERTION))[0] == 401
