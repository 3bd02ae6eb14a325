"""With which keys does Microsoft sign, and how does a bot learn them?

learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication: OpenID metadata, then a
key set whose keys are endorsed for channels.
"""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from playground.microsoft.refusals import Json

ISSUER = "https://api.botframework.com"
METADATA = "/v1/.well-known/openidconfiguration"
KEYS = "/v1/.well-known/keys"


def encoded(raw: bytes) -> str:
    """Base64 for URLs, without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(node: Json) -> str:
    """A part of a token."""
    return encoded(json.dumps(node, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Key:
    """One RSA key, by its `kid`."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)
    endorsements: tuple[str, ...] = ("msteams",)

    def sign(self, text: str) -> str:
        """RS256 over ASCII text."""
        return encoded(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def jwk(self) -> Json:
        """The public half, as the key set shows it."""
        public = self.private.public_key().public_numbers()
        n, e = public.n.to_bytes((public.n.bit_length() + 7) // 8, "big"), public.e.to_bytes(3, "big")
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid, "n": encoded(n), "e": encoded(e)} | (
            {"endorsements": list(self.endorsements)} if self.endorsements else {}
        )


def new_key(*endorsements: str) -> Key:
    """A key nobody has seen yet."""
    return Key(secrets.token_urlsafe(20), rsa.generate_private_key(public_exponent=65537, key_size=2048), endorsements)


@cache
def first_key() -> Key:
    """The key that every pretend Microsoft of this process starts with: making one takes a while."""
    return new_key("msteams", "webchat")


class Identity:
    """OpenID metadata, the key set, and tokens for what Teams sends. `now` gives seconds since 1970."""

    def __init__(self, app_id: str, now: Callable[[], float]) -> None:
        self.app_id = app_id
        self._now = now
        self.url = ""
        self.keys = [first_key()]
        self.metadata_calls = 0
        self.key_calls = 0
        self.fails = False
        """Whether metadata and keys answer 503."""

    @property
    def metadata_url(self) -> str:
        return f"{self.url}{METADATA}"

    @property
    def key(self) -> Key:
        """The one that signs now."""
        return self.keys[-1]

    def rotate(self, *, keep_old: bool = True) -> Key:
        """Sign with a new key from now on; the old one stays in the set unless told."""
        self.keys = [*(self.keys if keep_old else []), new_key("msteams")]
        return self.key

    def claims(self, service_url: str) -> Json:
        """What a sound token says."""
        at = int(self._now())
        return {"serviceurl": service_url, "nbf": at - 300, "exp": at + 3600, "iss": ISSUER, "aud": self.app_id}

    def token(self, claims: Json, *, key: Key | None = None, header: Json | None = None) -> str:
        """A signed token. `header` adds to the usual one, for tests that spoil it."""
        signer = key or self.key
        head = {"alg": "RS256", "kid": signer.kid, "x5t": signer.kid, "typ": "JWT"} | (header or {})
        said = f"{compact(head)}.{compact(claims)}"
        return f"{said}.{signer.sign(said)}"

    def routes(self) -> list[web.RouteDef]:
        return [web.get(METADATA, self._metadata), web.get(KEYS, self._key_set)]

    async def _metadata(self, _request: web.Request) -> web.Response:
        self.metadata_calls += 1
        if self.fails:
            return web.Response(status=503)
        known = {"issuer": ISSUER, "jwks_uri": f"{self.url}{KEYS}", "id_token_signing_alg_values_supported": ["RS256"]}
        return web.json_response(
            known
            | {
                "authorization_endpoint": "https://invalid.botframework.com",
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def _key_set(self, _request: web.Request) -> web.Response:
        self.key_calls += 1
        if self.fails:
            return web.Response(status=503)
        return web.json_response({"keys": [key.jwk() for key in self.keys]})
